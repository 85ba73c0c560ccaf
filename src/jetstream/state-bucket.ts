// A bucket of key-value: what stands under a key now, and writes that only succeed on what was read.

import { headers } from "@nats-io/transport-node";
import type { z } from "zod";
import { AppError, type Clock, millis, type Random } from "../base/index.ts";
import { isConflict, type NatsLink, REQUEST_TIMEOUT, storeAway } from "./link.ts";
import { parseRow, writeRow } from "./state-rows.ts";
import { keySubject } from "./streams.ts";

export interface Held<T> {
  /** Number of the write; 0 when the key was never written. */
  readonly revision: number;
  /** Null when there is nothing under the key. */
  readonly row: T | null;
}

export interface BucketDeps {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly random: Random;
  /** Of the bucket. */
  readonly stream: string;
  /** Told of each own write as soon as it is durable. */
  readonly written?: (key: string, revision: number, data: Uint8Array | null) => void;
}

const ATTEMPTS = 12;
const FIRST_PAUSE = 5;

export class StateBucket {
  readonly #deps: BucketDeps;

  constructor(deps: BucketDeps) {
    this.#deps = deps;
  }

  /** Asked of the leader: no older than the last write that was answered. Errors: `store.away`. */
  async read<T>(schema: z.ZodType<T>, key: string): Promise<Held<T>> {
    const { link, stream } = this.#deps;
    try {
      const found = await link.jsm.streams.getMessage(stream, { last_by_subj: keySubject(stream, key) });
      if (found === null) return { revision: 0, row: null };
      const operation = found.header.get("KV-Operation");
      const gone = operation === "DEL" || operation === "PURGE";
      return { revision: found.seq, row: gone ? null : parseRow(schema, key, found.data) };
    } catch (error) {
      throw storeAway(error, "reading a key");
    }
  }

  /**
   * Writes what `decide` makes of the row that is there; null removes it, undefined leaves it. Asks again when somebody else was faster.
   * A throw of `decide` changes nothing. Returns the revision that was written; 0 for none. Errors: `store.away`.
   */
  async change<T>(schema: z.ZodType<T>, key: string, decide: (row: T | null) => T | null | undefined): Promise<number> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { revision, row } = await this.read(schema, key);
      const next = decide(row);
      if (next === undefined || (next === null && row === null)) return 0;
      const written = await this.put(key, next, revision);
      if (written !== null) return written;
      await this.#pause(attempt);
    }
    throw new AppError("store.busy", "too many processes write the same key", {
      retryable: true,
      hint: "Try again in a moment.",
    });
  }

  /** Writes if the key is still at `revision`; null if not. Errors: `store.away`: whether it was written is not known. */
  async put(key: string, row: unknown, revision: number): Promise<number | null> {
    const { link, stream, written } = this.#deps;
    const data = row === null ? null : writeRow(row);
    const marks = headers();
    if (data === null) marks.set("KV-Operation", "DEL");
    try {
      const ack = await link.js.publish(keySubject(stream, key), data ?? new Uint8Array(0), {
        headers: marks,
        expect: { lastSubjectSequence: revision, streamName: stream },
        timeout: REQUEST_TIMEOUT,
      });
      written?.(key, ack.seq, data);
      return ack.seq;
    } catch (error) {
      if (isConflict(error)) return null;
      throw storeAway(error, "writing a key");
    }
  }

  /**
   * Takes away the mark that `revision` has left under a key; what was written since stays. Whoever has read the mark and writes now is told
   * that he is too late, and reads again. Errors: `store.away`.
   */
  async clear(key: string, revision: number): Promise<void> {
    const { link, stream } = this.#deps;
    const filter = keySubject(stream, key);
    try {
      const found = await link.jsm.streams.getMessage(stream, { last_by_subj: filter });
      if (found?.seq !== revision) return;
      await link.jsm.streams.purge(stream, { filter, seq: revision + 1 });
    } catch (error) {
      throw storeAway(error, "clearing a key");
    }
  }

  /** Others get their turn. */
  #pause(attempt: number): Promise<void> {
    const span = FIRST_PAUSE * 2 ** Math.min(attempt, 6);
    const [byte = 0] = this.#deps.random.bytes(1);
    return this.#deps.clock.sleep(millis(span * (0.5 + byte / 512)), "another writer");
  }
}
