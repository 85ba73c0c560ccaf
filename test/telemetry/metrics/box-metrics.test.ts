import { describe, expect, it } from "vitest";
import { seconds, slotId, unixMs } from "../../../src/base/index.ts";
import { type ChainConsole, type MachineFacts, noMachineFacts } from "../../../src/core/index.ts";
import type { MqttBrokerView } from "../../../src/protocol/index.ts";
import { BoxMetrics, type BoxMetricsDeps } from "../../../src/telemetry/index.ts";
import { METRICS, type MetricRow } from "../../../src/telemetry/metrics/metric-table.ts";
import { RecordingLogger } from "../../core/core-rig.ts";
import { FakeBoxConsole } from "../../sim/fake-box-console.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

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

const CALLS: BoxMetricsDeps["calls"] = {
  fact: () => ({
    ...{ problem: "voice.edge_down", edge: null, accounts: 2, phones: 1, slots: [slotId("s1")], throttled: 9 },
  }),
  open: () => [],
  totals: () => [{ direction: "in", cause: "hung_up", calls: 3, answered: 2, talked: 12.5 }],
};

function rig(slots = 4, more: Partial<BoxMetricsDeps> = {}) {
  const clock = new VirtualClock();
  const box = new FakeBoxConsole({ clock, slots, seed: "metrics" });
  const log = new RecordingLogger();
  const broker: MqttBrokerView = {
    ...{ id: "home", url: "mqtt://home", state: "online", since: 0, problem: null, root: "n/b", discovery: null },
    ...{ allow: [], published: 7, connects: 1, commands: { done: 0, failed: 0, refused: 0, ignored: 0 } },
    ...{ queue: { states: 1, events: 2, replies: 0 }, dropped: { events: 3, replies: 0, oversize: 0 } },
  };
  const metrics = new BoxMetrics({
    ...{ clock, log, views: box, machine: { facts: async () => MACHINE }, chain: { view: async () => CHAIN } },
    publications: () => new Map([["done", 3]]),
    certificates: async () => [{ name: "console", expiresAt: 5000 }],
    alerts: {
      firing: () => [
        { rule: "sim_lost", severity: "critical", subject: "s1", since: unixMs(1) },
        { rule: "sim_lost", severity: "critical", subject: "s2", since: unixMs(1) },
      ],
    },
    mqtt: { brokers: () => [broker] },
    calls: CALLS,
    ...more,
  });
  return { clock, box, log, metrics };
}

interface Line {
  readonly name: string;
  readonly labels: string;
  readonly value: string;
}

function samplesOf(page: string): readonly Line[] {
  return page
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", labels = "", value = ""] = /^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      return { name, labels, value };
    });
}

describe("the metrics of the box", () => {
  it("has every metric of the table, with its type and help, and no other", async () => {
    const { metrics, box, clock } = rig(32);
    box.setSlot("s1", {
      balance: { amount: "-3.20", currency: "EUR", at: 1 },
      battery: { percent: 40, charging: true },
    });
    metrics.start();
    // The event loop's delay is known after some turns of it; a page is kept for a second.
    while (!(await metrics.page()).includes("nodejs_eventloop_lag_p99_seconds ")) await clock.advance(seconds(1));
    const page = await metrics.page();
    metrics.stop();
    expect([...new Set(samplesOf(page).map(({ name }) => name))].sort()).toEqual(Object.keys(METRICS).sort());
    for (const [name, { type, help }] of Object.entries<MetricRow>(METRICS)) {
      expect(page).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    }
  });

  it("says what the box is", async () => {
    const { metrics, box } = rig();
    box.setSlot("s1", {
      signal_dbm: -71,
      sms_storage: { used: 3, total: 20 },
      balance: { amount: "4.20", currency: "EUR", at: 1 },
    });
    box.setOverview({ outbox: { depth: 3, oldest_ms: 1500 } });
    const page = await metrics.page();
    for (const line of [
      'numberbox_slot_signal_dbm{slot="s1"} -71',
      'numberbox_slot_sms_storage_used{slot="s1"} 3',
      'numberbox_slot_balance{slot="s1",currency="EUR"} 4.2',
      "numberbox_outbox_messages 3",
      "numberbox_outbox_oldest_seconds 1.5",
      'numberbox_relay_up{host="gateway.ness.cx"} 1',
      "numberbox_sms_received_total 12846",
      "numberbox_chain_lag_blocks 3",
      "numberbox_wallet_confirmed_emc 12.5",
      'numberbox_publications{state="done"} 3',
      'numberbox_certificate_expiry_timestamp_seconds{certificate="console"} 5',
      "numberbox_disk_free_bytes 1000000000",
      "numberbox_temperature_celsius 51.5",
      "numberbox_fan_running 1",
      "numberbox_clock_synchronised 1",
      'numberbox_alerts_firing{rule="sim_lost",severity="critical"} 2',
      'numberbox_mqtt_broker_up{broker="home"} 1',
      'numberbox_mqtt_dropped_total{broker="home",kind="events"} 3',
    ])
      expect(page.split("\n")).toContain(line);
    expect(page).toContain('numberbox_slots{state="ready"}');
  });

  it("keeps the names' conventions: units at the end, total for counters alone", () => {
    for (const [name, { type, labels = [] }] of Object.entries<MetricRow>(METRICS)) {
      expect(name).toMatch(/^(numberbox|process|nodejs)(_[a-z0-9]+)+$/);
      expect(name.endsWith("_total"), name).toBe(type === "counter");
      for (const label of labels) expect(label).toMatch(/^[a-z]+$/);
    }
  });

  it("has no number, SIM, renter or key in any label", async () => {
    const { metrics, box } = rig(32);
    const page = await metrics.page();
    const secrets = [
      ...box.slots().flatMap((slot) => [slot.line?.number, slot.imei, slot.iccid, slot.imsi, slot.own_number]),
      ...(await box.rentals()).flatMap((rental) => [rental.id, rental.number, rental.renter.verify]),
      ...(await box.lines()).map(({ listing_id: listing }) => listing),
      (await box.overview()).provider,
    ].filter((secret) => secret !== null && secret !== undefined);
    expect(secrets.length).toBeGreaterThan(100);
    expect(secrets.filter((secret) => page.includes(secret.replace("+", "")))).toEqual([]);
  });

  it("stays small with 32 slots, and does not grow as their problems change", async () => {
    const { metrics, box, clock } = rig(32);
    const first = samplesOf(await metrics.page()).length;
    expect(first).toBeLessThan(700);
    for (let at = 0; at < 50; at++) {
      box.setSlot("s1", { state: "down", problem: { code: `made.up_${at}`, message: "x" } });
      await clock.advance(seconds(2));
      expect(samplesOf(await metrics.page()).length).toBeLessThanOrEqual(first + 1);
    }
  });

  it("leaves out what is slow or broken, and what the machine does not tell", async () => {
    const { metrics, clock, log } = rig(1, {
      machine: { facts: () => new Promise(() => {}) },
      chain: { view: () => Promise.reject(new Error("broken")) },
    });
    const page = await clock.settle(metrics.page());
    expect(page).toContain("numberbox_info");
    expect(page).not.toContain("numberbox_disk_free_bytes");
    expect(page).not.toContain("numberbox_chain_up");
    expect(log.lines.filter((line) => line.includes("metrics_part_failed"))).toHaveLength(2);
    const silent = rig(1, { machine: { facts: async () => noMachineFacts }, chain: null });
    expect(await silent.metrics.page()).not.toContain("numberbox_temperature_celsius");
  });

  it("is made once for scrapers that come together, and again a second later", async () => {
    const { metrics, box, clock } = rig(1);
    const [a, b] = await Promise.all([metrics.page(), metrics.page()]);
    expect(a).toBe(b);
    await clock.advance(seconds(1));
    box.setOverview({ outbox: { depth: 99, oldest_ms: 1 } });
    expect(await metrics.page()).toContain("numberbox_outbox_messages 99");
  });
});
