import { describe, expect, it } from "vitest";
import type { EndCause } from "../../../src/core/index.ts";
import { causeOfAbandoning, causeOfEnd, causeOfRefusal, q850Of } from "../../../src/voice/asterisk/hangup-causes.ts";
import {
  channelsOf,
  type LegEffect,
  type LegInput,
  type LegState,
  legStep,
  ringingLeg,
} from "../../../src/voice/asterisk/leg-machine.ts";

/** All effects of the inputs, in order, and the state after them. */
function run(from: LegState, ...inputs: readonly LegInput[]): { state: LegState; effects: readonly LegEffect[] } {
  let state = from;
  const effects: LegEffect[] = [];
  for (const input of inputs) {
    const step = legStep(state, input);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const two = ringingLeg(["a", "b"]).state;
const dialling: LegState = { kind: "dialling", channel: "p" };
const talking: LegState = { kind: "talking", channel: "p", held: false };
const ended = (cause: EndCause): LegEffect => ({ type: "emit", event: { type: "ended", cause } });
const drop = (channel: string, q850: number): LegEffect => ({ type: "drop_channel", channel, q850 });
const release: LegEffect = { type: "release" };

describe("a leg that rings phones", () => {
  it("without any is over at once", () => {
    expect(ringingLeg([]).effects).toEqual([release, ended("not_registered")]);
  });

  it("tells once that it rings, and stops the others when one answers", () => {
    const { state, effects } = run(
      two,
      { type: "rings", channel: "a" },
      { type: "rings", channel: "b" },
      { type: "answered", channel: "b" },
    );
    expect(effects).toEqual([
      { type: "emit", event: { type: "ringing" } },
      drop("a", 26),
      { type: "emit", event: { type: "answered" } },
    ]);
    expect(channelsOf(state)).toEqual(["b"]);
  });

  it("sends away the second phone that answered in the same moment", () => {
    const { effects } = run(two, { type: "answered", channel: "a" }, { type: "answered", channel: "b" });
    expect(effects.at(-1)).toEqual(drop("b", 26));
  });

  it("goes on while a phone is left, and ends with the most telling refusal", () => {
    const first = run(two, { type: "gone", channel: "a", q850: 21, sip: 603 });
    expect(first.effects).toEqual([]);
    const second = legStep(first.state, { type: "not_begun", channel: "b" });
    expect(second.effects).toEqual([release, ended("declined")]);
  });

  it("hears no phone twice, nor one that it does not have", () => {
    const gone: LegInput = { type: "gone", channel: "a", q850: 17, sip: 486 };
    expect(run(two, gone, gone, { ...gone, channel: "z" }).state.kind).toBe("ringing");
  });

  it("cancels all when the caller gives up; a phone that answers after that is sent away", () => {
    const { state, effects } = run(two, { type: "hang_up", cause: "cancelled" });
    expect(effects).toEqual([drop("a", 16), drop("b", 16), release, ended("cancelled")]);
    expect(legStep(state, { type: "answered", channel: "a" }).effects).toEqual([drop("a", 16)]);
  });
});

describe("a leg of a phone that dials", () => {
  it("is taken, holds, sends digits, and ends", () => {
    const { effects } = run(
      dialling,
      { type: "digit", channel: "p", digit: "1" },
      { type: "answered", channel: "p" },
      { type: "held", channel: "p", held: true },
      { type: "held", channel: "p", held: true },
      { type: "held", channel: "p", held: false },
      { type: "digit", channel: "p", digit: "E" },
      { type: "gone", channel: "p", q850: 16, sip: null },
    );
    expect(effects).toEqual([
      { type: "emit", event: { type: "digit", digit: "1" } },
      { type: "emit", event: { type: "answered" } },
      { type: "hold", held: true },
      { type: "emit", event: { type: "held" } },
      { type: "hold", held: false },
      { type: "emit", event: { type: "resumed" } },
      release,
      ended("hung_up"),
    ]);
  });

  it("that hangs up before the answer has cancelled", () => {
    expect(run(dialling, { type: "gone", channel: "p", q850: 127, sip: null }).effects).toEqual([
      release,
      ended("cancelled"),
    ]);
  });
});

describe("every state with every input", () => {
  const states: readonly LegState[] = [two, dialling, talking, { kind: "over", cause: "busy" }];
  const inputs: readonly LegInput[] = ["p", "a", "z"].flatMap((channel): LegInput[] => [
    { type: "rings", channel },
    { type: "answered", channel },
    { type: "gone", channel, q850: 16, sip: null },
    { type: "not_begun", channel },
    { type: "digit", channel, digit: "5" },
    { type: "held", channel, held: true },
    { type: "hang_up", cause: "stopped" },
  ]);

  it("ends at most once, releases with the end only, and says nothing after it", () => {
    for (const state of states)
      for (const one of inputs)
        for (const other of inputs) {
          const { effects } = run(state, one, other);
          const ends = effects.filter((effect) => effect.type === "emit" && effect.event.type === "ended");
          expect(ends.length).toBeLessThanOrEqual(state.kind === "over" ? 0 : 1);
          expect(effects.filter(({ type }) => type === "release")).toHaveLength(ends.length);
          const after = ends[0] === undefined ? [] : effects.slice(effects.indexOf(ends[0]) + 1);
          expect(after.every(({ type }) => type === "drop_channel")).toBe(true);
        }
  });

  it("leaves no channel: what it had is dropped, gone, or still its own", () => {
    for (const state of states)
      for (const input of inputs) {
        const { state: next, effects } = legStep(state, input);
        for (const channel of channelsOf(state)) {
          const gone = (input.type === "gone" || input.type === "not_begun") && input.channel === channel;
          const dropped = effects.some((effect) => effect.type === "drop_channel" && effect.channel === channel);
          expect(gone || dropped || channelsOf(next).includes(channel)).toBe(true);
        }
      }
  });
});

describe("causes", () => {
  it.each([
    [17, 486, "busy"],
    [21, 603, "declined"],
    [21, 403, "declined"],
    [19, null, "no_answer"],
    [18, 408, "no_answer"],
    [1, 404, "unreachable"],
    [34, 503, "congested"],
    [16, null, "no_answer"],
    [127, null, "failed"],
    [58, 488, "failed"],
  ] as const)("of a phone that was rung: Q.850 %s, SIP %s is %s", (q850, sip, cause) => {
    expect(causeOfRefusal(q850, sip)).toBe(cause);
  });

  it("of a call that was on: the phone hung up, or was not heard any more", () => {
    expect([16, 31, 127, 44, 38].map(causeOfEnd)).toEqual([
      "hung_up",
      "hung_up",
      "hung_up",
      "media_timeout",
      "congested",
    ]);
    expect([16, 0, 127, 34].map(causeOfAbandoning)).toEqual(["cancelled", "cancelled", "cancelled", "congested"]);
  });

  it("told to a phone come back as what they were, where a phone could say them", () => {
    for (const cause of ["busy", "no_answer", "unreachable", "congested", "declined"] as const)
      expect(causeOfRefusal(q850Of(cause), null)).toBe(cause);
  });
});
