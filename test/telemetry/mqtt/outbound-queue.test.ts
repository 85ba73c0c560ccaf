import { describe, expect, it } from "vitest";
import { type Outbound, OutboundQueue, QUEUE_LIMITS } from "../../../src/telemetry/mqtt/outbound-queue.ts";

const state = (topic: string, payload: string): Outbound => ({ topic, payload, kind: "state" });
const event = (payload: string): Outbound => ({ topic: "e", payload, kind: "event" });
const reply = (payload: string): Outbound => ({ topic: "r", payload, kind: "reply" });

/** Takes everything there is; `sent` says so. */
function drain(queue: OutboundQueue, options: { readonly sent: boolean } = { sent: true }): string[] {
  const taken: string[] = [];
  for (let next = queue.take(); next !== null; next = queue.take()) {
    taken.push(`${next.topic}=${next.payload}`);
    if (options.sent) queue.sent(next);
  }
  return taken;
}

describe("the queue of a broker", () => {
  it("keeps the newest of each state and sends states before replies before events", () => {
    const queue = new OutboundQueue();
    queue.put(event("1"));
    queue.put(reply("1"));
    queue.put(state("a", "1"));
    queue.put(state("b", "1"));
    queue.put(state("a", "2"));
    expect(queue.waiting).toEqual({ states: 2, events: 1, replies: 1 });
    expect(drain(queue)).toEqual(["a=2", "b=1", "r=1", "e=1"]);
  });

  it("sends a state once while it does not change", () => {
    const queue = new OutboundQueue();
    queue.put(state("a", "1"));
    drain(queue);
    queue.put(state("a", "1"));
    expect(drain(queue)).toEqual([]);
  });

  it("never has two values of one topic under way", () => {
    const queue = new OutboundQueue();
    queue.put(state("a", "1"));
    const first = queue.take();
    queue.put(state("a", "2"));
    queue.put(state("a", "3"));
    expect(queue.take()).toBeNull();
    if (first !== null) queue.sent(first);
    expect(drain(queue)).toEqual(["a=3"]);
  });

  it("sends all states again for a broker that may have lost them", () => {
    const queue = new OutboundQueue();
    queue.put(state("a", "1"));
    queue.put(state("b", "1"));
    drain(queue);
    queue.again("b");
    queue.again("unknown");
    expect(drain(queue)).toEqual(["b=1"]);
    queue.allAgain();
    expect(drain(queue)).toEqual(["a=1", "b=1"]);
  });

  it("takes a state away once, and forgets it then", () => {
    const queue = new OutboundQueue();
    queue.put(state("a", "1"));
    drain(queue);
    queue.put(state("a", ""));
    expect(queue.holds("a")).toBe(true);
    expect(drain(queue)).toEqual(["a="]);
    expect(queue.holds("a")).toBe(false);
    queue.allAgain();
    expect(drain(queue)).toEqual([]);
  });

  it("keeps a state that came while it was being taken away", () => {
    const queue = new OutboundQueue();
    queue.put(state("a", ""));
    const empty = queue.take();
    queue.put(state("a", "1"));
    if (empty !== null) queue.sent(empty);
    expect(drain(queue)).toEqual(["a=1"]);
  });

  it("throws the oldest events and replies away, and counts them", () => {
    const queue = new OutboundQueue({ events: 3, replies: 1, states: 10, bytes: 1000 });
    for (const text of ["1", "2", "3", "4", "5"]) queue.put(event(text));
    queue.put(reply("1"));
    queue.put(reply("2"));
    expect(queue.dropped).toEqual({ events: 2, replies: 1, oversize: 0 });
    expect(drain(queue)).toEqual(["r=2", "e=3", "e=4", "e=5"]);
  });

  it("puts what was under way back in its old place", () => {
    const queue = new OutboundQueue({ events: 3, replies: 3, states: 10, bytes: 1000 });
    for (const text of ["1", "2", "3"]) queue.put(event(text));
    queue.put(state("a", "1"));
    const flying = [queue.take(), queue.take(), queue.take()].filter((each) => each !== null);
    queue.put(state("a", "2"));
    queue.put(event("4"));
    queue.returned(flying);
    // Four events for three places: the oldest goes.
    expect(queue.dropped.events).toBe(1);
    expect(drain(queue)).toEqual(["a=2", "e=2", "e=3", "e=4"]);
  });

  it("refuses what is too large, in bytes and not in characters", () => {
    const queue = new OutboundQueue({ ...QUEUE_LIMITS, bytes: 10 });
    queue.put(event("ü".repeat(5)));
    queue.put(event("u".repeat(9)));
    expect(queue.dropped.oversize).toBe(1);
    expect(drain(queue)).toEqual(["e=uuuuuuuuu"]);
  });

  it("ends somewhere, whatever topics are made up", () => {
    const queue = new OutboundQueue({ ...QUEUE_LIMITS, states: 2 });
    for (const topic of ["a", "b", "c"]) queue.put(state(topic, "1"));
    expect(queue.waiting.states).toBe(2);
    expect(queue.dropped.oversize).toBe(1);
    queue.put(state("a", "2"));
    expect(drain(queue)).toEqual(["a=2", "b=1"]);
  });
});
