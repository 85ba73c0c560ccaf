import { describe, expect, it } from "vitest";
import { lineId, millis, slotId, unixMs } from "../../src/base/index.ts";
import { EventLog } from "../../src/core/index.ts";
import { type BoxEvent, boxEvent } from "../../src/protocol/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { RecordingLogger, START } from "./core-rig.ts";

function open(): { readonly events: EventLog; readonly clock: VirtualClock; readonly log: RecordingLogger } {
  const [clock, log] = [new VirtualClock(START), new RecordingLogger()];
  return { events: new EventLog(clock, log), clock, log };
}

describe("EventLog", () => {
  it("numbers events from 1, stamps them, and fills in what was not given", async () => {
    const { events, clock } = open();
    events.record({ level: "info", code: "box.started" });
    await clock.advance(millis(7));
    events.record({
      level: "warn",
      code: "slot.down",
      slot: slotId("1"),
      line: lineId("l"),
      details: { n: 1, b: true },
    });
    const all = events.list({ after: 0, limit: 500 });
    expect(all).toEqual([
      { seq: 1, at: START, level: "info", code: "box.started", slot: null, line: null, details: {} },
      {
        seq: 2,
        at: unixMs(START + 7),
        level: "warn",
        code: "slot.down",
        slot: "1",
        line: "l",
        details: { n: 1, b: true },
      },
    ]);
    for (const event of all) expect(boxEvent.parse(event)).toEqual(event);
  });

  it("writes each event to the log at its level", () => {
    const { events, log } = open();
    events.record({ level: "error", code: "intake.paused", details: { reason: "store.full" } });
    expect(log.lines).toEqual(['error intake.paused {"reason":"store.full","slot":null,"line":null}']);
  });

  it("pages from any point, oldest first, without leaving one out", () => {
    const { events } = open();
    for (let i = 0; i < 25; i++) events.record({ level: "info", code: "a.b" });
    const seen: number[] = [];
    for (let after = 0; ; ) {
      const page = events.list({ after, limit: 10 });
      seen.push(...page.map((event) => event.seq));
      if (page.length === 0) break;
      after = page.at(-1)?.seq ?? after;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
  });

  it("keeps the newest five hundred", () => {
    const { events } = open();
    for (let i = 0; i < 1200; i++) events.record({ level: "info", code: "a.b" });
    const all = events.list({ after: 0, limit: 500 });
    expect([all.length, all[0]?.seq, all.at(-1)?.seq]).toEqual([500, 701, 1200]);
  });

  it("tells listeners until they leave; one that throws harms nobody", () => {
    const { events, log } = open();
    const heard: BoxEvent[] = [];
    events.onEvent(() => {
      throw new Error("broken listener");
    });
    const leave = events.onEvent((event) => heard.push(event));
    events.record({ level: "info", code: "a.b" });
    leave();
    events.record({ level: "info", code: "c.d" });
    expect(heard.map((event) => event.code)).toEqual(["a.b"]);
    expect(log.lines.filter((line) => line.includes("listener_failed"))).toHaveLength(2);
  });
});
