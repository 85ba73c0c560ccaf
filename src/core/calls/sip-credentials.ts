// User and password of a rental's SIP account: keyed hashes of the rental and of how often it was rotated. Nothing of them is stored,
// and nobody without the key can tell which rental a user is, or that two users are of one rental. Pure.

import { type CryptoSuite, type Md5, type RentalId, type Secret, toHex, utf8 } from "../../base/index.ts";

export interface CredentialMaker {
  readonly suite: CryptoSuite;
  /** For this purpose alone, derived from the storage key. */
  readonly key: Secret<Uint8Array>;
}

export interface SipCredentials {
  /** 20 of `a`-`z`, `2`-`7`: 100 bits. */
  readonly user: string;
  /** 26 of `a`-`z`, `2`-`7`: 128 bits. */
  readonly password: string;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const USER_LENGTH = 20;
const PASSWORD_BYTES = 16;

/** RFC 4648 base32 in lower case without padding: letters and digits that no phone's keyboard hides. */
function base32(bytes: Uint8Array): string {
  let [text, bits, held] = ["", 0, 0];
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
  }
  return bits === 0 ? text : text + (ALPHABET[(held << (5 - bits)) & 31] ?? "");
}

/** Of a rental after `rotation` rotations. */
export function sipCredentials(maker: CredentialMaker, rental: RentalId, rotation: number): SipCredentials {
  const { suite, key } = maker;
  // The purpose comes first and holds no blank: no two questions are the same bytes.
  const hash = (purpose: "user" | "password"): Uint8Array =>
    suite.hmacSha256(key.reveal(), utf8(`${purpose} ${rental} ${rotation}`));
  return {
    user: base32(hash("user")).slice(0, USER_LENGTH),
    password: base32(hash("password").subarray(0, PASSWORD_BYTES)),
  };
}

/** H(user:realm:password) of RFC 8760 in both hashes, lower-case hex. */
export function ha1Of(
  hashes: { readonly suite: CryptoSuite; readonly md5: Md5 },
  { user, password }: SipCredentials,
  realm: string,
): { readonly md5: string; readonly sha256: string } {
  const text = utf8(`${user}:${realm}:${password}`);
  return { md5: toHex(hashes.md5(text)), sha256: toHex(hashes.suite.sha256(text)) };
}
