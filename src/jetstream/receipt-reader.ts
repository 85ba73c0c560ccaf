// Renters' receipts for a provider: they stand in the entries that say that messages are gone. A receipt's cursor is the entry's number and
// its place in the entry.

import { type Clock, deferred, hasCode, type Logger, seconds, withDeadline } from "../base/index.ts";
import type { PageRequest } from "../core/index.ts";
import { type ProviderReceiptsPage, receipt as receiptSchema } from "../protocol/index.ts";
import { type NatsLink, storeAway } from "./link.ts";
import { addressOf, providerFilter, readEntry } from "./mail-entries.ts";
import { type StreamEntry, StreamReader } from "./stream-reader.ts";

export interface ReceiptReaderDeps {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stream: string;
  readonly prefix: string;
}

/** More than one request acknowledges. */
const PLACES = 1000;
const READ_WITHIN = seconds(10);

/** The highest cursor that an entry up to this one may have given. */
export const lastReceiptCursor = (seq: number): number => (seq + 1) * PLACES;

type Found = ProviderReceiptsPage["receipts"][number];

function receiptsOf({ seq, subject, data }: StreamEntry): readonly Found[] {
  const entry = readEntry(data);
  if (entry.t === "m") return [];
  const { rentalId } = addressOf(subject);
  return entry.of.flatMap(({ id, receipt }, place) => {
    if (receipt === null) return [];
    const cursor = seq * PLACES + place + 1;
    return [{ cursor, id, rental_id: rentalId, receipt: receiptSchema.parse(JSON.parse(receipt)) }];
  });
}

export class ReceiptReader {
  readonly #deps: ReceiptReaderDeps;

  constructor(deps: ReceiptReaderDeps) {
    this.#deps = deps;
  }

  /** Errors: `store.away`. */
  async page(provider: string, { after, limit }: PageRequest): Promise<ProviderReceiptsPage> {
    const { link, clock, stream, prefix } = this.#deps;
    const filter = providerFilter(prefix, provider);
    const found: Found[] = [];
    const done = deferred<void>();
    try {
      const end = await link.jsm.streams.getMessage(stream, { last_by_subj: filter });
      const first = Math.max(1, Math.floor(after / PLACES));
      if (end === null || end.seq < first) return { receipts: [], next: after, more: false };
      const onEntry = (entry: StreamEntry): void => {
        if (found.length <= limit) found.push(...receiptsOf(entry).filter(({ cursor }) => cursor > after));
        if (entry.seq >= end.seq || found.length > limit) done.resolve();
      };
      const reader = new StreamReader({ ...this.#deps, filter, from: { kind: "sequence", first }, onEntry });
      void reader.start().catch(() => {});
      try {
        await withDeadline(done.promise, { clock, timeout: READ_WITHIN, what: "reading receipts" });
      } finally {
        reader.stop();
      }
    } catch (error) {
      if (hasCode(error, "base.stopped")) throw error;
      throw storeAway(error, "reading receipts");
    }
    const receipts = found.slice(0, limit);
    return { receipts, next: receipts.at(-1)?.cursor ?? after, more: found.length > limit };
  }
}
