import { afterEach, describe, expect, it } from "vitest";
import { hours, seconds } from "../../src/base/index.ts";
import { MemoryAnswers } from "../../src/web/server/idempotency.ts";
import { type Answer, type FixtureOptions, startFixture, type WebFixture } from "./web-fixture.ts";

const RENTER = {
  verify: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  encrypt: "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo",
};
let f: WebFixture;
let headers: Record<string, string>;
afterEach(() => f.stop());

async function open(options: FixtureOptions = {}): Promise<void> {
  f = await startFixture(options);
  headers = await f.token("read", "operate", "manage");
}

async function freeLine(): Promise<string> {
  const lines = await f.box.lines();
  return lines.find(({ state }) => state === "free")?.id ?? "";
}

const grant = (key: string, body: unknown, more: Record<string, string> = {}): Promise<Answer> =>
  f.call("POST", "/api/v1/rentals", { headers: { ...headers, "idempotency-key": key, ...more }, body });

describe("a request under an idempotency key", () => {
  it("is done once, and answered the same again", async () => {
    await open();
    const body = { line: await freeLine(), renter: RENTER, days: 3 };
    const first = await grant("order-1", body);
    const before = (await f.box.rentals()).length;
    const second = await grant("order-1", body);
    expect([first.status, first.headers["idempotent-replayed"]]).toEqual([201, undefined]);
    expect([second.status, second.headers["idempotent-replayed"]]).toEqual([201, "true"]);
    expect(second.text).toBe(first.text);
    expect(second.headers["content-type"]).toBe(first.headers["content-type"]);
    expect((await f.box.rentals()).length).toBe(before);
    // Without the key the same request is a new one.
    expect((await f.call("POST", "/api/v1/rentals", { headers, body })).json?.code).toBe("rental.line_rented");
  });

  it.each([
    ["body", "/api/v1/rentals", { days: 4 }],
    ["address", "/api/v1/join", { seconds: 5 }],
  ])("is refused with another %s", async (_what, path, change) => {
    await open();
    const body = { line: await freeLine(), renter: RENTER, days: 3 };
    expect((await grant("order-1", body)).status).toBe(201);
    const other = path.endsWith("rentals") ? { ...body, ...change } : change;
    const answer = await f.call("POST", path, { headers: { ...headers, "idempotency-key": "order-1" }, body: other });
    if (path.endsWith("join")) expect(answer.status).toBe(404);
    else expect([answer.status, answer.json?.code]).toEqual([422, "web.idempotency_conflict"]);
  });

  it("is another one for another caller", async () => {
    await open();
    const body = { line: await freeLine(), renter: RENTER, days: 3 };
    expect((await grant("order-1", body)).status).toBe(201);
    const owner = await f.signIn();
    expect((await grant("order-1", body, { authorization: "", ...owner })).status).not.toBe(201);
  });

  it("is told to wait while the first is being done", async () => {
    await open();
    let finish = (): void => {};
    const real = f.box.grant.bind(f.box);
    f.box.grant = async (request) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return real(request);
    };
    const body = { line: await freeLine(), renter: RENTER, days: 3 };
    const first = grant("order-1", body);
    const busy = await until(() => grant("order-1", { ...body, days: 5 }));
    expect([busy.status, busy.json?.code]).toEqual([409, "web.idempotency_busy"]);
    finish();
    expect((await first).status).toBe(201);
  });

  it("may be tried again after a refusal, which has changed nothing", async () => {
    await open();
    const body = { line: "line-99", renter: RENTER, days: 3 };
    expect((await grant("order-1", body)).status).toBe(404);
    expect((await grant("order-1", { ...body, line: await freeLine() })).status).toBe(201);
  });

  it("is forgotten after a day", async () => {
    await open();
    const body = { line: await freeLine(), renter: RENTER, days: 3 };
    expect((await grant("order-1", body)).status).toBe(201);
    await f.clock.advance(hours(24));
    await f.clock.advance(seconds(1));
    expect((await grant("order-1", body)).json?.code).toBe("rental.line_rented");
  });

  it("is remembered over a restart where the answers are kept", async () => {
    const answers = new MemoryAnswers();
    await open({ answers });
    const body = { line: await freeLine(), renter: RENTER, days: 3 };
    const first = await grant("order-1", body);
    await f.stop();
    await open({ answers });
    expect((await grant("order-1", body)).text).toBe(first.text);
  });

  it("is done, and not kept, where its answer cannot be kept", async () => {
    const answers = new MemoryAnswers();
    answers.keepAnswer = () => Promise.reject(new Error("the disk is full"));
    await open({ answers });
    const body = { line: await freeLine(), renter: RENTER, days: 3 };
    expect((await grant("order-1", body)).status).toBe(201);
  });

  it.each(["", "x".repeat(65), "a b", "ü"])("is refused under the key %j", async (key) => {
    await open();
    const answer = await grant(key, {});
    expect([answer.status, answer.json?.code]).toEqual([400, "web.bad_idempotency_key"]);
  });

  it("is refused where the answer holds a secret", async () => {
    await open();
    const before = f.phones.phones().length;
    const answer = await f.call("POST", "/api/v1/phones", {
      headers: { ...headers, "idempotency-key": "phone-1" },
      body: { name: "pixel" },
    });
    expect([answer.status, answer.json?.code]).toEqual([400, "web.not_idempotent"]);
    expect(f.phones.phones().length).toBe(before);
  });
});

/** Asks until the first request has reached its work. */
async function until(ask: () => Promise<Answer>): Promise<Answer> {
  for (let n = 0; ; n++) {
    const answer = await ask();
    if (answer.json?.code === "web.idempotency_busy" || n > 50) return answer;
  }
}
