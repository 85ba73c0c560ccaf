// What every CryptoSuite must compute and refuse. Run over @noble and over OpenSSL: a box and a browser must never disagree on
// whether a signature or an envelope is good.

import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { type CryptoSuite, concatBytes, fromHex, toHex, utf8 } from "../../src/base/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import {
  ed25519Vectors,
  hkdfVectors,
  hmacVectors,
  rfc8439,
  x25519Iterations,
  x25519LowOrder,
  x25519Vectors,
} from "../envelope/rfc-vectors.ts";
import { haveVectors, vectorJson, vectorsNote } from "../envelope/vectors.ts";

interface Wycheproof {
  readonly id: string;
  readonly result: "valid" | "acceptable" | "invalid";
  readonly group: { readonly tagSize?: number; readonly publicKey?: { readonly pk: string } };
  readonly flags: readonly string[];
  readonly [member: string]: unknown;
}

/** The hex member of a Wycheproof record. */
function hex(record: Wycheproof, member: string): Uint8Array {
  return fromHex(String(record[member]));
}

function wycheproof(file: string): readonly Wycheproof[] {
  if (!haveVectors) return [];
  const all = vectorJson<readonly Wycheproof[]>("peers/dev-crypto-wycheproof.json");
  return all.filter((record) => record.id.startsWith(`${file}-`));
}

/** A signature that fits the cofactored equation always, and the plain one only when the challenge is a multiple of 8. */
function mixedOrderSignature(message: Uint8Array): { key: Uint8Array; signature: Uint8Array; plainHolds: boolean } {
  const { Point } = ed25519;
  const order = Point.Fn.ORDER;
  const torsion = ED25519_TORSION_SUBGROUP.map((text) => Point.fromHex(text)).find(
    (point) => !point.multiplyUnsafe(4n).is0(),
  );
  if (torsion === undefined) throw new Error("no point of order 8");
  const scalar = 1234567n;
  const nonce = 7654321n;
  const key = Point.BASE.multiply(scalar).add(torsion).toBytes();
  const r = Point.BASE.multiply(nonce).toBytes();
  const k = bytesToNumberLE(sha512(concatBytes(r, key, message))) % order;
  const s = numberToBytesLE((nonce + k * scalar) % order, 32);
  return { key, signature: concatBytes(r, s), plainHolds: k % 8n === 0n };
}

function hashContract(suite: CryptoSuite): void {
  it("hashes the FIPS 180-2 vector", () => {
    expect(toHex(suite.sha256(utf8("abc")))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it.each(hmacVectors)("computes HMAC-SHA256 of $name", ({ key, data, tag }) => {
    expect(toHex(suite.hmacSha256(fromHex(key), fromHex(data)))).toBe(tag);
  });

  it.each(hkdfVectors)("computes HKDF-SHA256 of $name", ({ ikm, salt, info, okm }) => {
    expect(toHex(suite.hkdfSha256(fromHex(ikm), fromHex(salt), fromHex(info), okm.length / 2))).toBe(okm);
  });

  it("refuses to derive more than 8160 bytes", () => {
    const none = new Uint8Array(0);
    expect(suite.hkdfSha256(none, none, none, 8160)).toHaveLength(8160);
    expect(codeOf(() => suite.hkdfSha256(none, none, none, 8161))).toBe("crypto.bad_length");
  });

  it.skipIf(!haveVectors)(`agrees with Wycheproof on HMAC and HKDF${vectorsNote}`, () => {
    for (const record of wycheproof("hmac_sha256_test")) {
      const tag = suite.hmacSha256(hex(record, "key"), hex(record, "msg"));
      const cut = tag.subarray(0, Number(record.group.tagSize) / 8);
      expect([record.id, toHex(cut) === record.tag]).toEqual([record.id, record.result === "valid"]);
    }
    for (const record of wycheproof("hkdf_sha256_test")) {
      const derive = (): Uint8Array =>
        suite.hkdfSha256(hex(record, "ikm"), hex(record, "salt"), hex(record, "info"), Number(record.size));
      if (record.result === "valid") expect([record.id, toHex(derive())]).toEqual([record.id, record.okm]);
      else expect([record.id, codeOf(derive)]).toEqual([record.id, "crypto.bad_length"]);
    }
  });
}

function x25519Contract(suite: CryptoSuite): void {
  it.each(x25519Vectors)("computes X25519 of $name", ({ scalar, u, out }) => {
    expect(toHex(suite.x25519(fromHex(scalar), fromHex(u)))).toBe(out);
  });

  it("computes the iterated X25519 vectors of RFC 7748 section 5.2", () => {
    let k: Uint8Array = fromHex(`09${"00".repeat(31)}`);
    let u = k;
    for (let i = 1; i <= 1000; i++) {
      const next = suite.x25519(k, u);
      u = k;
      k = next;
      if (i === 1) expect(toHex(k)).toBe(x25519Iterations.one);
    }
    expect(toHex(k)).toBe(x25519Iterations.thousand);
  });

  it("derives the X25519 public keys of RFC 7748 section 6.1", () => {
    const [, , alice] = x25519Vectors;
    expect(toHex(suite.x25519Public(fromHex(alice?.scalar ?? "")))).toBe(x25519Iterations.alicePublic);
  });

  it("refuses X25519 keys of a wrong length", () => {
    const key = new Uint8Array(32).fill(9);
    expect(codeOf(() => suite.x25519Public(key.subarray(1)))).toBe("crypto.bad_length");
    expect(codeOf(() => suite.x25519(key.subarray(1), key))).toBe("crypto.bad_length");
    expect(codeOf(() => suite.x25519(key, concatBytes(key, key)))).toBe("crypto.bad_length");
  });

  it.each(x25519LowOrder)("refuses the X25519 public key %s of small order", (key) => {
    const secret = new Uint8Array(32).fill(7);
    expect(codeOf(() => suite.x25519(secret, fromHex(key)))).toBe("crypto.low_order");
  });

  it.skipIf(!haveVectors)(`agrees with Wycheproof on X25519 and refuses small orders${vectorsNote}`, () => {
    for (const record of wycheproof("x25519_test")) {
      const compute = (): Uint8Array => suite.x25519(hex(record, "private"), hex(record, "public"));
      if (record.flags.includes("ZeroSharedSecret")) {
        expect([record.id, codeOf(compute)]).toEqual([record.id, "crypto.low_order"]);
      } else {
        expect([record.id, toHex(compute())]).toEqual([record.id, record.shared]);
      }
    }
  });
}

/** By both ways to verify, which have to agree. */
async function verified(suite: CryptoSuite, ...signed: Parameters<CryptoSuite["ed25519Verify"]>): Promise<boolean> {
  const holds = suite.ed25519Verify(...signed);
  expect(await suite.ed25519VerifyAside(...signed)).toBe(holds);
  return holds;
}

function ed25519Contract(suite: CryptoSuite): void {
  it.each(ed25519Vectors)("signs and verifies $name", async ({ seed, key, message, signature }) => {
    expect(toHex(suite.ed25519Public(fromHex(seed)))).toBe(key);
    expect(toHex(suite.ed25519Sign(fromHex(seed), fromHex(message)))).toBe(signature);
    expect(toHex(await suite.ed25519SignAside(fromHex(seed), fromHex(message)))).toBe(signature);
    expect(await verified(suite, fromHex(key), fromHex(message), fromHex(signature))).toBe(true);
    expect(await verified(suite, fromHex(key), concatBytes(fromHex(message), utf8("!")), fromHex(signature))).toBe(
      false,
    );
  });

  it("refuses a signature whose S was raised by the group order", async () => {
    const [vector] = ed25519Vectors;
    const signature = fromHex(vector?.signature ?? "");
    const s = bytesToNumberLE(signature.subarray(32)) + ed25519.Point.Fn.ORDER;
    const raised = concatBytes(signature.subarray(0, 32), numberToBytesLE(s, 32));
    expect(await verified(suite, fromHex(vector?.key ?? ""), new Uint8Array(0), raised)).toBe(false);
  });

  it("refuses every key of small order, for which one signature fits many messages", async () => {
    const nonCanonical = ["edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", `ee${"ff".repeat(30)}7f`];
    const signature = new Uint8Array(64);
    signature[0] = 1;
    for (const key of [...ED25519_TORSION_SUBGROUP, ...nonCanonical]) {
      for (let i = 0; i < 16; i++) expect(await verified(suite, fromHex(key), Uint8Array.of(i), signature)).toBe(false);
    }
  });

  it("uses the equation without the cofactor for keys of mixed order", async () => {
    const seen = new Set<boolean>();
    for (let i = 0; i < 40; i++) {
      const message = utf8(`message ${i}`);
      const { key, signature, plainHolds } = mixedOrderSignature(message);
      expect(await verified(suite, key, message, signature)).toBe(plainHolds);
      seen.add(plainHolds);
    }
    expect(seen).toEqual(new Set([true, false]));
  });

  it("answers false to keys and signatures of a wrong length or off the curve", async () => {
    const key = suite.ed25519Public(new Uint8Array(32).fill(3));
    const message = utf8("m");
    const signature = suite.ed25519Sign(new Uint8Array(32).fill(3), message);
    expect(await verified(suite, key, message, signature)).toBe(true);
    expect(await verified(suite, key.subarray(1), message, signature)).toBe(false);
    expect(await verified(suite, key, message, signature.subarray(1))).toBe(false);
    expect(await verified(suite, fromHex(`02${"00".repeat(31)}`), message, signature)).toBe(false);
  });

  it("refuses seeds of a wrong length", async () => {
    expect(codeOf(() => suite.ed25519Public(new Uint8Array(31)))).toBe("crypto.bad_length");
    expect(codeOf(() => suite.ed25519Sign(new Uint8Array(64), utf8("m")))).toBe("crypto.bad_length");
    await expect(suite.ed25519SignAside(new Uint8Array(64), utf8("m"))).rejects.toMatchObject({
      code: "crypto.bad_length",
    });
  });

  it.skipIf(!haveVectors)(`agrees with Wycheproof and sign.input on Ed25519${vectorsNote}`, async () => {
    for (const record of wycheproof("ed25519_test")) {
      const key = fromHex(record.group.publicKey?.pk ?? "");
      const verdict = await verified(suite, key, hex(record, "msg"), hex(record, "sig"));
      expect([record.id, verdict]).toEqual([record.id, record.result === "valid"]);
    }
    type Line = Readonly<Record<"id" | "sk" | "pk" | "msg" | "sig", string>>;
    for (const { id, sk, pk, msg, sig } of vectorJson<readonly Line[]>("peers/dev-ed25519-signinput.json")) {
      expect([id, toHex(suite.ed25519Sign(fromHex(sk), fromHex(msg)))]).toEqual([id, sig]);
      expect([id, await verified(suite, fromHex(pk), fromHex(msg), fromHex(sig))]).toEqual([id, true]);
    }
  });
}

function chachaContract(suite: CryptoSuite): void {
  const key = fromHex(rfc8439.key);
  const nonce = fromHex(rfc8439.nonce);
  const aad = fromHex(rfc8439.aad);

  it("seals and opens the vector of RFC 8439 section 2.8.2", () => {
    expect(toHex(suite.chachaSeal(key, nonce, utf8(rfc8439.plaintext), aad))).toBe(rfc8439.sealed);
    expect(suite.chachaOpen(key, nonce, fromHex(rfc8439.sealed), aad)).toEqual(utf8(rfc8439.plaintext));
  });

  it("treats no AAD and an empty AAD alike", () => {
    const sealed = suite.chachaSeal(key, nonce, utf8("text"));
    expect(suite.chachaSeal(key, nonce, utf8("text"), new Uint8Array(0))).toEqual(sealed);
    expect(suite.chachaOpen(key, nonce, sealed)).toEqual(utf8("text"));
  });

  it("refuses a changed tag, AAD or key, and less than a tag", () => {
    const sealed = fromHex(rfc8439.sealed);
    const changed = sealed.slice();
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(codeOf(() => suite.chachaOpen(key, nonce, changed, aad))).toBe("crypto.bad_tag");
    expect(codeOf(() => suite.chachaOpen(key, nonce, sealed))).toBe("crypto.bad_tag");
    expect(codeOf(() => suite.chachaOpen(nonce, nonce, sealed, aad))).toBe("crypto.bad_length");
    expect(codeOf(() => suite.chachaOpen(key, key, sealed, aad))).toBe("crypto.bad_length");
    expect(codeOf(() => suite.chachaSeal(nonce, nonce, sealed))).toBe("crypto.bad_length");
    expect(codeOf(() => suite.chachaSeal(key, key, sealed))).toBe("crypto.bad_length");
    expect(codeOf(() => suite.chachaOpen(key, nonce, new Uint8Array(15)))).toBe("crypto.bad_tag");
  });

  it.skipIf(!haveVectors)(`agrees with Wycheproof on ChaCha20-Poly1305${vectorsNote}`, () => {
    for (const record of wycheproof("chacha20_poly1305_test")) {
      const sealed = concatBytes(hex(record, "ct"), hex(record, "tag"));
      const open = (): Uint8Array =>
        suite.chachaOpen(hex(record, "key"), hex(record, "iv"), sealed, hex(record, "aad"));
      if (record.result === "valid") {
        expect([record.id, toHex(open())]).toEqual([record.id, record.msg]);
        const made = suite.chachaSeal(hex(record, "key"), hex(record, "iv"), hex(record, "msg"), hex(record, "aad"));
        expect([record.id, toHex(made)]).toEqual([record.id, toHex(sealed)]);
      } else {
        expect([record.id, codeOf(open)]).toEqual([record.id, expect.stringMatching(/^crypto\.bad_(tag|length)$/)]);
      }
    }
  });
}

/** Declares the contract's tests for one suite. */
export function cryptoSuiteContract(name: string, suite: CryptoSuite): void {
  describe(`${name} as a CryptoSuite`, () => {
    hashContract(suite);
    x25519Contract(suite);
    ed25519Contract(suite);
    chachaContract(suite);
  });
}
