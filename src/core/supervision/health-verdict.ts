// Whether a box is well enough to be left running. Pure. A verdict of "not healthy" ends the process, so it is given only for what a start
// can mend: something that hangs. What merely fails (a full disk, a SIM without a network) is told in words.

import { type Millis, millis, minutes, type UnixMs } from "../../base/index.ts";
import type { SlotStatus } from "../ports.ts";

export type ProbedSlot = Pick<SlotStatus, "id" | "state" | "step" | "since"> & {
  readonly recovery: Pick<SlotStatus["recovery"], "nextAt">;
};

export interface HealthReading {
  /** Of the box's own steady time. */
  readonly now: UnixMs;
  /** Monotonic. */
  readonly moment: Millis;
  /** How much later than it wanted the look came: the event loop was busy for so long. */
  readonly lag: Millis;
  /** Monotonic, when a write began that has not ended yet; null while there is none. */
  readonly writeSince: Millis | null;
  /** Code of what the last write failed with. */
  readonly writeFailed: string | null;
  /** Null while no box runs: it starts, or starts anew. */
  readonly slots: readonly ProbedSlot[] | null;
}

export interface HealthState {
  /** Slots that have been ready in this process: one that never was is no news after a start either. */
  readonly seenReady: ReadonlySet<string>;
  /** Monotonic, since when no box has been running. */
  readonly withoutBox: Millis | null;
  /** Monotonic, since when nothing could be written for a reason that a start may mend; null while it can. */
  readonly unwritable: Millis | null;
}

export interface Health {
  readonly healthy: boolean;
  /** One line for people. */
  readonly status: string;
}

/** A commit takes milliseconds; on a dying card it has been seen to take seconds. */
export const LONGEST_WRITE: Millis = minutes(1);
/** Every step of a slot has a deadline, and the longest recovery takes a few minutes. */
export const LONGEST_STEP: Millis = minutes(15);
/** A timer that should have rung so long ago never will. */
export const LONGEST_OVERDUE: Millis = minutes(3);
/**
 * After a fault in the file system the kernel lets nothing be written any more. By itself this does not end; an appliance finds it out before
 * the next start of this program, and starts the machine anew (has-data of the image).
 */
export const LONGEST_UNWRITABLE: Millis = minutes(10);
const MENDED_BY_A_START: ReadonlySet<string> = new Set(["store.io", "store.read_only"]);
/** A migration, a restore, six attempts to start anew. */
export const LONGEST_START: Millis = minutes(30);
const BUSY: Millis = millis(2000);

export const initialHealth: HealthState = { seenReady: new Set(), withoutBox: null, unwritable: null };

const isSettled = ({ step }: ProbedSlot): boolean => step === "ready" || step === "stopped" || step === "waiting";

/** Whether the loop of a slot has stopped turning. */
export function isStuck(slot: ProbedSlot, now: UnixMs): boolean {
  const { nextAt } = slot.recovery;
  if (slot.step === "waiting") return nextAt !== null && now - nextAt > LONGEST_OVERDUE;
  return !isSettled(slot) && now - slot.since > LONGEST_STEP;
}

function statusOf(reading: HealthReading, slots: readonly ProbedSlot[]): string {
  const ready = slots.filter(({ state }) => state === "ready").length;
  const parts = [slots.length === 0 ? "running" : `${ready} of ${slots.length} slots ready`];
  if (reading.writeFailed !== null) parts.push(`cannot write (${reading.writeFailed})`);
  if (reading.lag > BUSY) parts.push(`busy for ${Math.round(reading.lag / 1000)} s`);
  return parts.join("; ");
}

export function stepHealth(
  state: HealthState,
  reading: HealthReading,
): { readonly state: HealthState; readonly health: Health } {
  const { moment, slots } = reading;
  if (slots === null) {
    const withoutBox = state.withoutBox ?? moment;
    const healthy = moment - withoutBox < LONGEST_START;
    return {
      state: { ...state, withoutBox },
      health: { healthy, status: healthy ? "starting" : "does not get started" },
    };
  }
  const seenReady = new Set([...state.seenReady, ...slots.filter(({ step }) => step === "ready").map(({ id }) => id)]);
  const isUnwritable = reading.writeFailed !== null && MENDED_BY_A_START.has(reading.writeFailed);
  const unwritable = isUnwritable ? (state.unwritable ?? moment) : null;
  const next = { seenReady, withoutBox: null, unwritable };
  const hangs: string[] = [];
  if (unwritable !== null && moment - unwritable > LONGEST_UNWRITABLE)
    hangs.push(`the disk takes nothing (${reading.writeFailed})`);
  if (reading.writeSince !== null && moment - reading.writeSince > LONGEST_WRITE)
    hangs.push("a write to the disk hangs");
  for (const slot of slots) {
    if (seenReady.has(slot.id) && isStuck(slot, reading.now)) hangs.push(`slot ${slot.id} hangs (${slot.step})`);
  }
  const healthy = hangs.length === 0;
  return { state: next, health: { healthy, status: healthy ? statusOf(reading, slots) : hangs.join("; ") } };
}
