import { describe, expect, it } from "vitest";
import { hours, type Millis, millis, minutes, seconds, type UnixMs } from "../../../src/base/index.ts";
import {
  type AlertNotice,
  type AlertRule,
  Alerts,
  type AlertsDeps,
  EventLog,
  type Observation,
  type RuleId,
} from "../../../src/core/index.ts";
import { MemoryAlerts } from "../../sim/memory-alerts.ts";
import { MemorySettings } from "../../sim/memory-settings.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { RecordingLogger, START } from "../core-rig.ts";

const rule = (id: RuleId, more: Partial<AlertRule> = {}): AlertRule => ({
  ...{ id, severity: "warning", raiseAfter: minutes(1), clearAfter: minutes(1), repeat: null, limit: null },
  ignore: new Set(),
  ...more,
});

interface World {
  readonly store: MemoryAlerts;
  readonly settings: MemorySettings;
  readonly clock: VirtualClock;
}
const newWorld = (): World => ({
  store: new MemoryAlerts(),
  settings: new MemorySettings(),
  clock: new VirtualClock(START),
});

async function rig(world = newWorld(), more: Partial<AlertsDeps> = {}) {
  const { clock } = world;
  const log = new RecordingLogger();
  const events = new EventLog(clock, log);
  const seen = new Map<string, Observation>();
  const state = { broken: false, hangs: false, quiet: false };
  const told: AlertNotice[] = [];
  const source = {
    rules: ["slot_down", "relay_down"] as const,
    observe: async () => {
      if (state.hangs) await new Promise(() => {});
      if (state.broken) throw new TypeError("no view");
      return [...seen.values()];
    },
  };
  const alerts = new Alerts({
    ...{ ...world, log, events, random: new SeededRandom(1), now: () => clock.now() },
    sources: [source],
    rules: [rule("slot_down"), rule("relay_down", { severity: "critical" })],
    flapping: { raises: 4, within: hours(1), calm: minutes(30) },
    quiet: () => state.quiet,
    sink: async (notices) => void told.push(...notices),
    ...more,
  });
  await alerts.load();
  alerts.start();
  const set = (id: RuleId, subject: string, value: Observation["value"]) =>
    seen.set(`${id} ${subject}`, { rule: id, subject, value });
  const words = () => told.map(({ what, alert }) => `${what} ${alert.rule} ${alert.subject}`.trim());
  return { ...world, alerts, events, log, seen, set, state, told, words };
}

describe("the box's alerts", () => {
  it("are told by slot, recorded as events, and end", async () => {
    const { alerts, clock, events, set, words } = await rig();
    set("slot_down", "s1", true);
    set("slot_down", "s2", false);
    await clock.advance(minutes(2));
    expect(alerts.active().map(({ rule: id, subject }) => [id, subject])).toEqual([["slot_down", "s1"]]);
    set("slot_down", "s1", false);
    await clock.advance(minutes(2));
    expect([words(), alerts.active()]).toEqual([["raised slot_down s1", "cleared slot_down s1"], []]);
    expect(events.list({ after: 0, limit: 9 }).map(({ code, level, slot }) => [code, level, slot])).toEqual([
      ["alert.raised", "warn", "s1"],
      ["alert.cleared", "info", "s1"],
    ]);
  });

  it("of a slot that is taken away are over", async () => {
    const { alerts, clock, seen, set, words } = await rig();
    set("slot_down", "s1", true);
    await clock.advance(minutes(2));
    seen.clear();
    await clock.advance(minutes(2));
    expect([words().at(-1), alerts.active()]).toEqual(["cleared slot_down s1", []]);
  });

  it.each(["broken", "hangs"] as const)("stay as they are while the box cannot be looked at: %s", async (fault) => {
    const { alerts, clock, set, state, words } = await rig();
    set("slot_down", "s1", true);
    await clock.advance(minutes(2));
    state[fault] = true;
    await clock.advance(hours(1));
    expect([words(), alerts.active().length]).toEqual([["raised slot_down s1"], 1]);
    state[fault] = false;
    set("slot_down", "s1", false);
    await clock.advance(minutes(3));
    expect(words().at(-1)).toBe("cleared slot_down s1");
  });

  it("survive a restart: told once, cleared once", async () => {
    const first = await rig();
    first.set("slot_down", "s1", true);
    await first.clock.advance(minutes(2));
    await first.alerts.stop();
    const second = await rig(first);
    expect(second.alerts.active()).toHaveLength(1);
    second.set("slot_down", "s1", true);
    await second.clock.advance(minutes(10));
    second.set("slot_down", "s1", false);
    await second.clock.advance(minutes(3));
    expect([...first.words(), ...second.words()]).toEqual(["raised slot_down s1", "cleared slot_down s1"]);
  });

  it("told just before a crash carry the same id when they are told again", async () => {
    const first = await rig();
    first.set("slot_down", "s1", true);
    await first.clock.advance(seconds(50));
    // The channels have it; what the store should have had is lost.
    first.store.full = true;
    await first.clock.advance(seconds(60));
    expect(first.words()).toEqual(["raised slot_down s1"]);
    expect(await first.store.openAlerts()).toEqual([]);
    expect(first.told[0]?.id).toMatch(/^[0-9a-f]{16}-raised-1$/);
    expect(first.alerts.active()).toHaveLength(1);
  });

  it("in quiet hours wait for the morning, but critical ones do not", async () => {
    const { clock, set, state, words } = await rig();
    state.quiet = true;
    set("slot_down", "s1", true);
    set("relay_down", "", true);
    await clock.advance(hours(5));
    expect(words()).toEqual(["raised relay_down"]);
    state.quiet = false;
    await clock.advance(minutes(1));
    expect(words()).toEqual(["raised relay_down", "raised slot_down s1"]);
  });

  it("during maintenance are silent, critical or not, and told afterwards if they are still up", async () => {
    const { alerts, clock, set, settings, words } = await rig();
    await alerts.maintain("s1", hours(1));
    set("slot_down", "s1", true);
    set("slot_down", "s2", true);
    await clock.advance(minutes(30));
    expect(words()).toEqual(["raised slot_down s2"]);
    expect([...alerts.maintenance().keys()]).toEqual(["s1"]);
    await clock.advance(minutes(31));
    expect(words()).toEqual(["raised slot_down s2", "raised slot_down s1"]);
    await alerts.maintain("", hours(2));
    set("relay_down", "", true);
    await clock.advance(minutes(5));
    expect(words()).toHaveLength(2);
    await alerts.maintain("", millis(0));
    await clock.advance(minutes(1));
    expect(words().at(-1)).toBe("raised relay_down");
    expect(await settings.getSetting("alerts.maintenance")).toBe("{}");
  });

  it("keep their maintenance across a restart", async () => {
    const first = await rig();
    await first.alerts.maintain("s1", hours(1));
    await first.alerts.stop();
    const second = await rig(first);
    second.set("slot_down", "s1", true);
    await second.clock.advance(minutes(50));
    expect(second.words()).toEqual([]);
  });

  it("are acknowledged and snoozed by their id, across a restart", async () => {
    const repeat = [rule("slot_down", { repeat: minutes(10) })];
    const first = await rig(newWorld(), { rules: repeat });
    first.set("slot_down", "s1", true);
    await first.clock.advance(minutes(2));
    const [up] = first.alerts.active();
    expect((await first.alerts.acknowledge(up?.id ?? "")).acknowledgedAt).not.toBeNull();
    await first.alerts.stop();
    const second = await rig(first, { rules: repeat });
    second.set("slot_down", "s1", true);
    await second.clock.advance(hours(2));
    expect(second.words()).toEqual([]);
    await expect(second.alerts.acknowledge("nonsense")).rejects.toMatchObject({ code: "alert.unknown" });
    second.set("slot_down", "s1", false);
    await second.clock.advance(minutes(3));
    expect(second.words()).toEqual(["cleared slot_down s1"]);
    await expect(second.alerts.snooze(up?.id ?? "", hours(1))).rejects.toMatchObject({ code: "alert.unknown" });
  });

  it("of rules that are switched off, or told to leave a slot alone, are none", async () => {
    const first = await rig();
    first.set("slot_down", "s1", true);
    first.set("relay_down", "", true);
    await first.clock.advance(minutes(2));
    await first.alerts.stop();
    const left = rule("slot_down", { ignore: new Set(["s1"]) });
    const second = await rig(first, { rules: [left] });
    second.set("slot_down", "s1", true);
    second.set("relay_down", "", true);
    await second.clock.advance(minutes(5));
    expect([second.words(), second.alerts.active(), await second.store.openAlerts()]).toEqual([[], [], []]);
    expect((await second.alerts.history(null, 9)).every(({ clearedAt }) => clearedAt !== null)).toBe(true);
  });

  it("go on although the disk is full, and are saved with their next change", async () => {
    const { alerts, clock, log, set, store, words } = await rig();
    store.full = true;
    set("slot_down", "s1", true);
    await clock.advance(minutes(2));
    expect([words(), alerts.active().length]).toEqual([["raised slot_down s1"], 1]);
    expect(log.lines.some((line) => line.includes("alerts_not_saved"))).toBe(true);
    store.full = false;
    set("slot_down", "s1", false);
    await clock.advance(minutes(2));
    expect((await alerts.history(null, 9)).map(({ clearedAt }) => clearedAt !== null)).toEqual([true]);
  });

  it("write nothing while nothing changes", async () => {
    const { clock, set, store } = await rig();
    set("slot_down", "s1", true);
    await clock.advance(minutes(2));
    const { writes } = store;
    await clock.advance(hours(3));
    expect(store.writes).toBe(writes);
  });

  it("tell whoever listens, and a listener that throws stops nothing", async () => {
    const { alerts, clock, set, words } = await rig();
    const heard: string[] = [];
    alerts.onNotice(() => {
      throw new TypeError("a listener");
    });
    alerts.onNotice(({ what }) => heard.push(what));
    alerts.onChange(({ id }) => heard.push(id));
    set("slot_down", "s1", true);
    await clock.advance(minutes(2));
    expect([words().length, heard.length]).toEqual([1, 2]);
  });

  it("end their looking when the box stops", async () => {
    const { alerts, clock, set, words } = await rig();
    await alerts.stop();
    await alerts.stop();
    set("slot_down", "s1", true);
    await clock.advance(hours(1) as Millis);
    expect([words(), clock.pending]).toEqual([[], []]);
    await expect(alerts.acknowledge("x")).rejects.toMatchObject({ code: "base.stopped" });
  });
});

describe("what was told", () => {
  it("has a time and the alert as it was told", async () => {
    const { clock, set, told } = await rig();
    set("slot_down", "s1", true);
    await clock.advance(minutes(2));
    const [notice] = told;
    expect(notice?.alert.toldAt).toBe(notice?.at satisfies UnixMs | undefined);
    expect(notice?.alert.tells).toBe(1);
  });
});
