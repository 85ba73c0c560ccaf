// Who a box is: its provider's key signs what both ends of this one TLS connection know and nobody else (RFC 5705, RFC 9266). There is
// no password, and whoever stands between two connections cannot use the signature. Pure.

import { fromBase64url, toBase64url, toHex, utf8 } from "../../base/index.ts";

export const EXPORTER = { label: "EXPORTER-numberbox-trunk", length: 32 } as const;

export interface TrunkIdentity {
  /** The provider's verify key, base64url. */
  readonly verify: string;
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

export type VerifySignature = (key: Uint8Array, bytes: Uint8Array, signature: Uint8Array) => boolean;

const textOf = (verify: string, exported: Uint8Array): Uint8Array =>
  utf8(`numberbox-trunk v1 key=${verify} channel=${toHex(exported)}`);

const PATTERN = /^Numberbox-Trunk key="([A-Za-z0-9_-]{43})", signature="([A-Za-z0-9_-]{86})"$/;

/** The value of the header Authorization. `exported`: keying material of the connection. */
export function trunkAuthorization({ verify, sign }: TrunkIdentity, exported: Uint8Array): string {
  return `Numberbox-Trunk key="${verify}", signature="${toBase64url(sign(textOf(verify, exported)))}"`;
}

/** The key that the header proves, null for none. */
export function provenKey(header: string | undefined, exported: Uint8Array, verifies: VerifySignature): string | null {
  const [, key, signature] = PATTERN.exec(header ?? "") ?? [];
  if (key === undefined || signature === undefined) return null;
  try {
    return verifies(fromBase64url(key), textOf(key, exported), fromBase64url(signature)) ? key : null;
  } catch {
    return null;
  }
}
