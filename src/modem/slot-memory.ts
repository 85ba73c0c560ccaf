// What a slot remembers from one conversation with its modem to the next. Lives in memory only.

import type { Clock, Logger, Millis } from "../base/index.ts";
import type { IntakePort, SimAtLock } from "../core/index.ts";
import { DirectMessages } from "./direct-messages.ts";
import { PendingDeletions } from "./pending-deletions.ts";
import { LATE_ANSWER } from "./timeouts.ts";

export interface SlotMemoryOptions {
  readonly intake: Pick<IntakePort, "deleted">;
  readonly clock: Clock;
  readonly log: Logger;
}

export class SlotMemory {
  readonly direct: DirectMessages;
  readonly deletions: PendingDeletions;
  readonly #clock: Clock;
  #simAtLock: SimAtLock | null = null;
  #iccid: string | null = null;
  #gaveUpAt: Millis | null = null;
  /** The SIM whose network has been told that nobody waits. */
  #waitingOff: string | null = null;

  constructor({ intake, clock, log }: SlotMemoryOptions) {
    this.#clock = clock;
    this.direct = new DirectMessages(log);
    this.deletions = new PendingDeletions(intake);
  }

  /** The SIM that asks for its PIN, null while none does. */
  get simAtLock(): SimAtLock | null {
    return this.#simAtLock;
  }

  locked(sim: SimAtLock): void {
    this.#simAtLock = sim;
  }

  /** A command was given up. */
  gaveUp(): void {
    this.#gaveUpAt = this.#clock.monotonic();
  }

  /** Whether the answer of a command that was given up may come yet, in the place of a later one's. */
  get expectsLateAnswer(): boolean {
    return this.#gaveUpAt !== null && this.#clock.monotonic() - this.#gaveUpAt < LATE_ANSWER;
  }

  /** The SIM that is in now, null for one that cannot be told from others: its places say nothing about the last one's messages. */
  inserted(iccid: string | null): void {
    if (iccid === null || iccid !== this.#iccid) this.deletions.clear();
    this.#simAtLock = null;
    this.#iccid = iccid;
  }

  /** Whether the network has yet to be told that this SIM has no call waiting; true once for each SIM. */
  turnsWaitingOff(): boolean {
    const due = this.#iccid === null || this.#waitingOff !== this.#iccid;
    this.#waitingOff = this.#iccid;
    return due;
  }

  /** The slot ends for good: what only this memory has is lost, and said to be. */
  giveUp(): void {
    this.direct.giveUp();
  }
}
