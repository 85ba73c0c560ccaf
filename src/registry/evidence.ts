// A name as the chain shows it, and what one can conclude from it.

import type { ErrorCode } from "../base/index.ts";

/** Same members as `NameRecord` of the node's port, of which it is the part that documents need. */
export interface NameEvidence {
  readonly name: string;
  readonly value: Uint8Array;
  /** Emercoin address of the owner. */
  readonly address: string;
  readonly txid: string;
  readonly expiresAt: number;
  readonly state: "active" | "expired" | "deleted";
}

/** The state of a name; at a later `height` than that of its reading it may have expired since. */
export function stateAt({ state, expiresAt }: NameEvidence, height?: number): NameEvidence["state"] {
  return state === "active" && height !== undefined && height > expiresAt ? "expired" : state;
}

/** How a message says it. */
export const PAST = { expired: "has expired", deleted: "was deleted" } as const;

/** One question answered. `unknown`: there is nothing to judge by. */
export type Verdict =
  | { readonly kind: "ok" }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: "unknown"; readonly message: string };

export const ok: Verdict = { kind: "ok" };
export const failed = (code: ErrorCode, message: string): Verdict => ({ kind: "failed", code, message });
export const unknown = (message: string): Verdict => ({ kind: "unknown", message });
