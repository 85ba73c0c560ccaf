import { describe, expect, it } from "vitest";
import type { LiveFrame } from "../../src/protocol/index.ts";
import { LiveFrames } from "../../src/web/server/live-frames.ts";

const slot = (id: string, step: string) => ({ type: "slot", slot: { id, step } }) as LiveFrame;
const event = (seq: number) => ({ type: "event", event: { seq } }) as LiveFrame;
const rentals = (n: number) => ({ type: "rentals", lines: [], rentals: [{ credit: n }] }) as unknown as LiveFrame;

describe("LiveFrames", () => {
  it("keeps the newest frame of each slot and list, every event, and puts events last", () => {
    const frames = new LiveFrames();
    for (const frame of [event(1), slot("s1", "a"), rentals(1), slot("s2", "a"), event(2), slot("s1", "b"), rentals(2)])
      frames.add(frame);
    expect(frames.take()).toEqual([slot("s1", "b"), rentals(2), slot("s2", "a"), event(1), event(2)]);
  });

  it("is empty once taken", () => {
    const frames = new LiveFrames();
    frames.add(event(1));
    frames.take();
    expect(frames.take()).toEqual([]);
  });
});
