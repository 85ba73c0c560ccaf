import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/base/index.ts";
import { callOperations } from "../../src/web/index.ts";
import { CALLS_REPLY, FakeCalls } from "../sim/fake-calls.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

const MARKER = { "x-numberbox": "1" };
let f: WebFixture;
let calls: FakeCalls;
beforeEach(async () => {
  calls = new FakeCalls();
  f = await startFixture({ operations: callOperations(calls) });
});
afterEach(() => f.stop());

describe("calls over REST", () => {
  it("are told to who may read, those that are on and those that were", async () => {
    const headers = await f.token("read");
    expect((await f.call("GET", "/api/v1/calls", { headers })).json).toEqual(CALLS_REPLY);
    const page = await f.call("GET", "/api/v1/calls/history?after=9&limit=2", { headers });
    expect(page.json).toMatchObject({ next: 0, calls: [{ cursor: 7, cause: "hung_up", duration: 61 }] });
    expect(calls.asked).toEqual([{ after: 9, limit: 2 }]);
    expect((await f.call("GET", "/api/v1/calls")).status).toBe(401);
  });

  it("are ended by who may operate", async () => {
    const id = "ab".repeat(16);
    const refused = await f.call("POST", `/api/v1/calls/${id}/hangup`, { headers: await f.token("read") });
    expect(refused.json).toMatchObject({ status: 403, code: "web.scope" });
    const headers = await f.token("operate");
    expect((await f.call("POST", `/api/v1/calls/${id}/hangup`, { headers })).status).toBe(204);
    expect(calls.ended).toEqual([id]);
    calls.fault = new AppError("call.unknown", "there is no such call");
    const unknown = await f.call("POST", `/api/v1/calls/${id}/hangup`, { headers });
    expect(unknown.json).toMatchObject({ status: 404, code: "call.unknown" });
  });
});

describe("SIP accounts over REST", () => {
  it("tell phones, and no credential", async () => {
    const answer = await f.call("GET", "/api/v1/sip/accounts", { headers: await f.token("read") });
    expect(answer.json).toMatchObject({ accounts: [{ user: "u7f3k2", phones: [{ agent: "Linphone/5.1" }] }] });
    expect(answer.text).not.toMatch(/password|ha1|secret/i);
  });

  it("get another credential when an operator says so", async () => {
    const headers = { ...(await f.signIn()), ...MARKER };
    const path = `/api/v1/sip/accounts/${"cd".repeat(16)}/rotate`;
    expect((await f.call("POST", path, { headers })).json).toMatchObject({ rotation: 1 });
    expect(calls.rotated).toEqual(["cd".repeat(16)]);
    expect((await f.call("POST", "/api/v1/sip/accounts/x/rotate", { headers })).status).toBe(400);
  });
});
