import { describe, expect, it } from "vitest";
import { utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { canonicalBytes, wormName, wormXml } from "../../src/envelope/index.ts";
import {
  capabilitiesOf,
  capabilityWords,
  describeCapabilities,
  judgeListing,
  type ListingEvidence,
  listingValueBytes,
  parseListingValue,
  unknownCapabilities,
} from "../../src/registry/index.ts";
import { provider, stranger } from "../envelope/fixtures.ts";
import { LISTING, NOW, named, publish, recordOf } from "./listing-fixtures.ts";

function failing(evidence: ListingEvidence): readonly string[] {
  const { verdicts } = judgeListing(systemCrypto, evidence);
  return Object.entries(verdicts).flatMap(([name, verdict]) =>
    verdict.kind === "failed" ? [`${name} ${verdict.code}`] : [],
  );
}

/** The listing of `provider` with another value on chain. */
function changed(change: Readonly<Record<string, unknown>>): ListingEvidence {
  const { evidence, listing } = publish(provider);
  const value = { ...parseListingValue(listing.value), ...change };
  return { ...evidence, listing: { ...listing, value: listingValueBytes(value) } };
}

describe("a listing", () => {
  it("of its provider passes all four questions and can be rented", () => {
    const judged = judgeListing(systemCrypto, publish(provider).evidence);
    expect(Object.values(judged.verdicts)).toEqual([{ kind: "ok" }, { kind: "ok" }, { kind: "ok" }, { kind: "ok" }]);
    expect(judged.rentable).toBe(true);
    expect(judged.warnings).toEqual([]);
  });

  it("copied under another id fails the binding", () => {
    const { evidence, listing } = publish(provider);
    expect(failing({ ...evidence, listing: { ...listing, name: "ness:sms:listing:fedcba9876543210" } })).toEqual([
      "binding listing.wrong_id",
    ]);
  });

  it("with changed capabilities or revision fails the binding", () => {
    expect(failing(changed({ capabilities: 123 }))).toEqual(["binding listing.wrong_capabilities"]);
    expect(failing(changed({ rev: 2 }))).toEqual(["binding listing.wrong_rev"]);
  });

  it("of another owner whose record does not name it fails the binding; of the same owner it passes", () => {
    const { listing_id: _, capabilities: __, rev: ___, ...old } = recordOf(provider);
    expect(failing(publish(provider, old, "EThief").evidence)).toEqual(["binding listing.unbound"]);
    expect(failing(publish(provider, old).evidence)).toEqual([]);
  });

  it("that commits to another record fails the commitment", () => {
    expect(failing(changed({ commitment: "11".repeat(32) }))).toEqual(["commitment listing.wrong_commitment"]);
  });

  it("whose record was signed by somebody else, or by nobody, fails the signature", () => {
    const { evidence } = publish(provider);
    const forged = publish({ ...provider, seed: stranger.seed });
    expect(failing({ ...evidence, record: forged.record })).toEqual(["signature listing.bad_signature"]);
    expect(failing({ ...evidence, record: canonicalBytes(recordOf(provider)) })).toEqual([
      "signature listing.unsigned",
    ]);
  });

  it.each([
    ["expired", "worm worm.expired"],
    ["deleted", "worm worm.deleted"],
  ] as const)("of a provider whose identity is %s fails the identity", (state, expected) => {
    const { evidence, worm } = publish(provider);
    expect(failing({ ...evidence, worm: { ...worm, state } })).toEqual([expected]);
  });

  it("of a provider who is not on chain, or with other keys, fails the identity", () => {
    const { evidence } = publish(provider);
    expect(failing({ ...evidence, worm: null })).toContain("worm listing.no_worm");
    const other = named(wormName(provider), utf8(wormXml({ ...stranger, name: provider.name })));
    expect(failing({ ...evidence, worm: other })).toEqual([
      "signature listing.bad_signature",
      "worm listing.wrong_keys",
    ]);
  });

  it("without its record is unknown, not rentable, and no failure", () => {
    const judged = judgeListing(systemCrypto, { ...publish(provider).evidence, record: null });
    expect(judged.verdicts.commitment.kind).toBe("unknown");
    expect(judged.rentable).toBe(false);
    expect(failing({ ...publish(provider).evidence, record: null })).toEqual([]);
  });

  it("that is expired or dated in the future is not rentable", () => {
    const { evidence, listing } = publish(provider);
    expect(judgeListing(systemCrypto, { ...evidence, listing: { ...listing, state: "expired" } }).rentable).toBe(false);
    const ahead = judgeListing(systemCrypto, publish(provider, recordOf(provider, { timestamp: NOW + 601 })).evidence);
    expect(ahead.rentable).toBe(false);
    expect(ahead.warnings).toEqual(["dated_ahead"]);
  });

  it("that expired or was deleted fails the commitment, also when it was read before its last height", () => {
    const { evidence, listing } = publish(provider);
    for (const state of ["expired", "deleted"] as const)
      expect(failing({ ...evidence, listing: { ...listing, state } })).toEqual([`commitment listing.${state}`]);
    const { expiresAt } = listing;
    expect(failing({ ...evidence, height: expiresAt })).toEqual([]);
    expect(failing({ ...evidence, height: expiresAt + 1 })).toEqual([
      "commitment listing.expired",
      "worm worm.expired",
    ]);
  });

  it("whose provider nobody looked up is unknown in signature and identity, not failed", () => {
    const judged = judgeListing(systemCrypto, { ...publish(provider).evidence, worm: undefined });
    expect(failing({ ...publish(provider).evidence, worm: undefined })).toEqual([]);
    expect([judged.verdicts.signature.kind, judged.verdicts.worm.kind]).toEqual(["unknown", "unknown"]);
    expect([judged.verdicts.binding.kind, judged.rentable]).toEqual(["ok", false]);
    const { listing_id: _, capabilities: __, rev: ___, ...old } = recordOf(provider);
    const unbound = judgeListing(systemCrypto, { ...publish(provider, old).evidence, worm: undefined });
    expect(unbound.verdicts.binding.kind).toBe("unknown");
  });

  it("of a record of another provider fails the identity", () => {
    const record = recordOf(provider, { provider_id: "somebody" });
    expect(failing(publish(provider, record).evidence)).toEqual(["worm listing.wrong_provider"]);
  });

  it("warns of what is odd without being false", () => {
    const old = publish(provider, recordOf(provider, { timestamp: NOW - 367 * 86_400 }));
    expect(judgeListing(systemCrypto, old.evidence)).toMatchObject({
      rentable: true,
      warnings: ["old"],
    });
    const two = judgeListing(systemCrypto, publish(provider, recordOf(provider), "EOther").evidence);
    expect(two).toMatchObject({
      rentable: true,
      warnings: ["other_owner"],
    });
    const { capabilities: _, ...unsigned } = recordOf(provider);
    const { evidence, listing } = publish(provider, unsigned);
    const warningsFor = (capabilities: number) => {
      const value = listingValueBytes({ ...parseListingValue(listing.value), capabilities });
      return judgeListing(systemCrypto, { ...evidence, listing: { ...listing, value } }).warnings;
    };
    expect(warningsFor(7)).toEqual(["no_tier"]);
    expect(warningsFor(27)).toEqual(["other_tiers"]);
    expect(warningsFor(11)).toEqual([]);
  });

  it("without any rental price is not rentable", () => {
    const free = recordOf(provider, { service_tiers: { sms_only: { enabled: true, pricing: { per_sms: "0.001" } } } });
    const judged = judgeListing(systemCrypto, publish(provider, free).evidence);
    expect(Object.values(judged.verdicts).every(({ kind }) => kind === "ok")).toBe(true);
    expect(judged.rentable).toBe(false);
  });

  it("with garbage in value, record or identity is judged, never thrown", () => {
    const { evidence, listing, worm } = publish(provider);
    for (const value of ["", "{", "[]", '{"worm_ref":"x"}', "\u0000"]) {
      const bytes = utf8(value);
      for (const each of [
        { ...evidence, listing: { ...listing, value: bytes } },
        { ...evidence, record: bytes },
        { ...evidence, worm: { ...worm, value: bytes } },
      ]) {
        expect(judgeListing(systemCrypto, each).rentable).toBe(false);
      }
    }
  });
});

describe("capabilities", () => {
  it.each([
    [7, ["non-voip", "instant", "region-us"]],
    [11, ["non-voip", "instant", "sms-only"]],
    [15, ["non-voip", "instant", "region-us", "sms-only"]],
    [27, ["non-voip", "instant", "sms-only", "voice"]],
    [31, ["non-voip", "instant", "region-us", "sms-only", "voice"]],
    [123, ["non-voip", "instant", "sms-only", "voice", "video", "enum"]],
    [127, ["non-voip", "instant", "region-us", "sms-only", "voice", "video", "enum"]],
    [1024 + 8, ["sms-only"]],
  ])("%d reads as decided", (bits, words) => {
    expect(capabilityWords(bits)).toEqual(words);
  });

  it("are derived from what is offered", () => {
    const tiers = { sms: true, voice: false, video: false, enum: false };
    expect(capabilitiesOf({ features: ["non-voip", "instant"], ...tiers })).toBe(11);
    expect(
      capabilitiesOf({ features: ["non-voip", "usa", "instant"], ...tiers, voice: true, video: true, enum: true }),
    ).toBe(127);
  });

  it("name a region beyond the seed's, and keep bits of later versions apart", () => {
    const tiers = { sms: true, voice: false, video: false, enum: false };
    expect(capabilitiesOf({ features: ["europe"], ...tiers })).toBe(8 + 128);
    expect(capabilitiesOf({ features: ["asia"], ...tiers })).toBe(8 + 256);
    expect(describeCapabilities(1024 + 8)).toBe("sms-only, unknown 1024");
    expect(describeCapabilities(0)).toBe("none");
    expect(unknownCapabilities(0x1ff)).toBe(0);
  });

  it("have a listing's id in the chain's name only in its known form", () => {
    expect(LISTING).toMatch(/^[0-9a-f]{16}$/);
    expect(() =>
      parseListingValue(
        utf8(
          '{"worm_ref":"worm:user:ness:a","commitment":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","capabilities":7,"rev":1}',
        ),
      ),
    ).toThrow(expect.objectContaining({ code: "listing.bad_value" }));
  });
});
