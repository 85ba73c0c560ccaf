// The machine of one call: what each side hears of what happens at the other.

import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/base/index.ts";
import {
  beginIncoming,
  beginOutgoing,
  beginRefused,
  beginUnwanted,
  type CallEffect,
  type CallInput,
  type CallRules,
  type CallStep,
  stepCall,
  type Treatment,
} from "../../../src/core/calls/call-machine.ts";
import type { EndCause, ModemCallEvent, PhoneEvent } from "../../../src/core/index.ts";

const rules = (treatment: Treatment = "reject"): CallRules => ({
  ringTimeout: seconds(25),
  treatment: () => treatment,
});
const modem = (type: Exclude<ModemCallEvent["type"], "digit" | "ended">): CallInput => ({
  type: "modem",
  event: { type },
});
const modemEnded = (cause: EndCause = "hung_up"): CallInput => ({ type: "modem", event: { type: "ended", cause } });
const phone = (type: Exclude<PhoneEvent["type"], "digit" | "ended">): CallInput => ({ type: "phone", event: { type } });
const phoneEnded = (cause: EndCause): CallInput => ({ type: "phone", event: { type: "ended", cause } });

/** Runs inputs behind a beginning; tells all effects in words, timers without their spans. */
function play(first: CallStep, inputs: readonly CallInput[], by = rules()) {
  let { state } = first;
  const done = [...first.effects];
  for (const input of inputs) {
    const step = stepCall(state, input, by);
    state = step.state;
    done.push(...step.effects);
  }
  return { state, did: done.map(inWords).filter((word) => word !== "stop timers") };
}

function inWords(effect: CallEffect): string {
  switch (effect.type) {
    case "start_timer":
      return `timer ${effect.timer}`;
    case "hang_up_phone":
      return `phone off: ${effect.cause}${effect.say === null ? "" : `, says ${effect.say}`}`;
    case "over":
      return `over: ${effect.cause}${effect.answered ? ", answered" : ""}`;
    case "digit_to_modem":
      return `digit ${effect.digit}`;
    default:
      return effect.type.replaceAll("_", " ");
  }
}

const RANG = ["ring phones", "timer ring"];
const TAKEN = [...RANG, "answer modem", "timer take"];
const TALKED_IN = [...TAKEN, "connect", "talking"];
const DIALLED = ["dial modem", "timer setup"];
const TALKED_OUT = [...DIALLED, "phone ringing", "answer phone", "connect", "timer take", "talking"];

describe("an incoming call", () => {
  it.each<[string, readonly CallInput[], readonly string[]]>([
    [
      "is taken at the modem only when a phone answered, and ends when the caller hangs up",
      [phone("ringing"), phone("answered"), modem("connected"), modemEnded(), phoneEnded("hung_up")],
      [...TALKED_IN, "phone off: hung_up", "timer end", "over: hung_up, answered"],
    ],
    [
      "ends at the modem when the phone hangs up",
      [phone("answered"), modem("connected"), phoneEnded("hung_up"), modemEnded()],
      [...TALKED_IN, "hang up modem", "timer end", "over: hung_up, answered"],
    ],
    [
      "is cancelled by the caller",
      [modemEnded(), phoneEnded("cancelled")],
      [...RANG, "phone off: cancelled", "timer end", "over: cancelled"],
    ],
    [
      "is cancelled while the phone answers",
      [phone("answered"), modemEnded("no_answer"), phoneEnded("hung_up")],
      [...TAKEN, "phone off: cancelled", "timer end", "over: cancelled"],
    ],
    [
      "is refused when the phone is busy",
      [phoneEnded("busy"), modemEnded()],
      [...RANG, "hang up modem", "timer end", "over: busy"],
    ],
    [
      "is refused when nobody answers in time",
      [{ type: "timer", timer: "ring" }, phoneEnded("no_answer"), modemEnded()],
      [...RANG, "hang up modem", "phone off: no_answer", "timer end", "over: no_answer"],
    ],
    [
      "ends when the modem does not take it",
      [phone("answered"), { type: "timer", timer: "take" }, phoneEnded("hung_up"), modemEnded()],
      [...TAKEN, "hang up modem", "phone off: failed", "timer end", "over: failed"],
    ],
    [
      "ends when the way to the phones is lost, and the modem is not forgotten",
      [phone("answered"), modem("connected"), phoneEnded("gateway_lost"), modemEnded()],
      [...TALKED_IN, "hang up modem", "timer end", "over: gateway_lost, answered"],
    ],
  ])("%s", (_, inputs, expected) => {
    const { state, did } = play(beginIncoming(rules()), inputs);
    expect(did).toEqual(expected);
    expect(state.phase).toBe("over");
  });

  it("rings on for the caller where the line's owner wants it so", () => {
    const by = rules("ring_out");
    const busy = play(beginIncoming(by), [phoneEnded("busy")], by);
    expect(busy.did).toEqual(RANG);
    expect(play({ state: busy.state, effects: [] }, [modemEnded()], by).did).toEqual(["over: busy"]);
    const silent = play(beginIncoming(by), [{ type: "timer", timer: "ring" }, phoneEnded("no_answer")], by);
    expect(silent.did).toEqual([...RANG, "phone off: no_answer"]);
    expect(silent.state).toMatchObject({ phase: "ignored", modem: true, phone: false });
  });

  it("is taken for an announcement where the line's owner wants it so", () => {
    const by = rules("announce");
    const { state, did } = play(
      beginIncoming(by),
      [{ type: "timer", timer: "ring" }, phoneEnded("no_answer"), modem("connected")],
      by,
    );
    expect(did).toEqual([...RANG, "phone off: no_answer", "answer modem", "timer take", "announce", "timer announce"]);
    const over = play({ state, effects: [] }, [{ type: "timer", timer: "announce" }, modemEnded()], by);
    expect(over.did).toEqual(["hang up modem", "timer end", "over: no_answer"]);
    expect(play({ state, effects: [] }, [modemEnded()], by).did).toEqual(["over: no_answer"]);
  });

  it("for nobody is refused, or left to ring", () => {
    expect(play(beginUnwanted(rules(), "no_rental"), [modemEnded()]).did).toEqual([
      "hang up modem",
      "timer end",
      "over: no_rental",
    ]);
    const by = rules("ring_out");
    expect(play(beginUnwanted(by, "no_rental"), [modemEnded()], by).did).toEqual(["over: no_rental"]);
  });
});

describe("an outgoing call", () => {
  it.each<[string, readonly CallInput[], readonly string[]]>([
    [
      "tells the phone that it rings, and is answered and paid for when both have said so",
      [modem("alerting"), modem("connected"), phone("answered"), phoneEnded("hung_up"), modemEnded()],
      [...TALKED_OUT, "hang up modem", "timer end", "over: hung_up, answered"],
    ],
    [
      "is cancelled by the phone",
      [modem("alerting"), phoneEnded("hung_up"), modemEnded()],
      [...DIALLED, "phone ringing", "hang up modem", "timer end", "over: cancelled"],
    ],
    [
      "finds the other side busy",
      [modemEnded("busy"), phoneEnded("hung_up")],
      [...DIALLED, "phone off: busy", "timer end", "over: busy"],
    ],
    [
      "is not made by a modem that refuses",
      [{ type: "modem_failed", cause: "failed", exists: false }, phoneEnded("hung_up")],
      [...DIALLED, "phone off: failed", "timer end", "over: failed"],
    ],
    [
      "is given up when the phone never says ACK",
      [modem("connected"), { type: "timer", timer: "take" }, modemEnded(), phoneEnded("hung_up")],
      [
        ...DIALLED,
        "answer phone",
        "connect",
        "timer take",
        "hang up modem",
        "phone off: failed",
        "timer end",
        "over: failed",
      ],
    ],
    [
      "is warned, then cut, with the reason, when it may not go on",
      [
        ...[modem("connected"), phone("answered")],
        ...[{ type: "running_out" } as const, { type: "ran_out", cause: "max_call" } as const],
        ...[modemEnded(), phoneEnded("hung_up")],
      ],
      [
        ...[...DIALLED, "answer phone", "connect", "timer take", "talking", "warn", "hang up modem"],
        ...["phone off: max_call, says no_credit", "timer end", "over: max_call, answered"],
      ],
    ],
  ])("%s", (_, inputs, expected) => {
    const { state, did } = play(beginOutgoing(), inputs);
    expect(did).toEqual(expected);
    expect(state.phase).toBe("over");
  });

  it("that policy refuses is announced, and no modem is told", () => {
    const { did } = play(beginRefused("blocked", "emergency"), [phoneEnded("hung_up")]);
    expect(did).toEqual(["phone off: blocked, says emergency", "timer end", "over: blocked"]);
  });
});

describe("a call", () => {
  it("passes digits on while both talk, and at no other time", () => {
    const digit: CallInput = { type: "phone", event: { type: "digit", digit: "5" } };
    const inputs = [digit, modem("connected"), phone("answered"), digit, phoneEnded("hung_up"), digit];
    expect(play(beginOutgoing(), inputs).did.filter((word) => word.startsWith("digit"))).toEqual(["digit 5"]);
  });

  it("knows that it is held", () => {
    const talking = play(beginOutgoing(), [modem("connected"), phone("answered")]);
    const held = play({ state: talking.state, effects: [] }, [phone("held")]);
    expect(held.state.held).toBe(true);
    expect(play({ state: held.state, effects: [] }, [phone("resumed")]).state.held).toBe(false);
  });

  it("is given up when an end does not say that it is over", () => {
    const { state, did } = play(beginIncoming(rules()), [
      { type: "hang_up", cause: "stopped" },
      modemEnded(),
      { type: "timer", timer: "end" },
    ]);
    expect(did.at(-1)).toBe("over: stopped");
    expect(state.phase).toBe("over");
  });

  it("that is over stays so", () => {
    const { state } = play(beginRefused("blocked", null), [phoneEnded("hung_up")]);
    for (const input of [modem("connected"), phone("answered"), modemEnded()]) {
      expect(stepCall(state, input, rules())).toEqual({ state, effects: [] });
    }
  });
});
