import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromUtf8, isAppError, type Random, Secret, unixMs } from "../../src/base/index.ts";
import { systemCrypto as suite } from "../../src/base/system-crypto.ts";
import {
  type CanonicalValue,
  canonicalBytes,
  canonicalJson,
  decodePayload,
  decryptLocal,
  encodePayload,
  encryptLocal,
  identityFromSeed,
  inclusionProof,
  merkleRoot,
  nobleSuite,
  openKeystore,
  openV1,
  openV2,
  parseCanonicalInput,
  parseKeyfile,
  type SmsPayload,
  sealKeystore,
  sealV1,
  sealV2,
  serialiseG2,
  signMessage,
  signReceipt,
  sortedLeafHashes,
  verifyInclusion,
  verifyMessage,
  verifyReceipt,
} from "../../src/envelope/index.ts";
import { codeOf, rejectionOf } from "../envelope/error-code.ts";
import { flipBit, header, provider, renter } from "../envelope/fixtures.ts";

const bytes = (min: number, max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: min, maxLength: max });
const key32 = bytes(32, 32);
/** Randomness that a property chooses. */
const fixed = (seed: Uint8Array): Random => {
  let block = seed;
  return {
    bytes: (length) => {
      block = suite.sha256(block);
      return suite.hkdfSha256(block, new Uint8Array(0), new Uint8Array(0), length);
    },
  };
};
const name = fc.string({ unit: "grapheme-ascii", maxLength: 8 });
const canonicalValue = fc.letrec<{ value: CanonicalValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((n) => n + 0),
    fc.string({ unit: "grapheme", maxLength: 12 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

describe("canonical JSON", () => {
  it("is read back as the same value, and is its own canonical form", () => {
    fc.assert(
      fc.property(canonicalValue, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(parseCanonicalInput(text))).toBe(text);
      }),
    );
  });

  it("does not depend on the order of members or on white space", () => {
    fc.assert(
      fc.property(fc.dictionary(name, canonicalValue, { noNullPrototype: true }), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(canonicalJson(parseCanonicalInput(JSON.stringify(value, null, 3)))).toBe(canonicalJson(value));
      }),
    );
  });

  it("parser accepts no text that JSON.parse refuses, and throws only its own errors", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      "\\",
      "a",
      "0",
      "-",
      ".",
      "e",
      " ",
      "null",
      "true",
      '"a"',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          const value = parseCanonicalInput(input);
          expect(value).toEqual(JSON.parse(input));
        } catch (error) {
          expect(isAppError(error) && error.code.startsWith("canonical.")).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("envelopes", () => {
  it("v1 opens to what was sealed, with either suite, and not after any change", () => {
    fc.assert(
      fc.property(key32, key32, bytes(0, 400), fc.nat(), fc.nat(7), (seed, seal, plaintext, at, bit) => {
        const identity = identityFromSeed(suite, { name: "r", seed, nonce: new Uint8Array(16) });
        const envelope = sealV1({ suite, random: fixed(seal), recipient: identity.encrypt, plaintext });
        expect(openV1({ suite: nobleSuite, secret: identity.seed, envelope })).toEqual(plaintext);
        const changed = flipBit(envelope, at % envelope.length, bit);
        // RFC 7748 section 5: the top bit of a u-coordinate is ignored, and the ephemeral key is not bound otherwise.
        const sameKey = at % envelope.length === 31 && bit === 7;
        const code = codeOf(() => openV1({ suite, secret: identity.seed, envelope: changed }));
        expect(code).toBe(sameKey ? "nothing" : "envelope.cannot_open");
      }),
      { numRuns: 200 },
    );
  });

  it("v1 never opens any other bytes, and throws only its own errors", () => {
    fc.assert(
      fc.property(bytes(0, 200), (envelope) => {
        expect(codeOf(() => openV1({ suite, secret: renter.seed, envelope }))).toBe(
          envelope.length < 60 ? "envelope.too_short" : "envelope.cannot_open",
        );
      }),
      { numRuns: 200 },
    );
  });

  it("v2 opens to what was sealed, and not after any change", async () => {
    const v2 = { ...header, v: 2 as const };
    await fc.assert(
      fc.asyncProperty(key32, bytes(0, 300), fc.nat(), fc.nat(7), async (seal, plaintext, at, bit) => {
        const envelope = await sealV2({ random: fixed(seal), recipient: renter.encrypt, plaintext, header: v2 });
        expect(await openV2({ secret: renter.seed, envelope, header: v2 })).toEqual(plaintext);
        const changed = flipBit(envelope, at % envelope.length, bit);
        const code = await rejectionOf(openV2({ secret: renter.seed, envelope: changed, header: v2 }));
        expect(code).toMatch(/^envelope\.(cannot_open|bad_version)$/);
      }),
      { numRuns: 30 },
    );
  });

  it("at rest open to what was sealed, and not after any change", () => {
    fc.assert(
      fc.property(key32, bytes(0, 300), fc.nat(), fc.nat(7), (seed, plaintext, at, bit) => {
        const key = new Secret(seed);
        const box = encryptLocal({ key, random: fixed(seed), domain: "test/v1", plaintext });
        expect(decryptLocal({ key, domain: "test/v1", box })).toEqual(plaintext);
        const changed = flipBit(box, at % box.length, bit);
        expect(codeOf(() => decryptLocal({ key, domain: "test/v1", box: changed }))).toBe("envelope.bad_box");
      }),
    );
  });
});

const text = fc.string({ unit: "binary", maxLength: 300 });
const payload: fc.Arbitrary<SmsPayload> = fc
  .record({ body: text, from: text, parts: fc.integer({ min: 1, max: 255 }), seq: fc.nat(), seen: fc.nat() })
  .map(({ body, from, parts, seq, seen }) => ({
    v: 1,
    type: "sms",
    from,
    to: "+15550123",
    body,
    sent_at: null,
    received_ms: seen,
    parts,
    missing: parts > 2 ? [1, parts] : [],
    class: null,
    listing_id: "0123456789ab4cde",
    rental_id: "00112233445566778899aabbccddeeff",
    seq,
  }));

describe("payloads", () => {
  it("of any text come back well-formed and otherwise unchanged, at a multiple of the step", () => {
    fc.assert(
      fc.property(payload, fc.integer({ min: 1, max: 600 }), (sms, step) => {
        const encoded = encodePayload(sms, step);
        expect(encoded.length % step).toBe(0);
        expect(decodePayload(encoded)).toEqual({
          ...sms,
          body: sms.body.toWellFormed(),
          from: sms.from.toWellFormed(),
        });
      }),
    );
  });

  it("of any bytes are read, or refused with a coded error", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes(0, 100),
          fc.json().map((json) => new TextEncoder().encode(json)),
        ),
        (input) => {
          try {
            expect(["text", "sms", "raw"]).toContain(decodePayload(input).type);
          } catch (error) {
            expect(isAppError(error)).toBe(true);
          }
        },
      ),
    );
  });
});

describe("signatures", () => {
  it("of messages hold for exactly what was signed", () => {
    fc.assert(
      fc.property(bytes(1, 100), fc.nat(), fc.nat(7), (envelope, at, bit) => {
        const message = signMessage({ suite, seed: provider.seed, header, envelope });
        expect(verifyMessage(nobleSuite, provider.verify, message)).toBe(true);
        const other = signMessage({
          suite,
          seed: provider.seed,
          header,
          envelope: flipBit(envelope, at % envelope.length, bit),
        });
        expect(verifyMessage(suite, provider.verify, { ...message, envelope: other.envelope })).toBe(false);
        expect(verifyMessage(suite, provider.verify, { ...message, signature: other.signature })).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it("of receipts survive JSON and no change of a character", () => {
    const at = fc.integer({ min: 0, max: 253_402_300_799_999 });
    fc.assert(
      fc.property(at, key32, fc.nat(), fc.nat(6), (ms, hash, index, bit) => {
        const receipt = signReceipt({
          suite,
          seed: provider.seed,
          from: Buffer.from(provider.verify).toString("base64url"),
          to: { listing: "0123456789ab4cde" },
          msgHash: Buffer.from(hash).toString("base64url"),
          ts: unixMs(ms),
        });
        const bytesOf = canonicalBytes(receipt);
        expect(verifyReceipt(suite, JSON.parse(fromUtf8(bytesOf)))).toMatchObject({ ok: true, at: ms });
        const changed = flipBit(bytesOf, index % bytesOf.length, bit);
        let value: unknown;
        try {
          value = JSON.parse(fromUtf8(changed));
        } catch {
          return;
        }
        // Only the two alphabets of base64 may write one value in two ways.
        const sameValue =
          JSON.stringify(value).replace(/[+/]/g, (c) => (c === "+" ? "-" : "_")) === JSON.stringify(receipt);
        expect(verifyReceipt(suite, value).ok).toBe(sameValue);
      }),
      { numRuns: 200 },
    );
  });
});

describe("Merkle trees", () => {
  it("prove each of any number of leaves and no other", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 40 }), fc.nat(), (items, pick) => {
        const hashes = sortedLeafHashes(
          suite,
          items.map((item) => new TextEncoder().encode(item)),
        );
        const root = merkleRoot(suite, hashes);
        const index = pick % hashes.length;
        const leafHash = hashes[index] ?? new Uint8Array(0);
        const proof = inclusionProof(suite, hashes, index);
        expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(hashes.length)));
        const claim = { leafHash, index, count: hashes.length, proof, root };
        expect(verifyInclusion(suite, claim)).toBe(true);
        for (const [other, hash] of hashes.entries()) {
          if (other !== index) expect(verifyInclusion(suite, { ...claim, leafHash: hash })).toBe(false);
        }
      }),
    );
  });
});

describe("key files and keystores", () => {
  it("of any mutated text are read or refused with a coded error that holds no private key", () => {
    const original = serialiseG2([provider, renter], "renter");
    const secrets = [provider, renter].map((one) => Buffer.from(one.seed.reveal()).toString("base64").slice(0, 40));
    const edit = fc.tuple(fc.nat(original.length), fc.nat(60), fc.string({ maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const mutated = edits.reduce((all, [at, drop, put]) => all.slice(0, at) + put + all.slice(at + drop), original);
        try {
          const file = parseKeyfile({ suite, text: mutated });
          for (const one of file.identities) expect(suite.ed25519Public(one.seed.reveal())).toEqual(one.verify);
        } catch (error) {
          expect(isAppError(error)).toBe(true);
          for (const secret of secrets) expect(`${error} ${JSON.stringify(error)}`).not.toContain(secret);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("sealed with a key open to what went in, and never after a change", async () => {
    await fc.assert(
      fc.asyncProperty(key32, text, fc.nat(), async (key, secret, at) => {
        const unlock = { key: new Secret(key) };
        const sealed = await sealKeystore({
          suite,
          random: fixed(key),
          unlock,
          contents: {
            identities: [provider],
            current: provider.name,
            storageKey: new Secret(key),
            secrets: { one: new Secret(secret.toWellFormed()) },
          },
        });
        const opened = await openKeystore({ suite, unlock, text: sealed });
        expect(opened.secrets.one?.reveal()).toBe(secret.toWellFormed());
        expect(opened.storageKey.reveal()).toEqual(key);
        const index = at % sealed.length;
        const changed = sealed.slice(0, index) + (sealed[index] === "A" ? "B" : "A") + sealed.slice(index + 1);
        expect(await rejectionOf(openKeystore({ suite, unlock, text: changed }))).toMatch(/^keystore\./);
      }),
      { numRuns: 100 },
    );
  });
});
