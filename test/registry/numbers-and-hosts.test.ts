import { describe, expect, it } from "vitest";
import { e164 } from "../../src/base/index.ts";
import {
  dnsName,
  enumName,
  enumNames,
  enumValue,
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

describe("EmerDNS records", () => {
  const key = "c4wwXMpM8lA6Wbz4Kw5I-Yj_SNCzbadVJsM0MXmL8xI";

  it("of a mirror are written and read back with the relay's pinned key", () => {
    const value = mirrorValue({ addresses: ["192.0.2.1", "2001:db8::1"], key }, 600);
    expect(value).toBe(`A=192.0.2.1|AAAA=2001:db8::1|TXT=numberbox-relay=${key}|TTL=600`);
    expect(mirrorOf("relay.coin", value)).toEqual({ host: "relay.coin", addresses: ["192.0.2.1", "2001:db8::1"], key });
    expect(dnsName("relay.coin")).toBe("dns:relay.coin");
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
