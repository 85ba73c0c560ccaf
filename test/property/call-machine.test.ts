// The machine of a call under any order of events: no end is forgotten, nothing is paid twice, everything ends.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seconds } from "../../src/base/index.ts";
import {
  beginIncoming,
  beginOutgoing,
  beginRefused,
  beginUnwanted,
  type CallEffect,
  type CallInput,
  type CallRules,
  type CallState,
  type CallStep,
  stepCall,
} from "../../src/core/calls/call-machine.ts";
import type { EndCause } from "../../src/core/index.ts";

const cause = fc.constantFrom<EndCause>(
  "hung_up",
  "cancelled",
  "busy",
  "no_answer",
  "modem_lost",
  "gateway_lost",
  "failed",
);
const input: fc.Arbitrary<CallInput> = fc.oneof(
  fc.constantFrom("alerting", "connected").map((type): CallInput => ({ type: "modem", event: { type } })),
  cause.map((why): CallInput => ({ type: "modem", event: { type: "ended", cause: why } })),
  fc
    .constantFrom("ringing", "answered", "held", "resumed")
    .map((type): CallInput => ({ type: "phone", event: { type } })),
  cause.map((why): CallInput => ({ type: "phone", event: { type: "ended", cause: why } })),
  fc.constantFrom("0", "#", "D").map((digit): CallInput => ({ type: "phone", event: { type: "digit", digit } })),
  fc.record({ type: fc.constant("modem_failed" as const), cause, exists: fc.boolean() }),
  fc.record({ type: fc.constant("phone_failed" as const), cause }),
  fc.constantFrom("ring", "setup", "take", "announce", "end").map((timer): CallInput => ({ type: "timer", timer })),
  fc.constantFrom<CallInput>({ type: "running_out" }, { type: "ran_out", cause: "no_credit" }),
  fc.record({ type: fc.constant("hang_up" as const), cause }),
);
const rules: fc.Arbitrary<CallRules> = fc
  .constantFrom("reject" as const, "ring_out" as const, "announce" as const)
  .map((treatment) => ({
    ringTimeout: seconds(25),
    treatment: () => treatment,
  }));

const begin = (by: CallRules): readonly CallStep[] => [
  beginIncoming(by),
  beginUnwanted(by, "no_rental"),
  beginOutgoing(),
  beginRefused("blocked", "blocked"),
];

interface Played {
  readonly state: CallState;
  readonly effects: readonly CallEffect[];
}

function play(first: CallStep, inputs: readonly CallInput[], by: CallRules): Played {
  let { state } = first;
  const effects = [...first.effects];
  for (const next of inputs) {
    const step = stepCall(state, next, by);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const count = (effects: readonly CallEffect[], type: CallEffect["type"]): number =>
  effects.filter((effect) => effect.type === type).length;

describe("any order of events", () => {
  it("ends with both ends told, exactly once, when both say that they are over", () => {
    const ends: CallInput[] = [
      { type: "hang_up", cause: "stopped" },
      { type: "modem", event: { type: "ended", cause: "hung_up" } },
      { type: "phone", event: { type: "ended", cause: "hung_up" } },
    ];
    fc.assert(
      fc.property(rules, fc.nat(3), fc.array(input, { maxLength: 30 }), (by, which, inputs) => {
        const first = begin(by)[which];
        if (first === undefined) return;
        const { state, effects } = play(first, [...inputs, ...ends], by);
        expect(state).toMatchObject({ phase: "over", modem: false, phone: false });
        expect(count(effects, "over")).toBe(1);
        expect(effects.at(-1)?.type).toBe("over");
        expect(count(effects, "talking")).toBeLessThanOrEqual(1);
        expect(count(effects, "connect")).toBeLessThanOrEqual(1);
        expect(count(effects, "connect")).toBeGreaterThanOrEqual(count(effects, "talking"));
      }),
    );
  });

  it("leaves no end that is alive untold once the call is ending", () => {
    fc.assert(
      fc.property(rules, fc.nat(3), fc.array(input, { maxLength: 30 }), (by, which, inputs) => {
        const first = begin(by)[which];
        if (first === undefined) return;
        const { state, effects } = play(first, inputs, by);
        if (state.phase !== "ending") return;
        if (state.modem) expect(count(effects, "hang_up_modem")).toBeGreaterThan(0);
        if (state.phone) expect(count(effects, "hang_up_phone")).toBeGreaterThan(0);
        expect(state.modem || state.phone).toBe(true);
      }),
    );
  });

  it("is paid for only while both ends are there", () => {
    fc.assert(
      fc.property(rules, fc.nat(3), fc.array(input, { maxLength: 30 }), (by, which, inputs) => {
        let { state } = begin(by)[which] ?? beginOutgoing();
        for (const next of inputs) {
          const step = stepCall(state, next, by);
          if (count(step.effects, "talking") > 0) expect(step.state).toMatchObject({ modem: true, phone: true });
          state = step.state;
        }
        expect(state.phase === "talking" && !(state.modem && state.phone)).toBe(false);
      }),
    );
  });
});
