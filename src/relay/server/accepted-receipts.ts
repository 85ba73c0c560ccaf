// The relay's receipts: its signed word that a message is durable here. They are not stored: a message's hash, listing and time make the
// same receipt each time. Each day's are a tree, as the box's are.

import {
  type Clock,
  type CryptoSuite,
  type Logger,
  minutes,
  type Secret,
  toBase64url,
  type UnixMs,
} from "../../base/index.ts";
import {
  type AcceptedRow,
  type IssuedReceipt,
  ProofReader,
  ProofService,
  type ReceiptQuery,
  type ReceiptSlice,
  type ReceiptSource,
  type RelayStore,
  type TreeStore,
} from "../../core/index.ts";
import { signReceipt, signReceiptAside } from "../../envelope/index.ts";
import type { Receipt } from "../../protocol/index.ts";
import type { RelayTime } from "./relay-time.ts";

export interface AcceptedReceiptsDeps {
  readonly store: Pick<RelayStore, "accepted">;
  readonly suite: CryptoSuite;
  /** The relay's Ed25519 seed. */
  readonly seed: Secret<Uint8Array>;
}

export class AcceptedReceipts implements ReceiptSource {
  readonly issuer: string;
  readonly #deps: AcceptedReceiptsDeps;

  constructor(deps: AcceptedReceiptsDeps) {
    this.#deps = deps;
    this.issuer = toBase64url(deps.suite.ed25519Public(deps.seed.reveal()));
  }

  /** Signs what a provider gets for a message. The listing stands in it, never the renter. */
  receipt({ hash, listingId, at }: AcceptedRow): Receipt {
    const to = { listing: listingId };
    return { ...signReceipt({ ...this.#deps, from: this.issuer, to, msgHash: hash, ts: at }), to };
  }

  /** The same, for who has many to sign and other work. */
  async receiptAside({ hash, listingId, at }: AcceptedRow): Promise<Receipt> {
    const to = { listing: listingId };
    return { ...(await signReceiptAside({ ...this.#deps, from: this.issuer, to, msgHash: hash, ts: at })), to };
  }

  async slice(query: ReceiptQuery): Promise<ReceiptSlice> {
    const { rows, next } = await this.#deps.store.accepted.slice(query);
    return { receipts: rows.map((row) => this.#issued(row)), next };
  }

  async about(
    hash: string,
    within: { readonly from: UnixMs; readonly to: UnixMs } | null,
  ): Promise<readonly IssuedReceipt[]> {
    return (await this.#deps.store.accepted.about(hash, within)).map((row) => this.#issued(row));
  }

  #issued(message: AcceptedRow): IssuedReceipt {
    return { kind: "relay", receipt: this.receipt(message), at: message.at };
  }
}

export interface RelayProofsDeps {
  readonly accepted: AcceptedReceipts;
  readonly trees: TreeStore;
  readonly crypto: CryptoSuite;
  readonly time: RelayTime;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The relay's daily trees. It has no wallet: its operator anchors their roots. */
export function relayProofs(deps: RelayProofsDeps): { readonly service: ProofService; readonly reader: ProofReader } {
  const { accepted: source, trees: store, crypto: suite, time, clock, log } = deps;
  const reader = new ProofReader({ suite, store, source, username: null });
  const service = new ProofService({
    ...{ suite, store, source, reader, clock, log, publish: "manual", emptyDays: "skip", closeAfter: minutes(10) },
    anchoring: null,
    // In doubt a day is closed too late rather than too early.
    now: () => time.earliest(),
    trusted: () => true,
    events: { record: ({ code, details = {} }) => log.info(code, details) },
  });
  return { service, reader };
}
