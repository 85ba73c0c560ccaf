// secp256k1 and RIPEMD-160 over @noble against published vectors, and the refusals that Emercoin's rules ask for.
import { describe, expect, it } from "vitest";
import { concatBytes, fromHex, toHex, utf8 } from "../../src/base/index.ts";
import { nobleCoin as crypto } from "../../src/envelope/index.ts";
import { codeOf } from "./error-code.ts";

const one = concatBytes(new Uint8Array(31), Uint8Array.of(1));
const secret = fromHex("76a2dd2c720a740258e0f0a807101a6a94466903a6619c5b1d600a29bc3fb3f8");
const key = crypto.publicKey(secret);
const hash = crypto.sha256(utf8("what is signed"));
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function der(r: bigint, s: bigint): Uint8Array {
  const integer = (value: bigint): Uint8Array => {
    const hex = value.toString(16);
    const bytes = fromHex(hex.padStart(hex.length + (hex.length % 2), "0"));
    const body = (bytes[0] ?? 0) > 127 ? concatBytes(Uint8Array.of(0), bytes) : bytes;
    return concatBytes(Uint8Array.of(2, body.length), body);
  };
  const body = concatBytes(integer(r), integer(s));
  return concatBytes(Uint8Array.of(0x30, body.length), body);
}

describe("keys", () => {
  it("are compressed points of the curve", () => {
    expect(toHex(crypto.publicKey(one))).toBe("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    expect(crypto.isPublicKey(key)).toBe(true);
  });

  it("are refused outside 1 to n - 1", () => {
    const tries = [new Uint8Array(32), fromHex(ORDER.toString(16)), new Uint8Array(31), new Uint8Array(0)];
    for (const bad of tries) {
      expect(codeOf(() => crypto.publicKey(bad))).toBe("crypto.bad_key");
      expect(codeOf(() => crypto.signDer(bad, hash))).toBe("crypto.bad_key");
      expect(codeOf(() => crypto.signRecoverable(bad, hash))).toBe("crypto.bad_key");
    }
  });

  it("are no points: zero, off the curve, hybrid, of other lengths", () => {
    const g = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    const y = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
    expect(crypto.isPublicKey(fromHex(`04${g}${y}`))).toBe(true);
    for (const bad of ["", "00", `06${g}${y}`, `04${g}${g}`, `05${g}`, `02${"ff".repeat(32)}`, `02${g}00`]) {
      expect(crypto.isPublicKey(fromHex(bad))).toBe(false);
    }
  });
});

describe("signatures", () => {
  it("take the nonce of RFC 6979 (secp256k1's published vector: key 1, 'Satoshi Nakamoto')", () => {
    const signature = crypto.signDer(one, crypto.sha256(utf8("Satoshi Nakamoto")));
    expect(toHex(signature)).toBe(
      "3045022100934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8" +
        "02202442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
    );
  });

  it("verify with their key and hash only", () => {
    const signature = crypto.signDer(secret, hash);
    expect(crypto.verifyDer(key, hash, signature)).toBe(true);
    expect(crypto.verifyDer(crypto.publicKey(one), hash, signature)).toBe(false);
    expect(crypto.verifyDer(key, crypto.sha256(hash), signature)).toBe(false);
    expect(crypto.verifyDer(key, hash.subarray(1), signature)).toBe(false);
    expect(crypto.verifyDer(key.subarray(1), hash, signature)).toBe(false);
  });

  it("are refused with a high S, padding, another length or nothing in them", () => {
    const recoverable = crypto.signRecoverable(secret, hash);
    const r = BigInt(`0x${toHex(recoverable.subarray(1, 33))}`);
    const s = BigInt(`0x${toHex(recoverable.subarray(33))}`);
    const sound = der(r, s);
    expect(sound).toEqual(crypto.signDer(secret, hash));
    const padded = concatBytes(Uint8Array.of(0x30, (sound[1] ?? 0) + 1, 2, (sound[3] ?? 0) + 1, 0), sound.subarray(4));
    const tries = [
      der(r, ORDER - s),
      padded,
      concatBytes(sound, Uint8Array.of(0)),
      sound.subarray(0, -1),
      der(0n, s),
      der(r, 0n),
      new Uint8Array(0),
      recoverable.subarray(1),
    ];
    for (const bad of tries) expect(crypto.verifyDer(key, hash, bad)).toBe(false);
  });

  it("are made of 32 bytes only", () => {
    for (const bad of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33)]) {
      expect(codeOf(() => crypto.signDer(secret, bad))).toBe("crypto.bad_length");
      expect(codeOf(() => crypto.signRecoverable(secret, bad))).toBe("crypto.bad_length");
    }
  });
});

describe("recoverable signatures", () => {
  it("give back the key, compressed as the header says", () => {
    const signature = crypto.signRecoverable(secret, hash);
    expect(signature).toHaveLength(65);
    expect(signature[0]).toBeGreaterThanOrEqual(31);
    expect(crypto.recover(hash, signature)).toEqual(key);
    const uncompressed = concatBytes(Uint8Array.of((signature[0] ?? 0) - 4), signature.subarray(1));
    const found = crypto.recover(hash, uncompressed);
    expect(found).toHaveLength(65);
    expect(found?.subarray(1, 33)).toEqual(key.subarray(1));
  });

  it("give back nothing where there is no key", () => {
    const signature = crypto.signRecoverable(secret, hash);
    const head = (value: number): Uint8Array => concatBytes(Uint8Array.of(value), signature.subarray(1));
    const zeros = concatBytes(Uint8Array.of(31), new Uint8Array(64));
    const tries = [head(26), head(35), head(0), signature.subarray(1), new Uint8Array(0), zeros];
    for (const bad of tries) expect(crypto.recover(hash, bad)).toBeNull();
    expect(crypto.recover(hash.subarray(1), signature)).toBeNull();
  });
});
