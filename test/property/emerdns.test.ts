// Anybody can register a name of EmerDNS and write what he likes into it.

import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/base/index.ts";
import { dnsFacts, hostName, MAX_ADDRESSES, mirrorValue, zoneOf } from "../../src/registry/index.ts";

const word = fc.constantFrom("A", "AAAA", "CNAME", "TXT", "SD", "TTL", "NS", "=", "|", ",", "~", "numberbox-cert=");
const piece = fc.oneof(
  word,
  fc.string({ maxLength: 12 }),
  fc.ipV4(),
  fc.ipV6(),
  fc.domain(),
  fc.stringMatching(/^[0-9a-f]{64}$/),
);
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.array(piece, { maxLength: 40 }).map((parts) => parts.join("")),
);
const HEX = /^[0-9a-f]{64}$/;

describe("a record of EmerDNS", () => {
  it("gives usable facts or a coded refusal, whatever it says", () => {
    fc.assert(
      fc.property(hostile, (value) => {
        try {
          const { addresses, alias, pins, ttl } = dnsFacts(value);
          expect(addresses.length).toBeLessThanOrEqual(MAX_ADDRESSES);
          expect(addresses.every((address) => isIP(address) !== 0)).toBe(true);
          expect(alias === null || (hostName(alias) === alias && isIP(alias) === 0)).toBe(true);
          expect(pins.every((pin) => HEX.test(pin))).toBe(true);
          expect(Number.isInteger(ttl) && ttl > 0).toBe(true);
        } catch (error) {
          if (!isAppError(error)) throw error;
          expect(error.code).toBe("dns.bad_record");
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("that an operator publishes is read back as it was meant", () => {
    const certificate = fc.stringMatching(HEX);
    const four = fc
      .tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255))
      .map((all) => all.join("."));
    fc.assert(
      fc.property(
        fc.uniqueArray(four, { minLength: 1, maxLength: MAX_ADDRESSES }),
        fc.uniqueArray(certificate, { maxLength: 4 }),
        fc.integer({ min: 60, max: 604_800 }),
        (addresses, certificates, ttl) => {
          const facts = dnsFacts(mirrorValue({ addresses, key: null, certificates }, ttl));
          expect(facts).toEqual({ addresses, alias: null, pins: certificates, subdomains: [], ttl });
        },
      ),
    );
  });

  it("belongs to a host whose parts make it up again", () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.string()), (text) => {
        const host = `${text}.coin`;
        const zone = zoneOf(host, [".coin"]);
        if (zone === null) return;
        expect([...zone.below.toReversed(), zone.apex].join(".")).toBe(host.toLowerCase());
      }),
    );
  });
});
