// A name on its way into the chain. What is wished for is stored before the node hears of it; after a crash or a lost answer it is
// looked for in mempool and chain before it is sent again.

import type { Disposer, MicroEmc, UnixMs } from "../../base/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";
import type { NameOperation } from "./ports-chain.ts";

export type NamePurpose = "worm" | "listing" | "proofs" | "escrow" | "enum" | "dns";

/** What somebody wants to have in the chain. */
export interface NameWish {
  readonly purpose: NamePurpose;
  readonly operation: NameOperation;
  readonly name: string;
  /** Empty for a delete. */
  readonly value: Uint8Array;
  /** Added to what is left; 0 keeps the term of an update. */
  readonly days: number;
  /** Owner of a new name; null for a fresh address of the wallet. An update always keeps the owner. */
  readonly address: string | null;
}

/** What a wish would do and cost; nothing is written for it. */
export interface NamePlan {
  readonly wish: NameWish;
  /** The name's fee and what is locked in its output; an estimate from the last block. */
  readonly cost: MicroEmc;
  /** Null where nothing stands in the way. */
  readonly problem: ProblemBody | null;
}

/**
 * `waiting`: stored, not yet with the node (or the node or its wallet are not ready) · `sent`: in the mempool as far as is known ·
 * `confirming`: in the chain, not deep enough · `done` · `lost`: somebody else's operation came first, ours confirmed without effect or
 * vanished · `failed`: the node will not have it.
 */
export type NamePublicationState = "waiting" | "sent" | "confirming" | "done" | "lost" | "failed" | "cancelled";

export interface NamePublication {
  /** 32 hex digits. */
  readonly id: string;
  readonly wish: NameWish;
  readonly state: NamePublicationState;
  /** Null before the node took it. */
  readonly txid: string | null;
  readonly confirmations: number;
  /** Confirmations that it takes. */
  readonly needed: number;
  readonly address: string | null;
  readonly expiresAt: number | null;
  readonly problem: ProblemBody | null;
  readonly createdAt: UnixMs;
  readonly changedAt: UnixMs;
}

/** Puts names into the chain: one operation per name at a time, in the order in which they were wished for. */
export interface NamePublisher {
  plan(wish: NameWish): Promise<NamePlan>;
  /** Resolves when the wish is durable. Errors: `publication.running` (another operation on that name), `publication.refused` (lint). */
  submit(wish: NameWish): Promise<NamePublication>;
  /** Of a wish that is still `waiting`. Errors: `publication.unknown`, `publication.too_late`. */
  cancel(id: string): Promise<NamePublication>;
  get(id: string): NamePublication | null;
  /** The newest publication of a name. */
  latest(name: string): NamePublication | null;
  list(): readonly NamePublication[];
  /** Resolves when it is `done`; rejects with `publication.lost`, `publication.failed` or `publication.cancelled`. */
  settled(id: string, signal: AbortSignal): Promise<NamePublication>;
  onChange(listener: (publication: NamePublication) => void): Disposer;
}
