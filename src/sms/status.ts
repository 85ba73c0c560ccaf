// TP-Status of a status report (TS 23.040 9.2.3.15).

import type { StatusClass } from "./pdu.ts";

export interface StatusMeaning {
  readonly class: StatusClass;
  readonly text: string;
  /** True for values that 9.2.3.15 has read as "service rejected" (0x63). */
  readonly reserved: boolean;
}

const COMPLETED = ["received", "forwarded, receipt unknown", "replaced"];
const ERRORS = ["congestion", "recipient busy", "no response from recipient", "service rejected"];
const TRYING = [...ERRORS, "quality of service not available", "error in recipient"];
const FAILED = [
  "remote procedure error",
  "incompatible destination",
  "connection rejected by recipient",
  "not obtainable",
  "quality of service not available",
  "no interworking available",
  "validity period expired",
  "deleted by sender",
  "deleted by service centre",
  "message does not exist",
];
const GROUPS: readonly { readonly class: StatusClass; readonly texts: readonly string[] }[] = [
  { class: "completed", texts: COMPLETED },
  { class: "trying", texts: TRYING },
  { class: "failed", texts: FAILED },
  { class: "abandoned", texts: TRYING },
];
const SERVICE_CENTRE_SPECIFIC = 0x10;

/** The group and words of a status octet. */
export function statusMeaning(status: number): StatusMeaning {
  const group = GROUPS[status >> 5];
  const low = status & 0x1f;
  const text = group?.texts[low];
  if (group !== undefined && text !== undefined) return { class: group.class, text, reserved: false };
  if (group !== undefined && low >= SERVICE_CENTRE_SPECIFIC) {
    return { class: group.class, text: "specific to the service centre", reserved: false };
  }
  return { class: "abandoned", text: "service rejected", reserved: true };
}
