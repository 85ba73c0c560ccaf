// The use cases on slots behind REST and console.

import type { LineId, SlotId } from "../base/index.ts";
import type { AtReplyView, JoinView, LineView, RecoveryRung, SlotView } from "../protocol/index.ts";

export interface FleetConsole {
  /**
   * Tries the slot again at once, with one of the resets that it has before it, or without. Errors: `slot.unknown`, `slot.no_means` for a
   * rung that this slot lacks.
   */
  recover(id: SlotId, rung: Extract<RecoveryRung, "at" | "cfun" | "usb_reset" | "power">): Promise<SlotView>;
  /**
   * Keeps the SIM's PIN, sealed, and tries it once. Errors: `slot.unknown`, `sim.bad_pin`, `sim.not_locked`, `sim.puk_required`,
   * `sim.last_attempt` and `sim.pin_wrong` (this very PIN was wrong) unless `confirm`.
   */
  enterPin(id: SlotId, pin: string, confirm: boolean): Promise<SlotView>;
  /**
   * Sends one AT command for an expert. Errors: `slot.unknown`, `slot.no_terminal`, `at.forbidden` and its like for what would change an
   * identity, cost money or lose messages.
   */
  at(id: SlotId, command: string): Promise<AtReplyView>;
  /** Opens the window for new hardware for so many seconds (0 closes it), 3600 at most. */
  permitJoin(seconds: number): Promise<JoinView>;
  join(): Promise<JoinView>;
  /** Lets go of a slot that joined. Errors: `slot.unknown`, `slot.configured` for one of the configuration. */
  remove(id: SlotId): Promise<void>;
  /** Gives a number to a slot's SIM. Errors: `line.exists`, `slot.unknown`. */
  addLine(line: { readonly id: LineId; readonly number: string; readonly slot: SlotId }): Promise<LineView>;
  /** The SIM that is in the slot now is the line's from now on. Errors: `rental.unknown_line`, `slot.unknown`, `slot.no_sim`. */
  adoptSim(line: LineId, slot: SlotId): Promise<LineView>;
}
