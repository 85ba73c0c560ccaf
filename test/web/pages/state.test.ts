import { describe, expect, it } from "vitest";
import type { BoxEvent, LiveFrame, Overview, SlotView } from "../../../src/protocol/index.ts";
import { isFull, SPAN_MS, SPANS, series } from "../../../src/web/pages/history.ts";
import { applyFrame, applyTick, EVENTS_KEPT, initialState, type State } from "../../../src/web/pages/state.ts";

const NOW = 1_767_225_600_000;

function overview(change: Partial<Overview> = {}, received = 0): Overview {
  return {
    ...{
      version: "0",
      provider: "zdSsdN6l5LAAt5XijC1DaoeVMWtSiVlFBLzjQyq-0O0",
      started_at: 0,
      now: NOW,
      clock: "trusted",
      intake: { state: "running", problem: null },
    },
    counts: { received, forwarded: 0, acknowledged: 0, duplicates: 0, undecodable: 0, unrented: 0, denied: 0 },
    outbox: { depth: 0, oldest_ms: null },
    relay: { url: "http://relay", state: "up", since: 0, problem: null },
    ...change,
  };
}

const slot = (id: string, received = 0) => ({ id, received }) as SlotView;
const event = (seq: number) =>
  ({ seq, at: NOW, level: "info", code: "x.y", slot: null, line: null, details: {} }) as BoxEvent;
const snapshot = (events: BoxEvent[] = []): LiveFrame => ({
  ...{ type: "snapshot", overview: overview(), slots: [slot("s1"), slot("s2")], lines: [], rentals: [], events },
});

function started(events: BoxEvent[] = []): State {
  return applyFrame(initialState("overview", "system"), snapshot(events), 1000);
}

describe("applyFrame", () => {
  it("ignores everything before the first snapshot", () => {
    const state = initialState("overview", "system");
    expect(applyFrame(state, { type: "slot", slot: slot("s1") }, 0)).toBe(state);
    expect(applyTick(state, 5000)).toBe(state);
  });

  it("replaces one slot and leaves the others the very same objects", () => {
    const before = started();
    const after = applyFrame(before, { type: "slot", slot: slot("s2", 5) }, 1000);
    expect(after.box?.slots.map((known) => known.received)).toEqual([0, 5]);
    expect(after.box?.slots[0]).toBe(before.box?.slots[0]);
  });

  it("takes in a slot that was not there", () => {
    const after = applyFrame(started(), { type: "slot", slot: slot("s9") }, 1000);
    expect(after.box?.slots.map((known) => known.id)).toEqual(["s1", "s2", "s9"]);
  });

  it("lets go of a slot with the event that tells of it", () => {
    const gone: BoxEvent = { ...event(1), code: "slot.removed", slot: "s1" };
    const after = applyFrame(started(), { type: "event", event: gone }, 1000);
    expect(after.box?.slots.map((known) => known.id)).toEqual(["s2"]);
    expect(after.box?.events).toEqual([gone]);
  });

  it("closes the window for hardware when somebody else has closed it", () => {
    const open: State = { ...started(), hardware: { open: true, closes_at: NOW + 9000, found: [] } };
    const closed: BoxEvent = { ...event(1), code: "join.closed" };
    expect(applyFrame(open, { type: "event", event: closed }, 1000).hardware?.open).toBe(false);
    expect(applyFrame(open, { type: "event", event: event(1) }, 1000).hardware).toBe(open.hardware);
  });

  it("keeps events newest first, each once, and not without end", () => {
    let state = started([event(1), event(2)]);
    state = applyFrame(state, { type: "event", event: event(2) }, 1000);
    expect(state.box?.events.map((known) => known.seq)).toEqual([2, 1]);
    for (let seq = 3; seq < 3 + EVENTS_KEPT; seq++)
      state = applyFrame(state, { type: "event", event: event(seq) }, 1000);
    expect(state.box?.events).toHaveLength(EVENTS_KEPT);
    expect(state.box?.events[0]?.seq).toBe(2 + EVENTS_KEPT);
  });

  it("replaces lines and rentals together", () => {
    const lines = [{ id: "l1" }] as never;
    const after = applyFrame(started(), { type: "rentals", lines, rentals: [] }, 1000);
    expect(after.box?.lines).toBe(lines);
  });
});

describe("the box's clock on the page", () => {
  it("goes on from the box's own time by this machine's monotonic clock", () => {
    const later = applyTick(started(), 1000 + 65_000);
    expect(later.now).toBe(NOW + 65_000);
    const corrected = applyFrame(later, { type: "overview", overview: overview({ now: NOW + 3_600_000 }) }, 70_000);
    expect(applyTick(corrected, 71_000).now).toBe(NOW + 3_601_000);
  });
});

describe("the history of counts", () => {
  it("sums what was counted in each span, oldest first", () => {
    let state = started();
    state = applyFrame(state, { type: "overview", overview: overview({}, 3) }, 1000);
    state = applyFrame(state, { type: "overview", overview: overview({ now: NOW + 1000 }, 4) }, 2000);
    state = applyFrame(state, { type: "overview", overview: overview({ now: NOW + 2 * SPAN_MS }, 10) }, 3000);
    const values = series(state.history, "received");
    expect(values).toHaveLength(SPANS);
    expect(values.slice(-3)).toEqual([4, 0, 6]);
    expect(series(state.history, "forwarded").every((value) => value === 0)).toBe(true);
  });

  it("moves on while nothing happens", () => {
    let state = applyFrame(started(), { type: "overview", overview: overview({}, 3) }, 1000);
    state = applyTick(state, 1000 + 3 * SPAN_MS);
    expect(series(state.history, "received").slice(-4)).toEqual([3, 0, 0, 0]);
  });

  it("counts nothing for the time without a feed, nor when counters fall", () => {
    let state = applyFrame(started(), { type: "overview", overview: overview({}, 3) }, 1000);
    state = applyFrame(state, { ...snapshot(), overview: overview({ now: NOW + SPAN_MS }, 500) } as LiveFrame, 6000);
    expect(series(state.history, "received").slice(-2)).toEqual([3, 0]);
    state = applyFrame(state, { type: "overview", overview: overview({ now: NOW + SPAN_MS }, 2) }, 6000);
    expect(series(state.history, "received").slice(-2)).toEqual([3, 0]);
  });

  it("reaches back only to when the page was opened until all its spans have passed", () => {
    const opened = started();
    expect(isFull(applyTick(opened, 1000 + (SPANS - 2) * SPAN_MS).history)).toBe(false);
    expect(isFull(applyTick(opened, 1000 + SPANS * SPAN_MS).history)).toBe(true);
  });

  it("begins anew when the box's clock leaps", () => {
    let state = applyFrame(started(), { type: "overview", overview: overview({}, 3) }, 1000);
    state = applyFrame(state, { type: "overview", overview: overview({ now: NOW - 86_400_000 }, 4) }, 1000);
    expect(state.history.rates).toHaveLength(1);
    state = applyFrame(state, { type: "overview", overview: overview({ now: NOW + 86_400_000 }, 5) }, 1000);
    expect(state.history.rates).toHaveLength(1);
  });
});
