// Codes of authenticator apps (RFC 6238): SHA-1, six digits, 30 seconds, which is what every app takes. Pure.

import { Secret, TOTP } from "otpauth";
import type { UnixMs } from "../../../base/index.ts";

const PERIOD_S = 30;
/** A clock may be off by one period to either side. */
const DRIFT = 1;

const secretOf = (bytes: Uint8Array): Secret => new Secret({ buffer: new Uint8Array(bytes).buffer });

const stepAt = (now: UnixMs): number => Math.floor(now / 1000 / PERIOD_S);

export interface TotpCheck {
  readonly secret: Uint8Array;
  readonly code: string;
  readonly now: UnixMs;
  /** The period of the code that was taken last; none of that period or before is taken again. */
  readonly lastStep: number;
}

/** The period that the code is of, or null when it is wrong or was used. */
export function totpStep({ secret, code, now, lastStep }: TotpCheck): number | null {
  const digits = code.replace(/\s/g, "");
  if (!/^\d{6}$/.test(digits)) return null;
  const delta = TOTP.validate({
    ...{ token: digits, secret: secretOf(secret), digits: 6, period: PERIOD_S, algorithm: "SHA1" },
    ...{ timestamp: now, window: DRIFT },
  });
  if (delta === null) return null;
  const step = stepAt(now) + delta;
  // A last use that lies in the future is of a clock that was wrong: it must not lock its user out for years.
  const isUsed = step <= lastStep && lastStep <= stepAt(now) + DRIFT;
  return isUsed ? null : step;
}

/** What an app reads from the QR code (Key URI Format). */
export function totpUri(secret: Uint8Array, user: string, box: string): string {
  const label = `${encodeURIComponent(box)}:${encodeURIComponent(user)}`;
  return `otpauth://totp/${label}?secret=${totpText(secret)}&issuer=${encodeURIComponent(box)}`;
}

/** The secret as it is typed into an app: base32. */
export const totpText = (secret: Uint8Array): string => secretOf(secret).base32;
