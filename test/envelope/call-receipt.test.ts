import { describe, expect, it } from "vitest";
import { toBase64url, unixMs, utf8 } from "../../src/base/index.ts";
import {
  inclusionProof,
  isCallReceipt,
  leafBytes,
  merkleLeafHash,
  merkleLevels,
  merkleRoot,
  proofFromLevels,
  rootOfLevels,
  signCallReceipt,
  signReceipt,
  subjectOf,
  verifyAnyReceipt,
} from "../../src/envelope/index.ts";
import { identity } from "../relay/fixtures.ts";
import { codeOf } from "./error-code.ts";
import { suites } from "./fixtures.ts";

const issuer = identity("issuer");
const from = toBase64url(issuer.verify);
const at = unixMs(Date.UTC(2026, 0, 15, 12));

describe.each(suites)("a call's receipt over $name", ({ suite }) => {
  const callHash = toBase64url(suite.sha256(utf8("a sealed call record")));
  const signed = signCallReceipt({
    ...{ suite, seed: issuer.seed, from, to: { listing: "a1b2c3d4e5f64a7b" } },
    ...{ callHash, start: at, duration: 61, direction: "in", ts: unixMs(at + 61_500) },
  });

  it("has its members in their forms, and verifies", () => {
    expect(signed).toMatchObject({
      ...{ call_hash: callHash, start: "2026-01-15T12:00:00+00:00", duration: 61, direction: "in" },
      ...{ ts: "2026-01-15T12:01:01.500000+00:00", from, to: { listing: "a1b2c3d4e5f64a7b" } },
    });
    expect(verifyAnyReceipt(suite, signed)).toEqual({ ok: true, receipt: signed, at: at + 61_500 });
    expect(isCallReceipt(signed)).toBe(true);
    expect(subjectOf(signed)).toBe(callHash);
    expect(JSON.parse(new TextDecoder().decode(leafBytes(signed)))).toEqual(signed);
  });

  it.each([
    [{ duration: 62 }, "receipt.bad_signature"],
    [{ duration: 1.5 }, "receipt.bad_shape"],
    [{ duration: -1 }, "receipt.bad_shape"],
    [{ direction: "out" }, "receipt.bad_signature"],
    [{ direction: "up" }, "receipt.bad_shape"],
    [{ call_hash: "short" }, "receipt.bad_shape"],
    [{ start: "yesterday" }, "receipt.bad_time"],
    [{ ts: "2026-02-31T00:00:00Z" }, "receipt.bad_time"],
    [{ from: "short" }, "receipt.bad_key"],
    [{ to: "short" }, "receipt.bad_shape"],
    [{ extra: 1 }, "receipt.bad_shape"],
  ])("changed to %j is refused", (change, code) => {
    expect(verifyAnyReceipt(suite, { ...signed, ...change })).toEqual({ ok: false, code });
  });

  it("is told from a message's, which verifies as ever", () => {
    const msgHash = toBase64url(suite.sha256(utf8("an envelope")));
    const receipt = signReceipt({ suite, seed: issuer.seed, from, to: from, msgHash, ts: at });
    expect(verifyAnyReceipt(suite, receipt)).toEqual({ ok: true, receipt, at });
    expect(subjectOf(receipt)).toBe(msgHash);
    expect(isCallReceipt(receipt)).toBe(false);
    for (const none of [null, 7, "x", {}]) expect(verifyAnyReceipt(suite, none).ok).toBe(false);
  });
});

describe.each(suites)("a tree's levels over $name", ({ suite }) => {
  it("lead to the same root and proofs as RFC 6962's definition, for every size up to 70", () => {
    const hashes = Array.from({ length: 70 }, (_, n) => merkleLeafHash(suite, utf8(`leaf ${n}`)));
    for (let count = 0; count <= hashes.length; count++) {
      const some = hashes.slice(0, count);
      const levels = merkleLevels(suite, some);
      expect(rootOfLevels(suite, levels)).toEqual(merkleRoot(suite, some));
      for (let index = 0; index < count; index++)
        expect(proofFromLevels(levels, index)).toEqual(inclusionProof(suite, some, index));
    }
  });

  it("have no leaf beyond the last", () => {
    const levels = merkleLevels(suite, [suite.sha256(utf8("one"))]);
    for (const index of [-1, 1, 0.5]) expect(codeOf(() => proofFromLevels(levels, index))).toBe("merkle.bad_index");
  });
});
