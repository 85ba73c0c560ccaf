import { describe, expect, it } from "vitest";
import { microEmc } from "../../../src/base/index.ts";
import { makePayer, payRig, request } from "./pay-rig.ts";

const AMOUNT = { amount: microEmc(1_000_000), risk: 6 };

describe("paying by RANDPAY at a simulated node", () => {
  it("60 rounds at risk 6: the ledger says what the chain says, and every ticket is worth a sixth", async () => {
    const rig = await payRig("rounds");
    const payments = await rig.start();
    const payer = makePayer(rig.payer, rig.clock, rig.random);
    const order = await payments.quote(request({ sms: 1_000_000 }));
    let wins = 0;
    for (let round = 0; round < 60; round++) {
      const chap = await payments.chap(order.id, AMOUNT);
      const ticket = await payer.ticket(chap.text);
      const { ticket: taken } = await payments.pay(order.id, ticket.hex);
      expect(taken.value).toBe(166_666);
      if (taken.state === "won") wins++;
      await payer.settled(ticket.id, taken.state === "won" ? { winHex: taken.winHex } : "lost");
      if (round % 4 === 3) {
        rig.sim.mine(3);
        await payments.tick();
      }
    }
    for (let i = 0; i < 4; i++) {
      rig.sim.mine(3);
      await payments.tick();
    }
    const { balances } = payments.book;
    expect(wins).toBeGreaterThan(2);
    expect(balances.total()).toBe(0);
    expect(balances.credit(order.rentalId)).toBe(60 * 166_666);
    expect(balances.of("payout:swept") + balances.of("chain:fees") + balances.of("randpay:received")).toBe(
      wins * 1_000_000,
    );
    const sweeps = [...payments.book.sweeps.values()].filter(({ state }) => state === "confirmed");
    let arrived = 0;
    for (const { address } of sweeps) {
      for (const { amount } of await rig.payee.node.receivedAt(address)) arrived += amount;
    }
    expect(balances.of("payout:swept")).toBe(arrived);
    expect(arrived).toBeGreaterThan(0);
    const statement = await payments.statement({ from: order.createdAt, to: rig.clock.now() + 1 } as never);
    expect(statement).toMatchObject({ attempts: 60, wins, expected: 60 * 166_666, received: wins * 1_000_000 });
  }, 60_000);
});
