// Whatever strangers publish is judged or refused with a code; whatever we publish passes our own lint.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAppError, toBase64, toBase64url, toHex, utf8 } from "../../src/base/index.ts";
import { systemCrypto as suite } from "../../src/base/system-crypto.ts";
import { identityFromSeed, nobleCoin, wormName, wormXml } from "../../src/envelope/index.ts";
import {
  cidOf,
  commitmentOf,
  digestOfCid,
  judgeListing,
  lintPublication,
  listingName,
  listingRecord,
  listingValueBytes,
  newListingId,
  type PublicPurpose,
  parseListingRecord,
  parseUserWorm,
  proofsValue,
  signListing,
} from "../../src/registry/index.ts";

/** Hashes, as commitments and good seeds are: without the runs of zeros that fast-check likes. */
const bytes32 = fc.uint8Array({ minLength: 33, maxLength: 33 }).map((bytes) => suite.sha256(bytes));
const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 });
const identity = fc
  .record({ seed: bytes32, nonce: bytes16 })
  .map((parts) => identityFromSeed(suite, { name: "provider", ...parts }));

function lint(purpose: PublicPurpose, name: string, value: Uint8Array, secret: Uint8Array): string {
  try {
    lintPublication({ crypto: nobleCoin, purpose, name, value, secrets: [secret] });
    return "passed";
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error.code;
  }
}

describe("the publisher's lint", () => {
  it("lets pass every identity, listing and day's proof that a box can publish", () => {
    fc.assert(
      fc.property(identity, bytes32, bytes16, fc.nat(999_999_998), (who, digest, id, count) => {
        const secret = who.seed.reveal();
        fc.pre(toHex(secret) !== toHex(digest));
        expect(lint("worm", wormName(who), utf8(wormXml(who)), secret)).toBe("passed");
        const value = { worm_ref: wormName(who), commitment: toHex(digest), capabilities: count % 512, rev: 1 + count };
        const name = listingName(newListingId({ bytes: (length) => id.slice(0, length) }));
        expect(lint("listing", name, listingValueBytes(value), secret)).toBe("passed");
        const proofs = proofsValue({ merkleRoot: digest, count, day: "20251113" });
        expect(lint("proofs", "ness:proofs:sms:20251113", proofs, secret)).toBe("passed");
        expect(
          lint(
            "enum",
            "enum:15550100:0",
            utf8(`SIG=ver:enum|${toBase64(digest)}\nE2U+sip=100|10|!^.*$!sip:a@b.example!`),
            secret,
          ),
        ).toBe("passed");
        expect(
          lint("dns", "dns:relay.coin", utf8(`A=192.0.2.1|TXT=numberbox-relay=${toBase64url(digest)}`), secret),
        ).toBe("passed");
      }),
      { numRuns: 3000 },
    );
  });

  it("finds a planted key in every purpose and wrapping", () => {
    const wraps: readonly ((text: string) => string)[] = [
      (text) => text,
      (text) => JSON.stringify({ a: text }),
      (text) => toBase64(utf8(text)),
      (text) => toBase64url(utf8(text)),
      (text) => toHex(utf8(text)),
      (text) => text.replace(/[^A-Za-z0-9]/g, (char) => `\\${char}`),
      (text) => encodeURIComponent(text),
    ];
    const purposes: readonly PublicPurpose[] = ["worm", "listing", "proofs", "escrow", "enum", "dns"];
    fc.assert(
      fc.property(
        bytes32,
        fc.constantFrom(toHex, toBase64, toBase64url),
        fc.constantFrom(...wraps),
        fc.constantFrom(...wraps),
        fc.constantFrom(...purposes),
        fc.string({ maxLength: 20 }),
        (secret, encode, inner, outer, purpose, before) => {
          const value = utf8(`${before} ${outer(inner(encode(secret)))} `);
          expect(lint(purpose, "x", value, secret)).toBe("publication.refused");
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("what strangers publish", () => {
  const anyText = fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.json());

  it("is judged, whatever it holds", () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (value, worm, record) => {
        const named = { address: "E", txid: "", expiresAt: 10, state: "active" as const };
        const judged = judgeListing(suite, {
          listing: { name: "ness:sms:listing:0123456789abcdef", value: utf8(value), ...named },
          worm: { name: "worm:user:ness:a", value: utf8(worm), ...named },
          record: utf8(record),
          now: 1_763_000_000,
        });
        expect(judged.rentable).toBe(false);
      }),
    );
  });

  it("is read as a WORM or refused with a code, whatever was changed", () => {
    fc.assert(
      fc.property(identity, fc.nat(400), fc.string({ unit: "binary", maxLength: 4 }), (who, at, insert) => {
        const xml = wormXml(who);
        try {
          parseUserWorm(suite, utf8(xml.slice(0, at) + insert + xml.slice(at + 1)));
        } catch (error) {
          expect(isAppError(error)).toBe(true);
        }
      }),
    );
  });
});

describe("a record", () => {
  it("keeps members that nobody knows, and its commitment is free of white space and order", () => {
    const extra = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,8}$/), fc.oneof(fc.string(), fc.integer(), fc.boolean()));
    fc.assert(
      fc.property(identity, extra, (who, more) => {
        const members = { provider_id: "a", timestamp: 1, pricing: { daily: "1" }, ...more };
        const record = listingRecord(members);
        const turned = Object.fromEntries(Object.entries(members).reverse());
        const pretty = parseListingRecord(utf8(JSON.stringify(turned, null, 3)));
        expect(commitmentOf(suite, pretty)).toBe(commitmentOf(suite, record));
        const signed = parseListingRecord(signListing(suite, who.seed, record));
        expect(commitmentOf(suite, signed)).toBe(commitmentOf(suite, record));
        expect(signed.unsigned).toEqual(members);
      }),
    );
  });

  it("is found under the identifier that its commitment makes", () => {
    fc.assert(
      fc.property(bytes32, (digest) => {
        expect(digestOfCid(cidOf(toHex(digest)))).toBe(toHex(digest));
      }),
    );
  });
});
