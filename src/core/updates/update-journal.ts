// What is remembered of updates, on the disk before anything relies on it, and told as events.

import type { Clock } from "../../base/index.ts";
import type { UpdateRecords } from "../../protocol/index.ts";
import type { EventLog } from "../event-log.ts";
import type { SettingStore } from "../ports-store.ts";
import { noRecords, readUpdateRecords, withResult } from "./update-records.ts";

export interface UpdateJournalDeps {
  readonly store: SettingStore;
  readonly clock: Clock;
  readonly events: EventLog;
}

const SETTING = "update.records";

export class UpdateJournal {
  readonly #deps: UpdateJournalDeps;
  #records: UpdateRecords = noRecords;

  constructor(deps: UpdateJournalDeps) {
    this.#deps = deps;
  }

  get records(): UpdateRecords {
    return this.#records;
  }

  async load(): Promise<void> {
    this.#records = readUpdateRecords(await this.#deps.store.getSetting(SETTING));
  }

  /** Resolves once it is stored. */
  async note(change: Partial<UpdateRecords>): Promise<void> {
    this.#records = { ...this.#records, ...change };
    await this.#deps.store.setSetting(SETTING, JSON.stringify(this.#records));
  }

  /** An update from one version to another has come to its end. `problem`: a code. */
  async ended(
    { version, from }: { readonly version: string; readonly from: string },
    result: "confirmed" | "rolled_back",
    problem: string | null,
  ): Promise<void> {
    const { clock, events } = this.#deps;
    await this.note(withResult(this.#records, { version, from, at: clock.now(), result, problem }));
    events.record({
      level: result === "confirmed" ? "info" : "error",
      code: result === "confirmed" ? "update.confirmed" : "update.rolled_back",
      details: { version, from },
    });
  }
}
