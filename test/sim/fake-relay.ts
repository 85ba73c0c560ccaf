// A relay in memory for the tests of the box's rules. It judges with the real relay's rules; the contract suite holds it to the rest.
// Faults say what the network or the relay does wrong.

import {
  type Clock,
  type CryptoSuite,
  fromBase64url,
  isAppError,
  type Millis,
  stoppedError,
} from "../../src/base/index.ts";
import type { ForwardOutcome, ReceiptPlace, RegisterOutcome, RelayPort } from "../../src/core/index.ts";
import {
  type Candidate,
  type ForwardCounts,
  judgeForwards,
  type MailboxCaps,
  type MailboxCounts,
} from "../../src/core/index.ts";
import { canonicalJson, messageHash, verifyGrant, verifyMessage } from "../../src/envelope/index.ts";
import type { ProviderReceiptsPage, Receipt, RentalGrant, WireMessage } from "../../src/protocol/index.ts";
import { decideGrant } from "../../src/relay/server/registration.ts";

export type RelayFault =
  /** Nobody answers. */
  | { readonly kind: "down" }
  /** Every answer is 500; nothing is stored. */
  | { readonly kind: "failing" }
  /** Answers 429 and wishes to be left alone for `after`. */
  | { readonly kind: "busy"; readonly after: Millis }
  /** Answers after `delay`. */
  | { readonly kind: "slow"; readonly delay: Millis }
  /** Does what it is asked, but the answer never arrives. */
  | { readonly kind: "ack_lost" }
  /** Every request arrives twice; the second answer is the one that is seen. */
  | { readonly kind: "duplicate" };

export interface FakeRelayOptions {
  readonly clock: Clock;
  readonly suite: CryptoSuite;
  /** Base64url verify key of the box. */
  readonly provider: string;
  readonly caps?: MailboxCaps;
}

type Retry = Extract<ForwardOutcome, { readonly kind: "retry" }>;

const retry = (code: string, after: Millis | null = null): Retry => ({ kind: "retry", code, after });
const HOLDING: ReadonlySet<string> = new Set(["relay.unpaid", "relay.mailbox_full"]);

export class FakeRelay implements RelayPort {
  /** Everything taken, in the order of arrival. */
  readonly messages: WireMessage[] = [];
  readonly grants = new Map<string, RentalGrant>();
  /** Calls of each method, faults included. */
  readonly calls = { forward: 0, register: 0, receipts: 0 };
  readonly #options: FakeRelayOptions;
  readonly #caps: MailboxCaps;
  readonly #receipts: ProviderReceiptsPage["receipts"] = [];
  readonly #acknowledged = new Set<string>();
  #rentals: readonly ForwardCounts[] = [];
  #mailboxes: readonly MailboxCounts[] = [];
  #fault: RelayFault | null = null;
  /** Calls that the fault still hits. */
  #faultsLeft = 0;

  constructor(options: FakeRelayOptions) {
    this.#options = options;
    this.#caps = options.caps ?? { messages: 10_000, bytes: 64 * 1024 * 1024 };
  }

  /** From now on, or for the next `calls` calls. */
  setFault(fault: RelayFault | null, calls = Number.POSITIVE_INFINITY): void {
    this.#fault = fault;
    this.#faultsLeft = calls;
  }

  /** Loses everything it knows, as a relay that was set up anew. */
  forgetAll(): void {
    this.messages.length = 0;
    this.grants.clear();
    this.#acknowledged.clear();
    this.#receipts.length = 0;
    this.#rentals = [];
    this.#mailboxes = [];
  }

  /** A renter's receipt arrives. */
  acknowledge(receipt: Receipt): void {
    const hashOf = (one: WireMessage): string => messageHash(this.#options.suite, fromBase64url(one.envelope));
    const message = this.messages.find((one) => hashOf(one) === receipt.msg_hash);
    if (message === undefined || this.#acknowledged.has(message.id)) return;
    this.#acknowledged.add(message.id);
    const { id, rental_id } = message;
    this.#receipts.push({ cursor: this.#receipts.length + 1, id, rental_id, receipt });
    const renter = this.grants.get(rental_id)?.renter.verify;
    this.#mailboxes = this.#mailboxes.map((box) =>
      box.renter === renter ? { ...box, waiting: box.waiting - 1, bytes: box.bytes - message.envelope.length } : box,
    );
  }

  /** Ids that no receipt has come for, in the order of arrival. */
  get waiting(): readonly string[] {
    return this.messages.map((message) => message.id).filter((id) => !this.#acknowledged.has(id));
  }

  async forward(message: WireMessage, signal: AbortSignal): Promise<ForwardOutcome> {
    this.calls.forward++;
    return this.#through(signal, () => this.#forward(message));
  }

  async register(grant: RentalGrant, signal: AbortSignal): Promise<RegisterOutcome> {
    this.calls.register++;
    return this.#through(signal, () => this.#register(grant));
  }

  async receipts({ after }: ReceiptPlace, signal: AbortSignal): Promise<ProviderReceiptsPage | null> {
    this.calls.receipts++;
    const receipts = this.#receipts.filter((one) => one.cursor > after);
    const page = { receipts, next: receipts.at(-1)?.cursor ?? after, more: false };
    const answer = await this.#through(signal, () => page);
    return "kind" in answer ? null : answer;
  }

  /** The way there and back, with the fault that lies on it. */
  async #through<T>(signal: AbortSignal, answer: () => T): Promise<T | Retry> {
    if (signal.aborted) throw stoppedError("the relay client");
    const fault = this.#faultsLeft > 0 ? this.#fault : null;
    this.#faultsLeft--;
    // A network is never synchronous.
    await Promise.resolve();
    switch (fault?.kind) {
      case undefined:
        return answer();
      case "down":
        return retry("relay.unreachable");
      case "failing":
        return retry("relay.internal");
      case "busy":
        return retry("relay.rate_limited", fault.after);
      case "slow":
        await this.#options.clock.sleep(fault.delay, "slow relay", signal);
        return answer();
      case "ack_lost":
        answer();
        return retry("relay.unreachable");
      case "duplicate":
        answer();
        return answer();
    }
  }

  #forward(message: WireMessage): ForwardOutcome {
    const { suite, provider, clock } = this.#options;
    const grant = this.grants.get(message.rental_id);
    if (grant === undefined) return { kind: "unregistered", code: "relay.unknown_rental" };
    if (grant.listing_id !== message.listing_id) return { kind: "refused", code: "relay.wrong_listing" };
    if (!verifyMessage(suite, fromBase64url(provider), message))
      return { kind: "refused", code: "relay.bad_signature" };
    if (message.ts * 1000 > clock.now() + 600_000) return { kind: "held", code: "relay.ts_ahead" };
    const known = this.messages.map((one) => ({ ...this.#candidate(one), storedAt: clock.now() }));
    const { verdicts, rentals, mailboxes } = judgeForwards({
      candidates: [this.#candidate(message)],
      state: { known, rentals: this.#rentals, mailboxes: this.#mailboxes },
      now: clock.now(),
      storedAt: clock.now(),
      caps: this.#caps,
    });
    const [verdict] = verdicts;
    if (verdict === undefined || verdict.kind === "duplicate") return { kind: "accepted", status: "duplicate" };
    if (verdict.kind === "refuse") {
      return { kind: HOLDING.has(verdict.code) ? "held" : "refused", code: verdict.code };
    }
    this.messages.push(message);
    this.#rentals = replaced(this.#rentals, rentals, (one) => one.rentalId);
    this.#mailboxes = replaced(this.#mailboxes, mailboxes, (one) => one.renter);
    return { kind: "accepted", status: "queued" };
  }

  #register(grant: RentalGrant): RegisterOutcome {
    const { suite, provider } = this.#options;
    if (grant.provider !== provider) return { kind: "refused", code: "relay.unknown_provider" };
    if (!verifyGrant(suite, fromBase64url(provider), grant)) return { kind: "refused", code: "relay.bad_signature" };
    const known = this.grants.get(grant.rental_id);
    const stored =
      known === undefined ? null : { rev: known.rev, lastSeq: 0, text: canonicalJson(known), grant: known };
    try {
      decideGrant(grant, canonicalJson(grant), { stored, listingOwner: provider });
    } catch (error) {
      if (!isAppError(error)) throw error;
      return { kind: "refused", code: error.code };
    }
    this.grants.set(grant.rental_id, grant);
    const before = this.#rentals.find((one) => one.rentalId === grant.rental_id);
    const terms = { renter: grant.renter.verify, expiresAt: grant.expires_at, credit: grant.credit };
    const counts = { rentalId: grant.rental_id, accepted: 0, lastSeq: 0, ...before, ...terms };
    this.#rentals = replaced(this.#rentals, [counts], (one) => one.rentalId);
    return { kind: "registered" };
  }

  #candidate(message: WireMessage): Candidate {
    const { id, rental_id: rentalId, seq, v, ts, envelope, signature } = message;
    const hash = messageHash(this.#options.suite, fromBase64url(envelope));
    return { id, rentalId, seq, v, ts, hash, scope: "message", envelope, signature };
  }
}

/** `all` with the members of `changed` in the place of those with the same key. */
function replaced<T>(all: readonly T[], changed: readonly T[], keyOf: (one: T) => string): readonly T[] {
  const keys = new Set(changed.map(keyOf));
  return [...all.filter((one) => !keys.has(keyOf(one))), ...changed];
}
