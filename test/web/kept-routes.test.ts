import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/base/index.ts";
import type { KeptConsole } from "../../src/core/index.ts";
import type { KeptMessage } from "../../src/protocol/index.ts";
import { keptOperations } from "../../src/web/index.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

const MESSAGE: KeptMessage = {
  ...{ cursor: 4, id: "ab".repeat(16), line: "mine", at: 5, own: true, problem: null },
  content: { type: "sms", from: "+15550100", body: "4471", sent_at: null, received_ms: 5, parts: 1, missing: [] },
};

let f: WebFixture;
let asked: unknown[];

beforeEach(async () => {
  asked = [];
  const kept: KeptConsole = {
    list: async (query, by) => {
      asked.push([query, by]);
      return { messages: [MESSAGE], next: 4 };
    },
    one: async (id, by) => {
      asked.push([id, by]);
      if (id !== MESSAGE.id) throw new AppError("kept.unknown", "the box keeps no such message");
      return MESSAGE;
    },
  };
  f = await startFixture({ operations: keptOperations(kept) });
});
afterEach(() => f.stop());

describe("kept messages over REST", () => {
  it("are for the owner and for tokens with the scope content, never cached", async () => {
    const answer = await f.call("GET", "/api/v1/kept?line=mine&after=1&limit=2", { headers: await f.token("content") });
    expect(answer.json).toEqual({ messages: [MESSAGE], next: 4 });
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect((await f.call("GET", "/api/v1/kept", { headers: await f.signIn() })).status).toBe(200);
    expect(asked).toEqual([
      [{ line: "mine", after: 1, limit: 2 }, "token:test"],
      [{ line: null, after: 0, limit: 100 }, expect.any(String)],
    ]);
  });

  it.each(["/api/v1/kept", `/api/v1/kept/${MESSAGE.id}`])("%s is shut for all others", async (path) => {
    expect((await f.call("GET", path)).status).toBe(401);
    const answer = await f.call("GET", path, { headers: await f.token("read", "operate", "manage") });
    expect(answer.json).toMatchObject({ status: 403, code: "web.scope" });
    expect(asked).toEqual([]);
  });

  it("gives one by its id, and a code for one that there is not", async () => {
    const headers = await f.token("content");
    expect((await f.call("GET", `/api/v1/kept/${MESSAGE.id}`, { headers })).json).toEqual(MESSAGE);
    const unknown = await f.call("GET", `/api/v1/kept/${"0".repeat(32)}`, { headers });
    expect(unknown.json).toMatchObject({ status: 404, code: "kept.unknown" });
    expect((await f.call("GET", "/api/v1/kept/x", { headers })).status).toBe(400);
  });
});
