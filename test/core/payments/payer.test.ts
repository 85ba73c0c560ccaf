import { describe, expect, it } from "vitest";
import { microEmc, seconds } from "../../../src/base/index.ts";
import { chooseCoins, uniform } from "../../../src/core/index.ts";
import { decodeTransaction, readTicket } from "../../../src/emercoin/index.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { makePayer, payRig, type Rig } from "./pay-rig.ts";

const chapOf = (rig: Rig, risk = 6): Promise<string> => rig.payee.node.makeChap(microEmc(1_000_000), risk, 600);

describe("the payer", () => {
  it("shows what a ticket would cost on average, and does nothing for it", async () => {
    const rig = await payRig("offer");
    const offer = await makePayer(rig.payer, rig.clock, rig.random).offer(await chapOf(rig));
    expect(offer).toMatchObject({ amount: 1_000_000, risk: 6, expected: 166_666, fee: 100 });
    expect(await rig.payer.node.reserved()).toEqual([]);
  });

  it("reserves confirmed coins for a p2pkh ticket, frees them after a loss at once and else after the lock's time", async () => {
    const rig = await payRig("reserve");
    const payer = makePayer(rig.payer, rig.clock, rig.random);
    const first = await payer.ticket(await chapOf(rig));
    expect(readTicket(decodeTransaction(first.hex)).amount).toBe(1_000_000);
    expect(await rig.payer.node.reserved()).toHaveLength(1);
    await payer.settled(first.id, "lost");
    expect(await rig.payer.node.reserved()).toEqual([]);
    await payer.ticket(await chapOf(rig));
    await rig.clock.advance(seconds(899));
    await payer.releaseOld();
    expect(await rig.payer.node.reserved()).toHaveLength(1);
    await rig.clock.advance(seconds(1));
    await payer.releaseOld();
    expect(await rig.payer.node.reserved()).toEqual([]);
  });

  it("counts wins, and tickets that may yet win, against its budget", async () => {
    const rig = await payRig("budget");
    const payer = makePayer(rig.payer, rig.clock, rig.random, { maxWins: 2, window: seconds(3600) });
    const first = await payer.ticket(await chapOf(rig));
    const second = await payer.ticket(await chapOf(rig));
    await expect(payer.ticket(await chapOf(rig))).rejects.toMatchObject({ code: "payment.over_budget" });
    await payer.settled(first.id, "lost");
    await payer.settled(second.id, { winHex: null });
    const third = await payer.ticket(await chapOf(rig));
    await payer.settled(third.id, { winHex: null });
    expect(payer.spending()).toMatchObject({ wins: 2, spent: 2_000_000, open: 0 });
    await expect(payer.ticket(await chapOf(rig))).rejects.toMatchObject({ code: "payment.over_budget" });
    await rig.clock.advance(seconds(3601));
    await payer.ticket(await chapOf(rig));
  });

  it("refuses what its confirmed coins do not cover", async () => {
    const rig = await payRig("poor");
    const chap = await rig.payee.node.makeChap(microEmc(9_000_000_000_000), 6, 600);
    await expect(makePayer(rig.payer, rig.clock, rig.random).ticket(chap)).rejects.toMatchObject({
      code: "emercoin.no_funds",
    });
  });

  it("draws each candidate of a window alike", () => {
    const random = new SeededRandom("uniform");
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 6000; i++) {
      const at = uniform(random, 6);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    // Five standard deviations of a binomial of 6000 at 1/6.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(145);
  });

  it("takes the smallest coin that suffices, else as few as possible", () => {
    const coin = (amount: number) => ({
      ...{ txid: String(amount), vout: 0, amount: microEmc(amount), address: null, script: "", confirmations: 1 },
    });
    const coins = [5, 20, 9, 1].map(coin);
    expect(chooseCoins(coins, 6)?.map(({ amount }) => amount)).toEqual([9]);
    expect(chooseCoins(coins, 28)?.map(({ amount }) => amount)).toEqual([20, 9]);
    expect(chooseCoins(coins, 36)).toBeNull();
  });
});
