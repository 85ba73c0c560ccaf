import { describe, expect, it } from "vitest";
import { fromBase64url, fromHex, toBase64url, toHex, utf8 } from "../../src/base/index.ts";
import {
  canonicalBytes,
  headerBytes,
  messageHash,
  signEnvelopeText,
  signMessage,
  verifyEnvelopeText,
  verifyMessage,
} from "../../src/envelope/index.ts";
import { codeOf } from "./error-code.ts";
import { flipBit, header, type NessVectors, provider, secretOf, stranger, suites } from "./fixtures.ts";
import { haveVectors, vectorJson, vectorsNote, vectorText } from "./vectors.ts";

const envelope = utf8("an envelope's bytes, long enough to be one");

describe.each(suites)("signed messages over $name", ({ suite }) => {
  const message = signMessage({ suite, seed: provider.seed, header, envelope });

  it("carry header and envelope, signed over the canonical header with the envelope's hash", () => {
    expect(message).toEqual({ ...header, envelope: toBase64url(envelope), signature: message.signature });
    const hash = toBase64url(suite.sha256(envelope));
    expect(messageHash(suite, envelope)).toBe(hash);
    const signed = canonicalBytes({ ...header, envelope_sha256: hash });
    expect(suite.ed25519Verify(provider.verify, signed, fromBase64url(message.signature))).toBe(true);
    expect(verifyMessage(suite, provider.verify, message)).toBe(true);
  });

  it("take only the header's members, so that a whole message may be passed as header", () => {
    expect(headerBytes(message)).toEqual(canonicalBytes(header));
    expect(signMessage({ suite, seed: provider.seed, header: message, envelope })).toEqual(message);
  });

  it("do not verify with another key or after a change of any member", () => {
    expect(verifyMessage(suite, stranger.verify, message)).toBe(false);
    const changes = [
      { v: 2 as const },
      { id: "0".repeat(32) },
      { listing_id: "f".repeat(16) },
      { rental_id: "0".repeat(32) },
      { seq: 8 },
      { ts: header.ts + 1 },
      { envelope: toBase64url(flipBit(envelope, 3)) },
      { signature: toBase64url(flipBit(fromBase64url(message.signature), 5)) },
    ];
    for (const change of changes) expect(verifyMessage(suite, provider.verify, { ...message, ...change })).toBe(false);
  });

  it("answer false to malformed members instead of throwing", () => {
    const changes = [{ envelope: "!" }, { signature: "!" }, { signature: "" }, { seq: 0.5 }, { id: "\ud800" }];
    for (const change of changes) expect(verifyMessage(suite, provider.verify, { ...message, ...change })).toBe(false);
  });

  it("are not made of a header without a canonical form", () => {
    const bad = { ...header, ts: 0.5 };
    expect(codeOf(() => signMessage({ suite, seed: provider.seed, header: bad, envelope }))).toBe(
      "canonical.not_integer",
    );
  });

  it("in the short form cover the envelope's text", () => {
    const envelopeText = toBase64url(envelope);
    const signature = signEnvelopeText(suite, provider.seed, envelopeText);
    const check = { suite, verifyKey: provider.verify, envelopeText, signature };
    expect(verifyEnvelopeText(check)).toBe(true);
    expect(verifyEnvelopeText({ ...check, envelopeText: `${envelopeText}A` })).toBe(false);
    expect(verifyEnvelopeText({ ...check, verifyKey: stranger.verify })).toBe(false);
    expect(verifyEnvelopeText({ ...check, signature: "!" })).toBe(false);
  });

  it("report a failure that is not about the message instead of calling it a forgery", () => {
    const broken = {
      ...suite,
      ed25519Verify: (): boolean => {
        throw new TypeError("broken suite");
      },
    };
    expect(() => verifyMessage(broken, provider.verify, message)).toThrow(TypeError);
  });

  it.skipIf(!haveVectors)(`agree with the reference signatures over text and raw bytes${vectorsNote}`, () => {
    const { identities, envelope_v1 } = vectorJson<NessVectors>("ness/vectors.json");
    const seed = secretOf(identities.provider123.seed_hex);
    const text = vectorText("ness/sms.enc");
    expect(signEnvelopeText(suite, seed, text)).toBe(envelope_v1.sig_over_envelope_text_b64url);
    expect(signEnvelopeText(suite, seed, text)).toBe(vectorText("ness/sms.sig"));
    expect(toHex(suite.ed25519Sign(seed.reveal(), fromBase64url(text)))).toBe(envelope_v1.sig_over_envelope_raw_hex);
    const verifyKey = fromHex(identities.provider123.verify_hex);
    expect(
      verifyEnvelopeText({
        suite,
        verifyKey,
        envelopeText: text,
        signature: envelope_v1.sig_over_envelope_text_b64url,
      }),
    ).toBe(true);
  });
});
