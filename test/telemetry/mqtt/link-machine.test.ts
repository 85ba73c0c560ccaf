import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../../src/base/index.ts";
import {
  BROKER_BACKOFF,
  type BrokerInput,
  type BrokerPhase,
  STEADY,
  stepBroker,
} from "../../../src/telemetry/mqtt/link-machine.ts";

const PHASES: readonly BrokerPhase[] = [
  { kind: "idle" },
  { kind: "connecting", attempt: 3 },
  { kind: "online", attempt: 3, since: millis(0) },
  { kind: "waiting", attempt: 3 },
  { kind: "stopped" },
];
const INPUTS: readonly BrokerInput[] = [
  { type: "start" },
  { type: "connected", now: millis(1000) },
  { type: "failed", now: millis(1000), fraction: 0.5 },
  { type: "due" },
  { type: "stop" },
];
/** What becomes of each state with each input, in the order of `INPUTS`. */
const TABLE: Readonly<Record<BrokerPhase["kind"], readonly string[]>> = {
  idle: ["connecting connect", "idle", "idle", "idle", "stopped abandon"],
  connecting: ["connecting", "online publish_all", "waiting wait", "connecting", "stopped abandon"],
  online: ["online", "online", "waiting wait", "online", "stopped leave"],
  waiting: ["waiting", "waiting", "waiting", "connecting connect", "stopped abandon"],
  stopped: ["stopped", "stopped", "stopped", "stopped", "stopped"],
};

describe("the way to a broker", () => {
  it.each(PHASES)("does in the state $kind what the table says, for every input", (state) => {
    const told = INPUTS.map((input) => {
      const { state: next, effects } = stepBroker(state, input);
      return [next.kind, ...effects.map((effect) => effect.type)].join(" ");
    });
    expect(told).toEqual(TABLE[state.kind]);
  });

  it("waits longer with each attempt, up to a limit, and half of it at least", () => {
    let state: BrokerPhase = { kind: "connecting", attempt: 1 };
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      const failed = stepBroker(state, { type: "failed", now: millis(0), fraction: 0 });
      for (const effect of failed.effects) if (effect.type === "wait") waits.push(effect.delay);
      state = stepBroker(failed.state, { type: "due" }).state;
    }
    expect(waits.slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
    expect(Math.max(...waits)).toBe(BROKER_BACKOFF.max / 2);
  });

  it("begins anew after a steady connection, but goes on waiting longer for a broker that throws it out at once", () => {
    const online: BrokerPhase = { kind: "online", attempt: 6, since: millis(0) };
    const short = stepBroker(online, { type: "failed", now: millis(STEADY - 1), fraction: 0 });
    const long = stepBroker(online, { type: "failed", now: STEADY, fraction: 0 });
    expect(short.effects).toEqual([{ type: "wait", delay: seconds(16) }]);
    expect(long.effects).toEqual([{ type: "wait", delay: millis(500) }]);
  });
});
