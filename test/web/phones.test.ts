import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/base/index.ts";
import { phoneInvitation, phonesReply } from "../../src/protocol/index.ts";
import { FakePhones } from "../sim/fake-phones.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

let fixture: WebFixture;
let write: Record<string, string>;

beforeEach(async () => {
  const limits = { phoneBodyBytes: 2000, phonePerMinute: 8, strangersPerMinute: 5 };
  fixture = await startFixture({ limits, behindProxy: true });
  write = await fixture.token("read", "operate", "manage");
});
afterEach(() => fixture.stop());

const hook = (name: string): string => `/api/v1/phone-webhook/${FakePhones.secretOf(name)}`;

describe("phones over REST", () => {
  it("are listed, added, renamed and removed by the owner alone", async () => {
    const list = await fixture.call("GET", "/api/v1/phones", { headers: write });
    expect(phonesReply.parse(list.json).phones.map(({ name }) => name)).toEqual([
      "pixel-shelf",
      "galaxy-attic",
      "moto",
    ]);
    for (const [method, path] of [
      ["GET", "/phones"],
      ["POST", "/phones"],
      ["PATCH", "/phones/moto"],
      ["DELETE", "/phones/moto"],
    ] as const)
      expect((await fixture.call(method, `/api/v1${path}`, { body: {} })).status).toBe(401);
    const read = await fixture.token("read");
    expect((await fixture.call("DELETE", "/api/v1/phones/moto", { headers: read })).status).toBe(403);
    write = await fixture.token("read", "operate", "manage");
    const renamed = await fixture.call("PATCH", "/api/v1/phones/moto", { headers: write, body: { name: "moto-2" } });
    expect(renamed.json).toMatchObject({ name: "moto-2" });
    const left = await fixture.call("DELETE", "/api/v1/phones/moto-2", { headers: write });
    expect(phonesReply.parse(left.json).phones).toHaveLength(2);
    expect((await fixture.call("DELETE", "/api/v1/phones/moto-2", { headers: write })).status).toBe(404);
  });

  it("are invited by an address of the box: the given one, or the one that the request came by, also behind a proxy", async () => {
    const one = await fixture.call("POST", "/api/v1/phones", { headers: write, body: { name: "one" } });
    expect(one.status).toBe(201);
    const invitation = phoneInvitation.parse(one.json);
    expect(invitation.webhook_url).toBe(`http://${fixture.host}${hook("one")}`);
    expect(invitation.join_url).toBe(`http://${fixture.host}/join#oneone`);
    expect(invitation.qr.every((row) => row.length === invitation.qr.length)).toBe(true);
    // The finder pattern of the upper left corner, behind two light modules.
    expect(invitation.qr.slice(2, 9).map((row) => row.slice(0, 9))).toEqual([
      "001111111",
      "001000001",
      "001011101",
      "001011101",
      "001011101",
      "001000001",
      "001111111",
    ]);
    const proxied = { ...write, "x-forwarded-proto": "https", "x-forwarded-host": "box.example" };
    const two = await fixture.call("POST", "/api/v1/phones", { headers: proxied, body: { name: "two" } });
    expect(two.json?.webhook_url).toBe(`https://box.example${hook("two")}`);
    const body = { name: "three", box_url: "https://other.example/" };
    const three = await fixture.call("POST", "/api/v1/phones", { headers: write, body });
    expect(three.json?.webhook_url).toBe(`https://other.example${hook("three")}`);
  });

  it.each([
    { name: "Bad Name" },
    { name: "a", api: { url: "http://10.0.0.1:8080/path", user: "u", password: "p" } },
    { name: "a", api: { url: "http://u:p@10.0.0.1:8080", user: "u", password: "p" } },
    { name: "a", api: { url: "ftp://10.0.0.1", user: "u", password: "p" } },
    { name: "a", box_url: "https://box.example/?q" },
    { name: "a", more: 1 },
  ])("are not added by %j", async (body) => {
    expect((await fixture.call("POST", "/api/v1/phones", { headers: write, body })).json).toMatchObject({
      code: "web.bad_request",
    });
  });
});

describe("a phone's webhook", () => {
  it("needs no sign-in, and is handed on byte for byte with what it is signed by", async () => {
    const headers = { "x-signature": "ab", "x-timestamp": "12" };
    const body = Uint8Array.of(0x7b, 0xff, 0x00, 0x7d);
    const answer = await fixture.call("POST", hook("moto"), { headers, body });
    expect([answer.status, answer.json]).toEqual([200, { status: "stored" }]);
    const [request] = fixture.phones.requests;
    expect(request).toMatchObject({ signature: "ab", timestamp: "12" });
    expect([...(request?.body ?? [])]).toEqual([...body]);
  });

  it("fails with 503 while the box cannot store, which makes the phone try again", async () => {
    fixture.phones.failure = new AppError("store.full", "no space", { retryable: true });
    expect((await fixture.call("POST", hook("moto"), { body: "{}" })).status).toBe(503);
  });

  it.each([
    ["phone.bad_signature", 401],
    ["phone.stale", 403],
    ["phone.bad_payload", 400],
  ] as const)("refused with %s has the status %d", async (code, status) => {
    fixture.phones.failure = new AppError(code, "no");
    const answer = await fixture.call("POST", hook("moto"), { body: "{}" });
    expect([answer.status, answer.json?.code]).toEqual([status, code]);
  });

  it("of nobody is not found, before its body is read; who guesses is slowed down, phones are not", async () => {
    const large = { body: "x".repeat(1_000_000) };
    for (let n = 0; n < 5; n++) expect((await fixture.call("POST", hook("nobody"), large)).status).toBe(404);
    const slowed = await fixture.call("POST", hook("nobody"), large);
    expect([slowed.status, slowed.json?.code]).toEqual([429, "phone.rate_limited"]);
    expect(slowed.headers["retry-after"]).toMatch(/^\d+$/);
    expect((await fixture.call("POST", hook("moto"), { body: "{}" })).status).toBe(200);
    expect(fixture.phones.requests).toHaveLength(1);
  });

  it("that is too large, or comes without end, is refused", async () => {
    expect((await fixture.call("POST", hook("moto"), { body: "x".repeat(2001) })).status).toBe(413);
    for (let n = 0; n < 7; n++) expect((await fixture.call("POST", hook("moto"), { body: "{}" })).status).toBe(200);
    expect((await fixture.call("POST", hook("moto"), { body: "{}" })).status).toBe(429);
    expect((await fixture.call("POST", hook("pixel-shelf"), { body: "{}" })).status).toBe(200);
  });

  it("must name the box by one of its names, as every request", async () => {
    const answer = await fixture.call("POST", hook("moto"), { headers: { host: "evil.example" }, body: "{}" });
    expect(answer.json?.code).toBe("web.bad_host");
  });
});

describe("a phone's own browser", () => {
  const join = "/api/v1/phone-join/motomoto";

  it("makes known how its app is reached: at the address that it asks from", async () => {
    const body = { user: "u", password: "p", port: 9090 };
    const headers = { "x-forwarded-for": "192.168.1.31" };
    expect((await fixture.call("POST", join, { headers, body })).status).toBe(200);
    expect((await fixture.call("POST", join, { headers: { "x-forwarded-for": "2001:db8::7" }, body })).status).toBe(
      200,
    );
    expect(fixture.phones.joined.map(({ url }) => url)).toEqual([
      "http://192.168.1.31:9090",
      "http://[2001:db8::7]:9090",
    ]);
  });

  it("cannot name another address, and is slowed down when it tries passwords", async () => {
    const body = { user: "u", password: "p", url: "http://10.0.0.1" };
    expect((await fixture.call("POST", join, { body })).json?.code).toBe("web.bad_request");
    for (let n = 0; n < 4; n++) await fixture.call("POST", join, { body: { user: "u", password: "p" } });
    expect((await fixture.call("POST", join, { body: { user: "u", password: "p" } })).status).toBe(429);
  });
});
