import { describe, expect, it } from "vitest";
import { checkHost, checkOrigin, checkWrite, type OriginHeaders } from "../../src/web/server/origin.ts";

const plain: OriginHeaders = { host: "numberbox.local", origin: undefined, contentType: undefined, marker: undefined };

function codeOf(check: () => void): string {
  try {
    check();
    return "none";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("checkHost", () => {
  it.each([
    "localhost",
    "localhost:8470",
    "app.localhost",
    "127.0.0.1:8470",
    "192.168.1.20",
    "[::1]:8470",
    "[fe80::1]",
    "numberbox.local",
    "NumberBox.local:80",
    "box.example.org:443",
  ])("takes %s for the box", (host) => {
    expect(codeOf(() => checkHost(host, ["box.example.org"]))).toBe("none");
  });

  it.each([
    undefined,
    "",
    "evil.example",
    "evil.example:8470",
    "numberbox.local.evil.example",
    "localhost.evil.example",
    "evil.numberbox.local",
    "127.0.0.1.evil.example",
    "box.example.org.",
    "local",
    "a b.local",
    "user@localhost",
    "[::1",
    "localhost:999999",
  ])("refuses %s with web.bad_host", (host) => {
    expect(codeOf(() => checkHost(host, ["box.example.org"]))).toBe("web.bad_host");
  });
});

describe("checkOrigin", () => {
  it.each([
    [undefined, "none"],
    ["http://numberbox.local", "none"],
    ["https://numberbox.local", "none"],
    ["http://numberbox.local:8080", "web.bad_origin"],
    ["http://evil.example", "web.bad_origin"],
    ["null", "web.bad_origin"],
    ["file://numberbox.local", "web.bad_origin"],
    ["", "web.bad_origin"],
  ])("judges the origin %j as %s", (origin, code) => {
    expect(codeOf(() => checkOrigin({ ...plain, origin }))).toBe(code);
  });
});

describe("checkWrite", () => {
  it("takes the marker header, or JSON together with the own origin, and nothing less", () => {
    const own = "http://numberbox.local";
    expect(codeOf(() => checkWrite({ ...plain, marker: "1" }))).toBe("none");
    expect(codeOf(() => checkWrite({ ...plain, contentType: "application/json", origin: own }))).toBe("none");
    expect(codeOf(() => checkWrite(plain))).toBe("web.csrf");
    expect(codeOf(() => checkWrite({ ...plain, marker: "0" }))).toBe("web.csrf");
    expect(codeOf(() => checkWrite({ ...plain, contentType: "application/json" }))).toBe("web.csrf");
    expect(codeOf(() => checkWrite({ ...plain, contentType: "text/plain", origin: own }))).toBe("web.csrf");
    expect(codeOf(() => checkWrite({ ...plain, marker: "1", origin: "http://evil.example" }))).toBe("web.bad_origin");
  });
});
