import { describe, expect, it } from "vitest";
import { relayWay } from "../../src/app/relay-services.ts";
import { parseBoxConfig } from "../../src/config/index.ts";

const PIN = "0a".repeat(32);
const parse = (relay: unknown) => parseBoxConfig(JSON.stringify({ relay }), "test").relay;
const fault = (relay: unknown): string => {
  try {
    parse(relay);
    return "none";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe("the box's section `relay`", () => {
  it("needs an address alone", () => {
    expect(parse({ url: "http://127.0.0.1:8090" })).toEqual({ url: "http://127.0.0.1:8090", mirrors: [] });
  });

  it("takes mirrors with certificates of their own, and a proxy", () => {
    const section = parse({
      ...{ url: "https://relay.example", pin: PIN, socks5: "socks5h://user:p%40ss@127.0.0.1:9050" },
      mirrors: [{ url: "https://relay.emc", pin: PIN }, { url: "http://[::1]:8090" }],
    });
    if (section === undefined) throw new Error("no section");
    expect(relayWay(section)).toEqual({
      ...{ url: "https://relay.example", pin: PIN },
      mirrors: [{ url: "https://relay.emc", pin: PIN }, { url: "http://[::1]:8090" }],
      proxy: { host: "127.0.0.1", port: 9050, user: "user", password: "p@ss" },
    });
  });

  it.each([
    ["a pin of plain HTTP", { url: "http://relay.example", pin: PIN }, /pin.*only https/],
    ["a pin that is none", { url: "https://relay.example", pin: PIN.toUpperCase() }, /64 lower-case hex/],
    [
      "an address twice",
      { url: "https://a.example", mirrors: [{ url: "https://a.example/" }] },
      /mirrors.0.url.*stands before/,
    ],
    [
      "a mirror twice",
      { url: "https://a.example", mirrors: [{ url: "https://b.example" }, { url: "https://b.example" }] },
      /mirrors.1.url.*stands before/,
    ],
    [
      "a mirror's pin of plain HTTP",
      { url: "https://a.example", mirrors: [{ url: "http://b.example", pin: PIN }] },
      /mirrors.0.pin/,
    ],
    [
      "a password in an address",
      { url: "https://a.example", mirrors: [{ url: "https://u:p@b.example" }] },
      /without a user/,
    ],
    ["another kind of proxy", { url: "https://a.example", socks5: "http://127.0.0.1:3128" }, /socks5/],
  ])("refuses %s", (_name, section, words) => expect(fault(section)).toMatch(words));
});
