// What can be wrong with a SIM, as problems that a person can act on. The box never types a PIN or a PUK.

import { AppError, type ErrorCode, hasCode } from "../base/index.ts";

interface SimFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

const FAULTS: ReadonlyMap<string, SimFault> = new Map([
  [
    "sim_pin",
    {
      code: "sim.pin_required",
      message: "the SIM asks for its PIN",
      hint: "Switch the SIM's PIN off in a phone, then put it back.",
    },
  ],
  [
    "sim_puk",
    {
      code: "sim.puk_required",
      message: "the SIM is blocked and asks for its PUK",
      hint: "Put the SIM into a phone and enter the PUK of its paper; the box never tries it.",
    },
  ],
  [
    "not_inserted",
    { code: "sim.missing", message: "there is no SIM in this slot", hint: "Put a SIM in, contacts down." },
  ],
  [
    "ph_net_pin",
    {
      code: "sim.locked_to_operator",
      message: "the modem takes SIMs of another operator only",
      hint: "Use a SIM of the operator that sold the modem, or have the modem unlocked.",
    },
  ],
]);

/** Names of errors (TS 27.007 9.2.1, TS 27.005 3.2.5) as the words that +CPIN has for the same. */
const LOCK_OF_ERROR: ReadonlyMap<unknown, string> = new Map([
  ["sim_not_inserted", "not_inserted"],
  ["sim_pin_required", "sim_pin"],
  ["sim_puk_required", "sim_puk"],
  ["sim_busy", "not_ready"],
  ["sim_pin2_required", "sim_pin2"],
  ["sim_puk2_required", "sim_puk2"],
  ["network_personalization_pin_required", "ph_net_pin"],
  // The vendors' 515: still starting.
  ["please_wait_init_or_command_processing_in_progress", "not_ready"],
]);

/** A SIM in these states takes and gives messages: a modem tells of PIN2 after a command that needed it (TS 27.007 8.3). */
const USABLE: ReadonlySet<string> = new Set(["ready", "sim_pin2", "sim_puk2"]);

export function isUsable(lock: string): boolean {
  return USABLE.has(lock);
}

/** The problem that a lock means. `lock` is a word of +CPIN as `at` names it, or `failure`. */
export function simFault(lock: string): AppError {
  const fault = FAULTS.get(lock) ?? {
    code: "sim.failure" as const,
    message: `the SIM cannot be used (${lock})`,
    hint: "Try the SIM in a phone; clean its contacts.",
  };
  return new AppError(fault.code, fault.message, { retryable: true, hint: fault.hint });
}

/**
 * The lock that an error answer to +CPIN means; null when `error` is no answer of the modem. An ERROR without a reason is what some say
 * while they start.
 */
export function lockOfError(error: unknown): string | null {
  if (!hasCode(error, "modem.error")) return null;
  const { source, name } = error.context;
  return source === "plain" ? "not_ready" : (LOCK_OF_ERROR.get(name) ?? "failure");
}
