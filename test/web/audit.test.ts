import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minutes, seconds, silentLogger } from "../../src/base/index.ts";
import type { AuditEntry } from "../../src/core/index.ts";
import { AuditTrail } from "../../src/web/server/audit/audit-trail.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { FakeFleet } from "../sim/fake-fleet.ts";
import { MemoryAudit } from "../sim/memory-audit.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { PASSWORD, startFixture, type WebFixture } from "./web-fixture.ts";

const MARKER = { "x-numberbox": "1" };

describe("the audit trail of a running console", () => {
  let f: WebFixture;
  let audit: MemoryAudit;
  beforeEach(async () => {
    audit = new MemoryAudit();
    f = await startFixture({ audit });
  });
  afterEach(() => f.stop());

  async function rows(): Promise<Record<string, unknown>[]> {
    const headers = await f.token("manage");
    return (await f.call("GET", "/api/v1/audit", { headers })).json?.rows as Record<string, unknown>[];
  }
  const post = (path: string, headers: Record<string, string>, body: unknown) =>
    f.call("POST", `/api/v1${path}`, { headers, body });

  it("tells who changed what, when and from where, with the operation's name in the OpenAPI document", async () => {
    const owner = await f.signIn();
    await post("/users", owner, { name: "anna", role: "viewer" });
    const token = await f.token("operate");
    await post("/rentals/00000000000000000000000000000000/end", token, {});
    const at = f.clock.now();
    expect(await rows()).toMatchObject([
      {
        actor: "token:test",
        operation: "postRentalsIdEnd",
        status: 404,
        code: "rental.unknown",
        target: "0".repeat(32),
      },
      { actor: "owner", operation: "postUsers", address: "127.0.0.1", status: 201, code: null, at },
      { actor: "owner", operation: "postSession", status: 201 },
    ]);
    const document = await f.call("GET", "/api/v1/openapi.json", { headers: owner });
    for (const { operation } of await rows()) expect(document.text).toContain(`"operationId":"${operation}"`);
  });

  it("holds no body and no secret", async () => {
    const owner = await f.signIn();
    const made = await post("/tokens", owner, { name: "planted", scopes: ["read"] });
    await post("/session", MARKER, { name: "seven quiet otters", password: "a planted secret" });
    await post("/account/password", owner, { password: PASSWORD, new_password: "nine planted herons" });
    await rows();
    const stored = JSON.stringify(audit.rows);
    for (const secret of [
      "planted secret",
      "planted herons",
      PASSWORD,
      String(made.json?.token),
      owner.cookie ?? "-",
    ]) {
      expect(stored).not.toContain(secret);
    }
  });

  it("tells of sign-ins that failed, with the name only of a user that there is", async () => {
    await post("/session", MARKER, { name: "owner", password: "wrong password" });
    await post("/session", MARKER, { name: "my password by mistake", password: "x" });
    expect(await rows()).toMatchObject([
      { actor: "", operation: "postSession", status: 401, code: "web.wrong_password" },
      { actor: "owner", operation: "postSession", status: 401, code: "web.wrong_password" },
    ]);
  });

  it("tells of what somebody known was refused, also to read", async () => {
    await f.call("GET", "/api/v1/users", { headers: await f.token("read") });
    expect(await rows()).toMatchObject([
      { actor: "token:test", operation: "getUsers", status: 403, code: "web.scope" },
    ]);
  });

  it("tells nothing of reading, of strangers' other requests, and of addresses that do not exist", async () => {
    await f.call("GET", "/api/v1/slots", { headers: await f.token("read") });
    await post("/rentals", {}, {});
    await post("/nothing", await f.token("manage"), {});
    await f.call("GET", "/api/v1/session");
    expect(await rows()).toEqual([]);
  });

  it("is for those who manage the box", async () => {
    const refused = await f.call("GET", "/api/v1/audit", { headers: await f.token("read", "operate", "content") });
    expect([refused.status, refused.json?.code]).toEqual([403, "web.scope"]);
  });

  it("comes in pages", async () => {
    const owner = await f.signIn();
    for (const name of ["a", "b", "c"]) await post("/users", owner, { name, role: "viewer" });
    const headers = await f.token("manage");
    const first = await f.call("GET", "/api/v1/audit?limit=2", { headers });
    expect(first.json).toMatchObject({ rows: [{}, {}] });
    const next = await f.call("GET", `/api/v1/audit?limit=2&before=${first.json?.next}`, { headers });
    expect(next.json).toMatchObject({ rows: [{ operation: "postUsers" }, { operation: "postSession" }] });
    const last = await f.call("GET", `/api/v1/audit?before=${next.json?.next}`, { headers });
    expect(last.json).toEqual({ rows: [], next: null });
  });

  it("keeps an expert's AT command, without the PIN in it", async () => {
    await f.stop();
    const clock = new VirtualClock();
    f = await startFixture({ audit, fleet: new FakeFleet({ box: new FakeBoxConsole({ clock, slots: 8 }), clock }) });
    const headers = await f.token("manage");
    await post("/slots/1/at", headers, { command: 'AT+CPIN="1234"' });
    expect(await rows()).toMatchObject([{ operation: "postSlotsIdAt", target: "1", note: "AT+CPIN=*" }]);
    expect(JSON.stringify(audit.rows)).not.toContain("1234");
  });
});

describe("AuditTrail", () => {
  function setup(keep = 50_000) {
    const [store, clock] = [new MemoryAudit(), new VirtualClock()];
    const trail = new AuditTrail({ store, clock, log: silentLogger, keep });
    const entry = (actor = "owner"): AuditEntry => ({
      ...{ at: clock.now(), actor, operation: "x", target: "", address: "", status: 200, code: null, note: null },
    });
    return { store, clock, trail, entry };
  }

  it("writes rows together, at most once a second", async () => {
    const { store, clock, trail, entry } = setup();
    for (let i = 0; i < 100; i++) trail.add(entry());
    expect(store.writes).toBe(0);
    await clock.advance(seconds(1));
    expect([store.writes, store.rows.length]).toEqual([1, 100]);
    await trail.stop();
  });

  it("goes on when the disk does, without losing what it holds", async () => {
    const { store, clock, trail, entry } = setup();
    store.failure = new Error("disk full");
    trail.add(entry());
    await clock.advance(seconds(1));
    store.failure = null;
    trail.add(entry());
    await clock.advance(seconds(31));
    expect(store.rows).toHaveLength(2);
    await trail.stop();
  });

  it("writes what waits when it stops", async () => {
    const { store, trail, entry } = setup();
    trail.add(entry());
    await trail.stop();
    await trail.stop();
    expect(store.rows).toHaveLength(1);
  });

  it("lets strangers write 30 rows a minute, and says how many more there were", async () => {
    const { store, clock, trail, entry } = setup();
    for (let i = 0; i < 500; i++) trail.add(entry(""));
    trail.add(entry());
    await clock.advance(minutes(1));
    trail.add(entry(""));
    await trail.stop();
    expect(store.rows).toHaveLength(32);
    expect(store.rows[30]?.note).toBe("470 more were not written down before this");
  });

  it("holds a bounded number in memory while nothing can be written", async () => {
    const { store, trail, entry } = setup();
    store.failure = new Error("disk full");
    for (let i = 0; i < 5000; i++) trail.add(entry());
    store.failure = null;
    await trail.stop();
    expect(store.rows).toHaveLength(2000);
  });

  it("drops the oldest rows at the start and every six hours", async () => {
    const { store, clock, trail, entry } = setup(10);
    trail.start();
    for (let i = 0; i < 30; i++) trail.add(entry());
    await clock.advance(minutes(361));
    expect(store.rows).toHaveLength(10);
    await trail.stop();
  });
});
