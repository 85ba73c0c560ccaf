import { describe, expect, it } from "vitest";
import { fromBase64url, toBase64url, utf8 } from "../../src/base/index.ts";
import {
  canonicalBytes,
  type GrantStatement,
  openGrant,
  publicKeysToText,
  type RentalGrant,
  sealV1,
  signGrant,
  V1_OVERHEAD,
  verifyGrant,
} from "../../src/envelope/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { codeOf } from "./error-code.ts";
import { flipBit, provider, renter, stranger, suites } from "./fixtures.ts";

const statement: GrantStatement = {
  v: 1,
  rental_id: "00112233445566778899aabbccddeeff",
  listing_id: "0123456789ab4cde",
  provider: toBase64url(provider.verify),
  renter: publicKeysToText(renter),
  starts_at: 1_767_322_445,
  expires_at: 1_767_408_845,
  envelope_version: 1,
  rev: 1,
  credit: null,
};
const secret = { number: "+15550123", terms: { price: "0.001", notes: ["é"] } };

describe.each(suites)("rental grants over $name", ({ suite }) => {
  const random = new SeededRandom("grant");
  const grant = signGrant({ suite, random, seed: provider.seed, statement, secret });
  const sealedText = (plaintext: Uint8Array): RentalGrant => ({
    ...grant,
    sealed: toBase64url(sealV1({ suite, random, recipient: renter.encrypt, plaintext })),
  });

  it("are signed over the canonical JSON of everything but the signature", () => {
    const { signature, ...body } = grant;
    expect(suite.ed25519Verify(provider.verify, canonicalBytes(body), fromBase64url(signature))).toBe(true);
    expect(verifyGrant(suite, provider.verify, grant)).toBe(true);
  });

  it("hide number and terms from everyone but the renter, at a padded length", () => {
    expect(JSON.stringify(grant)).not.toContain("15550123");
    expect((fromBase64url(grant.sealed).length - V1_OVERHEAD) % 256).toBe(0);
    expect(openGrant(suite, renter.seed, grant)).toEqual(secret);
    expect(codeOf(() => openGrant(suite, stranger.seed, grant))).toBe("envelope.cannot_open");
  });

  it("do not verify for another provider or after a change of any member", () => {
    expect(verifyGrant(suite, stranger.verify, grant)).toBe(false);
    const otherName = { ...grant, provider: toBase64url(stranger.verify) };
    expect(verifyGrant(suite, provider.verify, otherName)).toBe(false);
    const changes: Partial<RentalGrant>[] = [
      { rental_id: "0".repeat(32) },
      { listing_id: "f".repeat(16) },
      { renter: publicKeysToText(stranger) },
      { starts_at: 1 },
      { expires_at: 4_000_000_000 },
      { envelope_version: 2 },
      { rev: 2 },
      { credit: 1_000_000 },
      { sealed: toBase64url(flipBit(fromBase64url(grant.sealed), 40)) },
      { signature: toBase64url(flipBit(fromBase64url(grant.signature), 1)) },
      { signature: "!" },
      { rev: 0.5 },
    ];
    for (const change of changes) expect(verifyGrant(suite, provider.verify, { ...grant, ...change })).toBe(false);
  });

  it("keep their signature when a carrier adds members", () => {
    const carried = { ...grant, received_at: 5 };
    expect(verifyGrant(suite, provider.verify, carried)).toBe(true);
  });

  it("report a failure that is not about the grant", () => {
    const broken = {
      ...suite,
      ed25519Verify: (): boolean => {
        throw new TypeError("broken suite");
      },
    };
    expect(() => verifyGrant(broken, provider.verify, grant)).toThrow(TypeError);
  });

  it.each([
    "plain text",
    "[1]",
    '{"v":2,"number":"+1","terms":{}}',
    '{"v":1,"number":5,"terms":{}}',
    '{"v":1,"number":"+1","terms":[]}',
    '{"v":1,"number":"+1","terms":null}',
  ])("of a provider that sealed %s are refused", (text) => {
    const code = codeOf(() => openGrant(suite, renter.seed, sealedText(utf8(text))));
    expect(code).toBe(text === "plain text" ? "canonical.bad_syntax" : "grant.bad_secret");
  });

  it("are not made for a renter without a usable key", () => {
    const bad = { ...statement, renter: { ...statement.renter, encrypt: "AAAA" } };
    expect(codeOf(() => signGrant({ suite, random, seed: provider.seed, statement: bad, secret }))).toBe(
      "identity.bad_key",
    );
  });
});
