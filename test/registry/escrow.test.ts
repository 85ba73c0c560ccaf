import { describe, expect, it } from "vitest";
import { type MicroEmc, microEmc, parseEmc, type Secret, toBase64url, toHex, utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { multisigDescriptor, multisigOutput } from "../../src/emercoin/index.ts";
import { canonicalJson, nobleCoin } from "../../src/envelope/index.ts";
import {
  ESCROW_ROLES,
  type EscrowPolicy,
  type EscrowRole,
  escrowBytes,
  escrowCommitment,
  escrowDocument,
  escrowIdOfName,
  escrowName,
  escrowValue,
  missingEscrowSignatures,
  newEscrowId,
  parseEscrowPolicy,
  parseEscrowValue,
  signEscrow,
  splitEscrow,
  verifyEscrowRecord,
} from "../../src/registry/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import { countingRandom, provider, renter, stranger } from "../envelope/fixtures.ts";
import { SeededRandom } from "../sim/seeded-random.ts";

const identities = { renter, provider, arbiter: stranger };
const keyOf = (role: EscrowRole): Uint8Array =>
  nobleCoin.publicKey(new Uint8Array(32).fill(ESCROW_ROLES.indexOf(role) + 1));
const descriptor = multisigDescriptor(nobleCoin, { required: 2, keys: ESCROW_ROLES.map(keyOf) });

function partyOf(role: EscrowRole) {
  const address = multisigOutput(nobleCoin, descriptor, "regtest").addressText;
  return { verify: toBase64url(identities[role].verify), key: toHex(keyOf(role)), address };
}

const policy: EscrowPolicy = {
  v: 1,
  escrowId: "00112233445566ff",
  descriptor,
  address: multisigOutput(nobleCoin, descriptor, "regtest").addressText,
  amount: parseEmc("1.5"),
  roles: { renter: partyOf("renter"), provider: partyOf("provider"), arbiter: partyOf("arbiter") },
  feesBps: 50,
  disputeS: 86_400,
  refundAfter: 1_800_000_000,
  nonce: toBase64url(new Uint8Array(32).fill(5)),
};
const seedOf = (role: EscrowRole): Secret<Uint8Array> => identities[role].seed;
const sign = (role: EscrowRole): string => signEscrow(systemCrypto, policy, { role, seed: seedOf(role) });

describe("an escrow's policy", () => {
  it("is one canonical document, which reads back as the same policy", () => {
    const text = new TextDecoder().decode(escrowBytes(policy));
    expect(text).toBe(canonicalJson(escrowDocument(policy)));
    expect(JSON.parse(text)).toMatchObject({ v: 1, amount: "1.5", release: "2of3", fees_bps: 50 });
    expect(parseEscrowPolicy(text)).toEqual(policy);
    expect(parseEscrowPolicy(JSON.stringify(JSON.parse(text), null, 2))).toEqual(policy);
  });

  it("is agreed when all three have signed it, each with his own key", () => {
    expect(missingEscrowSignatures(systemCrypto, policy, {})).toEqual(["renter", "provider", "arbiter"]);
    const signatures = { renter: sign("renter"), provider: sign("provider"), arbiter: sign("arbiter") };
    expect(missingEscrowSignatures(systemCrypto, policy, signatures)).toEqual([]);
    expect(missingEscrowSignatures(systemCrypto, policy, { ...signatures, arbiter: signatures.renter })).toEqual([
      "arbiter",
    ]);
    expect(missingEscrowSignatures(systemCrypto, { ...policy, feesBps: 51 }, signatures)).toHaveLength(3);
    expect(missingEscrowSignatures(systemCrypto, policy, { ...signatures, renter: "%" })).toEqual(["renter"]);
    expect(codeOf(() => signEscrow(systemCrypto, policy, { role: "renter", seed: seedOf("arbiter") }))).toBe(
      "escrow.not_a_party",
    );
  });

  const document = escrowDocument(policy) as Record<string, unknown>;
  const roles = document.roles as Record<EscrowRole, object>;
  it.each([
    ["another version", { v: 2 }],
    ["a member that is not in the form", { note: "x" }],
    ["no amount", { amount: "0" }],
    ["seven digits behind the point", { amount: "0.0000001" }],
    ["an amount below zero", { amount: "-1" }],
    ["a release that the descriptor does not have", { release: "1of3" }],
    ["a descriptor without checksum", { descriptor: descriptor.slice(0, -9) }],
    ["keys in another order", { descriptor: descriptor.replace(/,([^,]+),([^,]+),/, ",$2,$1,") }],
    ["one key for two parties", { roles: { ...roles, arbiter: roles.renter } }],
    ["a fee above the whole", { fees_bps: 10_001 }],
    ["no nonce", { nonce: "" }],
  ])("with %s is refused", (_, change) => {
    expect(codeOf(() => parseEscrowPolicy(JSON.stringify({ ...document, ...change })))).toBe("escrow.bad_policy");
  });
});

describe("an escrow in the chain", () => {
  const deps = { suite: systemCrypto, coin: nobleCoin };
  const name = escrowName(policy.escrowId);
  const commitment = escrowCommitment(systemCrypto, policy);

  it("has a fresh id under its own prefix", () => {
    expect(newEscrowId(countingRandom())).toBe("0001020304050607");
    expect(name).toBe("ness:escrow:00112233445566ff");
    expect(escrowIdOfName(name)).toBe(policy.escrowId);
    for (const other of ["ness:escrow:", "ness:escrow:xyz", "ness:sms:listing:00112233445566ff"])
      expect(escrowIdOfName(other)).toBeNull();
    expect(codeOf(() => escrowName("A".repeat(16)))).toBe("escrow.bad_id");
  });

  it("is a commitment or a descriptor, and verified against its policy", () => {
    const hidden = escrowValue(nobleCoin, { form: "commitment", commitment });
    expect(new TextDecoder().decode(hidden)).toBe(`{"escrow_commitment":"${commitment}"}`);
    const open = escrowValue(nobleCoin, { form: "descriptor", descriptor, feesBps: 50 });
    expect(new TextDecoder().decode(open)).toBe(
      `{"descriptor":"${descriptor}","policy":{"release":"2of3","fees_bps":50}}`,
    );
    for (const value of [hidden, open]) {
      expect(verifyEscrowRecord(deps, { name, value }, policy)).toEqual({ kind: "ok" });
      expect(verifyEscrowRecord(deps, { name: escrowName("ff".repeat(8)), value }, policy)).toMatchObject({
        code: "escrow.other_id",
      });
      expect(verifyEscrowRecord(deps, { name, value }, { ...policy, feesBps: 51 })).toMatchObject({
        code: "escrow.other_policy",
      });
    }
  });

  it("whose digest changes with the nonce alone cannot be guessed from the terms", () => {
    const other = { ...policy, nonce: toBase64url(new Uint8Array(32).fill(6)) };
    expect(escrowCommitment(systemCrypto, other)).not.toBe(commitment);
  });

  it.each([
    [
      "the digest of nothing",
      `{"escrow_commitment":"${toHex(systemCrypto.sha256(new Uint8Array(0)))}"}`,
      "escrow.bad_record",
    ],
    [
      "the seed's placeholder",
      '{"descriptor":"wsh(multi(2,PK_R,PK_P,PK_A))","policy":{"release":"2of3"}}',
      "emercoin.bad_descriptor",
    ],
    [
      "a wrong checksum",
      JSON.stringify({ descriptor: `${descriptor.slice(0, -1)}!`, policy: { release: "2of3" } }),
      "emercoin.bad_descriptor",
    ],
    ["a release that differs", JSON.stringify({ descriptor, policy: { release: "1of3" } }), "escrow.bad_record"],
    ["no JSON", "x", "escrow.bad_record"],
  ])("with %s is refused", (_, value, code) => {
    expect(codeOf(() => parseEscrowValue(nobleCoin, utf8(value)))).toBe(code);
  });

  it("of two keys is refused: it must be 2 of 3", () => {
    const two = multisigDescriptor(nobleCoin, { required: 2, keys: [keyOf("renter"), keyOf("provider")] });
    const value = utf8(JSON.stringify({ descriptor: two, policy: { release: "2of3", fees_bps: 0 } }));
    expect(codeOf(() => parseEscrowValue(nobleCoin, value))).toBe("escrow.bad_record");
  });
});

describe("the split of an escrow", () => {
  const split = (amount: number, earned: number, feesBps: number, byArbiter: boolean) =>
    splitEscrow({ amount: microEmc(amount), earned: microEmc(earned), feesBps, byArbiter });

  it("costs nothing where the parties agree, and half a percent where the arbiter decides", () => {
    expect(split(1_000_000, 400_000, 50, false)).toEqual({ provider: 400_000, renter: 600_000, arbiter: 0 });
    expect(split(1_000_000, 400_000, 50, true)).toEqual({ provider: 398_000, renter: 597_000, arbiter: 5000 });
  });

  it("always adds up, and takes nothing from a side that gets nothing", () => {
    const random = new SeededRandom("escrow");
    const below = (end: number): number => Math.floor((random.next() / 2 ** 32) * end);
    for (let i = 0; i < 5000; i++) {
      const amount = below(i % 2 === 0 ? 200 : 2 ** 48);
      const earned = below(amount + 1);
      const { provider: p, renter: r, arbiter: a } = split(amount, earned, below(10_001), true);
      expect(p + r + a).toBe(amount);
      expect(Math.min(p, r, a)).toBeGreaterThanOrEqual(0);
      if (earned === 0) expect(p).toBe(0);
      if (earned === amount) expect(r).toBe(0);
    }
  });

  it("of more than there is, or with a fee above the whole, is refused", () => {
    for (const [amount, earned, bps] of [
      [10, 11, 0],
      [10, -1, 0],
      [10, 5, 10_001],
      [10, 5, 0.5],
    ] as const) {
      const wrong = { amount: amount as MicroEmc, earned: earned as MicroEmc, feesBps: bps, byArbiter: true };
      expect(codeOf(() => splitEscrow(wrong))).toBe("escrow.bad_split");
    }
  });
});
