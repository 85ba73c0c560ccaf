import { describe, expect, it } from "vitest";
import { fromHex, fromUtf8, toBase64url, utf8 } from "../../src/base/index.ts";
import { messageHash, openV1, sealV1, V1_OVERHEAD } from "../../src/envelope/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { codeOf } from "./error-code.ts";
import { countingRandom, flipBit, type NessVectors, renter, secretOf, stranger, suites } from "./fixtures.ts";
import { x25519LowOrder } from "./rfc-vectors.ts";
import { haveVectors, vectorJson, vectorsNote, vectorText } from "./vectors.ts";

describe.each(suites)("envelope v1 over $name", ({ suite }) => {
  const plaintext = utf8("Your code is 123456");
  const seal = (): Uint8Array =>
    sealV1({ suite, random: new SeededRandom("v1"), recipient: renter.encrypt, plaintext });

  it.skipIf(!haveVectors)(`seals and opens the reference vector byte for byte${vectorsNote}`, () => {
    const vectors = vectorJson<NessVectors>("ness/vectors.json");
    const { renter456 } = vectors.identities;
    const envelope = sealV1({
      suite,
      random: countingRandom(),
      recipient: fromHex(renter456.public_hex),
      plaintext: utf8(vectors.envelope_v1.plaintext_utf8),
    });
    expect(toBase64url(envelope)).toBe(vectors.envelope_v1.envelope_b64url);
    expect(toBase64url(envelope)).toBe(vectorText("ness/sms.enc"));
    expect(messageHash(suite, envelope)).toBe(vectors.envelope_v1.msg_hash_b64url);
    const opened = openV1({ suite, secret: secretOf(renter456.seed_hex), envelope });
    expect(fromUtf8(opened)).toBe(vectorText("ness/sms.txt"));
  });

  it("opens with the recipient's seed, and is 60 bytes longer than its plaintext", () => {
    const envelope = seal();
    expect(envelope).toHaveLength(plaintext.length + V1_OVERHEAD);
    expect(openV1({ suite, secret: renter.seed, envelope })).toEqual(plaintext);
  });

  it("seals an empty plaintext", () => {
    const envelope = sealV1({
      suite,
      random: new SeededRandom("v1"),
      recipient: renter.encrypt,
      plaintext: new Uint8Array(0),
    });
    expect(openV1({ suite, secret: renter.seed, envelope })).toHaveLength(0);
  });

  it("does not open with another key", () => {
    expect(codeOf(() => openV1({ suite, secret: stranger.seed, envelope: seal() }))).toBe("envelope.cannot_open");
  });

  it("does not open after a change of any byte", () => {
    const envelope = seal();
    for (let i = 0; i < envelope.length; i++) {
      const changed = flipBit(envelope, i);
      expect([i, codeOf(() => openV1({ suite, secret: renter.seed, envelope: changed }))]).toEqual([
        i,
        "envelope.cannot_open",
      ]);
    }
  });

  it("does not open after any truncation", () => {
    const envelope = seal();
    for (let length = 0; length < envelope.length; length++) {
      const code = codeOf(() => openV1({ suite, secret: renter.seed, envelope: envelope.subarray(0, length) }));
      expect([length, code]).toEqual([length, length < V1_OVERHEAD ? "envelope.too_short" : "envelope.cannot_open"]);
    }
  });

  it("refuses ephemeral and recipient keys of small order", () => {
    for (const key of x25519LowOrder) {
      const forged = seal();
      forged.set(fromHex(key));
      expect(codeOf(() => openV1({ suite, secret: renter.seed, envelope: forged }))).toBe("envelope.cannot_open");
      const options = { suite, random: countingRandom(), recipient: fromHex(key), plaintext };
      expect(codeOf(() => sealV1(options))).toBe("crypto.low_order");
    }
  });

  it("refuses a recipient key of a wrong length", () => {
    const recipient = renter.encrypt.subarray(1);
    expect(codeOf(() => sealV1({ suite, random: countingRandom(), recipient, plaintext }))).toBe("crypto.bad_length");
  });
});
