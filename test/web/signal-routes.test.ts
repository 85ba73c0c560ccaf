import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/base/index.ts";
import type { SignalConsole } from "../../src/core/index.ts";
import { signalOperations } from "../../src/web/index.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

const SERIES = { slot: "1", until: 9, every_ms: 60_000, dbm: [-70, null] };

let f: WebFixture;
let asked: number[];

beforeEach(async () => {
  asked = [];
  const signal: SignalConsole = {
    of: (slot) => {
      if (slot !== "1") throw new AppError("slot.unknown", "the box has no such slot");
      return SERIES;
    },
    all: (points) => {
      asked.push(points);
      return { slots: [SERIES] };
    },
  };
  f = await startFixture({ operations: signalOperations(signal) });
});
afterEach(() => f.stop());

describe("the signal of slots over REST", () => {
  it("is told of one slot minute by minute, and of all in as many points as are wanted", async () => {
    const headers = await f.token("read");
    expect((await f.call("GET", "/api/v1/slots/1/signal", { headers })).json).toEqual(SERIES);
    expect((await f.call("GET", "/api/v1/signal", { headers })).json).toEqual({ slots: [SERIES] });
    expect((await f.call("GET", "/api/v1/signal?points=1440", { headers })).status).toBe(200);
    expect(asked).toEqual([96, 1440]);
  });

  it("knows a slot that is not there, and no more points than it keeps", async () => {
    const headers = await f.token("read");
    const unknown = await f.call("GET", "/api/v1/slots/7/signal", { headers });
    expect(unknown.json).toMatchObject({ status: 404, code: "slot.unknown" });
    for (const points of ["0", "1441", "x"])
      expect((await f.call("GET", `/api/v1/signal?points=${points}`, { headers })).status).toBe(400);
  });

  it("is nothing for a stranger", async () => {
    for (const path of ["/api/v1/signal", "/api/v1/slots/1/signal"])
      expect((await f.call("GET", path)).status).toBe(401);
  });
});
