import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { millis, seconds } from "../../src/base/index.ts";
import { RequestLimits, takeOne } from "../../src/web/server/request-limits.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

describe("the number of requests", () => {
  it("never exceeds what was there plus what came since", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 10 }), (waits, burst, perSecond) => {
        let bucket: ReturnType<typeof takeOne> | undefined;
        let now = 0;
        let taken = 0;
        for (const wait of waits) {
          now += wait;
          const next = takeOne({ burst, perSecond }, bucket ?? undefined, millis(now));
          if (next === null) continue;
          bucket = next;
          taken += 1;
          expect(taken).toBeLessThanOrEqual(burst + (now * perSecond) / 1000 + 1e-6);
        }
      }),
    );
  });

  it("is counted for each caller, and of any number of callers only some are remembered", async () => {
    const clock = new VirtualClock();
    const limits = { callerRequests: { burst: 1, perSecond: 1 }, strangerRequests: { burst: 1, perSecond: 1 } };
    const requests = new RequestLimits({ clock, limits: { ...limits, countedCallers: 3 } });
    for (const name of ["a", "b", "c"]) requests.caller(name);
    expect(() => requests.caller("c")).toThrow("too many requests");
    requests.caller("d");
    // The one that was quiet longest is forgotten, and begins anew.
    requests.caller("a");
    await clock.advance(seconds(1));
    requests.caller("c");
  });
});

describe("REST", () => {
  let f: WebFixture;
  afterEach(() => f.stop());

  it("answers 429 with Retry-After to a caller that asks too often, and not to others", async () => {
    f = await startFixture({ limits: { callerRequests: { burst: 3, perSecond: 0.5 } } });
    const headers = await f.token("read");
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) statuses.push((await f.call("GET", "/api/v1/lines", { headers })).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await f.call("GET", "/api/v1/lines", { headers });
    expect(refused.json).toMatchObject({ code: "web.rate_limited", context: { retry_after_s: 2 } });
    expect(refused.headers["retry-after"]).toBe("2");
    expect((await f.call("GET", "/api/v1/lines", { headers: await f.signIn() })).status).toBe(200);
    await f.clock.advance(seconds(2));
    expect((await f.call("GET", "/api/v1/lines", { headers })).status).toBe(200);
  });

  it("counts strangers by their address, whatever they ask for, and nobody who has a token", async () => {
    f = await startFixture({ limits: { strangerRequests: { burst: 3, perSecond: 1 } } });
    const statuses: number[] = [];
    for (const path of ["/api/v1/lines", "/api/v1/nothing", "/api/v1/session", "/api/v1/lines"]) {
      statuses.push((await f.call("GET", path)).status);
    }
    expect(statuses).toEqual([401, 401, 200, 429]);
    expect((await f.call("GET", "/api/v1/lines", { headers: await f.token("read") })).status).toBe(200);
  });

  it("refuses a body that is too large before it is read", async () => {
    f = await startFixture();
    const headers = { ...(await f.token("operate")), "content-length": String(1024 * 1024) };
    const answer = await f.call("POST", "/api/v1/rentals", { headers, body: "x" });
    expect([answer.status, answer.json?.code]).toEqual([413, "web.body_too_large"]);
  });
});
