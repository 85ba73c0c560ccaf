import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parsePasswords } from "../../../src/app/appliance/broker-passwords.ts";
import { OwnBroker, ownBrokerSections } from "../../../src/app/appliance/own-broker.ts";
import { AppError, silentLogger } from "../../../src/base/index.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { type BoxConfig, parseBoxConfig } from "../../../src/config/index.ts";
import type { SystemAction } from "../../../src/core/index.ts";
import { makeServerCertificate } from "../../../src/tls/index.ts";
import { codeOf } from "../../contract/box-store.ts";
import { hasMosquitto, Mosquitto } from "../../sim/mqtt/mosquitto.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

const configOf = (more: string): BoxConfig => parseBoxConfig(`host: { appliance: true }\n${more}`, "box.yaml");
const ON = configOf("mqtt: { own_broker: { enabled: true } }");
const OFF = configOf("");

const certificate = await makeServerCertificate({
  ...{ random: systemRandom, now: new VirtualClock().now(), hosts: ["127.0.0.1"] },
});

describe("the broker on the box's own machine", () => {
  let folder = "";
  let asked: SystemAction[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-broker-"));
    asked = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (config: BoxConfig, change: { listener?: () => void } = {}): OwnBroker =>
    new OwnBroker({
      ...{ config, dataFolder: folder, clock: new VirtualClock(), random: systemRandom, log: silentLogger },
      actions: { perform: async (action) => void asked.push(action) },
      certificates: {
        current: () => certificate,
        onChange: (listener) => {
          change.listener = listener;
          return () => {};
        },
      },
      name: "numberbox",
    });
  const file = (name: string): string => readFileSync(join(folder, "broker", name), "utf8");

  it("is one of the box's brokers where it is on, on an appliance only", () => {
    expect(ownBrokerSections(OFF)).toEqual([]);
    expect(ownBrokerSections(parseBoxConfig("mqtt: { own_broker: { enabled: true } }", "box.yaml"))).toEqual([]);
    expect(ownBrokerSections(ON)).toMatchObject([{ url: "mqtt://127.0.0.1:1883", user: "numberbox", allow: [] }]);
  });

  it("gets its files once, and is started anew only when they change", async () => {
    await open(ON).start();
    expect(asked).toEqual(["restart_mosquitto"]);
    const before = [file("passwords"), file("server.crt"), file("server.key")];
    expect([...parsePasswords(file("passwords")).keys()]).toEqual(["numberbox"]);
    await open(ON).start();
    expect(asked).toEqual(["restart_mosquitto"]);
    expect([file("passwords"), file("server.crt"), file("server.key")]).toEqual(before);
  });

  it("gives a password that is told once, and takes it away", async () => {
    const broker = open(ON);
    await broker.start();
    const { password } = await broker.makePassword("homeassistant");
    expect(broker.view().users).toContainEqual({ name: "homeassistant", has_password: true });
    expect(file("passwords")).not.toContain(password);
    await broker.removePassword("homeassistant");
    expect([...parsePasswords(file("passwords")).keys()]).toEqual(["numberbox"]);
    expect(asked).toEqual(["restart_mosquitto", "restart_mosquitto", "restart_mosquitto"]);
  });

  it("tells its address once the firewall is open for it", () => {
    expect(open(ON).view()).toMatchObject({ state: "on", url: null });
    const isOpen = parseBoxConfig(
      "host: { appliance: true, firewall: { mqtt: true } }\nmqtt: { own_broker: { enabled: true } }",
      "box.yaml",
    );
    expect(open(isOpen).view().url).toBe("mqtts://numberbox.local:8883");
    expect(open(parseBoxConfig("", "box.yaml")).view().state).toBe("unavailable");
  });

  it("goes with its passwords when it is turned off", async () => {
    await open(ON).start();
    const off = open(OFF);
    await off.start();
    expect(asked).toEqual(["restart_mosquitto", "stop_mosquitto"]);
    expect(existsSync(join(folder, "broker"))).toBe(false);
    expect(await codeOf(off.makePassword("viewer"))).toBe("mqtt.own_broker_off");
    await off.start();
    expect(asked).toHaveLength(2);
  });

  it("does not keep the box from starting where it cannot be asked", async () => {
    const broker = new OwnBroker({
      ...{ config: ON, dataFolder: folder, clock: new VirtualClock(), random: systemRandom, log: silentLogger },
      ...{ actions: { perform: () => Promise.reject(new AppError("host.not_allowed", "no")) }, certificates: null },
      name: "numberbox",
    });
    await broker.start();
    expect(file("server.crt")).toContain("BEGIN CERTIFICATE");
  });

  it.skipIf(!hasMosquitto)(
    "lets in whom it gave a password, each to what is theirs (skipped without mosquitto)",
    async () => {
      const box = open(ON);
      await box.start();
      const { password } = await box.makePassword("homeassistant");
      const broker = await Mosquitto.over(folder, join(folder, "broker"));
      try {
        const tls = { rejectUnauthorized: false, reconnectPeriod: 0 };
        const inside = await connectAsync(broker.url, { username: "numberbox", password: file("box.password").trim() });
        const home = await connectAsync(broker.tlsUrl, { ...tls, username: "homeassistant", password });
        const heard = new Promise<string>((resolve) => home.once("message", (_topic, text) => resolve(String(text))));
        await home.subscribeAsync("numberbox/#", { qos: 1 });
        await inside.publishAsync("numberbox/abc/state", "online", { qos: 1 });
        expect(await heard).toBe("online");
        await expect(
          connectAsync(broker.tlsUrl, { ...tls, username: "homeassistant", password: "guess" }),
        ).rejects.toThrow(/not authorized/i);
        await Promise.all([inside.endAsync(true), home.endAsync(true)]);
      } finally {
        await broker.stop();
      }
    },
  );
});
