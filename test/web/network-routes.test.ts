// The network over REST: who may, what is refused, and that a password goes in and nowhere out.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Logger, Secret, seconds } from "../../src/base/index.ts";
import { NetworkKeeper } from "../../src/core/index.ts";
import { networkOperations } from "../../src/web/index.ts";
import { FakeNetwork } from "../sim/fake-network.ts";
import { MemoryAudit } from "../sim/memory-audit.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { HOME } from "../sim/wifi-air.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

let fixture: WebFixture;
let keeper: NetworkKeeper;
let port: FakeNetwork;
let clock: VirtualClock;
let manager: Record<string, string>;
const said: unknown[] = [];
const audit = new MemoryAudit();
const write = (level: string) => (event: string, facts?: unknown) => void said.push([level, event, facts]);
const log: Logger = {
  ...{ debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
  child: () => log,
} as unknown as Logger;

beforeEach(async () => {
  said.length = 0;
  [clock, port] = [new VirtualClock(), new FakeNetwork()];
  port.cable = true;
  const settings = new MemorySettings();
  keeper = new NetworkKeeper({
    ...{ port, clock, settings, log, mode: () => "set_up", claimed: () => true, onChange: () => {} },
    point: { ssid: "Numberbox-AB23", key: new Secret("abcd-efgh-jkmn"), address: "10.42.0.1" },
    events: { record: (event) => void said.push(event) },
    ...{ onServing: async () => {}, setCountry: async () => {} },
  });
  await keeper.start();
  await clock.advance(seconds(1));
  fixture = await startFixture({ operations: networkOperations(keeper), log, audit });
  manager = await fixture.token("read", "manage");
});
afterEach(async () => {
  keeper.stop();
  await fixture.stop();
});

const call = (method: string, path: string, body?: object, headers = manager) =>
  fixture.call(method, `/api/v1/network${path}`, { headers, ...(body === undefined ? {} : { body }) });

describe("the network over REST", () => {
  it("is read by who may read, and changed by who may manage", async () => {
    const reader = await fixture.token("read");
    expect((await call("GET", "", undefined, reader)).json).toMatchObject({ available: true, radio: "ready" });
    for (const [method, path, body] of [
      ["GET", "/wifi", undefined],
      ["POST", "/wifi/scan", {}],
      ["POST", "/wifi", { ssid: "x" }],
      ["DELETE", "/wifi", undefined],
      ["POST", "/access-point", { open: true }],
    ] as const) {
      expect((await call(method, path, body, reader)).status, `${method} ${path}`).toBe(403);
      expect((await fixture.call(method, `/api/v1/network${path}`)).status).toBe(401);
    }
    expect(port.asked).toEqual([]);
  });

  it("is heard, joined and forgotten, and the password stands in nothing that comes out", async () => {
    const scan = await call("POST", "/wifi/scan", {});
    expect(scan.json).toMatchObject({
      networks: [{ ssid: HOME.ssid, signal: 71, security: "wpa" }, ...Array(4).fill({})],
    });
    expect((await call("GET", "/wifi")).json).toEqual(scan.json);
    const wrong = await call("POST", "/wifi", { ssid: HOME.ssid, password: "wrong horses" });
    expect([wrong.status, wrong.json]).toEqual([202, { joining: HOME.ssid, leaves_access_point: false }]);
    expect((await call("POST", "/wifi", { ssid: HOME.ssid, password: HOME.password })).json).toMatchObject({
      ...{ code: "wifi.busy", status: 409 },
    });
    await clock.advance(seconds(10));
    const failed = await call("GET", "");
    expect(failed.json).toMatchObject({ problem: { code: "wifi.wrong_password" } });
    await call("POST", "/wifi", { ssid: HOME.ssid, password: HOME.password });
    await clock.advance(seconds(10));
    const joined = await call("GET", "");
    expect(joined.json).toMatchObject({ saved: HOME.ssid, problem: null });
    const trail = JSON.stringify([
      said,
      await audit.findAudit({ before: null, actor: "", operation: "", limit: 100 }),
      wrong.text,
      failed.text,
      joined.text,
    ]);
    expect(trail).toContain("network");
    for (const secret of ["wrong horses", HOME.password ?? "", "abcd-efgh"]) expect(trail).not.toContain(secret);
    expect((await call("DELETE", "/wifi")).json).toMatchObject({ saved: null });
  });

  it.each([
    [{ ssid: "" }, 400],
    [{ ssid: "x".repeat(33) }, 400],
    [{ ssid: "ü".repeat(17) }, 400],
    [{ ssid: "a\u0000b" }, 400],
    [{ ssid: "Home", password: "short" }, 400],
    [{ ssid: "Home", password: "x".repeat(64) }, 400],
    [{ ssid: "Home", password: "ümlaut password" }, 400],
    [{ ssid: "Home", password: "correct horse", country: "Germany" }, 400],
    [{ ssid: "Home", password: "correct horse", priority: 1 }, 400],
  ])("refuses %j", async (body, status) => {
    expect((await call("POST", "/wifi", body)).status).toBe(status);
    expect(port.asked).toEqual([]);
  });

  it("opens the access point and closes it, and says what stands in the way", async () => {
    expect((await call("POST", "/access-point", { open: true })).json).toMatchObject({
      access_point: { state: "opening" },
    });
    await clock.flush();
    expect((await call("GET", "")).json).toMatchObject({ access_point: { state: "open" } });
    expect((await call("POST", "/wifi/scan", {})).json).toMatchObject({ code: "wifi.serving", status: 409 });
    expect((await call("POST", "/access-point", { open: false })).status).toBe(200);
    await clock.advance(seconds(10));
    port.radio = "none";
    await clock.advance(seconds(70));
    expect((await call("POST", "/access-point", { open: true })).json).toMatchObject({ code: "wifi.no_radio" });
  });
});
