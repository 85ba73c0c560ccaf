import { beforeEach, describe, expect, it } from "vitest";
import { fromHex, unixMs, utf8 } from "../../../src/base/index.ts";
import {
  acceptanceOf,
  acceptReceipt,
  checkAnchor,
  checkReceipts,
  faultText,
  requireVerified,
} from "../../../src/core/index.ts";
import { signCallReceipt, signReceipt } from "../../../src/envelope/index.ts";
import { type ProofBundle, proofBundle, type ReceiptProof } from "../../../src/protocol/index.ts";
import { proofsName, proofsValue } from "../../../src/registry/index.ts";
import { acceptanceFor, DATE, hashOf, NOON, ProofBox, provider, relay, renter, verifyOf } from "../../sim/proof-box.ts";
import { suite } from "./receipt-samples.ts";

let box: ProofBox;
let bundle: ProofBundle;

beforeEach(async () => {
  box = await ProofBox.open();
  await box.forward(1, 5);
  await box.acknowledge(2);
  await box.anchorDay();
  bundle = proofBundle.parse(await box.reader.page({ after: null, date: DATE, rentalId: null }));
});

const faults = (changed: ProofBundle) =>
  checkReceipts(suite, changed).flatMap(({ fault }) => (fault === null ? [] : [fault]));

/** The bundle with its first receipt of a kind changed. */
function withReceipt(kind: ReceiptProof["kind"], change: (entry: ReceiptProof) => Partial<ReceiptProof>): ProofBundle {
  const at = bundle.receipts.findIndex((entry) => entry.kind === kind);
  return {
    ...bundle,
    receipts: bundle.receipts.map((entry, i) => (i === at ? { ...entry, ...change(entry) } : entry)),
  };
}

describe("checking a bundle offline", () => {
  it("finds nothing wrong with an export", () => {
    expect(bundle.receipts.map(({ kind }) => kind).sort()).toEqual([
      ...["provider", "provider", "provider", "provider", "provider"],
      ...["relay", "relay", "renter"],
    ]);
    expect(faults(bundle)).toEqual([]);
    expect(() => requireVerified(8, 0)).not.toThrow();
  });

  it("finds whatever was changed", () => {
    const other = signReceipt({
      ...{ suite, seed: renter.seed, from: verifyOf(renter), to: { listing: "00".repeat(8) } },
      ...{ msgHash: hashOf(1), ts: NOON },
    });
    const forged = { ...other, to: { listing: "00".repeat(8) } };
    expect(faults(withReceipt("provider", () => ({ receipt: forged })))).toEqual(["proofs.wrong_issuer"]);
    expect(faults(withReceipt("renter", () => ({ receipt: forged })))).toEqual(["proofs.wrong_leaf"]);
    const signedElse = withReceipt("relay", ({ receipt }) => ({
      receipt: { ...receipt, ts: "2026-01-15T12:00:01+00:00" },
    }));
    expect(faults(signedElse)).toEqual(["receipt.bad_signature"]);
    expect(faults(withReceipt("provider", () => ({ proof: null })))).toEqual(["proofs.not_proven"]);
    expect(faults(withReceipt("provider", () => ({ proof: { index: 0, path: [] } })))).toEqual(["proofs.wrong_path"]);
    expect(faults(withReceipt("provider", () => ({ date: "20260116" })))).toEqual(["proofs.unknown_tree"]);
    const [tree] = bundle.trees;
    if (tree === undefined) throw new Error("there is no tree");
    expect(faults({ ...bundle, trees: [{ ...tree, root: "00".repeat(32) }] })).toEqual(
      bundle.receipts.map(() => "proofs.wrong_path"),
    );
  });

  it("says in words what is wrong, and that an empty bundle proves nothing", () => {
    expect(faultText("proofs.wrong_path")).toBe("is not in the tree of its day");
    expect(faultText("some.thing")).toBe("some.thing");
    expect(() => requireVerified(0, 0)).toThrow(expect.objectContaining({ code: "proofs.not_verified" }));
    expect(() => requireVerified(2, 1)).toThrow(/1 of 2/);
  });

  it("takes receipts of calls as leaves of the same tree", () => {
    const receipt = signCallReceipt({
      ...{ suite, seed: provider.seed, from: verifyOf(provider), to: { listing: "00".repeat(8) } },
      ...{ callHash: hashOf(1), start: NOON, duration: 61, direction: "in", ts: unixMs(NOON + 61_000) },
    });
    const call = { ...receipt, to: { listing: "00".repeat(8) } };
    const changed = withReceipt("provider", () => ({ kind: "call", receipt: call }));
    expect(faults(proofBundle.parse(changed))).toEqual(["proofs.wrong_leaf"]);
  });
});

describe("checking an anchor", () => {
  const check = (
    more: Partial<Parameters<typeof checkAnchor>[0]> = {},
    changed: Partial<ProofBundle["trees"][number]> = {},
  ) => {
    const [tree] = bundle.trees;
    if (tree === undefined) throw new Error("there is no tree");
    const deps = { node: box.names, confirmations: 12, keyOfWorm: () => verifyOf(provider), ...more };
    return checkAnchor(deps, { ...tree, ...changed }, bundle.issuer);
  };
  const name = proofsName({ day: DATE, gateway: null });

  it("holds root, count, owner, key and depth against the chain", async () => {
    expect(await check()).toMatchObject({ date: DATE, name, fault: null, confirmations: 21 });
  });

  it("finds another root or count, and too little depth", async () => {
    expect(await check({}, { root: "00".repeat(32) })).toMatchObject({ fault: "proofs.other_root" });
    expect(await check({}, { count: 1 })).toMatchObject({ fault: "proofs.other_root" });
    expect(await check({ confirmations: 22 })).toMatchObject({ fault: "proofs.not_deep_enough", confirmations: 21 });
  });

  it("finds a name that is none, is not there, has expired, or holds something else", async () => {
    expect(await check({}, { name: null })).toMatchObject({ fault: "proofs.not_anchored" });
    expect(await check({}, { name: proofsName({ day: DATE, gateway: null }).replace("15", "16") })).toMatchObject({
      fault: "proofs.wrong_name",
    });
    expect(await check({}, { name: proofsName({ day: DATE, gateway: "other" }) })).toMatchObject({
      fault: "proofs.anchor_gone",
    });
    box.names.put(name, utf8('{"merkle_root":"zz"}'));
    expect(await check()).toMatchObject({ fault: "proofs.bad_record" });
    box.names.records.delete(name);
    expect(await check()).toMatchObject({ fault: "proofs.anchor_gone" });
  });

  it("counts an anchor only if whoever owns the issuer's identity owns it", async () => {
    const [tree] = bundle.trees;
    const value = proofsValue({ merkleRoot: fromHex(tree?.root ?? ""), count: tree?.count ?? 0, day: DATE });
    box.names.put(name, value, "emrt1stranger");
    expect(await check()).toMatchObject({ fault: "proofs.wrong_owner" });
    box.names.put(name, value);
    expect(await check({ keyOfWorm: () => verifyOf(renter) })).toMatchObject({ fault: "proofs.wrong_key" });
    box.names.records.delete("worm:user:ness:provider");
    expect(await check()).toMatchObject({ fault: "proofs.no_identity" });
    box.names.put(proofsName({ day: DATE, gateway: "squatter" }), value, "emrt1stranger");
    box.names.put("worm:user:ness:squatter", utf8("<worm/>"), "emrt1stranger");
    const squatted = { keyOfWorm: () => verifyOf(relay) };
    expect(await check(squatted, { name: proofsName({ day: DATE, gateway: "squatter" }) })).toMatchObject({
      fault: "proofs.wrong_key",
    });
  });
});

describe("a relay's receipt", () => {
  const message = { hash: hashOf(2), listingId: "a1b2c3d4e5f64a7b" };
  const sign = (changes: Partial<Parameters<typeof signReceipt>[0]> = {}) =>
    signReceipt({
      ...{ suite, seed: relay.seed, from: verifyOf(relay), to: { listing: message.listingId } },
      ...{ msgHash: message.hash, ts: NOON, ...changes },
    });

  it("is kept without its text and made again from that", () => {
    const kept = acceptanceOf(suite, sign(), message);
    if (kept === null) throw new Error("it was not taken");
    expect(acceptReceipt(kept, message.hash, message.listingId)).toEqual(sign());
    expect(acceptanceFor(2).by).toBe(verifyOf(relay));
  });

  it("is not taken unless it is good and about this very message", () => {
    const bad = [
      { ...sign(), ts: "2026-01-15T12:00:01+00:00" },
      sign({ msgHash: hashOf(3) }),
      sign({ to: { listing: "00".repeat(8) } }),
      sign({ to: verifyOf(provider) }),
      "none",
    ];
    for (const receipt of bad) expect(acceptanceOf(suite, receipt, message)).toBeNull();
  });
});
