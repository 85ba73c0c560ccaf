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

/** CME codes (TS 27.007 9.2.1) as the words that +CPIN has for the same; 515 is the vendors' "still starting". */
const LOCK_OF_CME: ReadonlyMap<number, string> = new Map([
  [10, "not_inserted"],
  [11, "sim_pin"],
  [12, "sim_puk"],
  [14, "not_ready"],
  [17, "sim_pin2"],
  [18, "sim_puk2"],
  [40, "ph_net_pin"],
  [515, "not_ready"],
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

/** The lock that an error answer to +CPIN means; null when `error` is no answer of the modem. */
export function lockOfError(error: unknown): string | null {
  if (!hasCode(error, "modem.error")) return null;
  const { source, code } = error.context;
  return (source === "cme" && typeof code === "number" ? LOCK_OF_CME.get(code) : undefined) ?? "failure";
}
