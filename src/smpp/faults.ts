// What can be wrong with a gateway's account, with what to do about it.

import { isAppError, messageOf } from "../base/index.ts";
import type { SlotFault } from "../core/index.ts";

const CREDENTIALS = "Compare system_id, password file and system_type with the account in the gateway.";

const BIND_REFUSALS: ReadonlyMap<number, SlotFault> = new Map<number, SlotFault>([
  [
    0x05,
    fault(
      "smpp.already_bound",
      "the gateway says that the account is in use",
      "End the other client of this account, or wait until the gateway has noticed that our last connection is gone.",
    ),
  ],
  [0x0e, fault("smpp.wrong_password", "the gateway refused the password", CREDENTIALS)],
  [0x0f, fault("smpp.unknown_account", "the gateway knows no such system_id", CREDENTIALS)],
  [0x53, fault("smpp.wrong_system_type", "the gateway refused the system_type", CREDENTIALS)],
]);

/** Tried again at a patient pace. */
export const NEEDS_A_PERSON: ReadonlySet<string> = new Set([
  "smpp.wrong_password",
  "smpp.unknown_account",
  "smpp.wrong_system_type",
  "smpp.no_password",
  "smpp.bad_password",
]);

export const CLOSED = fault(
  "smpp.closed",
  "the gateway closed the connection",
  "The slot connects again by itself; see the gateway's log if this repeats.",
);
export const UNBOUND = fault(
  "smpp.unbound",
  "the gateway ended the session",
  "The slot binds again by itself; see the gateway's log if this repeats.",
);
export const BIND_TIMEOUT = fault(
  "smpp.bind_timeout",
  "the gateway did not answer the bind",
  "Check that the address is that of an SMPP 3.4 server.",
);
export const SILENT = fault(
  "smpp.silent",
  "the gateway no longer answers",
  "The slot connects again by itself; check the network and the gateway's load.",
);
export const BAD_LENGTH = fault(
  "smpp.bad_length",
  "the gateway sent something that is no SMPP",
  "Check that the address is that of an SMPP 3.4 server, and whether it wants smpps://.",
);

function fault(code: SlotFault["code"], message: string, hint: string): SlotFault {
  return { code, message, hint };
}

/** What a command status other than 0 in the answer to a bind means (5.1.3). */
export function bindFault(status: number): SlotFault {
  const known = BIND_REFUSALS.get(status);
  if (known !== undefined) return known;
  const hex = `0x${status.toString(16).padStart(8, "0")}`;
  return fault("smpp.bind_refused", `the gateway refused the bind with status ${hex}`, CREDENTIALS);
}

export function faultOf(error: unknown): SlotFault {
  if (!isAppError(error)) return { code: "smpp.failed", message: messageOf(error) };
  const { code, message, hint } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
