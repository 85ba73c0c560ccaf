import { describe, expect, it } from "vitest";
import { fromHex, hasCode, toHex, utf8 } from "../../src/base/index.ts";
import { hpkeOpen, hpkeSeal } from "../../src/envelope/envelope-v2.ts";
import { type MessageHeader, openV2, sealV2, V2_OVERHEAD } from "../../src/envelope/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { rejectionOf } from "./error-code.ts";
import { flipBit, formsOf, renter, secretOf, shownBy, stranger, header as v1Header } from "./fixtures.ts";
import { rfc9180, x25519LowOrder } from "./rfc-vectors.ts";

const header: MessageHeader = { ...v1Header, v: 2 };
const plaintext = utf8("Your code is 123456");
const seal = (): Promise<Uint8Array> =>
  sealV2({ random: new SeededRandom("v2"), recipient: renter.encrypt, plaintext, header });
const open = (envelope: Uint8Array, change: Partial<MessageHeader> = {}): Promise<Uint8Array> =>
  openV2({ secret: renter.seed, envelope, header: { ...header, ...change } });

describe("envelope v2", () => {
  it("computes RFC 9180 appendix A.2.1 in both directions", async () => {
    const info = fromHex(rfc9180.info);
    const aad = fromHex(rfc9180.aad);
    const sealed = await hpkeSeal({
      info,
      aad,
      recipient: fromHex(rfc9180.pkRm),
      ikm: fromHex(rfc9180.ikmE),
      plaintext: fromHex(rfc9180.pt),
    });
    expect(toHex(sealed.enc)).toBe(rfc9180.pkEm);
    expect(toHex(sealed.ciphertext)).toBe(rfc9180.ct);
    expect(toHex(await hpkeOpen({ info, aad, ...sealed, secret: secretOf(rfc9180.skRm) }))).toBe(rfc9180.pt);
  });

  it("is 0x02, the ephemeral key and the ciphertext, repeats with the same randomness, and opens", async () => {
    const envelope = await seal();
    expect(envelope[0]).toBe(2);
    expect(envelope).toHaveLength(plaintext.length + V2_OVERHEAD);
    expect(await seal()).toEqual(envelope);
    expect(await open(envelope)).toEqual(plaintext);
  });

  it("does not open under any other header or with another key", async () => {
    const envelope = await seal();
    const others: Partial<MessageHeader>[] = [
      { v: 1 },
      { id: "00".repeat(16) },
      { listing_id: "f".repeat(16) },
      { rental_id: "00".repeat(16) },
      { seq: header.seq + 1 },
      { ts: header.ts + 1 },
    ];
    for (const change of others) expect(await rejectionOf(open(envelope, change))).toBe("envelope.cannot_open");
    const wrong = openV2({ secret: stranger.seed, envelope, header });
    expect(await rejectionOf(wrong)).toBe("envelope.cannot_open");
  });

  it("does not open after a change of any byte", async () => {
    const envelope = await seal();
    for (let i = 0; i < envelope.length; i++) {
      const code = await rejectionOf(open(flipBit(envelope, i)));
      expect([i, code]).toEqual([i, i === 0 ? "envelope.bad_version" : "envelope.cannot_open"]);
    }
  });

  it("does not open after any truncation", async () => {
    const envelope = await seal();
    for (let length = 0; length < envelope.length; length += 3) {
      const code = await rejectionOf(open(envelope.subarray(0, length)));
      expect([length, code]).toEqual([length, length < V2_OVERHEAD ? "envelope.too_short" : "envelope.cannot_open"]);
    }
  });

  it("refuses recipients of small order and of a wrong length, and forged ephemeral keys", async () => {
    const random = new SeededRandom("v2");
    for (const key of x25519LowOrder) {
      const recipient = fromHex(key);
      expect(await rejectionOf(sealV2({ random, recipient, plaintext, header }))).toBe("envelope.cannot_seal");
      const forged = await seal();
      forged.set(recipient, 1);
      expect(await rejectionOf(open(forged))).toBe("envelope.cannot_open");
    }
    const recipient = renter.encrypt.subarray(1);
    expect(await rejectionOf(sealV2({ random, recipient, plaintext, header }))).toBe("envelope.cannot_seal");
  });

  it("reports a header without a canonical form as such", async () => {
    const bad = { ...header, seq: 0.5 };
    const sealing = sealV2({ random: new SeededRandom("v2"), recipient: renter.encrypt, plaintext, header: bad });
    expect(await rejectionOf(sealing)).toBe("canonical.not_integer");
  });

  it("shows no key in its error", async () => {
    try {
      await openV2({ secret: stranger.seed, envelope: await seal(), header });
    } catch (error) {
      expect(hasCode(error, "envelope.cannot_open")).toBe(true);
      for (const form of formsOf(stranger.seed.reveal())) expect(shownBy(error)).not.toContain(form);
    }
    expect.assertions(4);
  });
});
