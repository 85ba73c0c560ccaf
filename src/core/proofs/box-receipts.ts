// The box's receipts. Its own are not stored: an Ed25519 signature is the same each time, so a message's hash, the time at which the
// relay had taken it, and its listing are the receipt. Nothing is written for it on the way of an SMS.

import type { CryptoSuite, Secret, UnixMs } from "../../base/index.ts";
import { type Receipt, receiptTime, signCallReceipt, signReceipt, verifyReceipt } from "../../envelope/index.ts";
import { parseJsonWith, receipt as receiptSchema } from "../../protocol/index.ts";
import type { IssuedCall, IssuedCalls, RowQuery, RowSlice } from "./issued-calls.ts";
import type { IssuedReceipt, ReceiptQuery, ReceiptSlice, ReceiptSource } from "./ports-proofs.ts";
import { unknownMessage } from "./proof-problems.ts";

/** What a relay signed for a message that it took. */
export interface StoredAcceptance {
  /** The relay's verify key, base64url. */
  readonly by: string;
  readonly at: UnixMs;
  /** base64url. */
  readonly sig: string;
}

/** A message that the relay has. */
export interface ForwardedRow {
  /** base64url SHA-256 of the envelope. */
  readonly hash: string;
  readonly rentalId: string;
  readonly listingId: string;
  readonly renter: string;
  readonly at: UnixMs;
  readonly accepted: StoredAcceptance | null;
}

export interface AcknowledgedRow {
  readonly at: UnixMs;
  /** Canonical JSON of the renter's receipt. */
  readonly receipt: string;
}

/** One slice looks at a bounded number of rows. */
export interface IssuedRows {
  forwarded(query: RowQuery): Promise<RowSlice<ForwardedRow>>;
  acknowledged(query: RowQuery): Promise<RowSlice<AcknowledgedRow>>;
  forwardedAs(hash: string): Promise<ForwardedRow | null>;
  acknowledgedAs(hash: string): Promise<readonly AcknowledgedRow[]>;
}

export interface BoxReceiptsDeps {
  readonly suite: CryptoSuite;
  readonly rows: IssuedRows;
  /** Absent where there are no calls. */
  readonly calls?: IssuedCalls;
  /** The provider's Ed25519 seed and, base64url, its verify key. */
  readonly seed: Secret<Uint8Array>;
  readonly provider: string;
}

/** The relay's word in receipt form. In what is shared stands the listing, never a renter. */
export function acceptReceipt(accepted: StoredAcceptance, msgHash: string, listing: string): Receipt {
  const { by, at, sig } = accepted;
  return { msg_hash: msgHash, ts: receiptTime(at), from: by, to: { listing }, sig };
}

/** What to keep of a relay's receipt; null unless it is good, for this very message, and to its listing. */
export function acceptanceOf(
  suite: CryptoSuite,
  receipt: unknown,
  message: { readonly hash: string; readonly listingId: string },
): StoredAcceptance | null {
  const verdict = verifyReceipt(suite, receipt);
  if (!verdict.ok) return null;
  const { msg_hash, to, from, sig, ts } = verdict.receipt;
  const ours = msg_hash === message.hash && typeof to === "object" && to.listing === message.listingId;
  // Kept without its text: only the form that `receiptTime` writes can be made again.
  return ours && receiptTime(verdict.at) === ts ? { by: from, at: verdict.at, sig } : null;
}

export class BoxReceipts implements ReceiptSource {
  readonly #deps: BoxReceiptsDeps;

  constructor(deps: BoxReceiptsDeps) {
    this.#deps = deps;
  }

  get issuer(): string {
    return this.#deps.provider;
  }

  /** First what was forwarded (`m` and the rows' position), then what was acknowledged (`r`), then calls (`c`). */
  async slice(query: ReceiptQuery): Promise<ReceiptSlice> {
    const { rows, calls } = this.#deps;
    const after = query.after ?? "m";
    const position = after.slice(1);
    if (after.startsWith("m")) {
      const page = await rows.forwarded({ ...query, after: position });
      const next = page.next === null ? "r" : `m${page.next}`;
      return { receipts: page.rows.flatMap((row) => this.#ofForwarded(row)), next };
    }
    if (after.startsWith("r")) {
      const page = await rows.acknowledged({ ...query, after: position });
      const end = calls === undefined ? null : "c";
      return { receipts: page.rows.map(ofAcknowledged), next: page.next === null ? end : `r${page.next}` };
    }
    const page = await calls?.ended({ ...query, after: position });
    const receipts = page?.rows.map((call) => this.#ofCall(call)) ?? [];
    return { receipts, next: page === undefined || page.next === null ? null : `c${page.next}` };
  }

  async about(hash: string): Promise<readonly IssuedReceipt[]> {
    const row = await this.#deps.rows.forwardedAs(hash);
    const own = row === null ? [] : this.#ofForwarded(row);
    const read = (await this.#deps.rows.acknowledgedAs(hash)).map(ofAcknowledged);
    const call = (await this.#deps.calls?.endedAs(hash)) ?? null;
    return [...own, ...read, ...(call === null ? [] : [this.#ofCall(call)])];
  }

  /** The provider's receipt to the renter's own key: for the renter alone, since it tells who rents. Errors: `proofs.unknown_message`. */
  async forRenter(hash: string): Promise<Receipt> {
    const row = await this.#deps.rows.forwardedAs(hash);
    if (row === null) throw unknownMessage();
    return this.#sign(row, row.renter);
  }

  #ofForwarded(row: ForwardedRow): readonly IssuedReceipt[] {
    const { hash, listingId, at, accepted } = row;
    const own: IssuedReceipt = { kind: "provider", receipt: this.#sign(row, { listing: listingId }), at };
    if (accepted === null) return [own];
    return [own, { kind: "relay", receipt: acceptReceipt(accepted, hash, listingId), at }];
  }

  #ofCall({ hash, listingId: listing, direction, start, duration, at }: IssuedCall): IssuedReceipt {
    const { suite, seed, provider } = this.#deps;
    const times = { start, duration: Math.floor(duration / 1000), ts: at };
    const about = { suite, seed, from: provider, to: { listing }, callHash: hash, direction };
    return { kind: "call", receipt: signCallReceipt({ ...about, ...times }), at };
  }

  #sign({ hash, at }: ForwardedRow, to: Receipt["to"]): Receipt {
    const { suite, seed, provider } = this.#deps;
    return signReceipt({ suite, seed, from: provider, to, msgHash: hash, ts: at });
  }
}

function ofAcknowledged({ at, receipt }: AcknowledgedRow): IssuedReceipt {
  return {
    kind: "renter",
    receipt: parseJsonWith(receiptSchema, receipt, "proofs.bad_receipt", "A stored receipt"),
    at,
  };
}
