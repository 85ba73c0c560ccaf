// The home network of a subscriber, from the IMSI (ITU-T E.212).

import type { Findings } from "./findings.ts";

/**
 * Where the SIM does not tell: countries whose network codes have three digits: North America and the Caribbean, and some of South America and India. Everywhere else
 * they have two.
 */
const THREE_DIGITS: ReadonlySet<string> = new Set(
  "302 310 311 312 313 314 315 316 334 338 342 344 346 348 352 354 356 358 360 365 366 374 376 405 708 722 732 748 750".split(
    " ",
  ),
);

/** Country and network code, 5 or 6 digits; null for an IMSI that is too short. */
export function homeNetwork({ imsi, mncLength }: Pick<Findings, "imsi" | "mncLength">): string | null {
  if (imsi === null || !/^\d{6,15}$/.test(imsi)) return null;
  return imsi.slice(0, 3 + (mncLength ?? (THREE_DIGITS.has(imsi.slice(0, 3)) ? 3 : 2)));
}
