// CryptoSuite over node:crypto (OpenSSL). Symmetric keys are wrapped into key objects too: node:crypto takes those several times faster
// than bytes.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  diffieHellman,
  hash,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { concatBytes } from "./bytes.ts";
import type { CryptoSuite } from "./crypto.ts";
import { AppError } from "./errors.ts";
import type { Md5 } from "./md5.ts";
import { freshKeys, type KeyObjects, keptKeys } from "./system-keys.ts";
import { SignatureThread, startSignatureThread } from "./system-signatures.ts";

// The eight points of small order on edwards25519, canonical and non-canonical encodings: OpenSSL accepts them as keys, with
// which one signature can verify for many messages.
const SMALL_ORDER: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000080",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]);

function need(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length) {
    throw new AppError("crypto.bad_length", `${what} must be ${length} bytes`, { context: { length: bytes.length } });
  }
}

// A private key's JWK holds its public half (RFC 8037); exporting it costs far less than a DER export.
const rawPublic = (key: KeyObject): Uint8Array =>
  plain(Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url"));

const plain = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

function x25519(keys: KeyObjects, secret: Uint8Array, peer: Uint8Array): Uint8Array {
  need(secret, 32, "X25519 private key");
  need(peer, 32, "X25519 public key");
  try {
    const pair = { privateKey: keys.privateKey("x25519", secret), publicKey: keys.publicKey("x25519", peer) };
    return plain(diffieHellman(pair));
  } catch (cause) {
    throw new AppError("crypto.low_order", "X25519 public key has small order", { cause });
  }
}

interface Signed {
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

const isWellFormed = ({ key, signature }: Signed): boolean =>
  key.length === 32 && signature.length === 64 && !SMALL_ORDER.has(Buffer.from(key).toString("hex"));

function ed25519Verify(keys: KeyObjects, signed: Signed): boolean {
  if (!isWellFormed(signed)) return false;
  const { key, message, signature } = signed;
  try {
    return verify(null, message, keys.publicKey("ed25519", key), signature);
  } catch {
    // OpenSSL throws for a key that is no point of the curve: that signature verifies for nobody.
    return false;
  }
}

/** In libuv's threads. */
function ed25519SignAside(keys: KeyObjects, seed: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    need(seed, 32, "Ed25519 seed");
    sign(null, message, keys.privateKey("ed25519", seed), (error, signature) => {
      if (error === null) resolve(plain(signature));
      else reject(error);
    });
  });
}

/** In libuv's threads. */
function ed25519VerifyAside(keys: KeyObjects, signed: Signed): Promise<boolean> {
  if (!isWellFormed(signed)) return Promise.resolve(false);
  const { key, message, signature } = signed;
  return new Promise((resolve) => {
    try {
      verify(null, message, keys.publicKey("ed25519", key), signature, (error, holds) =>
        resolve(error === null && holds),
      );
    } catch {
      // As above.
      resolve(false);
    }
  });
}

function chachaSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad?: Uint8Array): Uint8Array {
  need(key, 32, "ChaCha20-Poly1305 key");
  need(nonce, 12, "ChaCha20-Poly1305 nonce");
  const cipher = createCipheriv("chacha20-poly1305", createSecretKey(key), nonce, { authTagLength: 16 });
  if (aad !== undefined) cipher.setAAD(aad, { plaintextLength: plaintext.length });
  const body = cipher.update(plaintext);
  cipher.final();
  return concatBytes(body, cipher.getAuthTag());
}

function chachaOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, aad?: Uint8Array): Uint8Array {
  need(key, 32, "ChaCha20-Poly1305 key");
  need(nonce, 12, "ChaCha20-Poly1305 nonce");
  if (sealed.length < 16) throw new AppError("crypto.bad_tag", "ciphertext is shorter than its tag");
  const decipher = createDecipheriv("chacha20-poly1305", createSecretKey(key), nonce, { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  if (aad !== undefined) decipher.setAAD(aad, { plaintextLength: sealed.length - 16 });
  const body = decipher.update(sealed.subarray(0, -16));
  try {
    decipher.final();
  } catch (cause) {
    throw new AppError("crypto.bad_tag", "ciphertext was changed or the key is wrong", { cause });
  }
  return plain(body);
}

function suiteOver(keys: KeyObjects): CryptoSuite {
  return {
    sha256: (data) => plain(hash("sha256", data, "buffer")),
    hmacSha256: (key, data) => plain(createHmac("sha256", createSecretKey(key)).update(data).digest()),
    hkdfSha256: (ikm, salt, info, length) => {
      if (length > 255 * 32) throw new AppError("crypto.bad_length", "HKDF-SHA256 gives at most 8160 bytes");
      return new Uint8Array(hkdfSync("sha256", createSecretKey(ikm), salt, info, length));
    },
    x25519Public: (secret) => {
      need(secret, 32, "X25519 private key");
      return rawPublic(keys.privateKey("x25519", secret));
    },
    x25519: (secret, peer) => x25519(keys, secret, peer),
    ed25519Public: (seed) => {
      need(seed, 32, "Ed25519 seed");
      return rawPublic(keys.privateKey("ed25519", seed));
    },
    ed25519Sign: (seed, message) => {
      need(seed, 32, "Ed25519 seed");
      return plain(sign(null, message, keys.privateKey("ed25519", seed)));
    },
    ed25519SignAside: (seed, message) => ed25519SignAside(keys, seed, message),
    ed25519Verify: (key, message, signature) => ed25519Verify(keys, { key, message, signature }),
    ed25519VerifyAside: (key, message, signature) => ed25519VerifyAside(keys, { key, message, signature }),
    chachaSeal,
    chachaOpen,
  };
}

/** For commands, which use each key once or twice. */
export const systemCrypto: CryptoSuite = suiteOver(freshKeys);

/** Event loop, database, signatures, and what else the machine does. On fewer the thread would take from the others what it takes, and its way there. */
const ENOUGH_CORES = 4;

/** 70 us for each. */
const VERIFIED_IN_A_TURN = 2;

/**
 * Aside, yet in the event loop's own turns, some in each: whoever waits for the disk or a socket waits for no more than those. A signature is made
 * at once, as its caller makes no more than he may.
 */
function inTurns(suite: CryptoSuite): CryptoSuite {
  const waiting: (() => void)[] = [];
  let begun = false;
  const turn = (): void => {
    for (const verify of waiting.splice(0, VERIFIED_IN_A_TURN)) verify();
    begun = waiting.length > 0;
    if (begun) setImmediate(turn);
  };
  return {
    ...suite,
    ed25519SignAside: async (seed, message) => suite.ed25519Sign(seed, message),
    ed25519VerifyAside: (key, message, signature) =>
      new Promise((resolve) => {
        waiting.push(() => resolve(suite.ed25519Verify(key, message, signature)));
        if (begun) return;
        begun = true;
        setImmediate(turn);
      }),
  };
}

/**
 * For a box or a relay, which use the same keys again and again. The last one-time key stays in memory until the next is made. What is asked for
 * aside is done in a thread of its own, where `cores` leave it one beside the event loop and the database.
 */
export function createSystemCrypto(
  startThread: () => Worker = startSignatureThread,
  cores: number = availableParallelism(),
): CryptoSuite {
  const suite = suiteOver(keptKeys());
  if (cores < ENOUGH_CORES) return inTurns(suite);
  const thread = new SignatureThread(startThread, async (job) =>
    job.kind === "sign"
      ? await suite.ed25519SignAside(job.seed, job.message)
      : Uint8Array.of((await suite.ed25519VerifyAside(job.key, job.message, job.signature)) ? 1 : 0),
  );
  return {
    ...suite,
    ed25519SignAside: async (seed, message) => {
      need(seed, 32, "Ed25519 seed");
      return await thread.ask({ kind: "sign", seed, message });
    },
    ed25519VerifyAside: async (key, message, signature) => {
      if (!isWellFormed({ key, message, signature })) return false;
      const [holds] = await thread.ask({ kind: "verify", key, message, signature });
      return holds === 1;
    },
  };
}

export const systemMd5: Md5 = (data) => plain(hash("md5", data, "buffer"));
