// What an account's rentals are, opened: number, terms, phone account, what came and what is missing.

import { type CryptoSuite, isAppError } from "../base/index.ts";
import { openGrant } from "../envelope/index.ts";
import type { RentalGrant, SipTerms } from "../protocol/index.ts";
import type { RentalDuration, Tier } from "../registry/index.ts";
import type { RenterAccount } from "./account.ts";
import type { AccountKey } from "./account-key.ts";
import type { InboxEntry } from "./inbox.ts";
import type { SeqRange } from "./sequence.ts";
import { type SenderPolicyTerms, senderPolicyOf, sipOf, tierOfTerms } from "./terms.ts";

export interface AccountRental {
  readonly key: number;
  readonly grant: RentalGrant;
  /** Null where what is sealed cannot be read. */
  readonly number: string | null;
  /** Null where there is none, or one of a form that this version does not know. */
  readonly sip: SipTerms | null;
  readonly tier: Tier;
  /** How long it was first rented for; null where the order was made elsewhere. */
  readonly bought: RentalDuration | null;
  /** That some senders' messages are not delivered. */
  readonly policy: SenderPolicyTerms | null;
  /** When its renter ended it before its time, in Unix ms; null for the others. */
  readonly cancelledAt: number | null;
  /** The document of its escrow; null without one. */
  readonly escrow: string | null;
  readonly received: number;
  /** Numbers of messages that were left out before the last one that came. */
  readonly gaps: readonly SeqRange[];
}

function secretOf(
  suite: CryptoSuite,
  key: AccountKey,
  grant: RentalGrant,
): Pick<AccountRental, "number" | "sip" | "tier" | "policy"> {
  try {
    const { number, terms } = openGrant(suite, key.identity.seed, grant);
    return { number, sip: sipOrNull(terms), tier: tierOfTerms(terms), policy: senderPolicyOf(terms) };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { number: null, sip: null, tier: "sms_only", policy: null };
  }
}

/** A phone account of a form that this version does not know is none. */
function sipOrNull(terms: unknown): SipTerms | null {
  try {
    return sipOf(terms);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return null;
  }
}

function cancelledAt(account: RenterAccount, rental: string): number | null {
  const order = account.orders.find(
    ({ request: { change }, answer }) =>
      change?.kind === "cancel" && change.rental_id === rental && answer?.state === "granted",
  );
  return order?.made_at ?? null;
}

function boughtFor(account: RenterAccount, rental: string): RentalDuration | null {
  const order = account.orders.find(
    ({ request: { change }, answer }) => change === undefined && answer?.rental_id === rental,
  );
  return order?.request.duration ?? null;
}

function rentalsOfKey(suite: CryptoSuite, account: RenterAccount, key: AccountKey): readonly AccountRental[] {
  const { inbox, grants } = key.state;
  const counts = Map.groupBy(inbox.entries, ({ message }) => message.rental_id);
  return grants.map((grant) => ({
    ...{ key: key.index, grant, ...secretOf(suite, key, grant) },
    bought: boughtFor(account, grant.rental_id),
    cancelledAt: cancelledAt(account, grant.rental_id),
    escrow: account.escrow(grant.rental_id),
    received: counts.get(grant.rental_id)?.length ?? 0,
    gaps: inbox.missing(grant.rental_id, { from: 1, to: Math.max(1, inbox.highest(grant.rental_id)) }),
  }));
}

/** Those that end last first. */
export function accountRentals(suite: CryptoSuite, account: RenterAccount): readonly AccountRental[] {
  return account.keys
    .flatMap((key) => rentalsOfKey(suite, account, key))
    .toSorted((one, other) => other.grant.expires_at - one.grant.expires_at);
}

export interface AccountEntry {
  readonly entry: InboxEntry;
  readonly key: AccountKey;
}

/** Newest first. */
export function accountEntries(account: RenterAccount): readonly AccountEntry[] {
  return account.keys
    .flatMap((key) => key.state.inbox.entries.map((entry) => ({ entry, key })))
    .toReversed()
    .toSorted((one, other) => receivedAt(other.entry) - receivedAt(one.entry));
}

/** Unix ms by the box; by the relay where the box says nothing. */
export function receivedAt({ payload, message }: InboxEntry): number {
  return payload.type === "text" ? message.ts * 1000 : payload.received_ms;
}
