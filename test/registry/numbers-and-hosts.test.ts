import { describe, expect, it } from "vitest";
import { e164, Secret } from "../../src/base/index.ts";
import { addressText, hash160, signMessage } from "../../src/emercoin/index.ts";
import { nobleCoin } from "../../src/envelope/index.ts";
import {
  dnsName,
  enumName,
  enumNames,
  enumValue,
  isVouchedFor,
  mirrorOf,
  mirrorValue,
  parseDnsValue,
  parseEnumValue,
} from "../../src/registry/index.ts";

const number = e164("+420123456789");
const sip = { service: "sip", order: 100, preference: 10, uri: "sip:alice@example.coin" };

describe("ENUM records", () => {
  it("are written as EmerENUM and read back", () => {
    const signatures = [{ verifier: "ver:enum", signature: "c2ln" }];
    const text = enumValue({ services: [sip], ttl: 300, signatures });
    expect(text).toBe("SIG=ver:enum|c2ln\nTTL=300\nE2U+sip=100|10|!^.*$!sip:alice@example.coin!");
    expect(parseEnumValue(text)).toEqual({ form: "emer_enum", services: [sip], ttl: 300, signatures });
    expect(enumName(number, 0)).toBe("enum:420123456789:0");
  });

  it("are read in the seed's zone-file form and in that of the lookup server", () => {
    expect(enumNames(number)[1]).toBe("enum:9.8.7.6.5.4.3.2.1.0.2.4.e164.arpa");
    const zone =
      'IN NAPTR 100 20 "u" "E2U+sip" "!^.*$!sip:b@x.example!" .\nIN NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:a@x.example!" .';
    expect(parseEnumValue(zone)).toMatchObject({
      form: "zone_file",
      services: [{ uri: "sip:a@x.example" }, { uri: "sip:b@x.example" }],
    });
    expect(parseEnumValue('"!^.*$!sip:a@x.example!"|"!^.*$!sip:b@x.example!"')).toMatchObject({
      form: "backend",
      services: [{ uri: "sip:a@x.example" }, { uri: "sip:b@x.example" }],
    });
  });

  it.each(["", "hello", "TTL=300", "E2U+sip=1|1|!^(.*)$!sip:\\1@x!"])("refuse %j", (text) => {
    expect(() => parseEnumValue(text)).toThrow(expect.objectContaining({ code: "enum.bad_record" }));
  });

  it("refuse an address that the node would cut", () => {
    for (const uri of ["sip:a!b@x", "sip:a b@x", "not an address"]) {
      expect(() => enumValue({ services: [{ ...sip, uri }], ttl: 1, signatures: [] })).toThrow(
        expect.objectContaining({ code: "enum.bad_record" }),
      );
    }
  });
});

describe("who vouches for an ENUM record", () => {
  const secret = new Secret(new Uint8Array(32).fill(7));
  const hash = hash160(nobleCoin, nobleCoin.publicKey(secret.reveal()));
  const name = enumName(number, 0);
  const signature = signMessage(nobleCoin, secret, name);
  const value = enumValue({ services: [sip], ttl: 300, signatures: [{ verifier: "ver:enum", signature }] });
  const record = parseEnumValue(value);
  const by = (kind: "p2pkh" | "p2wpkh", verifier = "ver:enum") => ({
    name: verifier,
    address: addressText(nobleCoin, { kind, hash }, "main"),
    network: "main" as const,
  });

  it("is told by the signature over the exact name, for both kinds of address", () => {
    for (const kind of ["p2pkh", "p2wpkh"] as const) {
      expect(isVouchedFor(nobleCoin, { name, record }, by(kind))).toBe(true);
      expect(isVouchedFor(nobleCoin, { name: enumName(number, 1), record }, by(kind))).toBe(false);
      expect(isVouchedFor(nobleCoin, { name, record }, by(kind, "ver:other"))).toBe(false);
    }
    const other = { ...by("p2pkh"), address: "EJguShSREjzGzFTTCgdm4h32XoK3w8Qdeb" };
    expect(isVouchedFor(nobleCoin, { name, record }, other)).toBe(false);
  });

  it.each([
    ["a verifier with a separator", { signatures: [{ verifier: "ver:a|b", signature }] }],
    ["a verifier with a new line", { signatures: [{ verifier: "ver:a\nE2U+sip=1|1|x", signature }] }],
    ["a signature that is no base64", { signatures: [{ verifier: "ver:a", signature: "x,y|z" }] }],
    ["an order beyond 16 bits", { services: [{ ...sip, order: 65_536 }] }],
    ["a time to live of half a second", { ttl: 0.5 }],
  ])("cannot be written with %s", (_, change) => {
    const wish = { services: [sip], ttl: 300, signatures: [], ...change };
    expect(() => enumValue(wish)).toThrow(expect.objectContaining({ code: "enum.bad_record" }));
  });
});

describe("EmerDNS records", () => {
  const key = "c4wwXMpM8lA6Wbz4Kw5I-Yj_SNCzbadVJsM0MXmL8xI";

  it("of a mirror are written and read back with the relay's pinned key", () => {
    const value = mirrorValue({ addresses: ["192.0.2.1", "2001:db8::1"], key }, 600);
    expect(value).toBe(`A=192.0.2.1|AAAA=2001:db8::1|TXT=numberbox-relay=${key}|TTL=600`);
    const host = "relay.coin";
    const addresses = ["192.0.2.1", "2001:db8::1"];
    expect(mirrorOf(host, value)).toEqual({ host, addresses, key, certificates: [] });
    const certificates = ["ab".repeat(32), "cd".repeat(32)];
    const both = mirrorValue({ addresses, key, certificates });
    expect(both).toContain(`|TXT=numberbox-relay=${key},numberbox-cert=${certificates[0]},numberbox-cert=`);
    expect(mirrorOf(host, both)).toEqual({ host, addresses, key, certificates });
    expect(dnsName("relay.coin")).toBe("dns:relay.coin");
    expect(() => mirrorValue({ addresses: ["192.0.2.1"], key: `${key.slice(1)}|` })).toThrow(
      expect.objectContaining({ code: "dns.bad_record" }),
    );
  });

  it("name subdomains that have records of their own", () => {
    const wish = { addresses: ["192.0.2.1"], key: null };
    expect(mirrorValue({ ...wish, subdomains: ["gateway", "*"] })).toBe("A=192.0.2.1|SD=gateway,*|TTL=3600");
    for (const fault of [{ subdomains: ["a.b"] }, { subdomains: ["a|TXT=x"] }, { certificates: ["ab"] }])
      expect(() => mirrorValue({ ...wish, ...fault })).toThrow(expect.objectContaining({ code: "dns.bad_record" }));
  });

  it("may redefine their separator", () => {
    expect(parseDnsValue("~;A=1.2.3.4,5.6.7.8;TXT=a|b")).toEqual({
      entries: [
        { type: "A", value: "1.2.3.4" },
        { type: "A", value: "5.6.7.8" },
        { type: "TXT", value: "a|b" },
      ],
      ttl: 3600,
    });
  });

  it.each(["999.1.1.1", "relay.example", ""])("refuse %j as an address", (address) => {
    expect(() => mirrorValue({ addresses: [address], key: null })).toThrow(
      expect.objectContaining({ code: "dns.bad_record" }),
    );
  });

  it.each(["relay", "-a.coin", "a..coin", "A.coin", "a b.coin"])("refuse %j as a host", (host) => {
    expect(() => dnsName(host)).toThrow(expect.objectContaining({ code: "dns.bad_record" }));
  });
});
