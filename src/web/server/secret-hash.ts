// Hashes of random secrets (cookies, tokens, invitations, recovery codes). They are 128 random bits and more, so that a slow hash would
// add nothing.

import { createHash } from "node:crypto";
import { equalBytes, fromBase64url } from "../../base/index.ts";

export const hashOfSecret = (secret: string): string => createHash("sha256").update(secret, "utf8").digest("base64url");

/** Constant-time comparison of a secret with a stored hash. */
export function isSecretOf(secret: string, hash: string): boolean {
  return equalBytes(fromBase64url(hashOfSecret(secret)), fromBase64url(hash));
}
