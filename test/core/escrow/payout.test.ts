// What nobody can get signed, however the document is bent; and what a spoiled document cannot change when it is taken in.

import { beforeEach, describe, expect, it } from "vitest";
import { type MicroEmc, microEmc, parseEmc } from "../../../src/base/index.ts";
import {
  checkPolicy,
  checkSettlement,
  type EscrowFile,
  forgedEvidence,
  mergeEscrowFiles,
  payoutOf,
  type Settlement,
  signersOf,
} from "../../../src/core/index.ts";
import { decodePsbt, encodePsbt, type Psbt, type Transaction } from "../../../src/emercoin/index.ts";
import { AMOUNT, EscrowRig, passed, rules } from "./escrow-rig.ts";

const coded = (code: string) => expect.objectContaining({ code });
let rig: EscrowRig;
let funded: EscrowFile;
let proposed: EscrowFile;

beforeEach(async () => {
  rig = new EscrowRig();
  funded = await rig.funded();
  const wish = { role: "provider", kind: "release", earned: parseEmc("2") } as const;
  proposed = passed(await rig.desk("provider").settle(funded, wish));
});

const settlementOf = (file: EscrowFile): Settlement => {
  if (file.settlement === null) throw new TypeError("no settlement");
  return file.settlement;
};

/** The document with another PSBT in it. */
function withPsbt(file: EscrowFile, change: (psbt: Psbt) => Psbt): EscrowFile {
  const settlement = settlementOf(file);
  return { ...file, settlement: { ...settlement, psbt: encodePsbt(change(decodePsbt(settlement.psbt))) } };
}

const withTx = (file: EscrowFile, change: (tx: Transaction) => Partial<Transaction>): EscrowFile =>
  withPsbt(file, (psbt) => ({ ...psbt, tx: { ...psbt.tx, ...change(psbt.tx) } }));

const sameOutputs = (tx: Transaction, amount: (value: MicroEmc, at: number) => number) =>
  tx.outputs.map((output, at) => ({ ...output, amount: microEmc(amount(output.amount, at)) }));

describe("a payout", () => {
  it.each<[string, (file: EscrowFile) => EscrowFile]>([
    [
      "one unit more for the provider",
      (f) => withTx(f, (tx) => ({ outputs: sameOutputs(tx, (v, at) => v + (at === 0 ? 1 : -1)) })),
    ],
    ["a higher fee", (f) => withTx(f, (tx) => ({ outputs: sameOutputs(tx, (v) => v - 100) }))],
    [
      "an output less",
      (f) =>
        withPsbt(f, (psbt) => ({
          ...psbt,
          tx: { ...psbt.tx, outputs: psbt.tx.outputs.slice(0, 1) },
          outputs: psbt.outputs.slice(0, 1),
        })),
    ],
    ["shares the other way round", (f) => withTx(f, (tx) => ({ outputs: tx.outputs.toReversed() }))],
    [
      "another address",
      (f) =>
        withTx(f, (tx) => ({
          outputs: tx.outputs.map((output) => ({ ...output, script: tx.outputs[0]?.script ?? output.script })),
        })),
    ],
    [
      "another coin",
      (f) => withTx(f, (tx) => ({ inputs: tx.inputs.map((input) => ({ ...input, vout: input.vout + 1 })) })),
    ],
    ["a time lock", (f) => withTx(f, () => ({ lockTime: 5000 }))],
    [
      "a sequence that lets it be locked",
      (f) => withTx(f, (tx) => ({ inputs: tx.inputs.map((input) => ({ ...input, sequence: 1 })) })),
    ],
    ["a time before its coin", (f) => withTx(f, (tx) => ({ time: tx.time - 1000 }))],
    ["a time in the future", (f) => withTx(f, (tx) => ({ time: tx.time + 7201 }))],
    ["another share in words", (f) => ({ ...f, settlement: { ...settlementOf(f), earned: parseEmc("1") } })],
    ["a refund that pays the provider", (f) => ({ ...f, settlement: { ...settlementOf(f), kind: "refund" } })],
    [
      "a lie about the coin's amount",
      (f) =>
        withPsbt(f, (psbt) => ({
          ...psbt,
          inputs: psbt.inputs.map((input) => ({
            ...input,
            output: input.output === null ? null : { ...input.output, amount: microEmc(input.output.amount + 1) },
          })),
        })),
    ],
  ])("is not signed with %s", async (_, bend) => {
    const bent = bend(proposed);
    expect(() => checkSettlement(rules, bent, rig.ledger.timeS)).toThrow(coded("escrow.wrong_payout"));
    await expect(rig.desk("renter").sign(bent, "renter")).rejects.toThrow(coded("escrow.wrong_payout"));
    expect(rig.stored.at(-1)).toEqual(proposed);
  });

  it("is not signed for coins that are not deep enough, and not by who has another wallet", async () => {
    rig.confirmations = 2;
    await expect(rig.desk("renter").sign(proposed, "renter")).rejects.toThrow(coded("escrow.not_funded"));
    rig.ledger.mine();
    await expect(rig.desk("renter").sign(proposed, "provider")).rejects.toThrow(coded("escrow.other_wallet"));
    expect(signersOf(rules, await rig.desk("renter").sign(proposed, "renter"))).toEqual(["renter", "provider"]);
  });

  it("cannot be changed once two have signed it", async () => {
    const two = passed(await rig.desk("renter").sign(proposed, "renter"));
    const wish = { role: "provider", kind: "release", earned: parseEmc("4") } as const;
    await expect(rig.desk("provider").settle(two, wish)).rejects.toThrow(coded("escrow.already_signed"));
  });

  it("is not there while a signature is of other coins than the document's", async () => {
    const two = passed(await rig.desk("renter").sign(proposed, "renter"));
    expect(payoutOf(rules, two)).not.toBeNull();
    const other = await rig.funded();
    expect(() => payoutOf(rules, { ...two, funding: other.funding })).toThrow(coded("escrow.bad_funding"));
  });

  it("leaves no share that the network does not carry", async () => {
    const dust = { role: "provider", kind: "release", earned: microEmc(99) } as const;
    await expect(rig.desk("provider").settle(funded, dust)).rejects.toThrow(coded("escrow.too_small"));
    const much = { ...dust, earned: microEmc(AMOUNT) };
    await expect(rig.desk("provider").settle(funded, much)).rejects.toThrow(coded("escrow.bad_split"));
    const all = await rig.desk("provider").settle(funded, { ...dust, earned: microEmc(AMOUNT - 100) });
    expect(decodePsbt(settlementOf(all).psbt).tx.outputs).toHaveLength(1);
  });
});

describe("a policy", () => {
  it("is refused with an address of other keys, one identity twice, a foreign address or a tiny amount", async () => {
    const { policy } = await rig.proposed();
    const { renter, provider } = policy.roles;
    const bad = (changes: Partial<typeof policy>) => () => checkPolicy(rules, { ...policy, ...changes });
    expect(bad({})).not.toThrow();
    expect(bad({ address: funded.policy.address })).toThrow(coded("escrow.bad_policy"));
    const twice = { ...policy.roles, arbiter: { ...policy.roles.arbiter, verify: renter.verify } };
    expect(bad({ roles: twice })).toThrow(coded("escrow.bad_policy"));
    const abroad = { ...provider, address: "em1qzr204gajklq4t6j6e77zzey03xhpr8hgq9pk6q" };
    expect(bad({ roles: { ...policy.roles, provider: abroad } })).toThrow(coded("emercoin.bad_address"));
    expect(bad({ amount: microEmc(999) })).toThrow(coded("escrow.bad_policy"));
  });
});

describe("two documents of one escrow", () => {
  const merge = (own: EscrowFile, other: EscrowFile) => mergeEscrowFiles(rules, own, other, rig.ledger.timeS);

  it("make one with the signatures and proposals of both", async () => {
    const renters = passed(await rig.desk("renter").sign(proposed, "renter"));
    const arbiters = passed(funded);
    expect(merge(arbiters, renters)).toEqual(renters);
    expect(merge(renters, arbiters)).toEqual(renters);
    expect(signersOf(rules, merge(proposed, renters))).toEqual(["renter", "provider"]);
  });

  it("of which one was spoiled leave the other as it is", async () => {
    const said = { role: "renter", statement: "late", files: [], at: 1 } as const;
    const { seed } = rig.parties.renter.identity;
    const own = passed(await rig.desk("renter").addEvidence(proposed, said, seed));
    const forged = own.evidence.map((each) => ({ ...each, statement: "never" }));
    const spoiled = {
      ...withTx(own, (tx) => ({ outputs: sameOutputs(tx, (v, at) => v + (at === 0 ? 1 : -1)) })),
      signatures: { renter: "A".repeat(86) },
      evidence: forged,
      decision: { earned: parseEmc("5"), reason: "mine", at: 9, signature: "A".repeat(86) },
      funding: { hex: "00", txid: "00".repeat(32), vout: 0 },
    };
    expect(() => merge(own, spoiled)).not.toThrow();
    expect(merge(own, spoiled)).toEqual(own);
    expect(forgedEvidence(rules, spoiled)).toHaveLength(1);
  });

  it("are refused when they are of two escrows, and take the later of two proposals", async () => {
    const other = await rig.proposed();
    expect(() => merge(proposed, other)).toThrow(coded("escrow.other_policy"));
    rig.ledger.timeS += 60;
    const wish = { role: "provider", kind: "release", earned: parseEmc("3") } as const;
    const later = passed(await rig.desk("provider").settle(funded, wish));
    expect(merge(proposed, later).settlement).toEqual(later.settlement);
    expect(merge(later, proposed).settlement).toEqual(later.settlement);
    const complete = passed(await rig.desk("renter").sign(proposed, "renter"));
    expect(merge(later, complete).settlement).toEqual(complete.settlement);
  });
});
