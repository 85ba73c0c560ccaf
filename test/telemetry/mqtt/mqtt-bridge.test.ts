import { describe, expect, it } from "vitest";
import { minutes, seconds, unixMs } from "../../../src/base/index.ts";
import { type CallNews, MQTT_TOPICS } from "../../../src/protocol/index.ts";
import { BridgeRig } from "./bridge-rig.ts";
import { faultOf, rowOf } from "./table.ts";

const ROOTS = { root: "numberbox/b1", discovery: "homeassistant" };
const ALL = ["recover", "balance", "ussd", "join", "refresh"] as const;

const CALL: CallNews = {
  ...{ id: "ab".repeat(16), at: 6000, slot: "s1", line: "line-1", held: false, cause: null },
  ...{ direction: "in", phase: "talking", started_at: 5000, talking_at: 6000 },
};

describe("the box at its brokers", () => {
  it("tells everything that the table promises, retained where it says so, and nothing else", async () => {
    const rig = new BridgeRig({ slots: 4, allow: ALL });
    rig.box.setSlot("s1", { balance: { amount: "3.20", currency: "EUR", at: 7 } });
    await rig.start();
    rig.box.receive("s2");
    rig.box.record({ level: "warn", code: "slot.down", slot: "s1", details: { reason: "modem.timeout" } });
    rig.box.tellSms({ id: "m1", at: 5, line: "line-1", slot: "s1", rental: null, seq: null });
    rig.box.tellCall(CALL);
    rig.alerts.raise({ rule: "sim_lost", severity: "critical", subject: "s1", since: unixMs(3) });
    await rig.settle();
    await rig.command("numberbox/b1/slot/s1/command/recover", "{}");
    await rig.command("numberbox/b1/command/refresh", "{}");
    rig.box.removeSlot("s3");
    await rig.settle();
    await rig.bridge.stop();
    const told = rig.broker.published.filter(({ topic }) => !topic.includes("/command/"));
    expect(told.map((message) => faultOf(ROOTS, message)).filter((fault) => fault !== null)).toEqual([]);
    const rows = new Set(told.map(({ topic }) => rowOf(ROOTS, topic)));
    const promised = Object.entries(MQTT_TOPICS).filter(([, row]) => row.direction !== "in");
    expect([...rows].sort()).toEqual(promised.map(([name]) => name).sort());
  });

  it("tells a slot's call as it is and as it changes, and that it is idle", async () => {
    const rig = new BridgeRig();
    await rig.start();
    const last = (topic: string): unknown =>
      JSON.parse(
        rig.broker.published.findLast((message) => message.topic === `numberbox/b1/${topic}`)?.payload ?? "null",
      );
    expect(last("slot/s1/call")).toMatchObject({ state: "idle", direction: null });
    expect(last("calls")).toMatchObject({ problem: null, active: 0, phones: 2, slots: 1 });
    rig.open = [CALL];
    rig.box.tellCall(CALL);
    await rig.settle();
    expect(last("slot/s1/call")).toMatchObject({ state: "talking", direction: "in", line: "line-1", talking_at: 6000 });
    expect(last("calls")).toMatchObject({ active: 1 });
    rig.open = [];
    rig.box.tellCall({ ...CALL, phase: "over", at: 9900, cause: "hung_up" });
    await rig.settle();
    expect(last("call")).toMatchObject({ call: CALL.id, state: "over", seconds: 3, cause: "hung_up" });
    expect(last("slot/s1/call")).toMatchObject({ state: "idle" });
    await rig.bridge.stop();
  });

  it("names no number, no SIM, no renter and no message", async () => {
    const rig = new BridgeRig({ slots: 32, allow: ALL });
    await rig.start();
    rig.box.record({
      ...{ level: "info", code: "line.sim_learnt", slot: "s1", line: "line-1" },
      details: { iccid: "8949012345678901234", name: "Anna's phone", reason: "sim.missing", number: "+491515550100" },
    });
    rig.answer = { text: "Ihre Nummer: 0151 555 01 00, Guthaben 4,20 EUR bis 01.02.2026", more: true };
    const reply = await rig.command("numberbox/b1/slot/s1/command/ussd", '{"code":"*100#"}');
    expect(reply?.result).toEqual({ text: "Ihre Nummer: …, Guthaben 4,20 EUR bis 01.02.2026", more: true });
    expect(rig.calls).toContain("cancel s1");
    await rig.settle();
    const all = rig.broker.published
      .filter(({ topic }) => !topic.includes("/command/"))
      .map(({ topic, payload }) => topic + payload)
      .join("\n");
    const secrets = [
      ...rig.box.slots().flatMap((slot) => [slot.line?.number, slot.imei, slot.iccid, slot.imsi, slot.own_number]),
      ...(await rig.box.lines()).flatMap((line) => [line.number, line.listing_id]),
      ...(await rig.box.rentals()).flatMap((rental) => [rental.id, rental.renter.verify, rental.renter.encrypt]),
      ...["8949012345678901234", "Anna", "491515550100", (await rig.box.overview()).provider],
    ].filter((secret) => secret !== null && secret !== undefined);
    expect(secrets.length).toBeGreaterThan(150);
    expect(secrets.filter((secret) => all.includes(secret.replace("+", "")))).toEqual([]);
    expect(all).toContain('"details":{"reason":"sim.missing"}');
  });

  it("gathers changes and does not repeat what is the same", async () => {
    const rig = new BridgeRig();
    await rig.start();
    const mark = rig.broker.published.length;
    for (let dbm = -90; dbm < -70; dbm++) rig.box.setSlot("s1", { signal_dbm: dbm });
    await rig.settle();
    const told = rig.since(mark);
    expect(told.map(({ topic }) => topic)).toEqual(["numberbox/b1/slot/s1/state"]);
    expect(rig.json("numberbox/b1/slot/s1/state")).toMatchObject({ signal_dbm: -71 });
  });

  it("takes a slot that is gone away from everywhere", async () => {
    const rig = new BridgeRig({ slots: 3 });
    rig.box.setSlot("s2", { balance: { amount: "1", currency: "EUR", at: 1 } });
    await rig.start();
    const of = (): string[] => [...rig.broker.retained.keys()].filter((topic) => topic.includes("s2"));
    expect(of().sort()).toEqual([
      "homeassistant/device/numberbox_b1_slot_s2/config",
      "numberbox/b1/slot/s2/balance",
      "numberbox/b1/slot/s2/state",
    ]);
    rig.box.removeSlot("s2");
    await rig.settle();
    expect(of()).toEqual([]);
    expect(rig.broker.retained.has("numberbox/b1/slot/s1/state")).toBe(true);
  });

  it("takes away what is left of a slot that went while the box was off", async () => {
    const rig = new BridgeRig();
    rig.broker.publish({ topic: "numberbox/b1/slot/old/state", payload: "{}", retain: true });
    rig.broker.publish({ topic: "homeassistant/device/numberbox_b1_slot_old/config", payload: "{}", retain: true });
    rig.broker.publish({ topic: "numberbox/other/slot/old/state", payload: "{}", retain: true });
    await rig.start();
    await rig.settle();
    const old = [...rig.broker.retained.keys()].filter((topic) => topic.includes("old"));
    expect(old).toEqual(["numberbox/other/slot/old/state"]);
  });

  it("mends what others took away or wrote over", async () => {
    const rig = new BridgeRig();
    await rig.start();
    rig.broker.publish({ topic: "numberbox/b1/state", payload: "offline", retain: true });
    rig.broker.publish({ topic: "numberbox/b1/slot/s1/state", payload: "", retain: true });
    await rig.clock.flush();
    expect(rig.broker.retained.get("numberbox/b1/state")).toBe("online");
    expect(rig.broker.retained.get("numberbox/b1/slot/s1/state")).toContain('"kind"');
    rig.broker.retained.clear();
    rig.broker.publish({ topic: "numberbox/b1/state", payload: "", retain: true });
    await rig.clock.flush();
    expect(rig.broker.retained.size).toBeGreaterThan(10);
  });

  it("publishes everything again when Home Assistant starts, and not for its retained word", async () => {
    const rig = new BridgeRig();
    rig.broker.publish({ topic: "homeassistant/status", payload: "online", retain: true });
    await rig.start();
    await rig.settle();
    const mark = rig.broker.published.length;
    rig.broker.publish({ topic: "homeassistant/status", payload: "offline", retain: true });
    await rig.clock.flush();
    expect(rig.since(mark)).toHaveLength(1);
    rig.broker.publish({ topic: "homeassistant/status", payload: "online", retain: false });
    await rig.clock.flush();
    const again = rig.since(mark + 2).map(({ topic }) => topic);
    expect(new Set(again)).toEqual(
      new Set([...rig.broker.retained.keys()].filter((topic) => topic !== "homeassistant/status")),
    );
  });

  it("numbers events, so that who counts sees a gap", async () => {
    const rig = new BridgeRig();
    await rig.start();
    rig.broker.goDown();
    for (let i = 0; i < 503; i++) rig.box.record({ level: "info", code: "slot.ready", slot: "s1" });
    rig.broker.comeBack();
    await rig.clock.advance(minutes(1));
    const events = rig.broker.published.filter(({ topic }) => topic === "numberbox/b1/event");
    const ids = events.map(({ payload }) => (JSON.parse(payload) as { id: string }).id.split("-"));
    expect(new Set(ids.map(([start]) => start)).size).toBe(1);
    expect(ids.map(([, n]) => Number(n))).toEqual(Array.from({ length: 500 }, (_, i) => i + 4));
    expect(rig.bridge.brokers()[0]?.dropped.events).toBe(3);
  });

  it("tells each broker, whatever another does", async () => {
    const rig = new BridgeRig({ brokers: [{ id: "dead" }, { id: "slow" }, { id: "good", discovery: null }] });
    const [dead, slow, good] = rig.brokers;
    dead?.goDown();
    if (slow !== undefined) slow.mute = true;
    await rig.start();
    expect(rig.bridge.brokers().map(({ id, state }) => `${id} ${state}`)).toEqual([
      "dead waiting",
      "slow online",
      "good online",
    ]);
    expect(good?.retained.get("numberbox/b1/box")).toContain('"version"');
    expect([...(good?.retained.keys() ?? [])].filter((topic) => topic.startsWith("homeassistant"))).toEqual([]);
    await rig.clock.settle(rig.bridge.stop(), seconds(3));
    expect(good?.retained.get("numberbox/b1/state")).toBe("offline");
    await rig.clock.flush();
    expect(rig.clock.pending).toEqual([]);
  });

  it("tells alerts as they begin and end, and which are firing", async () => {
    const rig = new BridgeRig();
    await rig.start();
    rig.alerts.raise({ rule: "disk_low", severity: "warning", subject: "", since: unixMs(10) });
    await rig.settle();
    expect(rig.json("numberbox/b1/alerts")).toEqual({
      firing: [{ rule: "disk_low", severity: "warning", subject: "", since: 10 }],
    });
    rig.alerts.end("disk_low");
    await rig.settle();
    expect(rig.json("numberbox/b1/alerts")).toEqual({ firing: [] });
    const alerts = rig.broker.published.filter(({ topic }) => topic === "numberbox/b1/alert");
    expect(alerts.map(({ payload }) => (JSON.parse(payload) as { state: string }).state)).toEqual([
      "firing",
      "resolved",
    ]);
  });

  it("does nothing at all without a broker", () => {
    const rig = new BridgeRig({ brokers: [] });
    rig.bridge.start();
    expect(rig.clock.pending).toEqual([]);
    expect(rig.box.listeners).toBe(0);
  });
});

describe("what a broker may ask of the box", () => {
  it("does what is allowed and answers with the command's id", async () => {
    const rig = new BridgeRig({ allow: ALL });
    await rig.start();
    const reply = await rig.command("numberbox/b1/slot/s1/command/recover", '{"id":"42","rung":"cfun"}');
    expect(reply).toEqual({
      ...{ id: "42", at: rig.clock.now(), ok: true, code: null, message: null, hint: null },
      result: { state: "ready", step: "ready" },
    });
    expect((await rig.command("numberbox/b1/slot/s1/command/balance", ""))?.result).toEqual({
      ...{ amount: "4.20", currency: "EUR", at: 1 },
    });
    expect((await rig.command("numberbox/b1/command/join", '{"seconds":60}'))?.result).toEqual({
      ...{ open: true, closes_at: 5 },
    });
    expect(rig.calls).toEqual(["recover s1 cfun", "balance s1", "join 60"]);
    expect(rig.bridge.brokers()[0]?.commands).toEqual({ done: 3, failed: 0, refused: 0, ignored: 0 });
  });

  it("does not even listen where nothing is allowed", async () => {
    const rig = new BridgeRig({ allow: [] });
    await rig.start();
    expect(await rig.command("numberbox/b1/slot/s1/command/recover", "{}")).toBeNull();
    expect(rig.calls).toEqual([]);
  });

  it.each([
    ["slot/s1/command/join", "{}", "mqtt.command_not_allowed"],
    ["slot/s1/command/refresh", "{}", "mqtt.bad_command"],
    ["command/recover", "{}", "mqtt.bad_command"],
    ["slot/none/command/recover", "{}", "slot.unknown"],
    ["slot/S%20/command/recover", "{}", null],
    ["slot/S1/command/recover", "{}", "base.bad_value"],
    ["slot/s1/command/recover", "{", "mqtt.bad_command"],
  ])("answers %s with %s by %s", async (topic, payload, code) => {
    const rig = new BridgeRig({ allow: ["recover", "refresh"] });
    await rig.start();
    const reply = await rig.command(`numberbox/b1/${topic}`, payload);
    expect(reply?.code ?? null).toBe(code);
    expect(rig.calls.filter((call) => call.startsWith("join"))).toEqual([]);
  });

  it("ignores a command that the broker kept from before", async () => {
    const rig = new BridgeRig({ allow: ALL });
    rig.broker.publish({ topic: "numberbox/b1/slot/s1/command/recover", payload: "{}", retain: true });
    await rig.start();
    expect(rig.calls).toEqual([]);
    expect(rig.bridge.brokers()[0]?.commands.ignored).toBe(1);
  });

  it("answers those it could not do in time, and stops with one under way", async () => {
    const rig = new BridgeRig({ allow: ALL });
    await rig.start();
    rig.answer = { text: "", more: false };
    rig.hang = true;
    expect(await rig.command("numberbox/b1/slot/s1/command/ussd", '{"code":"*1#"}')).toBeNull();
    await rig.clock.advance(minutes(2));
    const replies = rig.broker.published.filter(({ topic }) => topic === "numberbox/b1/slot/s1/reply/ussd");
    expect(replies.map(({ payload }) => (JSON.parse(payload) as { code: string }).code)).toEqual(["base.timeout"]);
    await rig.command("numberbox/b1/slot/s1/command/ussd", '{"code":"*1#"}');
    await rig.clock.settle(rig.bridge.stop(), seconds(3));
    expect(rig.bridge.brokers()[0]?.state).toBe("stopped");
  });
});
