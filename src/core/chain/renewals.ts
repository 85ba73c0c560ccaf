// Renews the names of the box before they expire. An update that comes too late is confirmed without effect, so this begins weeks ahead.

import { type Clock, isAppError, type LineId, type Logger, type Millis, messageOf } from "../../base/index.ts";
import { BLOCKS_PER_DAY } from "../../emercoin/index.ts";
import type { EventLog } from "../event-log.ts";
import type { NamePublication, NamePublisher } from "./name-publication.ts";
import type { ChainReader, CoinWallet, NameReader, NameRecord } from "./ports-chain.ts";
import { isOpen } from "./publication-model.ts";

/** A name that the box has published. */
export interface RenewalTarget {
  readonly name: string;
  readonly line: LineId | null;
  /** Days before the end from which on it is renewed; 0 for never. */
  readonly within: number;
  readonly renew: () => Promise<NamePublication>;
}

export interface RenewalsDeps {
  readonly node: Pick<NameReader, "name"> & Pick<ChainReader, "height"> & Pick<CoinWallet, "owns">;
  readonly publisher: Pick<NamePublisher, "latest">;
  readonly targets: () => readonly RenewalTarget[];
  readonly clock: Clock;
  readonly events: Pick<EventLog, "record">;
  readonly log: Logger;
  readonly every: Millis;
}

export type RenewalVerdict = "fine" | "due" | "gone";

/** What a name needs at a height. */
export function judgeRenewal(record: NameRecord | null, height: number, within: number): RenewalVerdict {
  if (record?.state !== "active") return "gone";
  return record.expiresAt - height <= within * BLOCKS_PER_DAY ? "due" : "fine";
}

export class Renewals {
  readonly #deps: RenewalsDeps;
  readonly #abort = new AbortController();
  /** What was told last of a name, so that a trouble of weeks is one event. */
  readonly #told = new Map<string, string>();
  #running: Promise<void> = Promise.resolve();

  constructor(deps: RenewalsDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  /** Looks at every name once. Never rejects. */
  async check(): Promise<void> {
    for (const target of this.#deps.targets()) {
      if (this.#abort.signal.aborted || target.within === 0) continue;
      try {
        await this.#look(target);
      } catch (error) {
        this.#tell(target, "name.not_renewed", isAppError(error) ? error.code : messageOf(error));
      }
    }
  }

  async #run(): Promise<void> {
    const { clock, every } = this.#deps;
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await this.check();
      // Ends early when the box stops.
      await clock.sleep(every, "renewals", signal).catch(() => {});
    }
  }

  async #look(target: RenewalTarget): Promise<void> {
    const { node, publisher } = this.#deps;
    const latest = publisher.latest(target.name);
    if (latest !== null && isOpen(latest)) return;
    const record = await node.name(target.name);
    const verdict = judgeRenewal(record, await node.height(), target.within);
    if (verdict === "fine") this.#told.delete(target.name);
    if (verdict === "gone") this.#tell(target, "name.expired", record?.state ?? "unknown");
    if (verdict !== "due" || record === null) return;
    if (!(await node.owns(record.address))) return this.#tell(target, "name.not_renewed", "emercoin.name_foreign");
    await target.renew();
    this.#tell(target, "name.renewing", "due");
  }

  #tell({ name, line }: RenewalTarget, code: string, reason: string): void {
    if (this.#told.get(name) === `${code} ${reason}`) return;
    this.#told.set(name, `${code} ${reason}`);
    const level = code === "name.renewing" ? "info" : "warn";
    this.#deps.events.record({ level, code, line, details: { name, reason } });
  }
}
