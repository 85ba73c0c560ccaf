// Packs key files as the ecosystem's `key pack` (Salsa20) and node backup (AES) do, over node:crypto and a second Salsa20, so that
// the reader is tested against something it does not contain.

import { createCipheriv, createHash } from "node:crypto";

export interface PackOptions {
  readonly cipher: "salsa20" | "aes";
  readonly password: string;
  readonly texts: readonly string[];
}

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

const QUARTERS = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
] as const;

/** One block of the Salsa20 specification (section 8), word by word. */
function salsaBlock(key: Buffer, nonce: Buffer, counter: number): Buffer {
  const word = (buffer: Buffer, i: number): number => buffer.readUInt32LE(4 * i);
  const sigma = Buffer.from("expand 32-byte k");
  const keyWords = Array.from({ length: 8 }, (_, i) => word(key, i));
  const middle = [word(nonce, 0), word(nonce, 1), counter, 0];
  const start = Uint32Array.of(
    word(sigma, 0),
    ...keyWords.slice(0, 4),
    word(sigma, 1),
    ...middle,
    word(sigma, 2),
    ...keyWords.slice(4),
    word(sigma, 3),
  );
  const state = start.slice();
  const at = (i: number): number => state[i] ?? 0;
  for (let round = 0; round < 10; round++) {
    for (const [a, b, c, d] of QUARTERS) {
      state[b] = at(b) ^ rotate(at(a) + at(d), 7);
      state[c] = at(c) ^ rotate(at(b) + at(a), 9);
      state[d] = at(d) ^ rotate(at(c) + at(b), 13);
      state[a] = at(a) ^ rotate(at(d) + at(c), 18);
    }
  }
  const out = Buffer.alloc(64);
  for (let i = 0; i < 16; i++) out.writeUInt32LE((at(i) + (start[i] ?? 0)) >>> 0, 4 * i);
  return out;
}

function packSalsa(password: string, plaintext: Buffer): Buffer {
  const key = createHash("sha256").update(password).digest();
  const nonce = Buffer.from("01234567");
  const out = Buffer.from(plaintext);
  for (let i = 0; i < out.length; i += 64) {
    const block = salsaBlock(key, nonce, i / 64);
    for (let j = i; j < Math.min(i + 64, out.length); j++) out[j] = (out[j] ?? 0) ^ (block[j - i] ?? 0);
  }
  return Buffer.concat([nonce, out]);
}

function packAes(password: string, plaintext: Buffer): Buffer {
  const header = Buffer.alloc(16, 1);
  const nonce = Buffer.alloc(16, 2);
  const cipher = createCipheriv("aes-128-gcm", Buffer.from(password).subarray(0, 16), nonce);
  cipher.setAAD(header);
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, nonce, cipher.getAuthTag(), body]);
}

/** An `encrypted-keys` file over the key files in `texts`. */
export function encryptedKeyfile({ cipher, password, texts }: PackOptions): Record<string, unknown> {
  const plaintexts = texts.map((text) => Buffer.from(text));
  const pack = cipher === "aes" ? packAes : packSalsa;
  const hash = (plaintext: Buffer): string => createHash("sha256").update(plaintext).digest("base64");
  return {
    filedata: { vendor: "Privateness", type: "encrypted-keys", for: "", cipher },
    keys: plaintexts.map((plaintext) => pack(password, plaintext).toString("base64")),
    crc: plaintexts.map((plaintext) => (cipher === "aes" ? "" : hash(plaintext))),
  };
}
