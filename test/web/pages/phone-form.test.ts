import { describe, expect, it } from "vitest";
import { qrPath } from "../../../src/page-parts/index.ts";
import { apiUrlOf, type PhoneForm, reachOf, requestOf } from "../../../src/web/pages/views/phone-form.ts";

const form: PhoneForm = {
  name: "pixel",
  boxUrl: "https://box.example",
  way: "scan",
  address: "",
  user: "",
  password: "",
};

describe("the form for a phone", () => {
  it.each([
    ["192.168.1.31", "http://192.168.1.31:8080"],
    [" 192.168.1.31:9090 ", "http://192.168.1.31:9090"],
    ["http://phone.lan/", "http://phone.lan:8080"],
    ["https://phone.example", "https://phone.example"],
  ])("takes %j for %s", (typed, url) => {
    expect(apiUrlOf(typed)).toBe(url);
  });

  it("asks for address, user and password only where they are typed", () => {
    expect(requestOf(form)).toEqual({ name: "pixel", box_url: "https://box.example" });
    expect(requestOf({ ...form, way: "typed" })).toBeNull();
    expect(requestOf({ ...form, way: "typed", address: "10.0.0.7", user: " u ", password: "p\n" })).toEqual({
      ...{ name: "pixel", box_url: "https://box.example" },
      api: { url: "http://10.0.0.7:8080", user: "u", password: "p" },
    });
    for (const bad of [{ name: "" }, { name: "Pixel 7" }, { boxUrl: "box" }, { boxUrl: "https://box/x" }])
      expect(requestOf({ ...form, ...bad })).toBeNull();
  });

  it.each([
    ["https://box.example", "good"],
    ["https://127.0.0.1:8080", "usb"],
    ["http://localhost:8080", "usb"],
    ["http://192.168.1.5:8080", "plain"],
    ["box.example", "bad"],
    ["ftp://box", "bad"],
  ] as const)("judges %s as %s for the app", (url, reach) => {
    expect(reachOf(url)).toBe(reach);
  });
});

describe("a QR code", () => {
  it("draws each run of dark modules once", () => {
    expect(qrPath(["0110", "1001"])).toBe("M1 0h2v1h-2zM0 1h1v1h-1zM3 1h1v1h-1z");
  });
});
