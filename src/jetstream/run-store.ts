// The runs of all processes over the cluster, by which cursors are known that a restored stream has not given. The newest run is the one
// of everybody: whoever still names one before it is only sent a little twice.

import { type Random, toBase64url } from "../base/index.ts";
import { type CursorKind, type CursorStore, type KeptCursor, MAX_RUNS, resumeBehind } from "../core/index.ts";
import { type NatsLink, storeAway } from "./link.ts";
import { lastReceiptCursor } from "./receipt-reader.ts";
import type { StateBucket } from "./state-bucket.ts";
import type { StateMirror } from "./state-mirror.ts";
import { key, type RunsRow, runsRow } from "./state-rows.ts";

export interface RunDeps {
  readonly link: NatsLink;
  readonly random: Random;
  /** Of the mail. */
  readonly stream: string;
  readonly state: StateBucket;
  readonly mirror: StateMirror;
}

export class JetStreamCursors implements CursorStore {
  readonly #deps: RunDeps;
  #begun: Promise<void> | null = null;

  constructor(deps: RunDeps) {
    this.#deps = deps;
  }

  async epoch(): Promise<string> {
    await this.#begin();
    return this.#deps.mirror.runs.at(-1)?.epoch ?? "";
  }

  async resume(kind: CursorKind, kept: KeptCursor): Promise<number> {
    if (kept.after === 0) return 0;
    await this.#begin();
    const end = await this.#end();
    const runs = this.#deps.mirror.runs.map(({ epoch, mail }) => ({ epoch, mail, receipts: lastReceiptCursor(mail) }));
    return resumeBehind(kept, kind, { runs, last: kind === "mail" ? end : lastReceiptCursor(end) });
  }

  #begin(): Promise<void> {
    this.#begun ??= this.#write().catch((error: unknown) => {
      this.#begun = null;
      throw error;
    });
    return this.#begun;
  }

  async #write(): Promise<void> {
    const { state, random } = this.#deps;
    const run = { epoch: toBase64url(random.bytes(12)), mail: await this.#end() };
    await state.change<RunsRow>(runsRow, key.runs, (row) => ({ runs: [...(row?.runs ?? []), run].slice(-MAX_RUNS) }));
  }

  async #end(): Promise<number> {
    const { link, stream } = this.#deps;
    try {
      return (await link.jsm.streams.info(stream)).state.last_seq;
    } catch (error) {
      throw storeAway(error, "asking where the mail ends");
    }
  }
}
