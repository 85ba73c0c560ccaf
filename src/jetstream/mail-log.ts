// The stream of mail as this process sees it: a reader that follows all of it, and what was asked for of renters lately, kept up to date by
// that reader.

import {
  type Clock,
  type Deferred,
  deferred,
  type Logger,
  messageOf,
  millis,
  minutes,
  seconds,
  withDeadline,
} from "../base/index.ts";
import type { RelayListener } from "../core/index.ts";
import { mailboxMessage } from "../core/index.ts";
import type { Envelopes } from "./envelopes.ts";
import { isConflict, type NatsLink, REQUEST_TIMEOUT, storeAway } from "./link.ts";
import {
  addressOf,
  candidateOf,
  type MailAddress,
  type MailEntry,
  mailSubject,
  readEntry,
  renterFilter,
} from "./mail-entries.ts";
import { type RentalMail, RenterMail } from "./mail-view.ts";
import type { StateMirror } from "./state-mirror.ts";
import { type StreamEntry, StreamReader } from "./stream-reader.ts";

export interface MailLogDeps {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stream: string;
  readonly prefix: string;
  readonly mirror: StateMirror;
  readonly envelopes: Envelopes;
}

/** Messages that all renters together are remembered with: some 300 bytes each. */
const MAX_REMEMBERED = 400_000;
const MAX_PUSHED = 2000;
/** The fullest mailbox with all that was acknowledged. */
const REPLAY_WITHIN = minutes(2);
const LEADER_WITHIN = seconds(5);
const LEADER_PAUSE = millis(20);
/** How long an answer waits for the own reader to see what was written, so that whoever asks next finds it. */
const SEEN_WITHIN = millis(250);

interface View {
  readonly mail: RenterMail;
  /** Entries that came while the past was being read. */
  readonly behind: { readonly entry: StreamEntry; readonly parsed: MailEntry }[];
  ready: Promise<void>;
  loading: boolean;
}

type Written = { readonly kind: "written"; readonly seq: number } | { readonly kind: "conflict" };

export class MailLog {
  readonly #deps: MailLogDeps;
  /** In the order of last use. */
  readonly #views = new Map<string, View>();
  readonly #seen = new Map<number, Deferred<boolean>>();
  /** Entries that went to an open socket lately. */
  readonly #pushed = new Set<number>();
  #reader: StreamReader | null = null;
  #listener: Pick<RelayListener, "stored"> = { stored: () => false };
  #follower: (rentalId: string) => void = () => {};

  constructor(deps: MailLogDeps) {
    this.#deps = deps;
  }

  /** Up to where this process has seen the stream without a gap. */
  get position(): number {
    return this.#reader?.position ?? 0;
  }

  get renters(): number {
    return this.#views.size;
  }

  listen(listener: Pick<RelayListener, "stored">): void {
    this.#listener = listener;
  }

  /** `changed` is told of each entry about a rental once it is taken in, and when a rental is forgotten. */
  follow(changed: (rentalId: string) => void): void {
    this.#follower = changed;
  }

  /** Follows the stream from its end. */
  async start(): Promise<void> {
    const { link, stream, prefix } = this.#deps;
    const info = await link.jsm.streams.info(stream).catch((error: unknown) => {
      throw storeAway(error, "asking where the mail ends");
    });
    const from = { kind: "sequence", first: info.state.last_seq + 1 } as const;
    const onEntry = (entry: StreamEntry): void => this.#onEntry(entry);
    this.#reader = new StreamReader({ ...this.#deps, filter: `${prefix}.mail.>`, from, onEntry });
    void this.#reader.start().catch(() => {});
  }

  stop(): void {
    this.#reader?.stop();
    for (const view of this.#views.values()) for (const rental of view.mail.rentals.values()) rental.queue.stop();
    for (const waiting of this.#seen.values()) waiting.resolve(false);
  }

  /** What is known of a renter: all that the stream had when it was asked for, and more. Errors: `store.away`. */
  async open(renter: string): Promise<RenterMail> {
    const known = this.#views.get(renter);
    if (known !== undefined) {
      this.#views.delete(renter);
      this.#views.set(renter, known);
      await known.ready;
      return known.mail;
    }
    const view: View = { mail: new RenterMail(renter), behind: [], ready: Promise.resolve(), loading: true };
    view.ready = this.#load(view).catch((error: unknown) => {
      this.#views.delete(renter);
      throw storeAway(error, "reading a renter's mail");
    });
    this.#views.set(renter, view);
    await view.ready;
    this.#shrink();
    return view.mail;
  }

  /** Learns of a renter what the cluster has and the own reader has not seen yet. Errors: `store.away`. */
  async catchUp(mail: RenterMail): Promise<void> {
    await this.#replay(renterFilter(this.#deps.prefix, mail.renter), this.position + 1, (entry) =>
      mail.apply(entry.seq, addressOf(entry.subject).rentalId, readEntry(entry.data)),
    ).catch((error: unknown) => {
      throw storeAway(error, "reading a renter's mail");
    });
  }

  forget(renter: string, rentalId: string): void {
    this.#views.get(renter)?.mail.forget(rentalId);
    this.#follower(rentalId);
  }

  /** Learns what others wrote on a rental's subject. Errors: `store.away`. */
  async refresh(mail: RenterMail, address: MailAddress): Promise<void> {
    await this.#replay(mailSubject(this.#deps.prefix, address), mail.rental(address.rentalId).last + 1, (entry) =>
      mail.apply(entry.seq, address.rentalId, readEntry(entry.data)),
    ).catch((error: unknown) => {
      throw storeAway(error, "reading a rental's mail");
    });
  }

  /**
   * Writes behind the entry that the rental is known to end with; takes the entry in. `conflict`: there are newer ones, which are known
   * then. Errors: `store.away`: whether it was written is not known.
   */
  async append(mail: RenterMail, address: MailAddress, data: Uint8Array, id: string): Promise<Written> {
    const place = mail.rental(address.rentalId).last;
    // The id holds the place as well: the server remembers an id also of a write that it refused for its place.
    const written = await this.#publish(mail, address, data, `${id}.${place}`);
    if (written.kind === "written") return written;
    await this.refresh(mail, address);
    // "Duplicate" is only the server's word that it has begun with one: what stands in the stream decides. Where nothing has come, the
    // place alone keeps the write from being done twice.
    const begun = written.kind === "duplicate" && mail.rental(address.rentalId).last === place;
    if (!begun) return { kind: "conflict" };
    const again = await this.#publish(mail, address, data, null);
    return again.kind === "written" ? again : { kind: "conflict" };
  }

  async #publish(
    mail: RenterMail,
    address: MailAddress,
    data: Uint8Array,
    msgID: string | null,
  ): Promise<Written | { readonly kind: "duplicate" }> {
    const { link, prefix, stream } = this.#deps;
    const expect = { lastSubjectSequence: mail.rental(address.rentalId).last, streamName: stream };
    const options = { expect, timeout: REQUEST_TIMEOUT, ...(msgID === null ? {} : { msgID }) };
    try {
      const ack = await link.js.publish(mailSubject(prefix, address), data, options);
      if (ack.duplicate) return { kind: "duplicate" };
      mail.apply(ack.seq, address.rentalId, readEntry(data));
      return { kind: "written", seq: ack.seq };
    } catch (error) {
      if (isConflict(error)) return { kind: "conflict" };
      throw storeAway(error, "writing mail");
    }
  }

  /** Waits a little until the own reader has passed an entry. True if an open socket here took the message. */
  async seen(seq: number): Promise<boolean> {
    if (seq <= this.position) return this.#pushed.has(seq);
    const waiting = deferred<boolean>();
    this.#seen.set(seq, waiting);
    const wait = { clock: this.#deps.clock, timeout: SEEN_WITHIN, what: "an own entry" };
    const pushed = await withDeadline(waiting.promise, wait).catch(() => false);
    this.#seen.delete(seq);
    return pushed;
  }

  /** Hands on all entries of a filter from `first` on that the stream has now. */
  async #replay(filter: string, first: number, take: (entry: StreamEntry) => void): Promise<void> {
    const { link, clock, stream } = this.#deps;
    await this.#untilLeaderHas(this.position);
    const end = await link.jsm.streams.getMessage(stream, { last_by_subj: filter });
    if (end === null || end.seq < first) return;
    const done = deferred<void>();
    const onEntry = (entry: StreamEntry): void => {
      take(entry);
      if (entry.seq >= end.seq) done.resolve();
    };
    const reader = new StreamReader({ ...this.#deps, filter, from: { kind: "sequence", first }, onEntry });
    void reader.start().catch(() => {});
    try {
      await withDeadline(done.promise, { clock, timeout: REPLAY_WITHIN, what: "reading mail" });
    } finally {
      reader.stop();
    }
  }

  /**
   * Waits until the leader has what the own reader has seen. Any server may be behind, and the leader too, for a moment: it counts an
   * entry as written when others have it, and may put it in its own place last.
   */
  async #untilLeaderHas(seq: number): Promise<void> {
    const { link, clock, stream } = this.#deps;
    const until = clock.monotonic() + LEADER_WITHIN;
    for (;;) {
      const { state } = await link.jsm.streams.info(stream);
      if (state.last_seq >= seq) return;
      if (clock.monotonic() > until) throw storeAway("the leader is behind", "reading mail");
      await clock.sleep(LEADER_PAUSE, "the stream's leader");
    }
  }

  async #load(view: View): Promise<void> {
    const { prefix } = this.#deps;
    const { mail } = view;
    await this.#replay(renterFilter(prefix, mail.renter), 1, (entry) =>
      mail.apply(entry.seq, addressOf(entry.subject).rentalId, readEntry(entry.data)),
    );
    for (const { entry, parsed } of view.behind.splice(0))
      mail.apply(entry.seq, addressOf(entry.subject).rentalId, parsed);
    view.loading = false;
    // Who wrote that they are gone was ended before he deleted them.
    this.#deps.envelopes.remove(mail.leftovers());
  }

  #onEntry(entry: StreamEntry): void {
    const { renter, rentalId } = addressOf(entry.subject);
    const parsed = readEntry(entry.data);
    const view = this.#views.get(renter);
    if (view?.loading === true) view.behind.push({ entry, parsed });
    else view?.mail.apply(entry.seq, rentalId, parsed);
    this.#follower(rentalId);
    const copy = view?.mail.isCopy(entry.seq, rentalId, parsed) ?? false;
    const pushed = parsed.t === "m" && !copy && this.#push(entry, renter, rentalId, parsed);
    if (pushed) this.#remember(entry.seq);
    this.#seen.get(entry.seq)?.resolve(pushed);
  }

  #push(entry: StreamEntry, renter: string, rentalId: string, parsed: MailEntry & { readonly t: "m" }): boolean {
    const route = this.#deps.mirror.route(rentalId);
    if (route === null) return false;
    try {
      return this.#listener.stored(
        renter,
        mailboxMessage({ candidate: candidateOf(parsed, rentalId), route }, entry.seq),
      );
    } catch (error) {
      this.#deps.log.error("relay_push_failed", { reason: messageOf(error) });
      return false;
    }
  }

  #remember(seq: number): void {
    this.#pushed.add(seq);
    const [oldest] = this.#pushed;
    if (this.#pushed.size > MAX_PUSHED && oldest !== undefined) this.#pushed.delete(oldest);
  }

  #shrink(): void {
    let total = 0;
    for (const { mail } of this.#views.values()) total += mail.size;
    for (const [renter, view] of this.#views) {
      if (total <= MAX_REMEMBERED || this.#views.size <= 1) return;
      if (view.loading || [...view.mail.rentals.values()].some(isBusy)) continue;
      this.#views.delete(renter);
      total -= view.mail.size;
    }
  }
}

const isBusy = ({ queue }: RentalMail): boolean => queue.busy || queue.depth > 0;
