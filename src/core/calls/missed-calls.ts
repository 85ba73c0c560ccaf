// Tells the renter of a call that nobody took: as a message of the rental, sealed and made durable like an SMS. Who called is in no other
// place in clear, so what waits here waits in memory.

import {
  type Clock,
  type LineId,
  type Logger,
  messageOf,
  type SlotId,
  seconds,
  type UnixMs,
} from "../../base/index.ts";
import { MISSED_CALL_KIND } from "../../envelope/index.ts";
import type { Rental } from "../model.ts";
import type { IntakePort } from "../ports.ts";
import { encodeReceivedText } from "../received-text.ts";
import type { EndCause } from "./ports-voice.ts";

export interface MissedCall {
  /** 32 lower-case hex digits. */
  readonly id: string;
  readonly slot: SlotId;
  readonly line: LineId;
  /** Null when it was withheld. */
  readonly number: string | null;
  readonly startedAt: UnixMs;
}

export interface MissedCallsDeps {
  readonly intake: Pick<IntakePort, "accept">;
  readonly activeRental: (line: LineId) => Rental | null;
  /** The owner's setting, as it is now. */
  readonly isWanted: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly now: () => UnixMs;
}

/** A disk that takes nothing for long: the oldest go, as the newest are what can still be called back. */
const MOST_WAITING = 200;
const RETRY = seconds(5);

/** Whether a renter does not know of an incoming call that ended so without having been taken: what he declined he has seen. */
export const isMissed = (cause: EndCause): boolean => cause !== "declined";

export class MissedCalls {
  readonly #deps: MissedCallsDeps;
  readonly #waiting: { readonly call: MissedCall; readonly endedAt: UnixMs }[] = [];
  readonly #abort = new AbortController();
  #running: Promise<void> | null = null;

  constructor(deps: MissedCallsDeps) {
    this.#deps = deps;
  }

  /** Calls of a line that nobody rents are nobody's: of those nothing is kept. Never throws. */
  tell(call: MissedCall): void {
    if (!this.#deps.isWanted() || this.#deps.activeRental(call.line) === null) return;
    this.#waiting.push({ call, endedAt: this.#deps.now() });
    if (this.#waiting.length > MOST_WAITING) this.#lose(this.#waiting.shift()?.call);
    this.#running ??= this.#run();
  }

  /** Tries what waits once more. While the intake still runs. Idempotent. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    for (const { call } of this.#waiting.splice(0)) this.#lose(call);
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const isDone = await this.#one(next.call, next.endedAt);
      // Meanwhile it may have been the oldest of too many.
      if (isDone && this.#waiting[0] === next) this.#waiting.shift();
      if (isDone) continue;
      if (signal.aborted) break;
      // Aborting the wait is how it ends: with one more try.
      await this.#deps.clock.sleep(RETRY, "missed-calls", signal).catch(() => {});
    }
    this.#running = null;
  }

  async #one({ id, slot, line, number, startedAt }: MissedCall, endedAt: UnixMs): Promise<boolean> {
    const { intake, activeRental, log } = this.#deps;
    // The rental ended while it waited: the next renter must not get it.
    if (activeRental(line) === null) return true;
    const sentAt = new Date(startedAt).toISOString();
    const text = { from: number ?? "", body: "", data: null, sentAt, kind: MISSED_CALL_KIND, key: id };
    try {
      const where = { slotId: slot, lineId: line, location: null, receivedAt: endedAt };
      await intake.accept({ ...where, format: "text", pdu: encodeReceivedText(text) });
      return true;
    } catch (error) {
      log.warn("missed_call_waits", { call: id, reason: messageOf(error) });
      return false;
    }
  }

  #lose(call: MissedCall | undefined): void {
    if (call !== undefined) this.#deps.log.error("missed_call_not_told", { call: call.id });
  }
}
