// The network's own vectors: every listing value of vectors.json, byte for byte. Identities, envelopes, receipts, key files and trees
// of the same file are reproduced in test/envelope.
import { describe, expect, it } from "vitest";
import { fromBase64url, toBase64url, toHex, utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { type CanonicalObject, parseKeyfile } from "../../src/envelope/index.ts";
import {
  cidOf,
  commitmentOf,
  digestOfCid,
  explainCommitment,
  explainSignature,
  listingRecord,
  parseListingRecord,
  parseUserWorm,
  rentalPrice,
  signListing,
  tiersOf,
} from "../../src/registry/index.ts";
import { haveVectors, vectorBytes, vectorJson, vectorText } from "../envelope/vectors.ts";

interface Vectors {
  readonly identities: Readonly<
    Record<
      string,
      { verify_b64url: string; public_b64url: string; nonce_b64: string; worm_xml: string; worm_sha256: string }
    >
  >;
  readonly listing: {
    readonly record_unsigned: CanonicalObject;
    readonly canonical_unsigned: string;
    readonly signature_b64url: string;
    readonly commitments: Readonly<Record<string, string>>;
    readonly sig_over_pretty_file_b64url: string;
  };
  readonly listing_full: { readonly record_signed: CanonicalObject; readonly canonical_unsigned_sha256_C1: string };
}

const FILES: Readonly<Record<string, string>> = {
  C1: "listing_unsigned.json",
  C2: "listing_unsigned.json",
  C3: "listing_signed.json",
  C4: "listing_signed.json",
  C5: "listing_unsigned.json",
  C6: "listing_signed.json",
  C7: "listing_unsigned.json",
};

describe.skipIf(!haveVectors)("the network's listing vectors", () => {
  const vectors = haveVectors ? vectorJson<Vectors>("ness/vectors.json") : ({} as Vectors);
  const provider = () => {
    const { identities } = parseKeyfile({ suite: systemCrypto, text: vectorText("ness/users.key.json") });
    const found = identities.find(({ name }) => name === "provider123");
    if (found === undefined) throw new Error("no provider123 in the vectors");
    return found;
  };

  it("give the same canonical record, signature and commitment", () => {
    const record = listingRecord(vectors.listing.record_unsigned);
    expect(new TextDecoder().decode(record.bytes)).toBe(vectors.listing.canonical_unsigned);
    expect(commitmentOf(systemCrypto, record)).toBe(vectors.listing.commitments.C1_unsigned_canonical);
    const signed = parseListingRecord(signListing(systemCrypto, provider().seed, record));
    expect(signed.fields.signature).toBe(vectors.listing.signature_b64url);
    expect(signListing(systemCrypto, provider().seed, record)).toEqual(
      vectorBytes("ness/listing_canonical_signed.bin"),
    );
  });

  it("have every form of commitment called by its name", () => {
    for (const [name, digest] of Object.entries(vectors.listing.commitments)) {
      const form = name.slice(0, 2);
      const explained = explainCommitment(systemCrypto, vectorBytes(`ness/${FILES[form]}`), digest);
      expect(explained.form).toBe(form);
      expect(explained.expected).toBe(vectors.listing.commitments.C1_unsigned_canonical);
    }
    const other = explainCommitment(systemCrypto, vectorBytes("ness/listing_signed.json"), "00".repeat(32));
    expect(other.form).toBeNull();
  });

  it("agree on the full record, its two tiers and its prices", () => {
    const record = listingRecord(vectors.listing_full.record_signed);
    expect(commitmentOf(systemCrypto, record)).toBe(vectors.listing_full.canonical_unsigned_sha256_C1);
    const { verify } = provider();
    const signature = fromBase64url(record.fields.signature ?? "");
    expect(systemCrypto.ed25519Verify(verify, record.bytes, signature)).toBe(true);
    expect(tiersOf(record.fields).map(({ tier }) => tier)).toEqual(["sms_only", "sms_voice_video"]);
    expect(rentalPrice(record.fields, "sms_voice_video", "monthly")).toBe(800_000);
    expect(rentalPrice(record.fields, "sms_only", "daily")).toBe(10_000);
  });

  it("have a signature over a pretty file told from one over the canonical record", () => {
    const file = vectorBytes("ness/listing_unsigned.json");
    const { verify } = provider();
    const explain = (signature: string, key = verify) =>
      explainSignature(systemCrypto, file, { signature, verify: key });
    expect(explain(vectors.listing.sig_over_pretty_file_b64url).form).toBe("C5");
    expect(explain(vectors.listing.signature_b64url).form).toBe("C1");
    expect(explain(toHex(fromBase64url(vectors.listing.signature_b64url))).form).toBe("C1");
    expect(explain(vectors.listing.signature_b64url, new Uint8Array(32).fill(3)).form).toBeNull();
    expect(explain("%%").form).toBeNull();
  });

  it("agree that ptool signs the pretty file, which is another signature", () => {
    const signature = toBase64url(
      systemCrypto.ed25519Sign(provider().seed.reveal(), vectorBytes("ness/listing_unsigned.json")),
    );
    expect(signature).toBe(vectors.listing.sig_over_pretty_file_b64url);
    expect(vectorText("ness/listing_unsigned.sig").trim()).toBe(signature);
  });

  it("have both identities read from their WORM, and the old generation too", () => {
    for (const { worm_xml, worm_sha256, verify_b64url, public_b64url, nonce_b64 } of Object.values(
      vectors.identities,
    )) {
      expect(toHex(systemCrypto.sha256(utf8(worm_xml)))).toBe(worm_sha256);
      const keys = parseUserWorm(systemCrypto, utf8(worm_xml));
      expect(keys).toEqual({ verify: verify_b64url, encrypt: public_b64url, nonce: nonce_b64 });
    }
    expect(() => parseUserWorm(systemCrypto, vectorBytes("ness/worm_g1.xml"))).not.toThrow();
  });

  it("make a content identifier that holds the commitment", () => {
    const digest = vectors.listing.commitments.C1_unsigned_canonical ?? "";
    expect(cidOf(digest)).toMatch(/^bafkrei[a-z2-7]{52}$/);
    expect(digestOfCid(cidOf(digest))).toBe(digest);
  });
});
