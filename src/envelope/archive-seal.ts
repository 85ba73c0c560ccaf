// The seal of a backup: one passphrase, a head that names how the key is made, then chunks under XChaCha20-Poly1305. Each chunk's nonce
// holds its number and whether it is the last one (STREAM, Hoang et al. 2015), and its AAD is the digest of the head: chunks cannot be
// changed, cut off, put in another order, or moved to another file.

import { hchacha } from "@noble/ciphers/chacha.js";
import {
  AppError,
  type CryptoSuite,
  concatBytes,
  equalBytes,
  fromBase64url,
  fromUtf8,
  type Random,
  type Secret,
  toBase64url,
  utf8,
  wipe,
} from "../base/index.ts";
import { canonicalBytes } from "./canonical-json.ts";
import { parseCanonicalInput } from "./canonical-parse.ts";
import { type Argon2Params, DEFAULT_ARGON2, type KeystoreKdf, keystoreKey, newKdf, readKdf } from "./keystore-kdf.ts";

/** Bytes of payload in each chunk but the last, which has 0 to as many. */
export const ARCHIVE_CHUNK = 65_536;
/** What a chunk grows by. */
export const ARCHIVE_TAG = 16;
/** The part of the head that has a fixed form: magic, format version and the length of the rest. */
export const ARCHIVE_PREFIX = 12;
/** Format of what is written; what is newer is refused. */
export const ARCHIVE_VERSION = 1;

// Begins like a PNG: a byte above 127, line ends and the end of a DOS text show at once what a transfer in text mode has damaged.
const MAGIC = Uint8Array.of(0x89, 0x4e, 0x42, 0x42, 0x4b, 0x0d, 0x0a, 0x1a);
const CIPHER = "xchacha20-poly1305";
const PREFIX_BYTES = 16;
const MAC_BYTES = 32;
const MAX_TEXT = 1024;
const NO_SALT = new Uint8Array(0);
/** 2^48 chunks are 16 EiB. */
const MAX_CHUNKS = 2 ** 48;

export interface ArchiveSealer {
  /** What the file begins with. */
  readonly head: Uint8Array;
  /** The next chunk: exactly `ARCHIVE_CHUNK` bytes, or as many or fewer for the last one. */
  seal(chunk: Uint8Array, last: boolean): Uint8Array;
}

export interface ArchiveOpener {
  /** The next chunk. Throws `archive.truncated` where more must follow, `archive.damaged` for every other change. */
  open(box: Uint8Array, last: boolean): Uint8Array;
}

interface Deps {
  readonly suite: CryptoSuite;
  readonly passphrase: Secret<string>;
}

function notArchive(): AppError {
  return new AppError("archive.not_archive", "the file is no backup of a Numberbox", {
    hint: "Choose the file that `numberbox backup` wrote.",
  });
}

/** What a reader says of every change that is not better known. */
export function damagedArchive(what: string): AppError {
  return new AppError("archive.damaged", `the backup was changed or damaged: ${what}`, {
    hint: "Take another copy of it, or an older backup; nothing was restored.",
  });
}

export function truncatedArchive(): AppError {
  return new AppError("archive.truncated", "the backup is not complete: its end is missing", {
    hint: "Copy the file again, or take an older backup; nothing was restored.",
  });
}

function wrongPassphrase(): AppError {
  return new AppError("archive.wrong_passphrase", "the backup does not open with this passphrase", {
    hint: "Type the passphrase that the backup was made with; if it is right, the beginning of the file was changed.",
  });
}

interface Keys {
  readonly chunk: Uint8Array;
  readonly mac: Uint8Array;
}

async function keysOf({ suite, passphrase }: Deps, kdf: KeystoreKdf): Promise<Keys> {
  const key = (await keystoreKey(suite, { passphrase }, kdf)).reveal();
  const derive = (info: string): Uint8Array => suite.hkdfSha256(key, NO_SALT, utf8(info), 32);
  const keys = { chunk: derive("numberbox/archive/chunk/v1"), mac: derive("numberbox/archive/head/v1") };
  wipe(key);
  return keys;
}

/** HChaCha20 of key and the nonce's first 16 bytes: what XChaCha20 begins with, done once for all chunks. */
function subkeyOf(key: Uint8Array, prefix: Uint8Array): Uint8Array {
  const words = (bytes: Uint8Array): Uint32Array => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(at * 4, true));
  };
  const out = new Uint32Array(8);
  hchacha(words(utf8("expand 32-byte k")), words(key), words(prefix), out);
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of out.entries()) view.setUint32(at * 4, word, true);
  return bytes;
}

/** The last 8 bytes of the XChaCha20 nonce, behind the four zeros that the inner cipher puts before them: number, then 1 for the last. */
function nonceOf(number: number, last: boolean): Uint8Array {
  if (number >= MAX_CHUNKS) throw new AppError("archive.too_large", "the backup has too many chunks");
  const nonce = new Uint8Array(12);
  const view = new DataView(nonce.buffer);
  view.setUint16(5, Math.floor(number / 2 ** 32));
  view.setUint32(7, number % 2 ** 32);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

function headOf(text: Uint8Array): Uint8Array {
  const fixed = new Uint8Array(ARCHIVE_PREFIX);
  fixed.set(MAGIC);
  const view = new DataView(fixed.buffer);
  view.setUint16(8, ARCHIVE_VERSION);
  view.setUint16(10, text.length + MAC_BYTES);
  return concatBytes(fixed, text);
}

/** Begins a new archive. Rejects with `keystore.empty_passphrase`, `keystore.bad_kdf`. */
export async function sealArchive(
  deps: Deps & { readonly random: Random; readonly argon2?: Argon2Params },
): Promise<ArchiveSealer> {
  const { suite, random, passphrase, argon2 = DEFAULT_ARGON2 } = deps;
  const kdf = newKdf({ passphrase }, random.bytes(16), argon2);
  const prefix = random.bytes(PREFIX_BYTES);
  const text = canonicalBytes({ cipher: CIPHER, kdf, nonce: toBase64url(prefix) });
  const keys = await keysOf(deps, kdf);
  const bare = headOf(text);
  const head = concatBytes(bare, suite.hmacSha256(keys.mac, bare));
  const subkey = subkeyOf(keys.chunk, prefix);
  const aad = suite.sha256(head);
  let number = 0;
  return {
    head,
    seal: (chunk, last) => suite.chachaSeal(subkey, nonceOf(number++, last), chunk, aad),
  };
}

/** Bytes of the whole head, told by its first `ARCHIVE_PREFIX` bytes. Throws `archive.not_archive`, `archive.newer_version`. */
export function archiveHeadLength(prefix: Uint8Array): number {
  if (prefix.length < ARCHIVE_PREFIX || !equalBytes(prefix.subarray(0, MAGIC.length), MAGIC)) throw notArchive();
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const version = view.getUint16(8);
  if (version > ARCHIVE_VERSION) {
    throw new AppError(
      "archive.newer_version",
      `the backup has format ${version}; this program knows ${ARCHIVE_VERSION}`,
      {
        hint: "Restore it with the version of Numberbox that made it, or a newer one.",
        context: { version, known: ARCHIVE_VERSION },
      },
    );
  }
  const rest = view.getUint16(10);
  if (version !== ARCHIVE_VERSION || rest <= MAC_BYTES || rest > MAX_TEXT + MAC_BYTES) throw damagedArchive("its head");
  return ARCHIVE_PREFIX + rest;
}

function readHead(text: Uint8Array): { readonly kdf: KeystoreKdf; readonly prefix: Uint8Array } {
  try {
    const head = parseCanonicalInput(fromUtf8(text));
    if (typeof head !== "object" || head === null || Array.isArray(head)) throw damagedArchive("its head");
    const { cipher, nonce } = head;
    if (cipher !== CIPHER || typeof nonce !== "string") throw damagedArchive("its head");
    const kdf = readKdf(head.kdf);
    const prefix = fromBase64url(nonce);
    if (kdf.name !== "argon2id" || prefix.length !== PREFIX_BYTES) throw damagedArchive("its head");
    // A salt whose text has stray bits would fail later, as something else.
    fromBase64url(kdf.salt);
    return { kdf, prefix };
  } catch {
    throw damagedArchive("its head");
  }
}

/**
 * Opens an archive by its whole head. Rejects with `archive.damaged`, `archive.wrong_passphrase` (also for a head that was changed and
 * still can be read), `keystore.empty_passphrase`.
 */
export async function openArchive(deps: Deps & { readonly head: Uint8Array }): Promise<ArchiveOpener> {
  const { suite, head } = deps;
  if (head.length !== archiveHeadLength(head)) throw truncatedArchive();
  const bare = head.subarray(0, -MAC_BYTES);
  const { kdf, prefix } = readHead(bare.subarray(ARCHIVE_PREFIX));
  const keys = await keysOf(deps, kdf);
  if (!equalBytes(suite.hmacSha256(keys.mac, bare), head.subarray(-MAC_BYTES))) throw wrongPassphrase();
  const subkey = subkeyOf(keys.chunk, prefix);
  const aad = suite.sha256(head);
  const opens = (number: number, box: Uint8Array, last: boolean): Uint8Array | null => {
    try {
      return suite.chachaOpen(subkey, nonceOf(number, last), box, aad);
    } catch {
      return null;
    }
  };
  let number = 0;
  return {
    open: (box, last) => {
      const chunk = opens(number, box, last);
      // A last chunk that opens as one in the middle is where the file was cut.
      if (chunk === null && last && opens(number, box, false) !== null) throw truncatedArchive();
      if (chunk === null) throw damagedArchive(`chunk ${number + 1}`);
      number++;
      return chunk;
    },
  };
}
