// `POST /forward`: reads a message in its full or its short form, verifies it, and has it stored.

import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type AppError,
  type Clock,
  type CryptoSuite,
  type ErrorCode,
  fromBase64url,
  minutes,
  seconds,
  toHex,
  type UnixMs,
  unixSecondsOf,
  utf8,
} from "../../base/index.ts";
import type { AcceptedRow, Candidate, ForwardResult, MailboxCaps, RelayStore, RentalRoute } from "../../core/index.ts";
import { messageHash, verifiedHashAside, verifyEnvelopeText } from "../../envelope/index.ts";
import {
  type ForwardReply,
  parseWith,
  type Receipt,
  type ShortForward,
  shortForward,
  type WireMessage,
  wireMessage,
} from "../../protocol/index.ts";
import { ForwardQueue } from "./forward-queue.ts";
import { refusal } from "./problems.ts";
import type { Providers } from "./providers.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { RelayTime } from "./relay-time.ts";

export interface ForwardingDeps {
  readonly store: Pick<RelayStore, "mail" | "rentals">;
  readonly providers: Providers;
  readonly limits: RateLimits;
  readonly time: RelayTime;
  readonly clock: Clock;
  readonly crypto: CryptoSuite;
  readonly caps: MailboxCaps;
  /** What a message that is stored now is dated with. */
  readonly dated: () => UnixMs;
  /** The relay's signed word that it has a message. */
  readonly receipt: (message: AcceptedRow) => Promise<Receipt>;
}

interface Verified {
  readonly candidate: Candidate;
  readonly route: RentalRoute;
}

interface Outcome {
  readonly result: ForwardResult;
  /** Of what was stored now. */
  readonly receipt: Promise<Receipt>;
}

// A box whose clock is off by more would give its renters wrong times.
const MAX_AHEAD = minutes(10);
const MAILBOX_FULL_RETRY = seconds(60);
const SIGNED_IN_A_TURN = 4;

const FULL_FORM_ONLY = ["v", "id", "rental_id", "seq", "ts"];

/** Whether a body means the full form: it then is judged by its rules, so that the fault list names what is wrong with it. */
function isFullForm(body: unknown): boolean {
  return typeof body === "object" && body !== null && FULL_FORM_ONLY.some((member) => Object.hasOwn(body, member));
}

async function verifyFull(deps: ForwardingDeps, message: WireMessage): Promise<Verified> {
  const route = await deps.store.rentals.route(message.rental_id);
  if (route === null) throw refusal("relay.unknown_rental", "the relay does not know this rental");
  if (route.listingId !== message.listing_id) {
    throw refusal("relay.wrong_listing", "the rental belongs to another listing");
  }
  const hash = await verifiedHashAside(deps.crypto, deps.providers.get(route.provider).key, message);
  if (hash === null) throw refusal("relay.bad_signature", "the message's signature does not verify");
  if (message.ts > unixSecondsOf(deps.time.latest()) + MAX_AHEAD / 1000) {
    throw refusal("relay.ts_ahead", "ts: lies in the future by the relay's clock");
  }
  const { id, rental_id: rentalId, seq, v, ts, envelope, signature } = message;
  return { candidate: { id, rentalId, seq, v, ts, hash, scope: "message", envelope, signature }, route };
}

async function routeOfListing(deps: ForwardingDeps, listingId: string): Promise<RentalRoute> {
  const [route, other] = await deps.store.rentals.routesOfListing(listingId, deps.time.earliest());
  if (other !== undefined) throw refusal("relay.ambiguous_listing", "the listing has more than one running rental");
  if (route !== undefined) return route;
  if (await deps.store.rentals.isKnownListing(listingId))
    throw refusal("relay.rental_over", "the listing has no rental");
  throw refusal("relay.unknown_listing", "the relay does not know this listing");
}

async function verifyShort(deps: ForwardingDeps, short: ShortForward): Promise<Verified> {
  const route = await routeOfListing(deps, short.listing_id);
  const verifyKey = deps.providers.get(route.provider).key;
  const { envelope, signature } = short;
  if (!verifyEnvelopeText({ suite: deps.crypto, verifyKey, envelopeText: envelope, signature })) {
    throw refusal("relay.bad_signature", "the envelope's signature does not verify");
  }
  const hash = messageHash(deps.crypto, envelopeBytes(envelope));
  // The short form has no id: one that follows from what it is makes its repetition recognisable.
  const id = toHex(deps.crypto.sha256(utf8(`numberbox-short-form-v1 ${route.rentalId} ${hash}`))).slice(0, 32);
  const ts = unixSecondsOf(deps.time.earliest());
  const { rentalId } = route;
  return { candidate: { id, rentalId, seq: null, v: 1, ts, hash, scope: "envelope_text", envelope, signature }, route };
}

/** The short form is signed as text: that the text is base64url of one value only is still to be checked. */
function envelopeBytes(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch {
    throw refusal("relay.bad_body", "envelope: not base64url");
  }
}

export class Forwarding {
  readonly #deps: ForwardingDeps;
  readonly #queue: ForwardQueue<Verified, Outcome>;

  constructor(deps: ForwardingDeps) {
    this.#deps = deps;
    this.#queue = new ForwardQueue((items) => this.#store(items), deps.store.mail.together);
  }

  /** Takes one message from a network address; resolves after it is durable. Rejects with `relay.*` refusals or `store.*`. */
  async forward(body: unknown, address: string): Promise<ForwardReply> {
    const verifying = this.#verify(body);
    const { result, receipt } = await this.#queue.submit(verifying);
    const verified = await verifying;
    if (result.kind === "duplicate" || result.kind === "refuse")
      await this.#deps.limits.repeated(verified.route.provider, address);
    switch (result.kind) {
      case "stored":
        return { status: result.status, id: verified.candidate.id, receipt: await receipt };
      case "duplicate":
        // Dated as it was at the first time.
        return { status: "duplicate", id: result.id, receipt: await this.#receipt(verified, result.storedAt) };
      case "refuse":
        throw refused(result.code);
      case "failed":
        throw result.error;
    }
  }

  /** Receipts are signed while the disk is waited for, and given away only when it has what they are for. */
  async #store(items: readonly Verified[]): Promise<readonly Outcome[]> {
    const { store, time, caps, dated } = this.#deps;
    const storedAt = dated();
    const storing = store.mail.store({ items, now: time.earliest(), storedAt, caps });
    const signing = this.#receipts(items, storedAt);
    const results = await storing;
    return (await signing).map((receipt, at) => {
      const result = results[at];
      if (result === undefined) throw refusal("relay.internal", "the store gave no result");
      return { result, receipt };
    });
  }

  /** Some in each turn of the event loop: what the disk's thread has done is not kept waiting for all of them. */
  async #receipts(items: readonly Verified[], at: UnixMs): Promise<readonly Promise<Receipt>[]> {
    const receipts: Promise<Receipt>[] = [];
    for (const [index, item] of items.entries()) {
      if (index % SIGNED_IN_A_TURN === 0) await nextTurn();
      const receipt = this.#receipt(item, at);
      // Nobody waits for that of what was not stored.
      receipt.catch(() => {});
      receipts.push(receipt);
    }
    return receipts;
  }

  async #verify(body: unknown): Promise<Verified> {
    const deps = this.#deps;
    const verified = isFullForm(body)
      ? await verifyFull(deps, parseWith(wireMessage, body, "relay.bad_body", "the message"))
      : await verifyShort(deps, parseWith(shortForward, body, "relay.bad_body", "the message"));
    await deps.limits.take("forward", verified.route.provider);
    return verified;
  }

  #receipt({ candidate, route }: Verified, at: UnixMs): Promise<Receipt> {
    return this.#deps.receipt({ hash: candidate.hash, listingId: route.listingId, at });
  }
}

const REFUSED: ReadonlyMap<ErrorCode, string> = new Map<ErrorCode, string>([
  ["relay.conflict", "another message has this id, this seq or this envelope"],
  ["relay.unknown_rental", "the relay does not know this rental"],
  ["relay.rental_over", "the rental is over"],
  ["relay.unpaid", "the rental's credit is used up"],
  ["relay.mailbox_full", "the renter's mailbox is full"],
]);

function refused(code: ErrorCode): AppError {
  const message = REFUSED.get(code) ?? "the message is refused";
  return refusal(code, message, code === "relay.mailbox_full" ? MAILBOX_FULL_RETRY : undefined);
}
