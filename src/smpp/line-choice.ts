// Which of an account's lines a message is for: an account may stand for a whole rack.

import type { E164, LineId } from "../base/index.ts";

export interface GatewayLine {
  readonly id: LineId;
  readonly number: E164;
}

/** Shorter than that, the end of a number says nothing. */
const MIN_NATIONAL_DIGITS = 6;

/**
 * The account's only line, whatever the gateway calls it. Of several the one whose number is `destination`, with or without `+` or
 * 00, or whose number alone ends with it (a national number, with or without its leading 0). Null when none is meant.
 */
export function chooseLine(lines: readonly GatewayLine[], destination: string): LineId | null {
  const [only, another] = lines;
  if (another === undefined) return only?.id ?? null;
  const digits = destination.replace(/^\+|^00/, "");
  if (!/^\d+$/.test(digits)) return null;
  const exact = lines.find(({ number }) => number === `+${digits}`);
  if (exact !== undefined) return exact.id;
  const national = digits.replace(/^0+/, "");
  const ends = national.length < MIN_NATIONAL_DIGITS ? [] : lines.filter(({ number }) => number.endsWith(national));
  return ends.length === 1 ? (ends[0]?.id ?? null) : null;
}
