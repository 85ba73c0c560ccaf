import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seconds } from "../../src/base/index.ts";
import { grantRequest, overview, rentalView } from "../../src/protocol/index.ts";
import { setPassword } from "../../src/web/index.ts";
import { eventsReply, linesReply, receiptsReply, rentalsReply, slotsReply } from "../../src/web/shared/api.ts";
import { problemReply, sessionReply } from "../../src/web/shared/session.ts";
import { firstRental } from "../sim/fake-box-console.ts";
import { PASSWORD, startFixture, type WebFixture } from "./web-fixture.ts";

const KEYS = { verify: "A".repeat(43), encrypt: `${"B".repeat(42)}A` };
const MARKER = { "x-numberbox": "1" };

let f: WebFixture;
beforeEach(async () => {
  f = await startFixture();
});
afterEach(() => f.stop());

function connected(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
  });
}

async function freeLine(): Promise<string> {
  return (await f.box.lines()).find((line) => line.state === "free")?.id ?? "";
}

describe("reading over REST", () => {
  it.each([
    ["/api/v1/overview", overview],
    ["/api/v1/slots", slotsReply],
    ["/api/v1/lines", linesReply],
    ["/api/v1/rentals", rentalsReply],
    ["/api/v1/events", eventsReply],
    ["/api/v1/receipts", receiptsReply],
  ])("GET %s answers what its schema says, never cached", async (path, schema) => {
    const answer = await f.call("GET", path, { headers: await f.token("read") });
    expect(answer.status).toBe(200);
    expect(schema.parse(answer.json)).toEqual(answer.json);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["content-type"]).toContain("application/json");
  });

  it.each(["overview", "slots", "lines", "rentals", "events", "receipts"])(
    "GET /api/v1/%s tells a stranger nothing but to sign in",
    async (name) => {
      const answer = await f.call("GET", `/api/v1/${name}`);
      expect(answer.status).toBe(401);
      expect(problemReply.parse(answer.json)).toMatchObject({ code: "web.sign_in_needed", status: 401 });
      expect(answer.headers["www-authenticate"]).toContain("Bearer");
    },
  );

  it("pages through events with after and limit", async () => {
    for (let i = 0; i < 5; i++) f.box.record({ level: "info", code: "slot.ready", slot: "s1" });
    const headers = await f.token("read");
    const first = eventsReply.parse((await f.call("GET", "/api/v1/events?limit=2", { headers })).json);
    const second = eventsReply.parse(
      (await f.call("GET", `/api/v1/events?after=${first.next}&limit=500`, { headers })).json,
    );
    const none = eventsReply.parse((await f.call("GET", `/api/v1/events?after=${second.next}`, { headers })).json);
    expect(first.events.map((event) => event.seq)).toEqual([1, 2]);
    expect(second.events.map((event) => event.seq)).toEqual([3, 4, 5]);
    expect(none).toEqual({ events: [], next: 5 });
  });

  it.each([
    "limit=0",
    "limit=501",
    "limit=1.5",
    "after=-1",
    "after=x",
    "after=99999999999999999",
    "page=2",
    "limit=1&limit=2",
  ])("refuses the query %s with web.bad_request", async (query) => {
    const answer = await f.call("GET", `/api/v1/events?${query}`, { headers: await f.token("read") });
    expect(answer.status).toBe(400);
    expect(answer.json?.code).toBe("web.bad_request");
  });

  it("gives renters' receipts as documents", async () => {
    const receipt = {
      msg_hash: KEYS.verify,
      ts: "2026-01-01T00:00:00.000000+00:00",
      from: KEYS.verify,
      to: KEYS.encrypt,
      sig: "A".repeat(86),
    };
    f.box.setReceipts([{ cursor: 7, rental_id: await firstRental(f.box, "active"), receipt: JSON.stringify(receipt) }]);
    const answer = await f.call("GET", "/api/v1/receipts", { headers: await f.token("read") });
    expect(receiptsReply.parse(answer.json)).toMatchObject({ next: 7, receipts: [{ cursor: 7, receipt }] });
  });

  it("lets no member leave that the contract does not name", async () => {
    const slot = f.box.slots()[0];
    f.box.setSlot("s1", { ...slot, last_text: "canary of an SMS" } as never);
    const answer = await f.call("GET", "/api/v1/slots", { headers: await f.token("read") });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain("canary");
  });
});

describe("granting and ending over REST", () => {
  it("grants a free line and ends the rental", async () => {
    const headers = await f.token("read", "operate", "manage");
    const body = { line: await freeLine(), renter: KEYS, days: 30 };
    const granted = await f.call("POST", "/api/v1/rentals", { headers, body });
    expect(granted.status).toBe(201);
    const rental = rentalView.parse(granted.json);
    expect(rental).toMatchObject({ state: "active", envelope_version: 1, credit: null });
    const ended = await f.call("POST", `/api/v1/rentals/${rental.id}/end`, { headers });
    expect(ended.status).toBe(200);
    expect(rentalView.parse(ended.json)).toMatchObject({ id: rental.id, state: "ended" });
    const again = await f.call("POST", `/api/v1/rentals/${rental.id}/end`, { headers });
    expect([again.status, again.json?.code]).toEqual([409, "rental.not_active"]);
  });

  it.each([
    ["a rented line", { line: "line-1", renter: KEYS, days: 1 }, 409, "rental.line_rented"],
    ["a resting line", { line: "line-13", renter: KEYS, days: 1 }, 409, "rental.line_resting"],
    ["an unknown line", { line: "line-99", renter: KEYS, days: 1 }, 404, "rental.unknown_line"],
    ["no days", { line: "line-3", renter: KEYS }, 400, "web.bad_request"],
    ["too many days", { line: "line-3", renter: KEYS, days: 367 }, 400, "web.bad_request"],
    ["half the keys", { line: "line-3", renter: { verify: KEYS.verify }, days: 1 }, 400, "web.bad_request"],
    ["a private key", { line: "line-3", renter: { ...KEYS, private: KEYS.verify }, days: 1 }, 400, "web.bad_request"],
    ["an unknown member", { line: "line-3", renter: KEYS, days: 1, discount: 5 }, 400, "web.bad_request"],
  ])("refuses %s with its code", async (_what, body, status, code) => {
    await f.stop();
    f = await startFixture({ slots: 16 });
    const answer = await f.call("POST", "/api/v1/rentals", { headers: await f.token("operate", "manage"), body });
    expect([answer.status, answer.json?.code]).toEqual([status, code]);
    expect(problemReply.parse(answer.json).type).toBe(`urn:numberbox:problem:${code}`);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(answer.text).not.toContain(KEYS.verify);
  });

  it.each(["x", "0".repeat(31), "G".repeat(32), "%2e%2e%2f", "%ff"])(
    "refuses the rental id %s as malformed",
    async (id) => {
      const answer = await f.call("POST", `/api/v1/rentals/${id}/end`, { headers: await f.token("operate", "manage") });
      expect(answer.status).toBe(400);
    },
  );

  it("answers 404 rental.unknown for a rental that does not exist", async () => {
    const answer = await f.call("POST", `/api/v1/rentals/${"0".repeat(32)}/end`, {
      headers: await f.token("operate", "manage"),
    });
    expect([answer.status, answer.json?.code]).toEqual([404, "rental.unknown"]);
  });

  it("refuses a write to a token that may only read, and a read to one that may only write", async () => {
    const read = await f.call("POST", `/api/v1/rentals/${"0".repeat(32)}/end`, { headers: await f.token("read") });
    expect([read.status, read.json?.code]).toEqual([403, "web.scope"]);
    const write = await f.call("GET", "/api/v1/slots", { headers: await f.token("operate", "manage") });
    expect([write.status, write.json?.code]).toEqual([403, "web.scope"]);
  });

  it("applies the grant's defaults", () => {
    expect(grantRequest.parse({ line: "l", renter: KEYS, days: 1 })).toMatchObject({
      envelope_version: 1,
      credit: null,
    });
  });
});

describe("requests that are not well-formed", () => {
  it("refuses a body over 64 KiB with 413, announced or not", async () => {
    const headers = await f.token("operate", "manage");
    const body = `{"line":"${"x".repeat(70_000)}"}`;
    const announced = await f.call("POST", "/api/v1/rentals", { headers, body });
    expect([announced.status, announced.json?.code]).toEqual([413, "web.body_too_large"]);
    const chunked = await f
      .call("POST", "/api/v1/rentals", {
        headers: { ...headers, "transfer-encoding": "chunked", "content-length": "" },
        body,
      })
      .catch(() => null);
    expect(chunked === null || chunked.status >= 400).toBe(true);
  });

  it.each([
    ["not JSON", "{", 400],
    ["nothing", "", 400],
    ["an array", "[]", 400],
    ["bytes that are no UTF-8", new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 400],
    ["a prototype", '{"__proto__":{"admin":true}}', 400],
  ])("refuses %s", async (_what, body, status) => {
    const answer = await f.call("POST", "/api/v1/rentals", { headers: await f.token("operate", "manage"), body });
    expect(answer.status).toBe(status);
    expect(problemReply.safeParse(answer.json).success).toBe(true);
  });

  it("refuses another content type, and compressed bodies", async () => {
    const headers = await f.token("operate", "manage");
    const form = await f.call("POST", "/api/v1/rentals", {
      headers: { ...headers, "content-type": "text/plain" },
      body: "{}",
    });
    expect([form.status, form.json?.code]).toEqual([415, "web.unsupported_media_type"]);
    const gzip = await f.call("POST", "/api/v1/rentals", {
      headers: { ...headers, "content-encoding": "gzip" },
      body: "{}",
    });
    expect([gzip.status, gzip.json?.code]).toEqual([415, "web.unsupported_media_type"]);
  });

  it("reads no body of a stranger", async () => {
    const answer = await f.call("POST", "/api/v1/rentals", { body: "{".repeat(1000) });
    expect([answer.status, answer.json?.code]).toEqual([401, "web.sign_in_needed"]);
  });

  it.each([
    "/api/v1/nothing",
    "/api/v2/slots",
    "/api/x",
    "/nothing",
    "/assets/../../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/rentals/x",
  ])("answers 404 to GET %s", async (path) => {
    const answer = await f.call("GET", path, { headers: await f.token("read") });
    expect([answer.status, answer.json?.code]).toEqual([404, "web.not_found"]);
    const hint = path.startsWith("/api") ? "The API is /api/v1/{session,setup," : "The console is at";
    expect(answer.json?.hint).toContain(hint);
  });

  it("does not tell a stranger which addresses there are", async () => {
    for (const path of ["/api/x", "/api/v1/slots", "/api/v1/nothing", "/api/v1/slots/1/at", "/api/v2/x"]) {
      for (const method of ["GET", "POST", "DELETE"]) {
        const answer = await f.call(method, path);
        expect([path, answer.status, answer.json?.code]).toEqual([path, 401, "web.sign_in_needed"]);
      }
    }
  });

  it("says nothing of its making when the store fails, and answers again once it is back", async () => {
    const headers = await f.token("read");
    f.settings.failure = new Error("SQLITE_BUSY: /secret/path");
    const failed = await f.call("GET", "/api/v1/slots", { headers });
    expect([failed.status, failed.json?.code]).toEqual([500, "web.internal"]);
    expect(failed.text).not.toContain("secret");
    f.settings.failure = null;
    expect((await f.call("GET", "/api/v1/slots", { headers })).status).toBe(200);
  });
});

describe("headers of every answer", () => {
  it.each(["/health", "/api/v1/session", "/api/v1/slots", "/nothing"])(
    "%s carries the security headers and names no software",
    async (path) => {
      const { headers } = await f.call("GET", path);
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
      });
      expect(headers["x-powered-by"]).toBeUndefined();
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    },
  );

  it.each(["evil.example", "numberbox.local.evil.example"])(
    "a request to the host %s is refused whatever it asks for",
    async (host) => {
      const headers = { ...(await f.token("read")), host };
      for (const path of ["/", "/health", "/api/v1/session", "/api/v1/slots"]) {
        const answer = await f.call("GET", path, { headers });
        expect([answer.status, answer.json?.code]).toEqual([421, "web.bad_host"]);
      }
    },
  );

  it("answers /health to anybody with nothing but ok", async () => {
    expect((await f.call("GET", "/health")).json).toEqual({ status: "ok" });
  });
});

describe("sign-in", () => {
  it("opens a session that reads and writes, and ends it", async () => {
    const signIn = await f.call("POST", "/api/v1/session", { headers: MARKER, body: { password: PASSWORD } });
    expect(signIn.status).toBe(201);
    expect(signIn.headers["set-cookie"]?.[0]).toMatch(
      /^numberbox_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const headers = await f.signIn();
    expect((await f.call("GET", "/api/v1/session", { headers })).json).toMatchObject({ state: "signed_in" });
    const granted = await f.call("POST", "/api/v1/rentals", {
      headers,
      body: { line: await freeLine(), renter: KEYS, days: 1 },
    });
    expect(granted.status).toBe(201);
    const out = await f.call("DELETE", "/api/v1/session", { headers });
    expect(out.headers["set-cookie"]?.[0]).toContain("Max-Age=0");
    expect(sessionReply.parse(out.json)).toEqual({ state: "signed_out" });
    expect((await f.call("GET", "/api/v1/slots", { headers })).status).toBe(401);
  });

  it("refuses a wrong password with 401 and no cookie", async () => {
    const answer = await f.call("POST", "/api/v1/session", { headers: MARKER, body: { password: "wrong password" } });
    expect([answer.status, answer.json?.code]).toEqual([401, "web.wrong_password"]);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it("makes an address wait after five wrong passwords, says how long, and lets it in afterwards", async () => {
    const attempt = (password: string) => f.call("POST", "/api/v1/session", { headers: MARKER, body: { password } });
    for (let i = 0; i < 5; i++) expect((await attempt("wrong password")).status).toBe(401);
    const blocked = await attempt(PASSWORD);
    expect([blocked.status, blocked.json?.code, blocked.headers["retry-after"]]).toEqual([
      429,
      "web.too_many_attempts",
      "1",
    ]);
    await f.clock.advance(seconds(1));
    expect((await attempt(PASSWORD)).status).toBe(201);
  });

  it("does not disturb an open session while strangers guess", async () => {
    const headers = await f.signIn();
    for (let i = 0; i < 7; i++)
      await f.call("POST", "/api/v1/session", { headers: MARKER, body: { password: "wrong password" } });
    expect((await f.call("GET", "/api/v1/slots", { headers })).status).toBe(200);
  });

  it("takes no password from another site's page, nor from one that does not show itself", async () => {
    const body = { password: PASSWORD };
    const bare = await f.call("POST", "/api/v1/session", { body });
    expect([bare.status, bare.json?.code]).toEqual([403, "web.csrf"]);
    const foreign = await f.call("POST", "/api/v1/session", {
      headers: { ...MARKER, origin: "http://evil.example" },
      body,
    });
    expect([foreign.status, foreign.json?.code]).toEqual([403, "web.bad_origin"]);
    const own = await f.call("POST", "/api/v1/session", { headers: { origin: f.web.url }, body });
    expect(own.status).toBe(201);
  });

  it("takes no write with a cookie alone", async () => {
    const { cookie = "" } = await f.signIn();
    const body = { line: await freeLine(), renter: KEYS, days: 1 };
    for (const path of ["/api/v1/rentals", `/api/v1/rentals/${"0".repeat(32)}/end`]) {
      const answer = await f.call("POST", path, { headers: { cookie }, body });
      expect([answer.status, answer.json?.code]).toEqual([403, "web.csrf"]);
    }
    expect((await f.call("DELETE", "/api/v1/session", { headers: { cookie } })).status).toBe(403);
  });

  it("ends the session when the password is changed", async () => {
    const headers = await f.signIn();
    await setPassword({ settings: f.settings, random: f.random, password: "nine loud herons" });
    expect((await f.call("GET", "/api/v1/slots", { headers })).status).toBe(401);
  });

  it("lets no cookie stand in for a wrong bearer token", async () => {
    const { cookie = "" } = await f.signIn();
    const answer = await f.call("GET", "/api/v1/slots", {
      headers: { cookie, authorization: `Bearer nbx_${"A".repeat(43)}` },
    });
    expect(answer.status).toBe(401);
  });

  it("takes no token from the URL", async () => {
    const { authorization = "" } = await f.token("read");
    const answer = await f.call("GET", `/api/v1/slots?token=${authorization.slice(7)}`);
    expect(answer.status).toBe(401);
  });

  it("marks the cookie Secure behind a TLS proxy, and believes forwarded headers only then", async () => {
    const headers = { ...MARKER, "x-forwarded-proto": "https" };
    const direct = await f.call("POST", "/api/v1/session", { headers, body: { password: PASSWORD } });
    expect(direct.headers["set-cookie"]?.[0]).not.toContain("Secure");
    await f.stop();
    f = await startFixture({ behindProxy: true });
    const proxied = await f.call("POST", "/api/v1/session", { headers, body: { password: PASSWORD } });
    expect(proxied.headers["set-cookie"]?.[0]).toMatch(/^__Host-numberbox_session=.*; Secure$/);
    expect(proxied.headers["strict-transport-security"]).toContain("max-age");
    const cookie = proxied.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    expect((await f.call("GET", "/api/v1/slots", { headers: { cookie } })).status).toBe(200);
  });

  it("answers web.busy rather than queueing sign-ins without end", async () => {
    await f.stop();
    f = await startFixture({ limits: { passwordQueue: 1, freeAttempts: 50 } });
    const attempts = await Promise.all(
      Array.from({ length: 12 }, () =>
        f.call("POST", "/api/v1/session", { headers: MARKER, body: { password: PASSWORD } }),
      ),
    );
    const statuses = new Set(attempts.map((answer) => answer.status));
    expect(statuses).toContain(201);
    expect(statuses).toContain(503);
  });
});

describe("the first run", () => {
  beforeEach(async () => {
    await f.stop();
    f = await startFixture({ unclaimed: true });
  });

  const claim = (password: string, extra: Record<string, unknown> = {}) =>
    f.call("POST", "/api/v1/setup", { headers: MARKER, body: { password, ...extra } });

  it("serves a browser nothing but the set-up; a program with an API token may go on", async () => {
    expect((await f.call("GET", "/api/v1/session")).json).toEqual({ state: "setup", claim_code: false });
    const stranger = await f.call("GET", "/api/v1/slots");
    expect([stranger.status, stranger.json?.code]).toEqual([403, "web.setup_needed"]);
    expect((await f.call("GET", "/api/v1/slots", { headers: await f.token("read") })).status).toBe(200);
    const signIn = await f.call("POST", "/api/v1/session", { headers: MARKER, body: { password: PASSWORD } });
    expect([signIn.status, signIn.json?.code]).toEqual([403, "web.setup_needed"]);
  });

  it("lets exactly one of many claims at the same time win, and signs that one in", async () => {
    const passwords = ["seven quiet otters", "eight quiet otters", "nine quiet otters", "five quiet otters"];
    const claims = await Promise.all(passwords.map((password) => claim(password)));
    expect(claims.map((answer) => answer.status).toSorted()).toEqual([201, 409, 409, 409]);
    const winner = claims.findIndex((answer) => answer.status === 201);
    const cookie = claims[winner]?.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    expect((await f.call("GET", "/api/v1/slots", { headers: { cookie } })).status).toBe(200);
    await f.clock.advance(seconds(1));
    const signIn = await f.call("POST", "/api/v1/session", { headers: MARKER, body: { password: passwords[winner] } });
    expect(signIn.status).toBe(201);
  });

  it.each(["short", "password123", "aaaaaaaaaaaaaaa"])(
    "refuses the password %j with web.weak_password",
    async (password) => {
      const answer = await claim(password);
      expect([answer.status, answer.json?.code]).toEqual([400, "web.weak_password"]);
      expect((await f.call("GET", "/api/v1/session")).json?.state).toBe("setup");
    },
  );

  it("asks for the claim code where the box has one", async () => {
    await f.stop();
    f = await startFixture({ unclaimed: true, claimCode: "7Q4K-2MNB" });
    expect((await f.call("GET", "/api/v1/session")).json).toEqual({ state: "setup", claim_code: true });
    for (const extra of [{}, { claim_code: "" }, { claim_code: "7Q4K-2MNC" }]) {
      const answer = await claim(PASSWORD, extra);
      expect([answer.status, answer.json?.code]).toEqual([403, "web.wrong_claim_code"]);
    }
    expect((await claim(PASSWORD, { claim_code: " 7Q4K-2MNB " })).status).toBe(201);
  });

  it("makes an address wait that guesses claim codes", async () => {
    await f.stop();
    f = await startFixture({ unclaimed: true, claimCode: "7Q4K-2MNB" });
    for (let i = 0; i < 5; i++) await claim(PASSWORD, { claim_code: "0000-0000" });
    expect((await claim(PASSWORD, { claim_code: "7Q4K-2MNB" })).status).toBe(429);
  });

  it("takes no claim from another site's page", async () => {
    const answer = await f.call("POST", "/api/v1/setup", {
      headers: { ...MARKER, origin: "http://evil.example" },
      body: { password: PASSWORD },
    });
    expect(answer.json?.code).toBe("web.bad_origin");
  });
});

describe("starting and stopping", () => {
  it("reports a port in use with web.listen", async () => {
    const port = Number(new URL(f.web.url).port);
    await expect(startFixture({ listen: { host: "127.0.0.1", port } })).rejects.toMatchObject({
      code: "web.listen",
      context: { port, reason: "EADDRINUSE" },
    });
  });

  it("leaves no listener at the box and frees the port; stopping twice is harmless", async () => {
    await Promise.all([f.web.stop(), f.web.stop()]);
    await f.web.stop();
    expect(f.box.listeners).toBe(0);
    await expect(f.call("GET", "/health")).rejects.toThrow();
  });

  it("refuses connections beyond the limit and takes new ones once there is room", async () => {
    await f.stop();
    f = await startFixture({ limits: { connections: 2 } });
    const port = Number(new URL(f.web.url).port);
    const sockets = await Promise.all([1, 2].map(() => connected(port)));
    await expect(f.call("GET", "/health")).rejects.toThrow();
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(() =>
        f.call("GET", "/health").then(
          (answer) => answer.status,
          () => 0,
        ),
      )
      .toBe(200);
  });

  it("keeps sessions over a restart", async () => {
    const headers = await f.signIn();
    await f.stop();
    f = await startFixture({ settings: f.settings, unclaimed: true });
    expect((await f.call("GET", "/api/v1/slots", { headers })).status).toBe(200);
  });

  it("says that the pages are missing when they have not been built", async () => {
    const answer = await f.call("GET", "/");
    expect([answer.status, answer.json?.code]).toEqual([503, "web.pages_missing"]);
  });
});
