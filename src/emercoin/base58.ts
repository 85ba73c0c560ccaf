// Base58 with four bytes of checksum: legacy addresses and exported private keys.

import { AppError, type CoinCrypto, concatBytes, equalBytes } from "../base/index.ts";
import { hash256 } from "./hashes.ts";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const VALUES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((letter, value) => [letter, value]));
/** Longer than anything the coin writes so (an extended key has 111). */
const MAX_LENGTH = 120;

function bad(what: string): AppError {
  return new AppError("emercoin.bad_base58", `a base58 text is not valid: ${what}`, {
    hint: "Copy the whole text again; one letter may be missing or wrong.",
  });
}

function encode(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  let out = "";
  for (; value > 0n; value /= 58n) out = `${ALPHABET[Number(value % 58n)]}${out}`;
  // Each leading zero byte is a "1"; the checksum is never all zeros.
  return (
    "1".repeat(
      Math.max(
        0,
        bytes.findIndex((byte) => byte !== 0),
      ),
    ) + out
  );
}

function decode(text: string): Uint8Array {
  if (text.length > MAX_LENGTH) throw bad("it is too long");
  let value = 0n;
  for (const letter of text) {
    const digit = VALUES.get(letter);
    if (digit === undefined) throw bad("it holds a letter that base58 does not have");
    value = value * 58n + BigInt(digit);
  }
  const bytes: number[] = [];
  for (; value > 0n; value >>= 8n) bytes.unshift(Number(value & 0xffn));
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  return concatBytes(new Uint8Array(zeros), Uint8Array.from(bytes));
}

/** `payload` (version byte included) with its checksum, as text. */
export function base58Check(crypto: CoinCrypto, payload: Uint8Array): string {
  return encode(concatBytes(payload, hash256(crypto, payload).subarray(0, 4)));
}

/** The payload of a text, version byte included. Throws `emercoin.bad_base58`. */
export function fromBase58Check(crypto: CoinCrypto, text: string): Uint8Array {
  const bytes = decode(text);
  if (bytes.length < 5) throw bad("it is too short");
  const payload = bytes.subarray(0, -4);
  if (!equalBytes(hash256(crypto, payload).subarray(0, 4), bytes.subarray(-4))) throw bad("the checksum is wrong");
  return payload;
}
