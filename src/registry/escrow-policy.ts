// The policy of an escrow (E12-E17): who holds which key of the 2-of-3, what it is for, what a dispute costs. Signed by the parties' own
// identity keys over its canonical bytes; the keys of the descriptor are coin keys and have nothing to do with those.

import { z } from "zod";
import {
  AppError,
  type CryptoSuite,
  fromBase64url,
  type MicroEmc,
  parseEmc,
  type Secret,
  shortEmc,
  toBase64url,
  toHex,
} from "../base/index.ts";
import { type CanonicalInput, type CanonicalObject, canonicalBytes } from "../envelope/index.ts";
import { attempt } from "./attempt.ts";
import { jsonIn, shaped } from "./shape.ts";

export type EscrowRole = "renter" | "provider" | "arbiter";
export const ESCROW_ROLES: readonly EscrowRole[] = ["renter", "provider", "arbiter"];

export interface EscrowParty {
  /** Ed25519 key that signs the policy, base64url. */
  readonly verify: string;
  /** The party's key in the descriptor: 66 hex digits. */
  readonly key: string;
  /** Where the party's share goes. */
  readonly address: string;
}

export interface EscrowPolicy {
  readonly v: 1;
  /** 16-64 lower-case hex digits, random, of this escrow only (E14). */
  readonly escrowId: string;
  /** `wsh(multi(2,…))#checksum`. */
  readonly descriptor: string;
  readonly address: string;
  readonly amount: MicroEmc;
  readonly roles: Readonly<Record<EscrowRole, EscrowParty>>;
  /** The arbiter's share of what is released by his decision, in hundredths of a percent; nothing of a cooperative release. */
  readonly feesBps: number;
  /** Seconds that either party has to open a dispute. */
  readonly disputeS: number;
  /** Unix seconds from which on the renter may ask for all of it back. */
  readonly refundAfter: number;
  /** 32 random bytes, base64url: without it the digest of a policy could be guessed. */
  readonly nonce: string;
}

const hex66 = z.string().regex(/^0[23][0-9a-f]{64}$/, "must be a compressed public key in hex");
const key32 = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "must be 32 bytes in base64url");
const party = z.strictObject({ verify: key32, key: hex66, address: z.string().min(20).max(100) });
const shape = z.strictObject({
  v: z.literal(1),
  escrow_id: z.string().regex(/^[0-9a-f]{16,64}$/, "must be 16-64 hex digits"),
  descriptor: z
    .string()
    .regex(/^wsh\(multi\(2(,0[23][0-9a-f]{64}){3}\)\)#[0-9a-z]{8}$/, "must be wsh(multi(2,…))#checksum"),
  address: z.string().min(20).max(100),
  amount: z.string(),
  roles: z.strictObject({ renter: party, provider: party, arbiter: party }),
  release: z.literal("2of3"),
  fees_bps: z.int().min(0).max(10_000),
  dispute_s: z.int().min(0),
  refund_after: z.int().min(0),
  nonce: key32,
});

function badPolicy(what: string): AppError {
  return new AppError("escrow.bad_policy", `the escrow policy ${what}`, {
    hint: "Let the party that made the policy make it again.",
  });
}

function amountIn(text: string): MicroEmc {
  const read = attempt(() => parseEmc(text));
  if ("fault" in read || read.value <= 0) throw badPolicy("states no amount of EMC above zero");
  return read.value;
}

/** The three keys of the descriptor must be those of the roles, in rising order, each once (E13, E17). */
function checkKeys({ descriptor, roles }: EscrowPolicy): void {
  const inside = /,(.*)\)\)#/.exec(descriptor)?.[1]?.split(",") ?? [];
  const sorted = ESCROW_ROLES.map((role) => roles[role].key).sort();
  if (new Set(sorted).size !== 3) throw badPolicy("gives one key to two parties");
  if (inside.join() !== sorted.join())
    throw badPolicy("has a descriptor with other keys than its parties, or not in rising order");
}

function policyOf(document: z.infer<typeof shape>): EscrowPolicy {
  const { v, descriptor, address, roles, nonce } = document;
  const policy: EscrowPolicy = {
    v,
    escrowId: document.escrow_id,
    descriptor,
    address,
    amount: amountIn(document.amount),
    roles,
    feesBps: document.fees_bps,
    disputeS: document.dispute_s,
    refundAfter: document.refund_after,
    nonce,
  };
  checkKeys(policy);
  return policy;
}

/** The policy as a document: what is signed, hashed and sent. Throws `escrow.bad_policy`. */
export function escrowDocument(policy: EscrowPolicy): CanonicalObject {
  const { v, descriptor, address, amount, roles, feesBps, disputeS, refundAfter, nonce } = policy;
  const document = {
    v,
    escrow_id: policy.escrowId,
    descriptor,
    address,
    amount: shortEmc(amount),
    roles,
    release: "2of3" as const,
    fees_bps: feesBps,
    dispute_s: disputeS,
    refund_after: refundAfter,
    nonce,
  };
  const checked = shaped(shape, document, "escrow.bad_policy", "the escrow policy");
  policyOf(checked);
  return checked;
}

/** Reads a document, text or parsed. Throws `escrow.bad_policy`. */
export function parseEscrowPolicy(source: string | CanonicalInput): EscrowPolicy {
  const what = "the escrow policy";
  const value = typeof source === "string" ? jsonIn(source, "escrow.bad_policy", what) : source;
  return policyOf(shaped(shape, value, "escrow.bad_policy", what));
}

/** What parties sign and the chain commits to: canonical JSON. */
export function escrowBytes(policy: EscrowPolicy): Uint8Array {
  return canonicalBytes(escrowDocument(policy));
}

/** SHA-256 over the policy, hex. Its nonce is the salt. */
export function escrowCommitment(suite: CryptoSuite, policy: EscrowPolicy): string {
  return toHex(suite.sha256(escrowBytes(policy)));
}

export type EscrowSignatures = Partial<Readonly<Record<EscrowRole, string>>>;

/** A party's signature, base64url. Throws `escrow.not_a_party` if the seed is not the one of `role`. */
export function signEscrow(
  suite: CryptoSuite,
  policy: EscrowPolicy,
  { role, seed }: { readonly role: EscrowRole; readonly seed: Secret<Uint8Array> },
): string {
  if (toBase64url(suite.ed25519Public(seed.reveal())) !== policy.roles[role].verify) {
    throw new AppError("escrow.not_a_party", `this identity is not the ${role} of the escrow`, {
      hint: "Use the identity whose verify key the policy names.",
    });
  }
  return toBase64url(suite.ed25519Sign(seed.reveal(), escrowBytes(policy)));
}

/** The roles whose signature is missing or wrong; empty when all three agreed. */
export function missingEscrowSignatures(
  suite: CryptoSuite,
  policy: EscrowPolicy,
  signatures: EscrowSignatures,
): readonly EscrowRole[] {
  const bytes = escrowBytes(policy);
  return ESCROW_ROLES.filter((role) => {
    const read = attempt(() => fromBase64url(signatures[role] ?? ""));
    return "fault" in read || !suite.ed25519Verify(fromBase64url(policy.roles[role].verify), bytes, read.value);
  });
}
