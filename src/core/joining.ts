// Permit join: whether a modem that was plugged in becomes a slot. Pure. Nothing is taken unless the owner has opened the window or has a
// rule for it: a modem with somebody else's SIM must not end up in a rental.

import type { Millis } from "../base/index.ts";

export interface FoundDevice {
  readonly usbPath: string;
  /** `idVendor:idProduct`, lower-case hex. */
  readonly usbId: string;
  /** Whether it is known to be a modem: serial adapters of all kinds look like one. */
  readonly isModem: boolean;
}

export interface JoinPolicy {
  /** `vendor:product` or `vendor:*`. */
  readonly rules: readonly string[];
  /** Monotonic; null while the window is closed. */
  readonly openUntil: Millis | null;
}

/** `known`: a slot has it already. `join`: make it a slot. `ask`: tell the owner. `other`: none of our business. */
export type JoinVerdict = "known" | "join" | "ask" | "other";

export function judgeDevice(
  device: FoundDevice,
  known: ReadonlySet<string>,
  policy: JoinPolicy,
  now: Millis,
): JoinVerdict {
  if (known.has(device.usbPath)) return "known";
  if (policy.rules.some((rule) => fits(rule, device.usbId))) return "join";
  if (!device.isModem) return "other";
  return policy.openUntil !== null && now < policy.openUntil ? "join" : "ask";
}

function fits(rule: string, usbId: string): boolean {
  return rule.endsWith(":*") ? usbId.startsWith(rule.slice(0, -1)) : rule === usbId;
}
