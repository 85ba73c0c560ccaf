// The machine's log in what support gets, also of a box that does not run.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readMachineLog } from "../../src/app/machine-log.ts";
import { runningSupport, stoppedSupport } from "../../src/app/support-services.ts";
import { silentLogger } from "../../src/base/index.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { EventLog, LogRing } from "../../src/core/index.ts";
import { doctorView } from "../../src/protocol/index.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

describe("the machine's log", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-machine-log-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const doctor = doctorView.parse({ verdict: "ok", findings: [] });
  const told = async () =>
    (await stoppedSupport({ version: "1", doctor, config: null, now: 1, machineLog: folder })).parts;

  it("is the end of both files, in their order, masked", async () => {
    writeFileSync(join(folder, "system.log.1"), `${Array.from({ length: 600 }, (_, at) => `old ${at}`).join("\n")}\n`);
    writeFileSync(join(folder, "system.log"), "wlan0: lost dc:a6:32:01:02:03\nhalf");
    const lines = (await readMachineLog(folder)) ?? [];
    expect([lines.length, lines[0], lines.slice(-2)]).toEqual([400, "old 202", ["wlan0: lost …", "half"]]);
  });

  it("is a part of the bundle of a box that does not run, and is none where there is none", async () => {
    expect((await told()).map(({ id }) => id)).not.toContain("machine_log");
    writeFileSync(join(folder, "system.log"), "kernel: SSID='Home'\n");
    expect((await told()).find(({ id }) => id === "machine_log")?.content).toEqual(["kernel: SSID=…"]);
  });

  it("is a part of what a running box of the image tells, and of no other's", async () => {
    writeFileSync(join(folder, "system.log"), "kernel: SSID='Home'\n");
    const clock = new VirtualClock();
    const partsOf = async (yaml: string) => {
      const { parts } = await runningSupport({
        ...{ config: parseBoxConfig(yaml, "test"), version: "1", machineLog: folder, now: () => 1 },
        ...{ logs: new LogRing(clock), events: new EventLog(clock, silentLogger) },
        views: new FakeBoxConsole({ clock, slots: 1 }),
        doctor: { examine: async () => doctor },
      });
      return parts;
    };
    const parts = await partsOf("host: { appliance: true }");
    expect(parts.find(({ id }) => id === "machine_log")?.content).toEqual(["kernel: SSID=…"]);
    expect((await partsOf("")).map(({ id }) => id)).not.toContain("machine_log");
  });

  it("is told as not to be had where it cannot be read", async () => {
    mkdirSync(join(folder, "system.log"));
    expect((await told()).find(({ id }) => id === "machine_log")?.content).toEqual({ not_available: "app.unreadable" });
  });
});
