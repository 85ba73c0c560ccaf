// Everything that was accepted in a span of time, for the daily trees: read from the stream of mail, where each message stands either as
// itself or among those that are gone. Of one rental nothing but its renter's mail is looked at. A whole day is read by one question at a
// time, and few may wait for their turn: anybody may ask, and the stream is everybody's.

import {
  AppError,
  type Clock,
  deferred,
  hours,
  type Logger,
  minutes,
  SerialQueue,
  type UnixMs,
  withDeadline,
} from "../base/index.ts";
import type { AcceptedRow, AcceptedStore } from "../core/index.ts";
import { type NatsLink, storeAway } from "./link.ts";
import { addressOf, readEntry } from "./mail-entries.ts";
import type { MailLog } from "./mail-log.ts";
import type { StateMirror } from "./state-mirror.ts";
import { type StreamEntry, StreamReader } from "./stream-reader.ts";

export interface AcceptedDeps {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stream: string;
  readonly prefix: string;
  readonly mirror: StateMirror;
  readonly mailLog: Pick<MailLog, "open">;
}

/** Receipts that are signed in one turn of the event loop: some 10 ms. */
const SLICE = 64;
const READ_WITHIN = minutes(10);
/** Clocks of processes differ, and what is dated may be written a little later. */
const EARLIER = hours(1);
const MAX_SPANS = 2;
/** Questions by hash that wait while the stream is read for others. */
const MAX_WAITING = 8;

interface Span {
  readonly from: UnixMs;
  readonly to: UnixMs;
}

type Row = AcceptedRow & { readonly rentalId: string };

export class JetStreamAccepted implements AcceptedStore {
  readonly #deps: AcceptedDeps;
  /** What was read last: a tree asks for its day slice by slice. */
  readonly #spans = new Map<string, Promise<readonly Row[]>>();
  readonly #reading = new SerialQueue("days of the mail");

  constructor(deps: AcceptedDeps) {
    this.#deps = deps;
  }

  async slice({ after, from, to, rentalId }: Parameters<AcceptedStore["slice"]>[0]) {
    const span = { from, to };
    const all = rentalId === null ? await this.#rows(span, after === null) : await this.#ofRental(rentalId, span);
    const at = Number(after ?? 0);
    const next = at + SLICE < all.length ? String(at + SLICE) : null;
    return { rows: all.slice(at, at + SLICE), next };
  }

  async #ofRental(rentalId: string, span: Span): Promise<readonly AcceptedRow[]> {
    const { mirror, mailLog } = this.#deps;
    const route = mirror.route(rentalId);
    if (route === null) return [];
    const { listingId, renter } = route;
    const mail = await mailLog.open(renter);
    const rows = [...mail.rental(rentalId).all()].map(({ hash, storedAt }) => ({ hash, at: storedAt, listingId }));
    return rows.filter(({ at }) => isWithin(at, span)).toSorted(byTime);
  }

  async about(hash: string, within: Span | null): Promise<readonly AcceptedRow[]> {
    const { clock } = this.#deps;
    const span = within ?? { from: 0 as UnixMs, to: clock.now() };
    return (await this.#rows(span, false)).filter((row) => row.hash === hash);
  }

  #rows(span: Span, anew: boolean): Promise<readonly Row[]> {
    const name = `${span.from} ${span.to}`;
    const known = this.#spans.get(name);
    if (known !== undefined && !anew) return known;
    // A tree is built by one question after the other: only those by hash are strangers'.
    if (!anew && this.#reading.depth >= MAX_WAITING) return Promise.reject(busy());
    const rows = this.#reading
      .run(() => this.#read(span))
      .catch((error: unknown) => {
        this.#spans.delete(name);
        throw storeAway(error, "reading what was accepted");
      });
    this.#spans.delete(name);
    this.#spans.set(name, rows);
    const [oldest] = this.#spans.keys();
    if (this.#spans.size > MAX_SPANS && oldest !== undefined) this.#spans.delete(oldest);
    return rows;
  }

  /** In the order of time and hash, which is the same at each process. */
  async #read({ from, to }: Span): Promise<readonly Row[]> {
    const { link, clock, stream, prefix } = this.#deps;
    const filter = `${prefix}.mail.>`;
    const end = await link.jsm.streams.getMessage(stream, { last_by_subj: filter });
    if (end === null) return [];
    const rows = new Map<string, Row>();
    const done = deferred<void>();
    const onEntry = (entry: StreamEntry): void => {
      for (const row of this.#rowsOf(entry))
        if (isWithin(row.at, { from, to })) rows.set(`${row.rentalId} ${row.hash}`, row);
      if (entry.seq >= end.seq) done.resolve();
    };
    const at = new Date(Math.max(0, from - EARLIER));
    const reader = new StreamReader({ ...this.#deps, filter, from: { kind: "time", at }, onEntry });
    // Nothing at all since then.
    void reader.start().then(done.resolve, () => {});
    try {
      await withDeadline(done.promise, { clock, timeout: READ_WITHIN, what: "reading what was accepted" });
    } finally {
      reader.stop();
    }
    return [...rows.values()].toSorted(byTime);
  }

  #rowsOf({ subject, data }: StreamEntry): readonly Row[] {
    const { rentalId } = addressOf(subject);
    const route = this.#deps.mirror.route(rentalId);
    if (route === null) return [];
    const entry = readEntry(data);
    const of = entry.t === "m" ? [entry] : entry.of;
    return of.map(({ hash, at }) => ({ hash, at, rentalId, listingId: route.listingId }));
  }
}

const isWithin = (at: UnixMs, { from, to }: Span): boolean => at >= from && at < to;
const byTime = (one: AcceptedRow, other: AcceptedRow): number => one.at - other.at || (one.hash < other.hash ? -1 : 1);

const busy = (): AppError =>
  new AppError("store.busy", "days are being read for others", { retryable: true, hint: "Try again in a moment." });
