// What a relay keeps, and what it asks of whatever keeps it: a file of its own, or a cluster that several relay processes share. Everything
// that is written resolves after it is durable. Errors are `store.*`; retryable ones mean that the same call may succeed later, and that
// what was asked for may or may not have been done: every write may be repeated.

import type { ErrorCode, ListingId, UnixMs } from "../../base/index.ts";
import type {
  MailboxMessage,
  MailboxPage,
  OrderAnswer,
  ProviderMessagesPage,
  ProviderReceiptsPage,
  ProviderRequest,
  Receipt,
  RentalGrant,
  RentRequest,
} from "../../protocol/index.ts";
import type { RentalDays } from "../reputation/index.ts";
import type { CursorKind, KeptCursor } from "./cursors.ts";
import type { Candidate, MailboxCaps, RentalRoute } from "./forward-rules.ts";

export interface PageRequest {
  /** Cursor behind which to read. */
  readonly after: number;
  /** Most rows, 1-500. */
  readonly limit: number;
}

export interface ForwardBatch {
  readonly items: readonly { readonly candidate: Candidate; readonly route: RentalRoute }[];
  /** By which rentals end. */
  readonly now: UnixMs;
  /** What is stored now is dated with. */
  readonly storedAt: UnixMs;
  readonly caps: MailboxCaps;
}

export type ForwardResult =
  | { readonly kind: "stored"; readonly status: "delivered" | "queued"; readonly storedAt: UnixMs }
  | { readonly kind: "duplicate"; readonly id: string; readonly storedAt: UnixMs }
  | { readonly kind: "refuse"; readonly code: ErrorCode }
  /** Of this one message alone; the others of the batch have their results. */
  | { readonly kind: "failed"; readonly error: unknown };

/** A message that a receipt may be about. */
export interface ReceivedMessage {
  readonly id: string;
  readonly hash: string;
  readonly rentalId: string;
  readonly listingId: string;
  readonly provider: string;
  readonly acknowledged: boolean;
}

export interface Acknowledgement {
  readonly messageId: string;
  readonly rentalId: string;
  readonly provider: string;
  /** Canonical JSON. */
  readonly receipt: string;
}

/** What became of a message. */
export interface DeliveredMessage extends Pick<Candidate, "id" | "v" | "ts" | "hash" | "signature"> {
  readonly seq: number;
  readonly storedAt: UnixMs;
  /** Whether its envelope is still here. */
  readonly waiting: boolean;
  /** The renter's. */
  readonly receipt: Receipt | null;
}

/** Messages between acceptance and acknowledgement. */
export interface MailStore {
  /** How many batches it likes to be asked to store at once, at least 1: one that commits to a disk gathers better than it hurries. */
  readonly together: number;
  /** Judges and stores in order, as `judgeForwards` does. One result for each item. */
  store(batch: ForwardBatch): Promise<readonly ForwardResult[]>;
  /** What waits for `renter` (its verify key), in cursor order. A later page never holds a lower cursor. */
  page(renter: string, request: PageRequest & { readonly rentalId?: string | undefined }): Promise<MailboxPage>;
  /** The renter's messages with one of these envelope hashes. */
  received(renter: string, hashes: readonly string[]): Promise<readonly ReceivedMessage[]>;
  /** Keeps the receipts and wipes the envelopes they are about. A second receipt for a message changes nothing. */
  acknowledge(renter: string, entries: readonly Acknowledgement[]): Promise<void>;
  /** Messages of one rental by `seq`, with or without their envelopes. Those of the short form have no `seq` and are left out. */
  course(rentalId: string, request: PageRequest): Promise<readonly DeliveredMessage[]>;
  /**
   * Counts of what `course` tells of the rentals that `ofListing` tells of, the newest `DELIVERIES_PER_RENTAL` of each: for the first of
   * `listingIds` at least, and for as many behind it as it knows without reading all of their messages again. None for the others: they are
   * to be asked for once more.
   */
  sums(listingIds: readonly string[]): Promise<ReadonlyMap<string, readonly RentalDays[]>>;
  /** Renters' receipts for one provider in order of arrival. */
  receipts(provider: string, request: PageRequest): Promise<ProviderReceiptsPage>;
}

export interface StoredGrant {
  readonly rev: number;
  readonly lastSeq: number;
  /** The grant as the provider signed it, canonical JSON. */
  readonly text: string;
  readonly grant: RentalGrant;
}

export interface GrantContext {
  readonly stored: Omit<StoredGrant, "lastSeq"> | null;
  /** Whose the listing is; null when nobody has registered it yet. */
  readonly listingOwner: string | null;
}

export type GrantDecision = "created" | "updated" | "unchanged";

export interface GrantStore {
  /** Null when the relay does not know the rental. */
  route(rentalId: string): Promise<RentalRoute | null>;
  /** Rentals of a listing that run at `now`; if none does, the one that ended last. */
  routesOfListing(listingId: string, now: UnixMs): Promise<readonly RentalRoute[]>;
  isKnownListing(listingId: string): Promise<boolean>;
  /** Those of `ids` with a rental that runs. */
  rentedOf(ids: readonly string[], now: UnixMs): Promise<ReadonlySet<string>>;
  /** Lets `decide` judge the grant against what is stored; a throw of it changes nothing. It may be asked more than once. */
  save(
    entry: { readonly grant: RentalGrant; readonly text: string },
    decide: (context: GrantContext) => GrantDecision,
  ): Promise<GrantDecision>;
  find(rentalId: string): Promise<StoredGrant | null>;
  /** Those of one listing, the newest end first, at most 50. */
  ofListing(listingId: string): Promise<readonly StoredGrant[]>;
  /** Grants of one renter, whatever their state, at most 500. */
  ofRenter(renter: string): Promise<readonly StoredGrant[]>;
  /** Those of one provider behind `after`, by rental id; `more` when others follow. */
  ofProvider(
    provider: string,
    request: { readonly after: string; readonly limit: number },
  ): Promise<{ readonly rentals: readonly StoredGrant[]; readonly more: boolean }>;
  /** What was taken of one rental of this provider; nothing of another's. Those of the short form have no `seq` and are left out. */
  messages(
    provider: string,
    request: { readonly rentalId: string; readonly after: number; readonly limit: number },
  ): Promise<ProviderMessagesPage>;
}

/** Which box has a provider's identity now. */
export interface ProviderStore {
  box(provider: string): Promise<string | null>;
  /** The box that came last has the identity. */
  claim(claim: {
    readonly provider: string;
    readonly instance: string;
    readonly at: number;
  }): Promise<"first" | "same" | "replaced">;
}

export interface StoredRecord {
  readonly listingId: string;
  /** Verify key of who signed it. */
  readonly provider: string;
  /** Hex. */
  readonly commitment: string;
  readonly rev: number;
  readonly record: string;
}

export type RecordDecision = "created" | "updated" | "unchanged";

export interface RecordStore {
  find(id: ListingId): Promise<StoredRecord | null>;
  /** Lets `decide` judge the record against the one that is stored; a throw of it changes nothing. It may be asked more than once. */
  save(
    record: StoredRecord,
    now: UnixMs,
    decide: (stored: StoredRecord | null) => RecordDecision,
  ): Promise<RecordDecision>;
  /** The records of those of `ids` that have one, in no order. */
  many(ids: readonly string[]): Promise<readonly StoredRecord[]>;
  /** Those of `ids` with a record here. */
  among(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Ids of all records behind `after`, in their order. */
  ids(after: string, limit: number): Promise<readonly string[]>;
}

export interface StoredOrder {
  readonly id: string;
  readonly provider: string;
  /** Verify key. */
  readonly renter: string;
  readonly requestText: string;
  readonly request: RentRequest;
  readonly answer: OrderAnswer | null;
}

export interface WaitingRequest {
  readonly cursor: number;
  readonly request: ProviderRequest;
}

/** What the caps look at. */
export interface OrderLoad {
  readonly stored: StoredOrder | null;
  readonly openOfRenter: number;
  readonly waitingForProvider: number;
  readonly asked: number;
}

export interface NewRequest {
  readonly request: ProviderRequest;
  readonly provider: string;
}

export interface NewOrder {
  readonly renter: string;
  readonly text: string;
  readonly now: UnixMs;
}

/** Orders and the questions about them, until the provider has answered. */
export interface OrderStore {
  find(id: string): Promise<StoredOrder | null>;
  /** Orders of a provider that are not over and were answered at least once. */
  open(provider: string): Promise<readonly StoredOrder[]>;
  /** How many questions about an order have no answer. */
  pending(orderId: string): Promise<number>;
  waiting(provider: string, after: number): Promise<readonly WaitingRequest[]>;
  /**
   * Lets `decide` judge, then stores the question and, with `order`, its order. A throw of `decide` changes nothing, and so does its
   * `false`; it may be asked more than once. A question that was answered is asked anew; one that waits is not asked twice.
   */
  save(request: NewRequest, order: NewOrder | null, decide: (load: OrderLoad) => boolean): Promise<boolean>;
  /** The order that a question is about, whether or not it was answered. */
  orderOf(requestId: string): Promise<string | null>;
  /** Keeps the provider's word and forgets the question's body. */
  answer(requestId: string, answer: OrderAnswer): Promise<void>;
}

/** A small text under a name: papers that the relay only passes on, and signs of life. */
export interface Paper {
  /** What it is, 1-20 lower-case letters. */
  readonly kind: string;
  /** Letters of base64url, at most 64. */
  readonly id: string;
  /** At most 128 KiB. */
  readonly text: string;
  readonly at: UnixMs;
  /** Base64url key of who is answerable for it, where that is counted. */
  readonly owner?: string;
}

export interface PaperLoad {
  readonly all: number;
  readonly ofOwner: number;
}

export interface PaperStore {
  find(kind: string, id: string): Promise<Paper | null>;
  /** Lets `decide` judge what is stored; its `false` and a throw of it change nothing. It may be asked more than once. */
  save(paper: Paper, decide: (stored: Paper | null) => boolean): Promise<boolean>;
  /** How many of a kind have an owner, and how many this one. */
  load(kind: string, owner: string): Promise<PaperLoad>;
  /** When those of `ids` that are here were saved. */
  times(kind: string, ids: readonly string[]): Promise<ReadonlyMap<string, UnixMs>>;
}

/** A token's owner. Tokens are kept by their SHA-256 in hex: a stolen store gives no access. */
export interface TokenOwner {
  readonly pubkey: string;
  /** Unix seconds. */
  readonly expires: number;
}

/** What sign-in remembers. */
export interface SessionStore {
  saveToken(hash: string, owner: TokenOwner): Promise<void>;
  /** Whatever its expiry. Another process may still know a token for half a minute after it was revoked. */
  token(hash: string): Promise<TokenOwner | null>;
  /** Forgets one token of `pubkey`, or with null all that it has. */
  revoke(pubkey: string, hash: string | null): Promise<void>;
  /** Marks challenges as ours: 32 bytes that all processes over this store have in common. */
  readonly markKey: Uint8Array;
  /** True for the first who claims the nonce before `expires` (Unix seconds). */
  claimNonce(nonce: string, expires: number): Promise<boolean>;
  /** Remembers a challenge that was given for an address. */
  addChallenge(address: string, text: string, expires: number): Promise<void>;
  /** Those that are not expired at `now` (Unix seconds), newest first, at most four. */
  challenges(address: string, now: number): Promise<readonly string[]>;
}

/** A message the relay has given its receipt for. */
export interface AcceptedRow {
  /** base64url SHA-256 of the envelope. */
  readonly hash: string;
  readonly listingId: string;
  readonly at: UnixMs;
}

/** Everything that was accepted, with or without its envelope, for the relay's daily trees. */
export interface AcceptedStore {
  /** By time; `next` is the position behind the slice, null behind the last one. */
  slice(query: {
    readonly after: string | null;
    readonly from: UnixMs;
    readonly to: UnixMs;
    readonly rentalId: string | null;
  }): Promise<{ readonly rows: readonly AcceptedRow[]; readonly next: string | null }>;
  /** Those about one envelope; `within` says when it was accepted, if that is known. */
  about(hash: string, within: { readonly from: UnixMs; readonly to: UnixMs } | null): Promise<readonly AcceptedRow[]>;
}

/** Ends of rentals, in Unix seconds. */
export interface SumSpan {
  readonly endedAfter: number;
  readonly endedBefore: number;
}

/** What is forgotten, a slice at a time: each returns how much, 0 when nothing is left to do. */
export interface RelayUpkeep {
  /**
   * Wipes envelopes stored at or before `storedBefore`, and those of rentals that ended at or before `endedBefore` (Unix seconds) which
   * were stored at or before `lateBefore`.
   */
  expireEnvelopes(limits: {
    readonly storedBefore: UnixMs;
    readonly endedBefore: number;
    readonly lateBefore: UnixMs;
  }): Promise<number>;
  /** Removes rentals that ended at or before this (Unix seconds), with everything that hangs on them. */
  removeRentals(endedBefore: number): Promise<number>;
  /** Forgets orders made at or before this (Unix seconds), those by escrow by a time of their own. What was granted lives on as a rental. */
  forgetOrders(madeBefore: number, escrowMadeBefore: number): Promise<number>;
  /** Forgets papers of this kind saved at or before this. Returns how many, 0 when nothing is left. */
  forgetPapers(kind: string, savedBefore: UnixMs): Promise<number>;
  /**
   * Counts ahead what `MailStore.sums` would have to: rentals that ended in this span (Unix seconds), one slice of them. `after`: what it
   * gave for the slice before, null for the first one. Null when nothing is left.
   */
  sumUp(span: SumSpan, after: string | null): Promise<string | null>;
  /** Forgets tokens, nonces and challenges that expired at or before this (Unix seconds). */
  forgetSessions(expiredBefore: number): Promise<void>;
}

/** What cursors are worth that were given before. */
export interface CursorStore {
  /** Name of the run that is under way; the first question of a process begins one. A restored store never says one of the time it lost. */
  epoch(): Promise<string>;
  /** Where reading goes on behind a cursor that a client has kept: there, earlier, or at the beginning (0). */
  resume(kind: CursorKind, kept: KeptCursor): Promise<number>;
}

/** Told what happens in the store, whichever process did it. */
export interface RelayListener {
  /** A message of `renter` is durable; in cursor order for each renter. True if an open socket here took it. */
  stored(renter: string, message: MailboxMessage): boolean;
  /** A question waits for this provider. */
  requested(provider: string): void;
  answered(orderId: string): void;
  /** A grant of `renter` is durable, a new one or another revision. May be told of more than once. */
  granted(renter: string, rentalId: string): void;
}

export interface RelayStoreState {
  readonly kind: "sqlite" | "nats";
  /** Whether writes are taken now, as far as is known without asking. */
  readonly ok: boolean;
  /** Numbers for metrics, by their name in snake case. */
  readonly figures: Readonly<Record<string, number>>;
}

export interface RelayStore {
  readonly mail: MailStore;
  readonly rentals: GrantStore;
  readonly providers: ProviderStore;
  readonly records: RecordStore;
  readonly orders: OrderStore;
  readonly papers: PaperStore;
  readonly sessions: SessionStore;
  readonly accepted: AcceptedStore;
  readonly upkeep: RelayUpkeep;
  readonly cursors: CursorStore;
  /** To be called once, before anything else. */
  listen(listener: RelayListener): void;
  /** Whose receipts stand for what is kept here: the verify key of the relay that asked first. */
  issuer(verify: string): Promise<string>;
  /** A write of a few bytes; rejects when the store takes none. */
  probe(): Promise<void>;
  state(): Promise<RelayStoreState>;
  /** Ends what is under way; every later call rejects with `base.stopped`. Idempotent. */
  close(): Promise<void>;
}
