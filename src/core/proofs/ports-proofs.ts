// What the daily trees of receipts need: where receipts come from, and where trees and the state of days are kept.

import type { UnixMs } from "../../base/index.ts";
import type { AnyReceipt } from "../../envelope/index.ts";
import type { ProblemBody } from "../../protocol/index.ts";
import type { ProofDate } from "./proof-date.ts";

/** Whose word it is: the provider's, that the message left his box; the relay's, that it took it; the renter's, that it was read. */
export type ReceiptKind = "provider" | "relay" | "renter" | "call";

export interface IssuedReceipt {
  readonly kind: ReceiptKind;
  readonly receipt: AnyReceipt;
  /** When it was issued or came here: that decides its day, since others' clocks are not ours. */
  readonly at: UnixMs;
}

export interface ReceiptQuery {
  /** Where the slice before ended; null for the first. */
  readonly after: string | null;
  /** First and first no longer asked for millisecond of `IssuedReceipt.at`. */
  readonly from: UnixMs;
  readonly to: UnixMs;
  /** Only those of one rental. */
  readonly rentalId: string | null;
}

export interface ReceiptSlice {
  readonly receipts: readonly IssuedReceipt[];
  /** Null behind the last slice. A slice may be empty and have one behind it. */
  readonly next: string | null;
}

/** All receipts, the same ones in the same form however often they are asked for. */
export interface ReceiptSource {
  /** The verify key (base64url) that `provider` or `relay` receipts of this source are signed with. */
  readonly issuer: string;
  slice(query: ReceiptQuery): Promise<ReceiptSlice>;
  /** Those about one envelope or call, by its base64url hash; `within` says where to look, if that is known. */
  about(hash: string, within: { readonly from: UnixMs; readonly to: UnixMs } | null): Promise<readonly IssuedReceipt[]>;
}

/**
 * `open`: the first day, which has not ended · `empty`: ended without a receipt, nothing to anchor · `built`: the root stands, not yet on
 * its way · `submitted`: the publisher has it · `anchored`: in the chain at the depth that is asked for · `failed`: a person has to look.
 */
export type ProofDayState = "open" | "empty" | "built" | "submitted" | "anchored" | "failed";

export interface ProofDay {
  readonly date: ProofDate;
  readonly state: ProofDayState;
  /** Leaves. */
  readonly count: number;
  /** Hex; null while the day is open. */
  readonly root: string | null;
  /** Who signed the receipts that were issued here. */
  readonly issuer: string | null;
  /** The name in the chain, once it is chosen. */
  readonly name: string | null;
  /** Id of the name's publication. */
  readonly publication: string | null;
  readonly txid: string | null;
  readonly height: number | null;
  readonly problem: ProblemBody | null;
  readonly changedAt: UnixMs;
}

/** Up to 256 leaf hashes in order. */
export interface TreeBlock {
  readonly index: number;
  readonly first: Uint8Array;
  /** The node over the block's leaves. */
  readonly root: Uint8Array;
  /** The hashes one after the other. */
  readonly hashes: Uint8Array;
}

/** Writes resolve after fsync. */
export interface TreeStore {
  /** Oldest first. */
  days(): Promise<readonly ProofDay[]>;
  day(date: ProofDate): Promise<ProofDay | null>;
  saveDay(day: ProofDay): Promise<void>;
  /** Forgets the leaves of a day. */
  clearTree(date: ProofDate): Promise<void>;
  /** Run 0 is the tree; others are sorted pieces of it while it is built. */
  saveBlocks(date: ProofDate, run: number, blocks: readonly TreeBlock[]): Promise<void>;
  block(date: ProofDate, run: number, index: number): Promise<Uint8Array | null>;
  /** The tree's blocks without their leaves, in order. */
  heads(date: ProofDate): Promise<readonly Pick<TreeBlock, "first" | "root">[]>;
  /** Keeps the day as built, then drops all runs but the tree. */
  finishTree(day: ProofDay): Promise<void>;
}
