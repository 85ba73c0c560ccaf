// What becomes of forwarded messages, pure: a batch is judged in order against what the database holds, as if each had come alone.

import { days, type ErrorCode, type UnixMs, unixSecondsOf } from "../../base/index.ts";
import type { MailboxMessage } from "../../protocol/index.ts";

/** What the provider's signature covers: the canonical header, or only the envelope's text (the seed's short form). */
export type SignatureScope = "message" | "envelope_text";

/** Whose a rental is. Never changes while the rental is known. */
export interface RentalRoute {
  readonly rentalId: string;
  readonly listingId: string;
  /** Base64url keys. */
  readonly provider: string;
  readonly renter: string;
}

/** A message whose form and signature are good. */
export interface Candidate {
  readonly id: string;
  readonly rentalId: string;
  /** Null in the short form. */
  readonly seq: number | null;
  readonly v: 1 | 2;
  /** Unix seconds. */
  readonly ts: number;
  /** Base64url SHA-256 of the envelope's bytes. */
  readonly hash: string;
  readonly scope: SignatureScope;
  readonly envelope: string;
  readonly signature: string;
}

/** A message that the database holds, with or without its envelope. */
export interface KnownMessage extends Pick<Candidate, "id" | "rentalId" | "seq" | "v" | "ts" | "hash" | "scope"> {
  readonly storedAt: UnixMs;
}

export interface ForwardCounts {
  readonly rentalId: string;
  readonly renter: string;
  /** Unix seconds. */
  readonly expiresAt: number;
  readonly credit: number | null;
  readonly accepted: number;
  readonly lastSeq: number;
}

export interface MailboxCounts {
  readonly renter: string;
  readonly waiting: number;
  readonly bytes: number;
}

export interface MailboxCaps {
  readonly messages: number;
  readonly bytes: number;
}

export type ForwardVerdict =
  | { readonly kind: "store"; readonly candidate: Candidate; readonly renter: string }
  | { readonly kind: "duplicate"; readonly id: string; readonly storedAt: UnixMs }
  | { readonly kind: "refuse"; readonly code: ErrorCode };

export interface ForwardState {
  readonly known: readonly KnownMessage[];
  readonly rentals: readonly ForwardCounts[];
  readonly mailboxes: readonly MailboxCounts[];
}

export interface Judgement {
  /** One for each candidate, in their order. */
  readonly verdicts: readonly ForwardVerdict[];
  /** Only what changed, with its new values. */
  readonly rentals: readonly ForwardCounts[];
  readonly mailboxes: readonly MailboxCounts[];
}

/** How long after its end a rental still takes what the box sealed before: a box that was cut off must be able to deliver. */
export const LATE_DELIVERY = days(1);

/** Whether messages of this time still belong to the rental. `expiresAt` and `ts` in Unix seconds. */
export function isOverAtRelay(expiresAt: number, ts: number, now: UnixMs): boolean {
  const seconds = unixSecondsOf(now);
  return seconds >= expiresAt && (ts >= expiresAt || seconds >= expiresAt + LATE_DELIVERY / 1000);
}

/** Two messages are the same when all that names them is; the short form has nothing but its envelope to compare. */
function sameMessage(candidate: Candidate, known: KnownMessage): boolean {
  if (candidate.rentalId !== known.rentalId || candidate.hash !== known.hash) return false;
  if (candidate.scope === "envelope_text" || known.scope === "envelope_text") return true;
  return (
    candidate.id === known.id && candidate.seq === known.seq && candidate.ts === known.ts && candidate.v === known.v
  );
}

class Ledger {
  readonly #names = new Map<string, KnownMessage>();
  readonly #rentals: Map<string, ForwardCounts>;
  readonly #mailboxes: Map<string, MailboxCounts>;
  readonly #touchedRentals = new Set<string>();
  readonly #touchedMailboxes = new Set<string>();
  readonly #storedAt: UnixMs;

  constructor(state: ForwardState, storedAt: UnixMs) {
    this.#storedAt = storedAt;
    for (const message of state.known) this.#remember(message);
    this.#rentals = new Map(state.rentals.map((rental) => [rental.rentalId, rental]));
    this.#mailboxes = new Map(state.mailboxes.map((mailbox) => [mailbox.renter, mailbox]));
  }

  judge(candidate: Candidate, now: UnixMs, caps: MailboxCaps): ForwardVerdict {
    const alike = namesOf(candidate).flatMap((name) => this.#names.get(name) ?? []);
    // A repetition is answered first: the sender may have missed the answer before the rental ended or its credit ran out.
    const same = alike.find((known) => sameMessage(candidate, known));
    if (same !== undefined) return { kind: "duplicate", id: same.id, storedAt: same.storedAt };
    if (alike.length > 0) return { kind: "refuse", code: "relay.conflict" };
    const rental = this.#rentals.get(candidate.rentalId);
    if (rental === undefined) return { kind: "refuse", code: "relay.unknown_rental" };
    if (isOverAtRelay(rental.expiresAt, candidate.ts, now)) return { kind: "refuse", code: "relay.rental_over" };
    if (rental.credit !== null && rental.accepted >= rental.credit) return { kind: "refuse", code: "relay.unpaid" };
    return this.#store(candidate, rental, caps);
  }

  changes(): Pick<Judgement, "rentals" | "mailboxes"> {
    return {
      rentals: [...this.#rentals.values()].filter((rental) => this.#touchedRentals.has(rental.rentalId)),
      mailboxes: [...this.#mailboxes.values()].filter((mailbox) => this.#touchedMailboxes.has(mailbox.renter)),
    };
  }

  #store(candidate: Candidate, rental: ForwardCounts, caps: MailboxCaps): ForwardVerdict {
    const { renter } = rental;
    const mailbox = this.#mailboxes.get(renter) ?? { renter, waiting: 0, bytes: 0 };
    const after = { renter, waiting: mailbox.waiting + 1, bytes: mailbox.bytes + candidate.envelope.length };
    if (after.waiting > caps.messages || after.bytes > caps.bytes)
      return { kind: "refuse", code: "relay.mailbox_full" };
    this.#mailboxes.set(renter, after);
    this.#touchedMailboxes.add(renter);
    this.#rentals.set(rental.rentalId, {
      ...rental,
      accepted: rental.accepted + 1,
      lastSeq: Math.max(rental.lastSeq, candidate.seq ?? 0),
    });
    this.#touchedRentals.add(rental.rentalId);
    this.#remember({ ...candidate, storedAt: this.#storedAt });
    return { kind: "store", candidate, renter };
  }

  #remember(message: KnownMessage): void {
    for (const name of namesOf(message)) this.#names.set(name, message);
  }
}

/** The names under which a message must be unique. */
function namesOf(message: Omit<KnownMessage, "storedAt">): readonly string[] {
  const names = [`id ${message.id}`, `hash ${message.rentalId} ${message.hash}`];
  return message.seq === null ? names : [...names, `seq ${message.rentalId} ${message.seq}`];
}

export function judgeForwards(options: {
  readonly candidates: readonly Candidate[];
  readonly state: ForwardState;
  readonly now: UnixMs;
  /** What is stored now is dated with. */
  readonly storedAt: UnixMs;
  readonly caps: MailboxCaps;
}): Judgement {
  const ledger = new Ledger(options.state, options.storedAt);
  const verdicts = options.candidates.map((candidate) => ledger.judge(candidate, options.now, options.caps));
  return { verdicts, ...ledger.changes() };
}

/** A stored message as its renter gets it. */
export function mailboxMessage(
  { candidate, route }: { readonly candidate: Candidate; readonly route: RentalRoute },
  cursor: number,
): MailboxMessage {
  const { id, seq, v, ts, envelope, signature, scope } = candidate;
  return {
    ...{ cursor, v, id, seq, ts, envelope, signature },
    listing_id: route.listingId,
    rental_id: route.rentalId,
    signature_scope: scope,
    provider: route.provider,
  };
}
