// What is forgotten. Every process may tidy at any time: all of it may be done twice.

import { type Clock, deferred, hours, type Logger, millis, minutes, type UnixMs, withDeadline } from "../base/index.ts";
import type { RelayUpkeep } from "../core/index.ts";
import { type NatsLink, storeAway } from "./link.ts";
import { addressOf, mailSubject, readEntry } from "./mail-entries.ts";
import type { MailLog } from "./mail-log.ts";
import type { JetStreamMail } from "./mail-store.ts";
import type { SeenMessage } from "./mail-view.ts";
import { forgetPapers } from "./paper-store.ts";
import type { JetStreamSessions } from "./session-store.ts";
import type { StateBucket } from "./state-bucket.ts";
import type { StateMirror } from "./state-mirror.ts";
import { grantRow, key, type OrderRow, orderRow, requestRow } from "./state-rows.ts";
import { type StreamEntry, StreamReader } from "./stream-reader.ts";

export interface UpkeepDeps {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stream: string;
  readonly prefix: string;
  readonly mirror: StateMirror;
  readonly mailLog: MailLog;
  readonly mail: JetStreamMail;
  readonly bucket: StateBucket;
  readonly sessions: JetStreamSessions;
}

type Limits = Parameters<RelayUpkeep["expireEnvelopes"]>[0];

const READ_WITHIN = minutes(10);
/** A process that hears nothing of the cluster for longer is told by what it asks next. */
const KEEP_MARKS = hours(6);
const MARKS_PER_ROUND = 2000;

export class JetStreamUpkeep implements RelayUpkeep {
  readonly #deps: UpkeepDeps;
  /** Entries up to here hold no envelope that is too old. */
  #expiredUpTo = 0;
  /** Rentals that ended and of which nothing waits any more. */
  readonly #ended = new Set<string>();

  constructor(deps: UpkeepDeps) {
    this.#deps = deps;
  }

  async expireEnvelopes(limits: Limits): Promise<number> {
    const { mirror } = this.#deps;
    const old = await this.#rentalsWithOld(limits);
    const ended = [...mirror.rentals].filter(
      ([id, row]) => row.expires_at <= limits.endedBefore && !this.#ended.has(id),
    );
    let count = 0;
    for (const rentalId of new Set([...old.rentals, ...ended.map(([id]) => id)]))
      count += await this.#expire(rentalId, limits);
    this.#expiredUpTo = old.upTo;
    return count;
  }

  /** Each process counts for itself when it is asked. */
  async sumUp(): Promise<null> {
    return null;
  }

  async removeRentals(endedBefore: number): Promise<number> {
    const { mirror, link, stream, prefix, bucket } = this.#deps;
    const [found] = [...mirror.rentals].filter(([, row]) => row.expires_at <= endedBefore);
    if (found === undefined) return 0;
    const [rentalId, { renter, provider }] = found;
    try {
      await link.jsm.streams.purge(stream, { filter: mailSubject(prefix, { renter, rentalId, provider }) });
    } catch (error) {
      throw storeAway(error, "removing a rental");
    }
    const name = key.rental(rentalId);
    const known = mirror.revision(name);
    await bucket.change(grantRow, name, (row) => {
      if (row === null) mirror.missed(name, known);
      // A new grant may have come meanwhile.
      return row !== null && row.expires_at <= endedBefore ? null : undefined;
    });
    this.#ended.delete(rentalId);
    return 1;
  }

  forgetPapers(kind: string, savedBefore: UnixMs): Promise<number> {
    return forgetPapers(this.#deps, kind, savedBefore);
  }

  async forgetOrders(madeBefore: number, escrowMadeBefore: number): Promise<number> {
    const { mirror } = this.#deps;
    const isOld = ({ created_at: at, request: { payment } }: OrderRow): boolean =>
      at <= (payment.method === "escrow" ? Math.min(madeBefore, escrowMadeBefore) : madeBefore);
    const old = [...mirror.orders].filter(([, row]) => isOld(row)).slice(0, 100);
    for (const [id] of old) {
      for (const request of mirror.requestsOfOrder.of(id)) await this.#remove(requestRow, key.request(request));
      await this.#remove(orderRow, key.order(id));
    }
    return old.length;
  }

  async #remove(schema: typeof requestRow | typeof orderRow, name: string): Promise<void> {
    const { mirror, bucket } = this.#deps;
    const known = mirror.revision(name);
    await bucket.change<unknown>(schema, name, (row) => {
      if (row === null) mirror.missed(name, known);
      return null;
    });
  }

  async forgetSessions(expiredBefore: number): Promise<void> {
    this.#deps.sessions.forget(expiredBefore);
    await this.#clearMarks();
  }

  /** A key that was removed leaves a mark, from which the other processes learn of it; it goes once they have had time. */
  async #clearMarks(): Promise<void> {
    const { mirror, bucket, clock } = this.#deps;
    const old = mirror.marksOlderThan(millis(Math.max(0, clock.monotonic() - KEEP_MARKS)));
    for (const [name, mark] of old.slice(0, MARKS_PER_ROUND)) {
      await bucket.clear(name, mark.revision);
      mirror.forgetMark(name, mark);
    }
  }

  async #expire(rentalId: string, { storedBefore, endedBefore, lateBefore }: Limits): Promise<number> {
    const { mirror, mailLog, mail } = this.#deps;
    const row = mirror.rentals.get(rentalId);
    if (row === undefined) return 0;
    const limit = row.expires_at <= endedBefore ? Math.max(storedBefore, lateBefore) : storedBefore;
    const isOld = ({ storedAt, rentalId: of }: SeenMessage): boolean => of === rentalId && storedAt <= limit;
    const view = await mailLog.open(row.renter);
    const waiting = (): readonly SeenMessage[] => [...view.waiting(0, Number.MAX_SAFE_INTEGER)];
    const wiped = await mail.wipe(view, rentalId, () =>
      waiting().flatMap((message) => (isOld(message) ? [{ message, receipt: null }] : [])),
    );
    const waits = waiting().some((message) => message.rentalId === rentalId);
    if (row.expires_at <= endedBefore && !waits) this.#ended.add(rentalId);
    return wiped;
  }

  /** Reads the old end of the stream, as far as it is too old, and remembers where it ended. */
  async #rentalsWithOld({
    storedBefore,
  }: Limits): Promise<{ readonly rentals: ReadonlySet<string>; readonly upTo: number }> {
    const { link, clock, stream, prefix } = this.#deps;
    const filter = `${prefix}.mail.>`;
    const rentals = new Set<string>();
    let upTo = this.#expiredUpTo;
    try {
      const end = await link.jsm.streams.getMessage(stream, { last_by_subj: filter });
      if (end === null || end.seq <= upTo) return { rentals, upTo };
      const done = deferred<void>();
      let over = false;
      const onEntry = ({ seq, subject, data }: StreamEntry): void => {
        if (over) return;
        const entry = readEntry(data);
        over = entry.t === "m" && entry.at > storedBefore;
        if (!over) {
          upTo = seq;
          if (entry.t === "m") rentals.add(addressOf(subject).rentalId);
        }
        if (over || seq >= end.seq) done.resolve();
      };
      const from = { kind: "sequence", first: upTo + 1 } as const;
      const reader = new StreamReader({ ...this.#deps, filter, from, onEntry });
      void reader.start().catch(() => {});
      try {
        await withDeadline(done.promise, { clock, timeout: READ_WITHIN, what: "reading old mail" });
      } finally {
        reader.stop();
      }
    } catch (error) {
      throw storeAway(error, "reading old mail");
    }
    return { rentals, upTo };
  }
}
