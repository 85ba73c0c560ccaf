// Empties the outbox towards the relay: grants first, then messages, in the order of `seq` within each rental, several rentals at a
// time. A row leaves the outbox only after the relay has said that it is durable there.

import {
  type BackoffPolicy,
  backoffDelay,
  type Clock,
  hasCode,
  type Logger,
  type MessageId,
  type Millis,
  messageId,
  messageOf,
  millis,
  minutes,
  type Random,
  type RentalId,
  randomFraction,
  seconds,
  type UnixMs,
} from "../base/index.ts";
import type { Receipt, WireMessage } from "../protocol/index.ts";
import type { EventInput, EventLog } from "./event-log.ts";
import { type LinkInput, type LinkState, linkStart, stepLink } from "./link-state.ts";
import type { OutboxMessage } from "./model.ts";
import type { RentalWait } from "./outbox-views.ts";
import type { ForwardOutcome, RelayPort } from "./ports.ts";
import type { ForwardedMark, OutboxStore } from "./ports-store.ts";
import type { StoredAcceptance } from "./proofs/box-receipts.ts";

export interface ForwarderDeps {
  readonly store: OutboxStore;
  readonly relay: RelayPort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
  /** What the provider's receipt of a message is dated with. */
  readonly now: () => UnixMs;
  /** What to keep of a relay's receipt; null if it is not good. */
  readonly acceptance: (receipt: Receipt, message: WireMessage) => StoredAcceptance | null;
  /** The link's state changed, or messages left the outbox. */
  readonly onChange: () => void;
}

/** Rentals served at the same time. */
const CONCURRENCY = 8;
const PAGE = 32;
/** For one rental that the relay will not serve now, while others go on. */
const HOLD: BackoffPolicy = { first: seconds(5), max: minutes(10) };
/** How often the outbox is looked through without being told: a notice can be lost, the database cannot. */
const SWEEP_EVERY: Millis = seconds(30);

type Taken = Omit<ForwardedMark, "at">;

type Accepted = Extract<ForwardOutcome, { readonly kind: "accepted" }>;
type Declined = Extract<ForwardOutcome, { readonly kind: "held" | "unregistered" }>;
/** `again`: as soon as the link allows. `held`: after a pause of the rental's own. */
type Attempt = "done" | "again" | "held";

export class Forwarder {
  readonly #deps: ForwarderDeps;
  readonly #queue = new Set<RentalId>();
  readonly #holds = new Map<RentalId, { attempts: number; until: Millis }>();
  /** Why a rental is held, as it was last told. */
  readonly #reported = new Map<RentalId, string>();
  readonly #abort = new AbortController();
  readonly #workers = new Set<Promise<void>>();
  #serving = new Set<RentalId>();
  #link: LinkState = linkStart;
  #wake: (() => void) | null = null;

  constructor(deps: ForwarderDeps) {
    this.#deps = deps;
  }

  get link(): LinkState {
    return this.#link;
  }

  /** The relay has answered, here or to somebody else: a box without anything to forward knows its link from that. */
  answered(): void {
    this.#stepLink({ type: "answered" });
  }

  /** Whether a rental is served now, and what keeps it from that. */
  waitOf(rental: RentalId): RentalWait {
    const hold = this.#holds.get(rental);
    return {
      serving: this.#serving.has(rental),
      attempts: hold?.attempts ?? 0,
      until: hold?.until ?? null,
      reason: this.#reported.get(rental)?.split(" ")[1] ?? null,
    };
  }

  /** Begins with what the last run left. */
  start(): void {
    this.#spawn(this.#dispatch());
  }

  /** There is work for this rental. */
  notify(rental: RentalId): void {
    this.#queue.add(rental);
    this.#wake?.();
  }

  /** Aborts requests in flight and waits for the workers. What was not confirmed stays in the outbox. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#wake?.();
    await Promise.all(this.#workers);
  }

  #spawn(work: Promise<void>): void {
    const tracked = work.catch((error) => this.#deps.log.error("forwarder_failed", { reason: messageOf(error) }));
    this.#workers.add(tracked);
    void tracked.finally(() => this.#workers.delete(tracked));
  }

  async #dispatch(): Promise<void> {
    let swept: Millis | null = null;
    while (!this.#abort.signal.aborted) {
      const mono = this.#deps.clock.monotonic();
      if (swept === null || mono - swept >= SWEEP_EVERY) {
        swept = mono;
        await this.#sweep();
      }
      const ready = this.#link.notBefore <= mono ? this.#takeReady(mono) : [];
      for (const rental of ready) this.#spawn(this.#serve(rental));
      await this.#idle(this.#link.notBefore > mono ? millis(this.#link.notBefore - mono) : seconds(5));
    }
  }

  async #sweep(): Promise<void> {
    try {
      for (const rental of await this.#deps.store.rentalsWithWork()) this.#queue.add(rental);
    } catch (error) {
      this.#deps.log.warn("outbox_unreadable", { reason: messageOf(error) });
    }
  }

  /** While the link is in doubt one rental goes ahead as a probe. */
  #takeReady(mono: Millis): RentalId[] {
    const limit = this.#link.kind === "up" ? CONCURRENCY : 1;
    const ready: RentalId[] = [];
    for (const rental of this.#queue) {
      if (this.#serving.size + ready.length >= limit) break;
      if (this.#serving.has(rental) || (this.#holds.get(rental)?.until ?? 0) > mono) continue;
      ready.push(rental);
      this.#queue.delete(rental);
    }
    return ready;
  }

  async #idle(delay: Millis): Promise<void> {
    if (this.#abort.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancel();
        this.#wake = null;
        resolve();
      };
      const cancel = this.#deps.clock.after(delay, "forwarder idle", done);
      this.#wake = done;
    });
  }

  async #serve(rental: RentalId): Promise<void> {
    this.#serving.add(rental);
    try {
      const result = await this.#serveOnce(rental);
      if (result === "done") this.#letGo(rental);
      else this.#queue.add(rental);
      if (result === "held") this.#hold(rental);
    } catch (error) {
      if (!hasCode(error, "base.stopped")) this.#deps.log.warn("forward_failed", { rental, reason: messageOf(error) });
      this.#queue.add(rental);
      this.#hold(rental);
    } finally {
      this.#serving.delete(rental);
      this.#wake?.();
    }
  }

  #letGo(rental: RentalId): void {
    this.#holds.delete(rental);
    this.#reported.delete(rental);
  }

  #hold(rental: RentalId): void {
    const attempts = (this.#holds.get(rental)?.attempts ?? 0) + 1;
    const wait = backoffDelay(HOLD, attempts, randomFraction(this.#deps.random));
    this.#holds.set(rental, { attempts, until: millis(this.#deps.clock.monotonic() + wait) });
  }

  async #serveOnce(rental: RentalId): Promise<Attempt> {
    const { store } = this.#deps;
    const pending = await store.pendingGrant(rental);
    if (pending !== null) {
      const registered = await this.#register(rental, pending.grant);
      if (registered !== "done") return registered;
    }
    for (;;) {
      const page = await store.nextMessages(rental, PAGE);
      if (page.length === 0) return "done";
      const attempt = await this.#forwardPage(rental, page);
      if (attempt !== "done") return attempt;
    }
  }

  async #register(rental: RentalId, grant: Parameters<RelayPort["register"]>[0]): Promise<Attempt> {
    const outcome = await this.#deps.relay.register(grant, this.#abort.signal);
    if (outcome.kind === "retry") return this.#missed(outcome);
    this.answered();
    if (outcome.kind === "refused") {
      this.#reportOnce(rental, {
        level: "error",
        code: "relay.grant_refused",
        details: { rental, reason: outcome.code },
      });
      return "held";
    }
    await this.#deps.store.markRegistered(rental, grant.rev);
    return "done";
  }

  /** Forwards one after another; what the relay took is marked in one write, also when a later one fails. */
  async #forwardPage(rental: RentalId, page: readonly OutboxMessage[]): Promise<Attempt> {
    const taken: Taken[] = [];
    try {
      for (const { message } of page) {
        const id = messageId(message.id);
        const outcome = await this.#deps.relay.forward(message, this.#abort.signal);
        if (outcome.kind === "retry") return this.#missed(outcome);
        this.answered();
        if (outcome.kind === "accepted")
          taken.push({ id, status: outcome.status, accepted: this.#accepted(outcome, message) });
        else if (outcome.kind === "refused") await this.#refused(rental, id, outcome.code);
        else return await this.#declined(rental, outcome);
      }
      return "done";
    } finally {
      await this.#markTaken(taken);
    }
  }

  #accepted({ receipt }: Accepted, message: WireMessage): StoredAcceptance | null {
    if (receipt === undefined) return null;
    const kept = this.#deps.acceptance(receipt, message);
    if (kept === null) this.#deps.log.warn("relay_receipt_rejected", { message: message.id });
    return kept;
  }

  async #markTaken(taken: readonly Taken[]): Promise<void> {
    if (taken.length === 0) return;
    const at = this.#deps.now();
    await this.#deps.store.markForwarded(taken.map((row) => ({ ...row, at })));
    this.#deps.onChange();
  }

  async #refused(rental: RentalId, id: MessageId, reason: string): Promise<void> {
    await this.#deps.store.markRefused(id, reason, this.#deps.now());
    this.#deps.events.record({ level: "error", code: "relay.message_refused", details: { rental, reason } });
    this.#deps.onChange();
  }

  /** Nothing of this rental can go now. */
  async #declined(rental: RentalId, outcome: Declined): Promise<Attempt> {
    const { store } = this.#deps;
    if (outcome.kind === "held") {
      this.#reportOnce(rental, {
        level: "warn",
        code: "relay.message_held",
        details: { rental, reason: outcome.code },
      });
      return "held";
    }
    // The relay has lost the rental. Registered again, it is asked after a pause: the two of them must not spin.
    const known = await store.grantOf(rental);
    if (known !== null && (await this.#register(rental, known.grant)) === "again") return "again";
    return "held";
  }

  /** A rental that is held is tried for days: its event comes once per reason, and again after something of it went through. */
  #reportOnce(rental: RentalId, event: EventInput): void {
    const reason = `${event.code} ${event.details?.reason}`;
    if (this.#reported.get(rental) === reason) return;
    this.#reported.set(rental, reason);
    this.#deps.events.record(event);
  }

  /** The relay could not be asked: nobody knocks until the link's wait is over. */
  #missed({ code, after }: Extract<ForwardOutcome, { readonly kind: "retry" }>): Attempt {
    const { clock, random } = this.#deps;
    const fraction = randomFraction(random);
    this.#stepLink({ type: "failed", code, now: clock.monotonic(), fraction, after });
    return "again";
  }

  #stepLink(input: LinkInput): void {
    const before = this.#link.kind;
    this.#link = stepLink(this.#link, input);
    if (before === this.#link.kind) return;
    const up = this.#link.kind === "up";
    this.#deps.events.record({
      level: up ? "info" : "warn",
      code: up ? "relay.up" : "relay.down",
      details: this.#link.code === null ? {} : { reason: this.#link.code },
    });
    // Those that waited for the one that went ahead.
    this.#wake?.();
    this.#deps.onChange();
  }
}
