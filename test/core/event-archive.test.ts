import { describe, expect, it } from "vitest";
import { days, minutes, seconds } from "../../src/base/index.ts";
import { EventArchive, EventLog, type EventQuery, MOST_UNWRITTEN } from "../../src/core/index.ts";
import { MemoryEvents } from "../sim/memory-events.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { RecordingLogger, START } from "./core-rig.ts";

const ALL: EventQuery = { before: null, limit: 500, level: "info", code: "", slot: null, from: null, to: null };

async function start(store = new MemoryEvents()) {
  const [clock, log] = [new VirtualClock(START), new RecordingLogger()];
  const events = new EventLog(clock, log);
  const now = () => clock.now();
  const archive = new EventArchive({ clock, log, now, events, store, keep: 20_000, keepFor: days(90) });
  await archive.load();
  const record = (code: string) => events.record({ level: "info", code });
  return { clock, log, events, archive, store, record };
}

describe("the archive of events", () => {
  it("writes a burst at once, and not before two seconds have gone by", async () => {
    const { clock, store, record } = await start();
    for (let n = 0; n < 50; n++) record("slot.ready");
    await clock.advance(seconds(1));
    expect(store.writes).toBe(0);
    await clock.advance(seconds(1));
    expect([store.writes, store.rows.length]).toEqual([1, 50]);
  });

  it("writes once in two seconds at most, whatever happens", async () => {
    const { clock, store, record } = await start();
    for (let n = 0; n < 100; n++) {
      record("slot.ready");
      await clock.advance(seconds(0.5));
    }
    expect(store.writes).toBeLessThanOrEqual(26);
    expect(store.rows.length).toBeGreaterThan(90);
  });

  it("does not write at all while nothing happens", async () => {
    const { clock, store } = await start();
    await clock.advance(minutes(30));
    expect(store.writes).toBe(0);
  });

  it("writes what waits when the box stops, and nothing afterwards", async () => {
    const { archive, clock, store, record } = await start();
    for (let n = 0; n < 450; n++) record("a.b");
    await archive.stop();
    record("too.late");
    await clock.advance(seconds(10));
    expect(store.rows).toHaveLength(450);
    await archive.stop();
  });

  it("gives the next run its past, and numbers that no earlier event had, even one that was never written", async () => {
    const first = await start();
    first.record("box.started");
    await first.clock.advance(seconds(2));
    first.record("lost.in_a_power_cut");
    const lost = first.events.list({ after: 0, limit: 500 }).at(-1)?.seq ?? 0;
    const second = await start(first.store);
    second.record("box.started");
    const all = second.events.list({ after: 0, limit: 500 });
    expect(all.map(({ code }) => code)).toEqual(["box.started", "box.started"]);
    expect(all.at(-1)?.seq).toBeGreaterThan(lost);
    expect(second.events.list({ after: lost, limit: 500 })).toHaveLength(1);
  });

  it("finds what is not written yet too, once each and in order", async () => {
    const { archive, clock, record } = await start();
    record("slot.down");
    await clock.advance(seconds(2));
    record("relay.up");
    record("slot.ready");
    const found = await archive.find({ ...ALL, code: "slot." });
    expect(found.map(({ code }) => code)).toEqual(["slot.ready", "slot.down"]);
    expect((await archive.find({ ...ALL, limit: 2 })).map(({ seq }) => seq)).toEqual([3, 2]);
  });

  it("keeps events while the disk is full, and goes easy on it", async () => {
    const { archive, clock, log, store, record } = await start();
    store.full = true;
    record("intake.paused");
    await clock.advance(seconds(70));
    const complaints = log.lines.filter((line) => line.includes("events_not_saved")).length;
    expect(complaints).toBe(3);
    store.full = false;
    record("intake.resumed");
    await clock.advance(seconds(30));
    expect(store.rows.map(({ code }) => code)).toEqual(["intake.paused", "intake.resumed"]);
    await archive.stop();
  });

  it("is bounded while the disk takes nothing: the oldest go, and that is told", async () => {
    const { clock, log, store, record } = await start();
    store.full = true;
    for (let n = 0; n < MOST_UNWRITTEN + 30; n++) record("a.b");
    store.full = false;
    await clock.advance(seconds(20));
    expect(store.rows).toHaveLength(MOST_UNWRITTEN);
    expect(store.rows[0]?.seq).toBe(31);
    expect(log.lines.filter((line) => line.includes("events_dropped"))).toEqual(['warn events_dropped {"events":30}']);
  });

  it("drops what is older than the owner wants", async () => {
    const { clock, store, record } = await start();
    record("old.thing");
    await clock.advance(days(89));
    record("new.thing");
    await clock.advance(days(2));
    expect(store.rows.map(({ code }) => code)).toEqual(["new.thing"]);
  });
});
