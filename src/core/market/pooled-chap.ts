// Challenges that a provider leaves with its relay: signed, so that nobody pays for one that the relay made.

import { type CryptoSuite, fromBase64url, isAppError, type Secret, toBase64url } from "../../base/index.ts";
import { canonicalBytes } from "../../envelope/index.ts";
import type { PooledChap, RandpayPayment } from "../../protocol/index.ts";

export function signPooledChap(
  suite: CryptoSuite,
  signer: { readonly seed: Secret<Uint8Array>; readonly verify: Uint8Array },
  payment: RandpayPayment,
): PooledChap {
  const members = { v: 1, type: "numberbox-chap", provider: toBase64url(signer.verify), payment } as const;
  return { ...members, signature: toBase64url(suite.ed25519Sign(signer.seed.reveal(), canonicalBytes(members))) };
}

/** Whether the provider that the challenge names has signed it. */
export function isSignedPooledChap(suite: CryptoSuite, { signature, ...members }: PooledChap): boolean {
  try {
    return suite.ed25519Verify(fromBase64url(members.provider), canonicalBytes(members), fromBase64url(signature));
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}
