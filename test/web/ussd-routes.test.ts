import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError, unixMs } from "../../src/base/index.ts";
import { type UssdConsole, ussdError } from "../../src/core/index.ts";
import { problemReply } from "../../src/web/shared/session.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

/** Codes that stand for what may go wrong. */
const FAULTS: Readonly<Record<string, AppError>> = {
  "*1#": ussdError("busy"),
  "*2#": ussdError("no_answer"),
  "*3#": ussdError("unknown_code"),
  "*4#": new AppError("ussd.refused", "no"),
  "*5#": new AppError("ussd.quota", "later", { retryable: true, context: { retry_after_s: 60 } }),
  "*6#": new AppError("slot.unknown", "no such slot"),
  "*7#": new AppError("ussd.slot_not_ready", "wait", { retryable: true }),
};

class FakeUssd implements UssdConsole {
  readonly calls: string[] = [];

  async ask(slot: string, code: string) {
    this.calls.push(`${slot} ask ${code}`);
    const fault = FAULTS[code];
    if (fault !== undefined) throw fault;
    return { text: "1 Saldo\n2 Tarife", more: true };
  }

  async reply(slot: string, text: string) {
    this.calls.push(`${slot} reply ${text}`);
    return { text: "Saldo: 5,00 EUR", more: false };
  }

  cancel(slot: string): void {
    this.calls.push(`${slot} cancel`);
  }

  notice() {
    return { text: "5,00 EUR left", at: unixMs(1000) };
  }
}

let ussd: FakeUssd;
let f: WebFixture;
beforeEach(async () => {
  ussd = new FakeUssd();
  f = await startFixture({ ussd });
});
afterEach(() => f.stop());

describe("USSD over REST", () => {
  it("asks, replies and ends", async () => {
    const headers = await f.token("operate", "manage");
    const path = "/api/v1/slots/s1/ussd";
    const asked = await f.call("POST", path, { headers, body: { code: "*100#" } });
    expect([asked.status, asked.json]).toEqual([200, { text: "1 Saldo\n2 Tarife", more: true }]);
    const replied = await f.call("POST", `${path}/reply`, { headers, body: { text: "1" } });
    expect([replied.status, replied.json]).toEqual([200, { text: "Saldo: 5,00 EUR", more: false }]);
    const ended = await f.call("DELETE", path, { headers });
    expect([ended.status, ended.text]).toEqual([204, ""]);
    const notice = await f.call("GET", path, { headers });
    expect(notice.json).toEqual({ notice: { text: "5,00 EUR left", at: 1000 } });
    expect(notice.headers["cache-control"]).toBe("no-store");
    expect(ussd.calls).toEqual(["s1 ask *100#", "s1 reply 1", "s1 cancel"]);
  });

  it.each(["POST", "DELETE", "GET"])("%s is for writers alone", async (method) => {
    const body = method === "POST" ? { body: { code: "*100#" } } : {};
    const stranger = await f.call(method, "/api/v1/slots/s1/ussd", body);
    expect(stranger.status).toBe(401);
    const reader = await f.call(method, "/api/v1/slots/s1/ussd", { headers: await f.token("read"), ...body });
    expect([reader.status, reader.json?.code]).toEqual([403, "web.scope"]);
    expect(ussd.calls).toEqual([]);
  });

  it.each([
    ["*1#", 409, "ussd.busy"],
    ["*2#", 504, "ussd.no_answer"],
    ["*3#", 422, "ussd.unknown_code"],
    ["*4#", 403, "ussd.refused"],
    ["*5#", 429, "ussd.quota"],
    ["*6#", 404, "slot.unknown"],
    ["*7#", 503, "ussd.slot_not_ready"],
  ])("%s fails with %i %s", async (code, status, expected) => {
    const answer = await f.call("POST", "/api/v1/slots/s1/ussd", {
      headers: await f.token("operate", "manage"),
      body: { code },
    });
    expect([answer.status, problemReply.parse(answer.json).code]).toEqual([status, expected]);
    expect(answer.headers["retry-after"]).toBe(status === 429 ? "60" : undefined);
  });

  it.each([{}, { code: "" }, { code: "1".repeat(161) }, { code: "*100#", more: 1 }, { code: 100 }])(
    "refuses the body %j",
    async (body) => {
      const answer = await f.call("POST", "/api/v1/slots/s1/ussd", {
        headers: await f.token("operate", "manage"),
        body,
      });
      expect([answer.status, answer.json?.code]).toEqual([400, "web.bad_request"]);
      expect(ussd.calls).toEqual([]);
    },
  );
});
