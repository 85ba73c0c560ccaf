import { describe, expect, it } from "vitest";
import { millis } from "../../src/base/index.ts";
import { emercoinRig } from "./emercoin-rig.ts";

interface Outcome {
  readonly won: boolean;
  readonly sent: boolean;
  readonly risk: number;
  readonly expected: number;
}

describe("RANDPAY of a simulated Emercoin node", () => {
  it("lets one ticket of six win, within what chance allows", async () => {
    const { sim, ask } = await emercoinRig();
    let wins = 0;
    for (let round = 0; round < 300; round++) {
      const chap = await ask<string>("randpay_mkchap", 0.1, 6, 60);
      const hex = await ask<string>("randpay_mktx", chap, 1, 2);
      // Flags 3: nothing is sent, so that the coins stay.
      const { won } = await ask<Outcome>("randpay_accept", hex, 3);
      wins += won ? 1 : 0;
      sim.nodes[0]?.state.reserved.clear();
    }
    // 50 are expected; five standard deviations to either side.
    expect(wins).toBeGreaterThan(18);
    expect(wins).toBeLessThan(82);
  });

  it("pays the full amount for a win, to a key that the payee's wallet has then", async () => {
    const { sim, ask } = await emercoinRig({ peers: 2 });
    const payee = sim.nodes[1];
    const before = (await payee?.call("getbalance")) as number;
    const hex = await ask<string>("randpay_mktx", await payee?.call("randpay_mkchap", [2.5, 1, 60]), 60, 2);
    expect(await payee?.call("randpay_accept", [hex, 1])).toMatchObject({
      won: true,
      sent: true,
      risk: 1,
      expected: 2.5,
    });
    sim.mine(1);
    expect(await payee?.call("getbalance")).toBe(before + 2.5);
  });

  it("forgets open challenges in a restart, and not by their timeout", async () => {
    const { sim, clock, ask, fails } = await emercoinRig({ http: true });
    const chap = await ask<string>("randpay_mkchap", 0.1, 1, 1);
    const hex = await ask<string>("randpay_mktx", chap, 60, 2);
    await clock.advance(millis(60_000));
    expect(await ask<Outcome>("randpay_accept", hex, 3)).toMatchObject({ won: true });
    const lost = await ask<string>("randpay_mktx", await ask("randpay_mkchap", 0.1, 1, 60), 60, 2);
    await sim.nodes[0]?.crash();
    expect(await fails("randpay_accept", lost, 1)).toMatch(/^-5 Address in the vout\[0\] does not match/);
  });

  it("keeps coins of tickets out of all selection until their time is over", async () => {
    const { sim, clock, ask, fails } = await emercoinRig({ funded: false });
    sim.mine(33);
    const chap = await ask<string>("randpay_mkchap", 0.1, 6, 60);
    await ask("randpay_mktx", chap, 30, 2);
    expect(await ask("listlockunspent")).toEqual([]);
    expect(await fails("randpay_mktx", chap, 30, 2)).toBe("-4 Insufficient funds");
    expect(await fails("sendtoaddress", await ask("getnewaddress"), 1)).toBe("-4 Insufficient funds");
    await clock.advance(millis(31_000));
    expect(await ask("sendtoaddress", await ask("getnewaddress"), 1)).toMatch(/^[0-9a-f]{64}$/);
  });
});
