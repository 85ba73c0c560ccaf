import { describe, expect, it } from "vitest";
import { delegates, dnsFacts, hostName, zoneOf } from "../../src/registry/index.ts";

const SUFFIXES = [".coin", ".emc", ".ness", ".lib.ness"];
const PIN = "ab".repeat(32);
const facts = (value: string) => dnsFacts(value);

describe("a host of EmerDNS", () => {
  it.each([
    ["shop.coin", { apex: "shop.coin", below: [] }],
    ["a.b.Shop.COIN.", { apex: "shop.coin", below: ["b", "a"] }],
    ["x.lib.ness", { apex: "x.lib.ness", below: [] }],
    ["gateway.private.ness", { apex: "private.ness", below: ["gateway"] }],
  ])("%s is below a registered name", (host, zone) => {
    expect(zoneOf(host, SUFFIXES)).toEqual(zone);
  });

  it.each(["coin", ".coin", "relay.example", "xcoin", "a..coin", "-a.coin", "a b.coin", "192.0.2.1", "[::1]", ""])(
    "%j is none",
    (host) => expect(zoneOf(host, SUFFIXES)).toBeNull(),
  );

  it("is no number, whatever dots are in it", () => {
    expect(hostName("127.0.0.1")).toBeNull();
    expect(hostName("localhost")).toBeNull();
    expect(hostName("Relay.Example.")).toBe("relay.example");
  });
});

describe("the facts of a record", () => {
  it("are addresses, alias, pins, subdomains and time to live", () => {
    expect(facts(`A=192.0.2.1,192.0.2.2|AAAA=2001:DB8::1|TXT=hello,numberbox-cert=${PIN}|SD=www,Mail|TTL=120`)).toEqual(
      {
        addresses: ["192.0.2.1", "192.0.2.2", "2001:db8::1"],
        alias: null,
        pins: [PIN],
        subdomains: ["www", "mail"],
        ttl: 120,
      },
    );
    expect(facts("~;CNAME=Relay.Example.;TXT=a|b")).toMatchObject({ alias: "relay.example", addresses: [], ttl: 3600 });
  });

  it("take a second certificate while one is replaced, in either way of writing", () => {
    const next = "cd".repeat(32);
    const both = [PIN, next];
    expect(facts(`A=192.0.2.1|TXT=numberbox-cert=${PIN},numberbox-cert=${next}`).pins).toEqual(both);
    expect(facts(`A=192.0.2.1|TXT=numberbox-cert=${PIN}|TXT=numberbox-cert=${next}`).pins).toEqual(both);
    expect(facts(`A=192.0.2.1|TXT=numberbox-cert=${PIN.toUpperCase()}|TXT=numberbox-cert=${PIN}00`).pins).toEqual([]);
  });

  it.each([
    "0.0.0.0",
    "0.1.2.3",
    "224.0.0.1",
    "255.255.255.255",
    "256.1.1.1",
    "1.2.3",
    "1.2.3.4.5",
    "relay.example",
    "::1",
  ])("leave out A=%s", (address) => expect(facts(`A=${address}`).addresses).toEqual([]));

  it.each(["::", "ff02::1", "fe80::1", ":::", "1::2::3", "12345::1", "::1%eth0", "192.0.2.1", "2001:db8::/32"])(
    "leave out AAAA=%s",
    (address) => expect(facts(`AAAA=${address}`).addresses).toEqual([]),
  );

  it("delegate a label that is named, or each", () => {
    expect(delegates(facts("SD=www"), "www")).toBe(true);
    expect(delegates(facts("SD=www"), "mail")).toBe(false);
    expect(delegates(facts("SD=*"), "mail")).toBe(true);
  });
});
