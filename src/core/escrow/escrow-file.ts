// An escrow as the three parties pass it round: one JSON document that each of them adds to. Nothing in it is secret; what it says of the
// chain is checked against the chain, what it says of the others against their signatures.

import { z } from "zod";
import { AppError, fromUtf8, type MicroEmc, parseEmc, shortEmc } from "../../base/index.ts";
import { canonicalJson } from "../../envelope/index.ts";
import {
  type EscrowPolicy,
  type EscrowRole,
  type EscrowSignatures,
  escrowDocument,
  parseEscrowPolicy,
} from "../../registry/index.ts";

/** How the coins leave: by renter and provider together, all of it back to the renter, or as the arbiter decides. */
export type SettlementKind = "release" | "refund" | "decision";

export interface Settlement {
  readonly kind: SettlementKind;
  /** What the provider earned, before the arbiter's fee. */
  readonly earned: MicroEmc;
  /** Coins at the escrow's address besides the funding, paid by mistake: they go back to the renter. */
  readonly strays: readonly PaidIn[];
  /** Base64. With two signatures it is the payout. */
  readonly psbt: string;
}

/** An output that pays to the escrow, with the transaction that proves its amount. */
export interface PaidIn {
  readonly hex: string;
  readonly txid: string;
  readonly vout: number;
}

/** A party's word in a dispute. */
export interface Evidence {
  readonly role: EscrowRole;
  readonly statement: string;
  /** Hex SHA-256 of files that the party keeps and shows. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  readonly at: number;
  readonly signature: string;
}

export interface Decision {
  readonly earned: MicroEmc;
  readonly reason: string;
  readonly at: number;
  readonly signature: string;
}

export interface EscrowFile {
  readonly policy: EscrowPolicy;
  readonly signatures: EscrowSignatures;
  /** Signed and stored before it is sent. */
  readonly funding: PaidIn | null;
  /** Complete and stored before it is sent. */
  readonly settlement: Settlement | null;
  readonly evidence: readonly Evidence[];
  readonly decision: Decision | null;
}

const role = z.enum(["renter", "provider", "arbiter"]);
const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/);
const id = z.string().regex(/^[0-9a-f]{64}$/);
const amount = z.string().transform((text): MicroEmc => parseEmc(text));
const seconds = z.int().min(0);
const paidIn = z.strictObject({ hex, txid: id, vout: z.int().min(0) });

/** A payout stays below the size that the flat fee covers. */
export const MAX_STRAYS = 20;

const shape = z.strictObject({
  v: z.literal(1),
  policy: z.unknown(),
  signatures: z.strictObject({
    renter: z.string().optional(),
    provider: z.string().optional(),
    arbiter: z.string().optional(),
  }),
  funding: paidIn.nullable(),
  settlement: z
    .strictObject({
      kind: z.enum(["release", "refund", "decision"]),
      earned: amount,
      strays: z.array(paidIn).max(MAX_STRAYS).default([]),
      psbt: z.string(),
    })
    .nullable(),
  evidence: z
    .array(
      z.strictObject({
        role,
        statement: z.string().max(10_000),
        files: z.array(z.strictObject({ name: z.string().max(255), sha256: id })).max(100),
        at: seconds,
        signature: z.string(),
      }),
    )
    .max(20),
  decision: z
    .strictObject({ earned: amount, reason: z.string().max(10_000), at: seconds, signature: z.string() })
    .nullable(),
});

export function newEscrowFile(policy: EscrowPolicy): EscrowFile {
  return { policy, signatures: {}, funding: null, settlement: null, evidence: [], decision: null };
}

/** Reads a document. Throws `escrow.bad_file` or `escrow.bad_policy`. */
export function parseEscrowFile(bytes: Uint8Array): EscrowFile {
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(bytes));
  } catch (cause) {
    throw new AppError("escrow.bad_file", "this file is not an escrow document", {
      hint: "Pass the whole file on.",
      cause,
    });
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new AppError("escrow.bad_file", `this file is not an escrow document (${path || "no object"})`, {
      hint: "Take the file as the other party sent it.",
      cause: parsed.error,
    });
  }
  const { v: _, policy, ...rest } = parsed.data;
  const { renter, provider, arbiter } = rest.signatures;
  const signatures: EscrowSignatures = {
    ...(renter === undefined ? {} : { renter }),
    ...(provider === undefined ? {} : { provider }),
    ...(arbiter === undefined ? {} : { arbiter }),
  };
  return { ...rest, signatures, policy: parseEscrowPolicy(JSON.stringify(policy)) };
}

/** Pretty-printed, for people to read before they sign. */
export function escrowFileText({ policy, settlement, decision, ...rest }: EscrowFile): string {
  const text = (value: MicroEmc): string => shortEmc(value);
  const document = {
    v: 1,
    policy: JSON.parse(canonicalJson(escrowDocument(policy))) as unknown,
    ...rest,
    settlement: settlement === null ? null : { ...settlement, earned: text(settlement.earned) },
    decision: decision === null ? null : { ...decision, earned: text(decision.earned) },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
