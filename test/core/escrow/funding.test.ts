// One funding, whatever copies of the document there are: who sends which, and what becomes of the other.

import { beforeEach, describe, expect, it } from "vitest";
import { microEmc } from "../../../src/base/index.ts";
import type { EscrowFile } from "../../../src/core/index.ts";
import { decodeTransaction } from "../../../src/emercoin/index.ts";
import { Killed, type Touch } from "../../sim/escrow-ledger.ts";
import { AMOUNT, EscrowRig, passed } from "./escrow-rig.ts";

let rig: EscrowRig;
let agreed: EscrowFile;

beforeEach(async () => {
  rig = new EscrowRig();
  agreed = await rig.agreed();
});

const dieBefore =
  (call: string): Touch =>
  (what) => {
    if (what === `before ${call}`) throw new Killed();
  };

/** A copy of the document whose funding was stored, and not sent: the process died. */
async function unsent(): Promise<EscrowFile> {
  await expect(rig.desk("renter", dieBefore("broadcast")).fund(agreed)).rejects.toThrow(Killed);
  const [last = agreed] = rig.stored.slice(-1);
  rig.ledger.timeS += 60;
  return last;
}

const paidIn = () => rig.ledger.receivedBy(agreed.policy.address);
const inputsOf = ({ funding }: EscrowFile) =>
  decodeTransaction(funding?.hex ?? "").inputs.map(({ txid, vout }) => ({ txid, vout }));

describe("a funding", () => {
  it("that was only stored is sent by the next try", async () => {
    const file = await unsent();
    expect(paidIn()).toEqual([]);
    expect((await rig.desk("renter").fund(file)).funding).toEqual(file.funding);
    expect(paidIn()).toEqual([AMOUNT]);
  });

  it.each([
    ["waits for a block", () => {}],
    ["is in a block", () => rig.ledger.mine()],
  ])("gives way to that of another copy which %s, and frees its coins", async (_, then) => {
    const [one, two] = [await unsent(), await unsent()];
    expect(one.funding?.txid).not.toBe(two.funding?.txid);
    await rig.desk("renter").fund(one);
    then();
    const whole = await rig.desk("renter").fund(two);
    expect(whole.funding).toEqual(one.funding);
    expect(rig.stored.at(-1)?.funding).toEqual(one.funding);
    expect(paidIn()).toEqual([AMOUNT]);
    expect(rig.parties.renter.wallet.released).toMatchObject(inputsOf(two));
    expect(await rig.desk("renter").fund(whole)).toEqual(whole);
  });

  it("is not sent a second time by a round of any party's box", async () => {
    const [one, two] = [await unsent(), await unsent()];
    await rig.desk("renter").fund(one);
    for (const role of ["renter", "provider", "arbiter"] as const) await rig.desk(role).resume(passed(two));
    expect(paidIn()).toEqual([AMOUNT]);
    expect(rig.stored.at(-1)?.funding).toEqual(one.funding);
    rig.ledger.mine();
    await rig.desk("provider").resume(passed(two));
    expect(paidIn()).toEqual([AMOUNT]);
    expect(rig.stored.at(-1)?.funding).toEqual(one.funding);
  });

  it("is sent first by the renter's own box, and by nobody else's", async () => {
    const file = await unsent();
    await rig.desk("provider").resume(file);
    expect(paidIn()).toEqual([]);
    await rig.desk("renter").resume(file);
    expect(paidIn()).toEqual([AMOUNT]);
  });

  it("stays that under a settlement, although a reorganisation took it and a second one is there", async () => {
    const [one, two] = [await unsent(), await unsent()];
    await rig.desk("renter").fund(one);
    rig.ledger.mine();
    const signed = await rig.desk("renter").settle(one, { role: "renter", kind: "refund", earned: microEmc(0) });
    rig.ledger.forget(one.funding?.txid ?? "");
    rig.ledger.take(two.funding?.hex ?? "");
    rig.ledger.mine();
    await rig.desk("provider").resume(passed(signed));
    expect(rig.ledger.confirmations(one.funding?.txid ?? "")).toBe(0);
    expect(rig.stored.at(-1)?.funding).toEqual(one.funding);
  });
});
