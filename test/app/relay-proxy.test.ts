// A box whose relay stands behind a SOCKS5 proxy: whatever the box has to say or ask there goes through the proxy, and nothing beside it,
// also when the proxy is gone.

import { describe, expect, it, onTestFinished } from "vitest";
import { configuredDoctor } from "../../src/app/doctor-services.ts";
import type { BoxHandle } from "../../src/app/index.ts";
import { currentIdentity, openOrCreateKeystore } from "../../src/app/keystore-file.ts";
import { publishLocalAccess } from "../../src/app/local-access.ts";
import { openRelayGateway } from "../../src/app/relay-gateway.ts";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { createDoctor } from "../../src/core/index.ts";
import { publicKeysToText } from "../../src/envelope/index.ts";
import { findingsReply } from "../../src/protocol/index.ts";
import { renter } from "../core/core-rig.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { RelayDoor } from "../sim/relay-door.ts";
import { SocksProxy } from "../sim/socks-proxy.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { frameOf, newBoard, openBox, openRelay, parts, ready } from "./box-rig.ts";

const { signal } = new AbortController();
const keys = publicKeysToText(renter);

async function scene() {
  const folder = tempFolder();
  const unlock = { key_file: "unlock.key" };
  const keystore = await openOrCreateKeystore({ ...parts, folder, unlock, credentials: undefined }, "provider");
  const relay = await openRelay(currentIdentity(keystore).verify);
  const [door, mirror] = [await RelayDoor.start(relay.url), await RelayDoor.start(relay.url)];
  const proxy = await SocksProxy.start();
  onTestFinished(async () => {
    await proxy.stop();
    for (const each of [door, mirror]) await each.stop();
  });
  const section = { url: door.url, mirrors: [{ url: mirror.url }], socks5: proxy.url };
  return {
    ...{ folder, door, mirror, proxy, section },
    /** Connections that came to the relay otherwise than from the proxy. */
    beside: () => [...door.callers, ...mirror.callers].filter((port) => !proxy.ports.has(port)),
  };
}

async function wizardTest(box: BoxHandle, folder: string, body: object) {
  const { access } = await publishLocalAccess(folder, box.consoleUrl, { settings: box.store, random: parts.random });
  const answer = await fetch(`${box.consoleUrl}/api/v1/wizard/relay/test`, {
    ...{ method: "POST", body: JSON.stringify(body) },
    headers: { authorization: `Bearer ${access.token}`, "content-type": "application/json" },
  });
  return findingsReply.parse(await answer.json()).findings.map(({ verdict, code }) => `${verdict} ${code}`);
}

const configOf = (relay: object, voice: object = {}) =>
  parseBoxConfig(
    JSON.stringify({
      relay,
      voice: { host: "gateway.example", sip_edge: "relay", relay: voice, asterisk: { password_file: "ari" } },
    }),
    "test",
  );

async function doctorSays(section: object, dataFolder: string) {
  const deps = { clock: systemClock, log: silentLogger, dataFolder };
  const checks = configuredDoctor(deps, configOf(section), null).filter(({ name }) => name === "relay");
  const { findings } = await createDoctor({ clock: systemClock, checks }).examine();
  return findings.map(({ verdict, code }) => `${verdict} ${code}`);
}

async function gatewayOf(relay: object, voice: object = {}) {
  const deps = { config: configOf(relay, voice), store: new MemorySettings() };
  const gateway = await openRelayGateway({ ...deps, clock: systemClock, log: silentLogger });
  if (gateway === null) throw new Error("no gateway");
  return gateway;
}

describe("a box with a proxy to its relay", () => {
  it("brings an SMS there, tests the relay, and has the doctor and the calls ask, all through the proxy", async () => {
    const { folder, door, proxy, section, beside } = await scene();
    const board = newBoard(1);
    const { box } = await openBox({ folder, board, slots: 1, sections: { relay: section } });
    await ready(box);
    await box.console.grant({ line: "line-1", renter: keys, days: 1, envelope_version: 1, credit: null });
    const forwarded = frameOf(box, (frame) => frame.type === "overview" && frame.overview.counts.forwarded === 1);
    board.modem(1).sendSms({ from: "+15550100", body: "hello" });
    await forwarded;
    expect(await wizardTest(box, folder, { url: door.url })).toEqual(["ok relay.version", "ok relay.member"]);
    expect(await doctorSays(section, folder)).toEqual(["ok relay.answers", "ok relay.answers"]);
    const gateway = await gatewayOf(section);
    await expect(gateway.discover(signal)).rejects.toMatchObject({ code: "voice.relay_no_calls" });
    expect(gateway.trunkProxy).toMatchObject({ port: proxy.port });
    expect(door.callers.length).toBeGreaterThan(3);
    expect(beside()).toEqual([]);
  });

  it("says nothing to anybody while the proxy is gone", async () => {
    const { folder, door, mirror, proxy, section } = await scene();
    await proxy.stop();
    const { box } = await openBox({ folder, slots: 1, sections: { relay: section } });
    const down = frameOf(box, (frame) => frame.type === "overview" && frame.overview.relay.state === "down");
    await box.console.grant({ line: "line-1", renter: keys, days: 1, envelope_version: 1, credit: null });
    await down;
    expect(await wizardTest(box, folder, { url: door.url })).toEqual(["fail net.proxy"]);
    expect(await doctorSays(section, folder)).toEqual(["fail relay.unreachable", "fail relay.unreachable"]);
    const gateway = await gatewayOf(section);
    await expect(gateway.discover(signal)).rejects.toMatchObject({ code: "voice.relay_unreachable" });
    expect([door.callers, mirror.callers]).toEqual([[], []]);
  });

  it("has the relay asked about calls by the way of the calls where none is set for the relay", async () => {
    const { door, proxy, beside } = await scene();
    const gateway = await gatewayOf({ url: door.url }, { socks5: proxy.url });
    await expect(gateway.discover(signal)).rejects.toMatchObject({ code: "voice.relay_no_calls" });
    expect(door.callers.length).toBe(1);
    expect(beside()).toEqual([]);
  });

  it("tests an address through the proxy that is typed", async () => {
    const { folder, door, proxy, beside } = await scene();
    const { box } = await openBox({ folder, slots: 1 });
    const found = await wizardTest(box, folder, { url: door.url, socks5: proxy.url });
    expect(found).toEqual(["ok relay.version", "ok relay.member"]);
    expect(door.callers.length).toBeGreaterThan(0);
    expect(beside()).toEqual([]);
  });
});
