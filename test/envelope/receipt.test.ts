import { describe, expect, it } from "vitest";
import { fromUtf8, toBase64url, unixMs, utf8 } from "../../src/base/index.ts";
import {
  canonicalBytes,
  messageHash,
  type Receipt,
  receiptBytes,
  receiptTime,
  signReceipt,
  verifyReceipt,
} from "../../src/envelope/index.ts";
import { codeOf } from "./error-code.ts";
import { type NessVectors, provider, renter, secretOf, stranger, suites } from "./fixtures.ts";
import { haveVectors, vectorJson, vectorsNote, vectorText } from "./vectors.ts";

const from = toBase64url(provider.verify);
const to = toBase64url(renter.verify);
const ts = unixMs(Date.UTC(2026, 0, 2, 3, 4, 5, 678));

describe.each(suites)("receipts over $name", ({ suite }) => {
  const msgHash = messageHash(suite, utf8("envelope"));
  const sign = (change: Partial<Parameters<typeof signReceipt>[0]> = {}): Receipt =>
    signReceipt({ suite, seed: provider.seed, from, to, msgHash, ts, ...change });
  /** A receipt whose body is changed and signed again, so that only the shape can be wrong. */
  const resign = (change: Record<string, unknown>): unknown => {
    const { sig: _, ...body } = { ...sign(), ...change };
    return { ...body, sig: toBase64url(suite.ed25519Sign(provider.seed.reveal(), canonicalBytes(body))) };
  };

  it("are signed and verified, with the time in microseconds", () => {
    const receipt = sign();
    expect(receipt).toEqual({ msg_hash: msgHash, ts: "2026-01-02T03:04:05.678000+00:00", from, to, sig: receipt.sig });
    expect(verifyReceipt(suite, receipt)).toEqual({ ok: true, receipt, at: ts });
    expect(verifyReceipt(suite, JSON.parse(fromUtf8(receiptBytes(receipt))))).toEqual({ ok: true, receipt, at: ts });
  });

  it("may name a listing instead of a key", () => {
    const receipt = sign({ to: { listing: "0123456789ab4cde" } });
    expect(verifyReceipt(suite, receipt)).toMatchObject({ ok: true });
  });

  it.each([
    ["no object", null],
    ["a list", []],
    ["an unknown member", { ...resignable(), extra: 1 }],
    ["no signature", { msg_hash: "", ts: "", from, to }],
  ])("are refused as badly shaped: %s", (_what, value) => {
    expect(verifyReceipt(suite, value)).toEqual({ ok: false, code: "receipt.bad_shape" });
  });

  it.each([
    ["a short hash", { msg_hash: "AAAA" }],
    ["a hash that is not base64url", { msg_hash: "!" }],
    ["a hash that is no text", { msg_hash: 5 }],
    ["a time that is no text", { ts: 5 }],
    ["an issuer that is no text", { from: 5 }],
    ["a counterparty of a wrong length", { to: "AAAA" }],
    ["no counterparty", { to: null }],
    ["a counterparty of another form", { to: { listing: "a", other: 1 } }],
    ["an empty listing", { to: { listing: "" } }],
    ["a listing that is no text", { to: { listing: 1 } }],
  ])("are refused as badly shaped: %s", (_what, change) => {
    expect(verifyReceipt(suite, resign(change))).toEqual({ ok: false, code: "receipt.bad_shape" });
  });

  it("are refused when the signature is cut", () => {
    expect(verifyReceipt(suite, { ...sign(), sig: sign().sig.slice(2) })).toEqual({
      ok: false,
      code: "receipt.bad_shape",
    });
  });

  it.each([
    "yesterday",
    "2026-01-02 03:04:05+00:00",
    "2026-01-02T03:04:05+01:00",
    "2026-02-31T03:04:05+00:00",
    "2026-01-02T25:04:05+00:00",
    "2026-01-02T03:04:05.1234567+00:00",
  ])("are refused with the time %s", (text) => {
    expect(verifyReceipt(suite, resign({ ts: text }))).toEqual({ ok: false, code: "receipt.bad_time" });
  });

  it.each([
    ["2026-01-02T03:04:05Z", 0],
    ["2026-01-02T03:04:05.9+00:00", 900],
    ["2026-01-02T03:04:05.000999+00:00", 0],
  ])("are read with the time %s", (text, ms) => {
    const at = unixMs(Date.UTC(2026, 0, 2, 3, 4, 5, ms));
    expect(verifyReceipt(suite, resign({ ts: text }))).toMatchObject({ ok: true, at });
  });

  it("are refused when the issuer's key is none or another's, or anything was changed", () => {
    expect(verifyReceipt(suite, resign({ from: "AAAA" }))).toEqual({ ok: false, code: "receipt.bad_key" });
    const changes = [
      { from: toBase64url(stranger.verify) },
      { to: from },
      { msg_hash: messageHash(suite, utf8("other")) },
      { ts: "2026-01-02T03:04:06.678000+00:00" },
    ];
    for (const change of changes) {
      expect(verifyReceipt(suite, { ...sign(), ...change })).toEqual({ ok: false, code: "receipt.bad_signature" });
    }
  });

  it("are not signed for a time outside the years 1970 to 9999", () => {
    for (const bad of [-1, 0.5, Number.NaN, 253_402_300_800_000]) {
      expect(codeOf(() => sign({ ts: unixMs(bad) }))).toBe("receipt.bad_time");
    }
    expect(receiptTime(unixMs(0))).toBe("1970-01-01T00:00:00+00:00");
  });

  it.skipIf(!haveVectors)(`reproduce and verify the reference receipts${vectorsNote}`, () => {
    const vectors = vectorJson<NessVectors>("ness/vectors.json");
    const { provider123, renter456 } = vectors.identities;
    const made = signReceipt({
      suite,
      seed: secretOf(provider123.seed_hex),
      from: provider123.verify_b64url,
      to: renter456.verify_b64url,
      msgHash: vectors.envelope_v1.msg_hash_b64url,
      ts: unixMs(Date.UTC(2025, 10, 13)),
    });
    expect(made).toEqual(vectors.receipt);
    expect(fromUtf8(receiptBytes(made))).toBe(vectorText("ness/receipt_fixed.json"));
    for (const file of ["receipt", "receipt_fixed", "receipt_listing"]) {
      const receipt = vectorJson<Receipt>(`ness/${file}.json`);
      expect(verifyReceipt(suite, receipt)).toMatchObject({ ok: true, receipt });
      expect(fromUtf8(receiptBytes(receipt))).toBe(vectorText(`ness/${file}.json`));
    }
  });
});

/** Five members of the right names, to which a test adds a sixth. */
function resignable(): Record<string, unknown> {
  return { msg_hash: "", ts: "", from, to, sig: "" };
}
