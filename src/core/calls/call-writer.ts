// Brings what happened in calls to the disk, in order, and goes on trying: neither a call nor its bill waits for a disk.

import { type Clock, hasCode, type Logger, messageOf, seconds } from "../../base/index.ts";
import type { CallCharge, CallMoney, CallStore, StoredCall } from "./ports-calls.ts";

export interface CallWrite {
  readonly call: StoredCall;
  /** Booked after the call is durable. */
  readonly charge: CallCharge | null;
}

export interface CallWriterDeps {
  readonly store: Pick<CallStore, "saveCall">;
  /** Null where nothing is paid. */
  readonly money: Pick<CallMoney, "charge"> | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told once when the disk does not take writes, and with false when it does again. */
  readonly onTrouble: (trouble: boolean) => void;
}

const RETRY = seconds(5);

export class CallWriter {
  readonly #deps: CallWriterDeps;
  readonly #waiting: CallWrite[] = [];
  readonly #abort = new AbortController();
  #running: Promise<void> | null = null;
  #trouble = false;

  constructor(deps: CallWriterDeps) {
    this.#deps = deps;
  }

  /** Writes that are not durable yet. */
  get depth(): number {
    return this.#waiting.length;
  }

  write(write: CallWrite): void {
    this.#waiting.push(write);
    this.#running ??= this.#run();
  }

  /** Tries what is left once more, then gives up. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    for (const write of this.#waiting.splice(0)) {
      await this.#one(write).catch((error: unknown) => {
        this.#deps.log.error("call_not_recorded", { call: write.call.id, reason: messageOf(error) });
      });
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (await this.#tried(next)) this.#waiting.shift();
      else if (signal.aborted) break;
      // Aborting the wait is how it ends.
      else await this.#deps.clock.sleep(RETRY, "call-writer", signal).catch(() => {});
    }
    this.#running = null;
  }

  async #tried(write: CallWrite): Promise<boolean> {
    try {
      await this.#one(write);
      this.#tell(false);
      return true;
    } catch (error) {
      this.#deps.log.warn("call_not_recorded_yet", { call: write.call.id, reason: messageOf(error) });
      this.#tell(true);
      return false;
    }
  }

  #tell(trouble: boolean): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#deps.onTrouble(trouble);
  }

  async #one({ call, charge }: CallWrite): Promise<void> {
    const { store, money } = this.#deps;
    await store.saveCall(call);
    if (charge === null || money === null || charge.cost === 0) return;
    await money.charge(charge).catch((error: unknown) => {
      // Booked before, by a run that was cut off.
      if (!hasCode(error, "store.conflict")) throw error;
    });
  }
}
