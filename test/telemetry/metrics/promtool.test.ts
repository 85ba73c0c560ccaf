// What Prometheus itself says of the rules that the box ships, and of a page of its metrics.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type ChainConsole, type MachineFacts, noMachineFacts } from "../../../src/core/index.ts";
import type { MqttBrokerView } from "../../../src/protocol/index.ts";
import { BoxMetrics } from "../../../src/telemetry/index.ts";
import { RecordingLogger } from "../../core/core-rig.ts";
import { FakeBoxConsole } from "../../sim/fake-box-console.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

const RULES = fileURLToPath(new URL("../../../src/telemetry/dashboards/numberbox-rules.yml", import.meta.url));
const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
const NAME = hasPromtool ? "promtool" : "promtool (skipped: Debian's package prometheus is not installed)";

/** What it printed, where it found a fault; else empty. */
function faults(args: readonly string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync("promtool", args, { input, encoding: "utf8" });
  return status === 0 ? "" : `${status}: ${stdout}${stderr}`;
}

const MACHINE: MachineFacts = {
  ...noMachineFacts,
  ...{
    disk: { freeBytes: 1e9, totalBytes: 3e10 },
    temperatureC: 51.5,
    fanRuns: true,
    clockSynchronised: true,
    undervoltage: false,
  },
  ...{ memory: { availableBytes: 2e9, totalBytes: 4e9, swapUsedBytes: 0 }, load1: 0.25 },
};
const CHAIN: Awaited<ReturnType<ChainConsole["view"]>> = {
  ...{ configured: true, ready: true, problem: null },
  node: { network: "test", version: "0.8.6", height: 100, headers: 103, synced: false, peers: 4 },
  wallet: { name: "w", lock: "unlocked", confirmed: "12.500000", unconfirmed: "0.000000", immature: "0.000000" },
};

const BROKER: MqttBrokerView = {
  ...{ id: "home", url: "mqtt://home", state: "online", since: 0, problem: null, root: "n/b", discovery: null },
  ...{ allow: [], published: 7, connects: 1, commands: { done: 0, failed: 0, refused: 0, ignored: 0 } },
  ...{ queue: { states: 1, events: 2, replies: 0 }, dropped: { events: 3, replies: 0, oversize: 0 } },
};

async function page(): Promise<string> {
  const clock = new VirtualClock();
  const metrics = new BoxMetrics({
    ...{ clock, log: new RecordingLogger(), views: new FakeBoxConsole({ clock, slots: 8, seed: "promtool" }) },
    ...{ machine: { facts: async () => MACHINE }, chain: { view: async () => CHAIN } },
    publications: () => new Map([["done", 3]]),
    certificates: async () => [{ name: "console", expiresAt: 5000 }],
    alerts: { firing: () => [] },
    mqtt: { brokers: () => [BROKER] },
    calls: {
      fact: () => ({ problem: null, edge: "asterisk", accounts: 2, phones: 1, slots: [], throttled: 9 }),
      open: () => [],
      totals: () => [{ direction: "in", cause: "hung_up", calls: 3, answered: 2, talked: 12.5 }],
    },
  });
  return await metrics.page();
}

describe.skipIf(!hasPromtool)(NAME, () => {
  it("takes the rules that are shipped", () => {
    expect(faults(["check", "rules", RULES])).toBe("");
  });

  it("takes every metric by its name, type and unit", async () => {
    expect(faults(["check", "metrics"], await page())).toBe("");
  });

  it("would say what is wrong", async () => {
    const spoilt = (await page()).replace(
      /^# TYPE numberbox_\w+ counter$/m,
      "# TYPE numberbox_what counter\nnumberbox_what 1",
    );
    expect(faults(["check", "metrics"], spoilt)).toContain("numberbox_what");
  });
});
