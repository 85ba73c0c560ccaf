// Turns what went wrong in a slot into the fault that its machine is told.

import { isAppError, messageOf } from "../base/index.ts";
import type { SlotFault } from "../core/index.ts";

export const UNPLUGGED: SlotFault = {
  code: "modem.unplugged",
  message: "the modem's port went away",
  hint: "Plug the modem in again, or look at the serial server; the slot comes back by itself.",
};

export const OTHER_SIM: SlotFault = {
  code: "sim.changed",
  message: "another SIM was put in",
  hint: "Wait a moment: the slot starts again with the line of the new SIM.",
};

export function faultOf(error: unknown): SlotFault {
  if (!isAppError(error)) return { code: "modem.failed", message: messageOf(error) };
  const { code, message, hint, context } = error;
  // How many tries the SIM has left is what a person decides by.
  const tells = code.startsWith("sim.pin");
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(tells ? { context } : {}) };
}
