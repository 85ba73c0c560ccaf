// One batch of a relay's messages: each is verified, opened, stored, handed over, and acknowledged with a signed receipt, in this
// order. A message that fails is reported and left at the relay; it stops no other.

import {
  type AppError,
  type Clock,
  type CryptoSuite,
  fromBase64url,
  isAppError,
  type Logger,
  toBase64url,
} from "../base/index.ts";
import { type Identity, messageHash, publicKeysToText, signReceipt } from "../envelope/index.ts";
import { ackReply, type MailboxMessage, type RentalsReply, rentalsReply } from "../protocol/index.ts";
import { checkGrant } from "./accept-grant.ts";
import type { GatewaySession } from "./gateway-session.ts";
import { entryKey, type InboxEntry } from "./inbox.ts";
import { messageError, openMessage } from "./open-message.ts";
import type { StoredMessage } from "./records.ts";
import type { RelayHttp } from "./relay-http.ts";
import type { RenterState } from "./state.ts";

/** Where a client hands over what it has. */
export interface RenterSink {
  /** New messages, already in the inbox, oldest first. They are acknowledged after this resolves. */
  messages(entries: readonly InboxEntry[]): Promise<void>;
  /** A rental was granted, or its grant changed; it is kept already. */
  rentals?(): void;
  /** A message or a grant that was refused. */
  refused(error: AppError): void;
}

export interface MailboxOptions {
  readonly url: string;
  readonly identity: Identity;
  readonly suite: CryptoSuite;
  readonly clock: Clock;
  readonly log: Logger;
  readonly session: GatewaySession;
  readonly state: RenterState;
}

export interface MailboxBatch {
  readonly messages: readonly MailboxMessage[];
  /** Where reading goes on. */
  readonly cursor: number;
  /** In which the relay gave it, if it said so. */
  readonly epoch: string | null;
}

export type RelayRental = RentalsReply["rentals"][number];

/** Receipts in one request. */
const ACK_BATCH = 500;

export class Mailbox {
  readonly #options: MailboxOptions;

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  /** Asks the relay for the renter's rentals and remembers the grants that can be believed. */
  async refreshRentals(sink: RenterSink, signal: AbortSignal): Promise<readonly RelayRental[]> {
    const { session, state } = this.#options;
    const request = (http: RelayHttp, token: string) =>
      http.call({ method: "GET", path: "rentals", token, reply: rentalsReply, signal });
    const { rentals } = await session.with(request, signal);
    const accepted = rentals.filter(({ grant }) => this.#isAcceptable(grant, sink));
    if (await state.acceptGrants(accepted.map(({ grant }) => grant))) sink.rentals?.();
    return accepted;
  }

  #isAcceptable(grant: RelayRental["grant"], sink: RenterSink): boolean {
    const { suite, identity, state } = this.#options;
    const known = state.grant(grant.rental_id);
    try {
      checkGrant({ suite, grant, renter: publicKeysToText(identity), pin: state.pin(grant.listing_id), known });
      return true;
    } catch (error) {
      if (!isAppError(error)) throw error;
      sink.refused(error);
      return false;
    }
  }

  /** Takes a batch in the relay's order. */
  async take(batch: MailboxBatch, sink: RenterSink, signal: AbortSignal): Promise<void> {
    const { state, url, clock, suite } = this.#options;
    if (batch.messages.some((message) => state.grant(message.rental_id) === undefined)) {
      await this.refreshRentals(sink, signal);
    }
    const opened: StoredMessage[] = [];
    const again: InboxEntry[] = [];
    for (const message of batch.messages) {
      const key = entryKey(message.rental_id, messageHash(suite, fromBase64url(message.envelope)));
      const known = state.inbox.get(key);
      if (known !== undefined) again.push(known);
      else opened.push(...(await this.#open(message, sink)));
    }
    const { cursor, epoch } = batch;
    const entries = await state.store({ relay: url, at: clock.now(), cursor, epoch, messages: opened });
    if (entries.length > 0) await sink.messages(entries);
    await this.acknowledge(again, signal);
  }

  /** The message ready to be stored, or nothing when it was refused. */
  async #open(message: MailboxMessage, sink: RenterSink): Promise<readonly StoredMessage[]> {
    const { suite, identity, state, clock } = this.#options;
    try {
      const grant = state.grant(message.rental_id);
      if (grant === undefined) {
        const hint = "Run login; if it stays, the provider has not granted this rental to your key.";
        throw messageError("renter.unknown_rental", message, "no grant is known for it", hint);
      }
      const { plain } = await openMessage({ suite, seed: identity.seed, grant, message });
      const receipt = signReceipt({
        suite,
        seed: identity.seed,
        from: toBase64url(identity.verify),
        to: grant.provider,
        msgHash: messageHash(suite, fromBase64url(message.envelope)),
        ts: clock.now(),
      });
      return [{ message, plain, receipt }];
    } catch (error) {
      if (!isAppError(error)) throw error;
      sink.refused(error);
      return [];
    }
  }

  /**
   * Sends every receipt that this relay has not answered, and those of `again`, which it served although they were answered. A
   * relay that cannot be reached gets them next time.
   */
  async acknowledge(again: readonly InboxEntry[], signal: AbortSignal): Promise<void> {
    const { state, url } = this.#options;
    const due = [...new Set([...state.inbox.unsettled(url), ...again])];
    for (let at = 0; at < due.length; at += ACK_BATCH) await this.#send(due.slice(at, at + ACK_BATCH), signal);
  }

  async #send(entries: readonly InboxEntry[], signal: AbortSignal): Promise<void> {
    const { session, state, log } = this.#options;
    const body = { receipts: entries.map((entry) => entry.receipt) };
    const request = (http: RelayHttp, token: string) =>
      http.call({ method: "POST", path: "sms/ack", body, token, reply: ackReply, signal });
    const { accepted, refused } = await session.with(request, signal);
    const outcomes = new Map([
      ...refused.map(({ msg_hash, code }) => [msg_hash, code] as const),
      ...accepted.map((hash) => [hash, "accepted"] as const),
    ]);
    for (const { code } of refused) log.warn("renter_receipt_refused", { code });
    await state.settle(
      entries.flatMap(({ key, receipt }) => {
        const outcome = outcomes.get(receipt.msg_hash);
        return outcome === undefined ? [] : [{ key, outcome }];
      }),
    );
  }
}
