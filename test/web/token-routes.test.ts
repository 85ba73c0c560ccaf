import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { days } from "../../src/base/index.ts";
import { createApiToken } from "../../src/web/index.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

let f: WebFixture;
let owner: Record<string, string>;
beforeEach(async () => {
  f = await startFixture();
  owner = await f.signIn();
});
afterEach(() => f.stop());

const make = (body: unknown, headers = owner) => f.call("POST", "/api/v1/tokens", { headers, body });
const list = async () =>
  (await f.call("GET", "/api/v1/tokens", { headers: owner })).json?.tokens as Record<string, unknown>[];
const bearer = (token: unknown) => ({ authorization: `Bearer ${token}` });
const slots = async (token: unknown) => (await f.call("GET", "/api/v1/slots", { headers: bearer(token) })).status;

describe("API tokens over REST", () => {
  it("are made and shown once, listed with their last use and never with their text, and revoked", async () => {
    const made = await make({ name: "grafana", scopes: ["read", "read"] });
    const token = made.json?.token;
    expect([made.status, typeof token]).toEqual([201, "string"]);
    expect(await list()).toMatchObject([{ name: "grafana", scopes: ["read"], used_at: null, expires_at: null }]);
    expect(await slots(token)).toBe(200);
    expect(await list()).toMatchObject([{ used_at: f.clock.now(), internal: false, expired: false }]);
    const listed = await f.call("GET", "/api/v1/tokens", { headers: owner });
    expect(listed.text).not.toContain(String(token));
    expect(listed.text).not.toContain("hash");
    expect((await f.call("DELETE", "/api/v1/tokens/grafana", { headers: owner })).status).toBe(204);
    expect(await slots(token)).toBe(401);
    expect((await f.call("DELETE", "/api/v1/tokens/grafana", { headers: owner })).json?.code).toBe("web.unknown_token");
  });

  it("end at their date, for an open live feed too", async () => {
    const token = (await make({ name: "short", scopes: ["read"], days: 1 })).json?.token;
    const live = f.live(bearer(token));
    await live.snapshot();
    expect(await slots(token)).toBe(200);
    await f.clock.advance(days(1));
    expect(await slots(token)).toBe(401);
    expect(await live.ended).toBe(4401);
    owner = await f.signIn();
    expect(await list()).toMatchObject([{ name: "short", expired: true }]);
  });

  it("hold no more than their maker may", async () => {
    const headers = await f.token("read", "manage");
    const refused = await make({ name: "more", scopes: ["content"] }, headers);
    expect([refused.status, refused.json?.code]).toEqual([403, "web.scope"]);
    expect((await make({ name: "less", scopes: ["read"] }, headers)).status).toBe(201);
  });

  it("do not replace each other, nor those of the box's own parts, which nobody revokes", async () => {
    const { settings, random } = f;
    await createApiToken({ settings, random, name: "local", scopes: ["read"], internal: true });
    expect(await list()).toMatchObject([{ name: "local", internal: true, created_at: null }]);
    expect((await make({ name: "local", scopes: ["read"] })).json?.code).toBe("web.token_exists");
    const revoked = await f.call("DELETE", "/api/v1/tokens/local", { headers: owner });
    expect([revoked.status, revoked.json?.code]).toEqual([409, "web.internal_token"]);
  });

  it.each([
    [{ name: "A", scopes: ["read"] }, "web.bad_token_name"],
    [{ name: "a", scopes: [] }, "web.bad_request"],
    [{ name: "a", scopes: ["root"] }, "web.bad_request"],
    [{ name: "a", scopes: ["read"], days: 0 }, "web.bad_request"],
  ])("are refused as %j", async (body, code) => {
    expect((await make(body)).json?.code).toBe(code);
  });

  it("have their last use written at most every ten minutes", async () => {
    const token = (await make({ name: "busy", scopes: ["read"] })).json?.token;
    let writes = 0;
    const write = f.settings.setSetting.bind(f.settings);
    f.settings.setSetting = (key, value) => {
      if (key === "web.token_uses") writes++;
      return write(key, value);
    };
    for (let i = 0; i < 20; i++) await slots(token);
    expect(writes).toBe(1);
  });
});
