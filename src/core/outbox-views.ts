// What an owner sees of the outbox: how much waits for each rental, since when, and when it is tried again.

import type { Clock, RentalId } from "../base/index.ts";
import type { OutboxReply, OutboxRow, RefusedReply } from "../protocol/index.ts";
import type { LinkState } from "./link-state.ts";
import type { OutboxReport, OutboxStore, WaitingRental } from "./ports-store.ts";

export interface OutboxConsole {
  /** By rental, those behind `after`. */
  outbox(page: { readonly after: string | null; readonly limit: number }): Promise<OutboxReply>;
  refused(page: { readonly after: number; readonly limit: number }): Promise<RefusedReply>;
}

/** How a rental's messages wait, as the forwarder knows it. */
export interface RentalWait {
  readonly serving: boolean;
  readonly attempts: number;
  /** Monotonic; null while nothing is held. */
  readonly until: number | null;
  readonly reason: string | null;
}

export interface OutboxViewsDeps {
  readonly store: Pick<OutboxStore, "depth"> & OutboxReport;
  readonly forwarder: { readonly link: LinkState; waitOf(rental: RentalId): RentalWait };
  readonly clock: Clock;
  /** What times are told in. */
  readonly now: () => number;
}

export function createOutboxViews({ store, forwarder, clock, now }: OutboxViewsDeps): OutboxConsole {
  /** A monotonic time as the owner's clock shows it; null when it is past. */
  const due = (at: number): number | null => {
    const wait = at - clock.monotonic();
    return wait <= 0 ? null : Math.round(now() + wait);
  };
  const rowOf = ({ rentalId, lineId, waiting, oldest, firstSeq }: WaitingRental): OutboxRow => {
    const { serving, attempts, until, reason } = forwarder.waitOf(rentalId);
    const next = until === null ? null : due(until);
    const state = serving ? "sending" : next === null ? "queued" : "held";
    return {
      ...{ rental_id: rentalId, line: lineId, waiting, oldest_at: oldest, first_seq: firstSeq },
      ...{ state, attempts, next_at: next, reason },
    };
  };
  return {
    outbox: async ({ after, limit }) => {
      const [depth, rows] = await Promise.all([store.depth(), store.waitingRentals(after, limit)]);
      const { kind, failures, notBefore, code } = forwarder.link;
      return {
        ...{ waiting: depth.waiting, oldest_at: depth.oldest, refused: depth.refused },
        relay: { state: kind, failures, next_at: due(notBefore), code },
        rentals: rows.map(rowOf),
        next: rows.length < limit ? null : (rows.at(-1)?.rentalId ?? null),
      };
    },
    refused: async ({ after, limit }) => {
      const rows = await store.refusedMessages({ after, limit });
      const messages = rows.map(({ cursor, id, rentalId, lineId, seq, storedAt, refusedAt, code }) => ({
        ...{ cursor, id, rental_id: rentalId, line: lineId, seq, stored_at: storedAt, refused_at: refusedAt, code },
      }));
      return { messages, next: messages.at(-1)?.cursor ?? after };
    },
  };
}
