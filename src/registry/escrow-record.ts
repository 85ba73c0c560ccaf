// An escrow in the chain: by default only the digest of its policy (E14), or its descriptor in the open.

import { z } from "zod";
import { AppError, type CoinCrypto, type CryptoSuite, type Random, toHex, utf8 } from "../base/index.ts";
import { parseMultisigDescriptor } from "../emercoin/index.ts";
import { attempt } from "./attempt.ts";
import { type EscrowPolicy, escrowCommitment } from "./escrow-policy.ts";
import { failed, ok, type Verdict } from "./evidence.ts";
import { EMPTY_DIGEST } from "./listing-names.ts";
import { jsonIn, shaped } from "./shape.ts";
import { valueText } from "./value-text.ts";

const PREFIX = "ness:escrow:";

export type EscrowRecord =
  | { readonly form: "commitment"; readonly commitment: string }
  | { readonly form: "descriptor"; readonly descriptor: string; readonly feesBps: number };

const ID = /^[0-9a-f]{16,64}$/;

/** Throws `escrow.bad_id` unless `id` is 16-64 lower-case hex digits. */
export function escrowName(id: string): string {
  if (!ID.test(id)) {
    throw new AppError("escrow.bad_id", "an escrow's id must be 16-64 lower-case hex digits", {
      hint: "Let the box make the id.",
    });
  }
  return `${PREFIX}${id}`;
}

/** The id in an escrow's name, null for any other name. */
export function escrowIdOfName(name: string): string | null {
  const id = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
  return ID.test(id) ? id : null;
}

/** A fresh id, never that of a listing: 64 random bits. */
export function newEscrowId(random: Random): string {
  return toHex(random.bytes(8));
}

const commitmentShape = z.object({ escrow_commitment: z.string().regex(/^[0-9a-fA-F]{64}$/, "must be 64 hex digits") });
const descriptorShape = z.object({
  descriptor: z.string(),
  policy: z.object({ release: z.literal("2of3"), fees_bps: z.int().min(0).max(10_000).default(0) }),
});
const shape = z.union([commitmentShape, descriptorShape]);

function checked(crypto: CoinCrypto, record: EscrowRecord): EscrowRecord {
  if (record.form === "commitment") {
    if (record.commitment === EMPTY_DIGEST) throw badRecord("commits to nothing");
    return record;
  }
  const { required, keys } = parseMultisigDescriptor(crypto, record.descriptor);
  if (required !== 2 || keys.length !== 3) throw badRecord("is released by 2 of 3, but its descriptor says otherwise");
  return record;
}

function badRecord(what: string): AppError {
  return new AppError("escrow.bad_record", `the escrow's record ${what}`, {
    hint: "Build the record again from the policy that all parties signed.",
  });
}

/** The value to publish, compact JSON. Throws `escrow.bad_record` or `emercoin.bad_descriptor`. */
export function escrowValue(crypto: CoinCrypto, record: EscrowRecord): Uint8Array {
  checked(crypto, record);
  const members =
    record.form === "commitment"
      ? { escrow_commitment: record.commitment }
      : { descriptor: record.descriptor, policy: { release: "2of3", fees_bps: record.feesBps } };
  return utf8(JSON.stringify(shaped(shape, members, "escrow.bad_record", "the escrow's record")));
}

/** Throws `escrow.bad_record` or `emercoin.bad_descriptor`. */
export function parseEscrowValue(crypto: CoinCrypto, value: Uint8Array): EscrowRecord {
  const what = "the escrow's record";
  const members = shaped(shape, jsonIn(valueText(value, what), "escrow.bad_record", what), "escrow.bad_record", what);
  return checked(
    crypto,
    "escrow_commitment" in members
      ? { form: "commitment", commitment: members.escrow_commitment.toLowerCase() }
      : { form: "descriptor", descriptor: members.descriptor, feesBps: members.policy.fees_bps },
  );
}

/** Whether a name and value of the chain are those of a policy. */
export function verifyEscrowRecord(
  deps: { readonly suite: CryptoSuite; readonly coin: CoinCrypto },
  published: { readonly name: string; readonly value: Uint8Array },
  policy: EscrowPolicy,
): Verdict {
  if (escrowIdOfName(published.name) !== policy.escrowId)
    return failed("escrow.other_id", "the name in the chain is of another escrow");
  const read = attempt(() => parseEscrowValue(deps.coin, published.value));
  if ("fault" in read) return failed(read.fault.code, read.fault.message);
  const record = read.value;
  const same =
    record.form === "commitment"
      ? record.commitment === escrowCommitment(deps.suite, policy)
      : record.descriptor === policy.descriptor && record.feesBps === policy.feesBps;
  return same ? ok : failed("escrow.other_policy", "the chain holds the record of another policy");
}
