import { describe, expect, it } from "vitest";
import {
  arePricesReady,
  emptyNode,
  isNodeReady,
  isOpenWire,
  isRelayReady,
  nodeTestOf,
  passphraseFault,
  previewOf,
  pricingOf,
  relayChangesOf,
  relayTestOf,
  suggestedPrices,
} from "../../../src/web/pages/wizard-forms.ts";

describe("the relay's form", () => {
  const form = { url: " https://relay.example ", socks5: "" };

  it("needs an address, and a proxy only as one is written", () => {
    expect(isRelayReady(form)).toBe(true);
    expect(isRelayReady({ ...form, socks5: "socks5h://127.0.0.1:1080" })).toBe(true);
    for (const change of [{ url: "" }, { url: "ws://x" }, { socks5: "127.0.0.1:1080" }])
      expect(isRelayReady({ ...form, ...change })).toBe(false);
  });

  it("leaves the proxy that is stored where none is typed", () => {
    expect(relayTestOf(form)).toEqual({ url: "https://relay.example" });
    expect(relayChangesOf(form, null)).toEqual([{ path: ["relay", "url"], value: "https://relay.example" }]);
    expect(relayChangesOf({ ...form, socks5: "socks5h://a:1" }, null)).toEqual([
      { path: ["relay", "url"], value: "https://relay.example" },
      { path: ["relay", "socks5"], value: "socks5h://a:1" },
    ]);
  });

  it("takes away what belonged to another address, and nothing where the address stays", () => {
    expect(relayChangesOf(form, "https://relay.example")).toHaveLength(1);
    expect(relayChangesOf(form, "https://old.example").slice(1)).toEqual([
      { path: ["relay", "pin"], delete: true },
      { path: ["relay", "mirrors"], delete: true },
    ]);
  });
});

describe("the node's form", () => {
  const filled = { ...emptyNode, user: "u", password: "p" };

  it("needs address, user and password", () => {
    expect(isNodeReady(filled)).toBe(true);
    for (const change of [{ url: "ftp://x" }, { url: "" }, { user: "" }, { password: "" }, { socks5: "http://x" }])
      expect(isNodeReady({ ...filled, ...change })).toBe(false);
  });

  it.each([
    ["http://127.0.0.1:6662", "", false],
    ["http://localhost:6662", "", false],
    ["http://192.0.2.7:6662", "", true],
    ["https://192.0.2.7:6662", "", false],
    ["http://node.example:6662", "socks5h://127.0.0.1:1080", false],
  ])("warns when the password crosses a network in clear: %s by %j", (url, socks5, isOpen) => {
    expect(isOpenWire({ url, socks5 })).toBe(isOpen);
  });

  it("asks with what was filled in only", () => {
    expect(nodeTestOf({ ...filled, url: " http://a:1 " })).toEqual({ url: "http://a:1", user: "u", password: "p" });
    expect(nodeTestOf({ ...filled, wallet: "w", socks5: "socks5h://a:1", ca: "PEM" })).toMatchObject({
      ...{ wallet: "w", socks5: "socks5h://a:1", ca: "PEM" },
    });
  });
});

describe("the prices' form", () => {
  const form = { ...suggestedPrices, name: "alice" };

  it("needs a name and one term", () => {
    expect(arePricesReady(form)).toBe(true);
    expect(arePricesReady({ ...form, daily: "", weekly: "" })).toBe(true);
    expect(arePricesReady({ ...form, daily: "", weekly: "", monthly: "" })).toBe(false);
    for (const change of [{ name: "Alice" }, { name: "" }, { perSms: "" }, { daily: "0.1234567" }, { monthly: "-1" }])
      expect(arePricesReady({ ...form, ...change })).toBe(false);
  });

  it("shows what a renter pays, to the millionth", () => {
    expect(previewOf({ ...form, perSms: "0.000001", weekly: "", monthly: "x" })).toEqual([
      { term: "daily", messages: 5, total: "0.050005" },
    ]);
    expect(previewOf({ ...form, perSms: "0.001" }).map(({ total }) => total)).toEqual(["0.055", "0.22", "0.56"]);
  });

  it("leaves out terms that are not offered", () => {
    expect(pricingOf({ ...form, daily: "", weekly: "" })).toEqual({ per_sms: "0", rental_monthly: "0.5" });
  });
});

describe("a new passphrase", () => {
  it.each([
    ["short", "short", "short"],
    ["long enough for it", "long enough", "differ"],
    ["long enough for it", "long enough for it", null],
  ])("%j and %j: %s", (passphrase, repeat, fault) => {
    expect(passphraseFault(passphrase, repeat)).toBe(fault);
  });
});
