import { describe, expect, it } from "vitest";
import { toHex } from "../../src/base/index.ts";
import { isHostName, isPermitted, nameConstraints } from "../../src/tls/name-constraints.ts";

describe("nameConstraints", () => {
  it("is one sequence of permitted subtrees, with names and networks", () => {
    const hex = toHex(nameConstraints(["box.example"]));
    expect(hex.slice(0, 2)).toBe("30");
    // dNSName local, dNSName box.example, 10.0.0.0/8, fc00::/7
    for (const part of ["82056c6f63616c", "820b626f782e6578616d706c65", "87080a000000ff000000"]) {
      expect(hex).toContain(part);
    }
    expect(hex).toContain(`8720fc${"00".repeat(15)}fe${"00".repeat(15)}`);
  });

  it("takes no name that is none", () => {
    expect(() => nameConstraints(["a b"])).toThrow();
  });
});

describe("isPermitted", () => {
  it.each([
    "numberbox.local",
    "localhost",
    "192.168.1.7",
    "10.1.2.3",
    "127.0.0.1",
    "::1",
    "fe80::1",
    "fd12::9",
    "box.example",
    "a.box.example",
  ])("lets the authority vouch for %s", (host) => {
    expect(isPermitted(host, ["box.example"])).toBe(true);
  });

  it.each([
    "example.com",
    "local.example.com",
    "8.8.8.8",
    "172.32.0.1",
    "11.0.0.1",
    "2001:db8::1",
    "xbox.example",
    "300.1.1.1",
    "fd12::1 or",
    "",
  ])("does not let it vouch for %j", (host) => {
    expect(isPermitted(host, ["box.example"])).toBe(false);
  });
});

describe("isHostName", () => {
  it.each([
    ["a", true],
    ["a-b.local", true],
    ["-a", false],
    ["a..b", false],
    ["a_b", false],
    ["x".repeat(64), false],
    ["", false],
  ])("%j: %s", (name, is) => {
    expect(isHostName(name)).toBe(is);
  });
});
