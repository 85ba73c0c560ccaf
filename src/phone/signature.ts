// Whether a webhook comes from the phone that holds the signing key: HMAC-SHA256, in hex, over the body's bytes followed by the decimal
// seconds of `X-Timestamp` (the app's documentation, "Payload Signing").

import {
  AppError,
  type CryptoSuite,
  concatBytes,
  equalBytes,
  fromHex,
  type Millis,
  minutes,
  type UnixMs,
  utf8,
} from "../base/index.ts";
import type { PhoneWebhook } from "../core/index.ts";

/** The window that the app's documentation advises. */
export const SIGNATURE_WINDOW: Millis = minutes(5);

export interface SignatureCheck {
  readonly suite: Pick<CryptoSuite, "hmacSha256">;
  readonly signingKey: string;
  readonly request: PhoneWebhook;
  readonly now: UnixMs;
  /** False while the box doubts its own clock (no battery behind it, no relay asked yet). */
  readonly clockIsTrusted: boolean;
}

const badSignature = (): AppError =>
  new AppError("phone.bad_signature", "the request is not signed with this phone's key", {
    hint: "Set the signing key that the box gave in the app, under Settings, Webhooks.",
  });

/**
 * Returns the signature as 64 lower-case digits. Errors: `phone.bad_signature`; then `phone.stale` with `context.skew_s`.
 *
 * The app signs every attempt anew, so that a retry after two days carries the time of the retry: no exception is needed for late
 * ones. While the box doubts its own clock the time is not judged: refusing all phones would be worse than an old request, which can
 * bring nothing that is not there already (the intake knows every message of 40 days by its content).
 */
export function verifySignature({ suite, signingKey, request, now, clockIsTrusted }: SignatureCheck): string {
  const signature = request.signature?.trim().toLowerCase() ?? "";
  const timestamp = request.timestamp?.trim() ?? "";
  if (!/^[0-9a-f]{64}$/.test(signature) || !/^\d{1,12}$/.test(timestamp)) throw badSignature();
  const expected = suite.hmacSha256(utf8(signingKey), concatBytes(request.body, utf8(timestamp)));
  if (!equalBytes(expected, fromHex(signature))) throw badSignature();
  const skew = Number(timestamp) * 1000 - now;
  if (clockIsTrusted && Math.abs(skew) > SIGNATURE_WINDOW) {
    throw new AppError("phone.stale", "the request is too old, or the phone's clock is wrong", {
      hint: "Let the phone take its time from the network.",
      context: { skew_s: Math.round(skew / 1000) },
    });
  }
  return signature;
}
