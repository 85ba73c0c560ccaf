// Single entries of the stream of mail: read where they are near, and overwritten when they go.

import { type Logger, messageOf } from "../base/index.ts";
import { type Receipt, receipt as receiptSchema } from "../protocol/index.ts";
import { type NatsLink, storeAway } from "./link.ts";
import { type MailEntry, type MessageEntry, readEntry } from "./mail-entries.ts";

export interface EnvelopesDeps {
  readonly link: NatsLink;
  readonly log: Logger;
  readonly stream: string;
}

/** Deletions under way together: each goes through all replicas. */
const TOGETHER = 32;

export class Envelopes {
  readonly #deps: EnvelopesDeps;

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

  /** Overwrites and deletes. One that fails stays, and is tried again by the next tidying. Never rejects. */
  async remove(seqs: readonly number[]): Promise<void> {
    const left = [...seqs];
    const lane = async (): Promise<void> => {
      for (let seq = left.shift(); seq !== undefined; seq = left.shift()) await this.#remove(seq);
    };
    await Promise.all(Array.from({ length: Math.min(TOGETHER, left.length) }, lane));
  }

  async #remove(seq: number): Promise<void> {
    const { link, log, stream } = this.#deps;
    try {
      await link.jsm.streams.deleteMessage(stream, seq, true);
    } catch (error) {
      // It may have gone already.
      log.debug("nats_not_deleted", { seq, reason: messageOf(error) });
    }
  }
}
