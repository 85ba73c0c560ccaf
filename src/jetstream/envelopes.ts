// Single entries of the stream of mail: read where they are near, and overwritten when they go.

import { JetStreamApiError } from "@nats-io/jetstream";
import { type Clock, type Logger, messageOf, seconds } from "../base/index.ts";
import { type Receipt, receipt as receiptSchema } from "../protocol/index.ts";
import { type NatsLink, storeAway } from "./link.ts";
import { type MailEntry, type MessageEntry, readEntry } from "./mail-entries.ts";

export interface EnvelopesDeps {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stream: string;
}

/** Deletions under way together: each goes through all replicas. */
const TOGETHER = 8;
const MAX_GOING = 100_000;
const AGAIN = seconds(1);

export class Envelopes {
  readonly #deps: EnvelopesDeps;
  readonly #going = new Set<number>();
  readonly #stopped = new AbortController();
  #lanes = 0;

  constructor(deps: EnvelopesDeps) {
    this.#deps = deps;
  }

  /** Null when it is gone. Errors: `store.away`. */
  async read(seq: number): Promise<MessageEntry | null> {
    const entry = await this.#entry(seq);
    return entry?.t === "m" ? entry : null;
  }

  /** Renters' receipts in entries that say what is gone, by the message's id. Errors: `store.away`. */
  async receipts(seqs: readonly number[]): Promise<ReadonlyMap<string, Receipt>> {
    const left = [...new Set(seqs)];
    const found = new Map<string, Receipt>();
    const lane = async (): Promise<void> => {
      for (let seq = left.shift(); seq !== undefined; seq = left.shift()) {
        const entry = await this.#entry(seq);
        for (const { id, receipt } of entry?.t === "g" ? entry.of : [])
          if (receipt !== null) found.set(id, receiptSchema.parse(JSON.parse(receipt)));
      }
    };
    await Promise.all(Array.from({ length: Math.min(TOGETHER, left.length) }, lane));
    return found;
  }

  async #entry(seq: number): Promise<MailEntry | null> {
    const { link, stream } = this.#deps;
    try {
      // Any replica may answer; one that has not got it yet says that it knows nothing, and the leader is asked.
      const found =
        (await link.jsm.direct.getMessage(stream, { seq }).catch(() => null)) ??
        (await link.jsm.streams.getMessage(stream, { seq }));
      return found === null ? null : readEntry(found.data);
    } catch (error) {
      throw storeAway(error, "reading an envelope");
    }
  }

  /**
   * Overwrites and deletes soon: nobody is shown them any more. What a process that ends leaves of it is done by whoever reads the
   * renter's mail next.
   */
  remove(seqs: readonly number[]): void {
    for (const seq of seqs) if (this.#going.size < MAX_GOING) this.#going.add(seq);
    while (this.#lanes < TOGETHER && this.#lanes < this.#going.size) void this.#lane();
  }

  stop(): void {
    this.#going.clear();
    this.#stopped.abort();
  }

  async #lane(): Promise<void> {
    this.#lanes++;
    for (let [seq] = this.#going; seq !== undefined; [seq] = this.#going) {
      this.#going.delete(seq);
      if (!(await this.#remove(seq))) await this.#pause(seq);
    }
    this.#lanes--;
  }

  /** False if it is still there, as far as is known. */
  async #remove(seq: number): Promise<boolean> {
    const { link, log, stream } = this.#deps;
    try {
      await link.jsm.streams.deleteMessage(stream, seq, true);
      return true;
    } catch (error) {
      // Another process was faster.
      if (error instanceof JetStreamApiError) return true;
      log.debug("nats_not_deleted", { seq, reason: messageOf(error) });
      return false;
    }
  }

  async #pause(seq: number): Promise<void> {
    const { signal } = this.#stopped;
    if (signal.aborted) return;
    this.#going.add(seq);
    await this.#deps.clock.sleep(AGAIN, "deleting envelopes", signal).catch(() => {});
  }
}
