// The machine of a modem's calls as a table: every state, and what each input makes of it.
import { describe, expect, it } from "vitest";
import type { CallEntry, CallState } from "../../../src/at/index.ts";
import { millis } from "../../../src/base/index.ts";
import { stepCalls } from "../../../src/modem/voice/call-machine.ts";
import { entryOfCall, voiceCalls } from "../../../src/modem/voice/call-match.ts";
import {
  type CallsInput,
  type CallsState,
  HANG_UPS,
  HINT_KEEP,
  LIST_FAILURES,
  LIST_GRACE,
  type LiveCall,
  noCalls,
} from "../../../src/modem/voice/call-model.ts";

const NOW = 100_000;

const entry = (state: CallState, about: Partial<CallEntry> = {}): CallEntry => ({
  id: 1,
  direction: state === "dialing" || state === "alerting" ? "out" : "in",
  state,
  mode: "voice",
  multiparty: false,
  number: "+15550111",
  type: 145,
  ...about,
});

const live = (phase: LiveCall["phase"], about: Partial<LiveCall> = {}): LiveCall => ({
  phase,
  direction: "in",
  id: 1,
  listed: "+15550111",
  number: "+15550111",
  connected: phase === "active",
  since: millis(NOW - 60_000),
  seen: true,
  told: true,
  looks: 0,
  missing: 0,
  hint: null,
  cause: "failed",
  ...about,
});

const out = (phase: LiveCall["phase"], about: Partial<LiveCall> = {}): LiveCall =>
  live(phase, { direction: "out", listed: null, ...about });

const withCall = (call: LiveCall | null, about: Partial<CallsState> = {}): CallsState => ({
  ...noCalls,
  call,
  ...about,
});

/** Types of the effects, with what matters of them. */
function effectsOf(state: CallsState, input: CallsInput): readonly string[] {
  return stepCalls(state, input, millis(NOW)).effects.map((effect) => {
    if (effect.type === "ended") return `ended ${effect.cause}`;
    if (effect.type === "ring") return `ring ${effect.number ?? "withheld"}`;
    return effect.type === "arm" ? "arm" : effect.type;
  });
}

const list = (...calls: readonly CallEntry[]): CallsInput => ({ type: "list", calls });
const hint = (cause: "busy" | "no_carrier" | null, at = NOW): LiveCall["hint"] => ({ cause, at: millis(at) });

describe("a list", () => {
  it.each<[string, CallsState, readonly CallEntry[], readonly string[]]>([
    ["of nothing, with nothing on", noCalls, [], ["arm"]],
    ["of an Internet connection alone", noCalls, [entry("active", { mode: "data", direction: "out" })], ["arm"]],
    ["of a caller", noCalls, [entry("incoming")], ["ring +15550111", "arm"]],
    ["of a caller without a number: asked again", noCalls, [entry("incoming", { number: null })], ["arm"]],
    [
      "of a caller whom +CLIP named",
      withCall(null, { clip: "+15550199" }),
      [entry("incoming", { number: null })],
      ["ring +15550199", "arm"],
    ],
    [
      "of a caller whose number has not come for a while",
      withCall(live("ringing", { number: null, listed: null, told: false })),
      [entry("incoming", { number: null })],
      ["ring withheld", "arm"],
    ],
    ["of a caller who waits for nobody", noCalls, [entry("waiting")], ["ring +15550111", "arm"]],
    ["of a stranger", noCalls, [entry("active", { direction: "out" })], ["hang_up"]],
    ["of a stranger and a caller", noCalls, [entry("incoming"), entry("held", { id: 2 })], ["hang_up"]],
    [
      "of a stranger, while a hang-up is under way",
      withCall(null, { hanging: true, hangUps: 1 }),
      [entry("active")],
      [],
    ],
    ["of a stranger that nothing ends", withCall(null, { hangUps: HANG_UPS }), [entry("active")], ["give_up"]],
    ["of a call that rings on", withCall(live("ringing")), [entry("incoming")], ["arm"]],
    ["without a call that rang", withCall(live("ringing")), [], ["look"]],
    ["without it for the second time", withCall(live("ringing", { missing: 1 })), [], ["ended cancelled", "arm"]],
    ["without it after a hint", withCall(live("ringing", { hint: hint(null) })), [], ["ended cancelled", "arm"]],
    [
      "without it after a hint of long ago",
      withCall(live("ringing", { hint: hint(null, NOW - HINT_KEEP - 1) })),
      [],
      ["look"],
    ],
    [
      "of another caller in its place",
      withCall(live("ringing", { missing: 1 })),
      [entry("incoming", { number: "+15550122" })],
      ["ended cancelled", "ring +15550122", "arm"],
    ],
    ["of one that rang and is answered by nobody here", withCall(live("ringing")), [entry("active")], ["hang_up"]],
    ["of one that is being answered", withCall(live("answering")), [entry("incoming")], ["arm"]],
    ["of one that was answered", withCall(live("answering")), [entry("active")], ["connected", "arm"]],
    ["of one that goes on", withCall(live("active")), [entry("active")], ["arm"]],
    ["of one that is held", withCall(live("active")), [entry("held")], ["arm"]],
    [
      "of one and of a second caller",
      withCall(live("active")),
      [entry("active"), entry("waiting", { id: 2, number: "+15550122" })],
      ["refuse_waiting", "arm"],
    ],
    [
      "of a ring and of a second caller",
      withCall(live("ringing")),
      [entry("incoming"), entry("waiting", { id: 2, number: "+15550122" })],
      ["arm"],
    ],
    ["of its number, ringing anew", withCall(live("active")), [entry("incoming")], ["look"]],
    [
      "of its number, ringing anew, for the second time",
      withCall(live("active", { missing: 1 })),
      [entry("incoming")],
      ["ended hung_up", "ring +15550111", "arm"],
    ],
    ["without one that went on", withCall(live("active", { hint: hint("no_carrier") })), [], ["ended hung_up", "arm"]],
    ["of a call that is dialled", withCall(out("dialing")), [entry("dialing")], ["arm"]],
    ["of a call that rings there", withCall(out("dialing")), [entry("alerting")], ["alerting", "arm"]],
    ["of a call that rings there still", withCall(out("alerting")), [entry("alerting")], ["arm"]],
    [
      "of a call that is answered there",
      withCall(out("alerting")),
      [entry("active", { direction: "out" })],
      ["connected", "arm"],
    ],
    [
      "of it under another number of calls",
      withCall(out("dialing", { id: 3 })),
      [entry("active", { direction: "out" })],
      ["connected", "arm"],
    ],
    [
      "without one that the modem has not taken yet",
      withCall(out("dialing", { since: null, seen: false })),
      [],
      ["arm"],
    ],
    [
      "without one that it took just now",
      withCall(out("dialing", { since: millis(NOW - LIST_GRACE + 1), seen: false })),
      [],
      ["arm"],
    ],
    ["without one that it took and never showed", withCall(out("dialing", { seen: false })), [], ["look"]],
    ["without one that was busy", withCall(out("dialing", { hint: hint("busy") })), [], ["ended busy", "arm"]],
    [
      "without one that NO CARRIER ended",
      withCall(out("dialing", { hint: hint("no_carrier") })),
      [],
      ["ended unreachable", "arm"],
    ],
    ["without one that rang there", withCall(out("alerting", { missing: 1 })), [], ["ended no_answer", "arm"]],
    ["of one that is to end", withCall(live("ending"), { hangUps: 1 }), [entry("active")], ["hang_up"]],
    [
      "of one that is to end, right after a hang-up",
      withCall(live("ending"), { hangUps: 1, hungUpAt: millis(NOW - 10) }),
      [entry("active")],
      ["arm"],
    ],
    ["of one that does not end", withCall(live("ending"), { hangUps: HANG_UPS }), [entry("active")], ["give_up"]],
    [
      "without one that was to end",
      withCall(live("ending", { cause: "declined", missing: 1 }), { hangUps: 2 }),
      [],
      ["ended declined", "arm"],
    ],
  ])("%s", (_, state, calls, expected) => {
    expect(effectsOf(state, list(...calls))).toEqual(expected);
  });
});

describe("what is wanted and said", () => {
  it.each<[string, CallsState, CallsInput, readonly string[]]>([
    ["a wish to dial", noCalls, { type: "dial", number: "1" }, ["dial"]],
    ["a wish to dial in a call", withCall(live("active")), { type: "dial", number: "1" }, []],
    ["the modem's OK", withCall(out("dialing", { since: null })), { type: "dialled" }, ["look"]],
    [
      "the modem's refusal",
      withCall(out("dialing", { since: null })),
      { type: "dial_failed", cause: "busy" },
      ["ended busy", "look"],
    ],
    [
      "the refusal of what was given up",
      withCall(out("ending", { since: null, cause: "cancelled" })),
      { type: "dial_failed", cause: null },
      ["ended cancelled", "look"],
    ],
    ["a refusal of nothing", withCall(out("alerting")), { type: "dial_failed", cause: null }, []],
    ["a wish to answer", withCall(live("ringing")), { type: "answer" }, ["answer"]],
    ["a wish to answer what nobody knows of yet", withCall(live("ringing", { told: false })), { type: "answer" }, []],
    ["a wish to answer what is answered", withCall(live("active")), { type: "answer" }, []],
    ["an answer that failed", withCall(live("answering")), { type: "answer_failed" }, ["look"]],
    ["a hang-up of a ring", withCall(live("ringing")), { type: "hang_up" }, ["hang_up"]],
    ["a hang-up in an answer", withCall(live("answering")), { type: "hang_up" }, ["interrupt", "hang_up"]],
    [
      "a hang-up in a dialling",
      withCall(out("dialing", { since: null })),
      { type: "hang_up" },
      ["interrupt", "hang_up"],
    ],
    ["a hang-up of what ends already", withCall(live("ending")), { type: "hang_up" }, []],
    ["a hang-up of nothing", noCalls, { type: "hang_up" }, []],
    ["a hang-up that is done", withCall(live("ending"), { hanging: true }), { type: "hung_up" }, ["look"]],
    ["RING", noCalls, { type: "rang", number: null }, ["look"]],
    ["a hint of an end", withCall(live("active")), { type: "hint", change: "ended", cause: null }, ["look"]],
    ["a hint of a connection", noCalls, { type: "hint", change: "connected", cause: null }, ["look"]],
    ["no list, with nothing on", noCalls, { type: "list_failed" }, ["arm"]],
    ["no list again", withCall(live("active"), { failures: LIST_FAILURES - 1 }), { type: "list_failed" }, ["give_up"]],
    ["no list", withCall(live("active")), { type: "list_failed" }, ["arm"]],
    ["the end", noCalls, { type: "end", cause: "stopped" }, ["disarm"]],
    [
      "the end in a call",
      withCall(live("active")),
      { type: "end", cause: "modem_lost" },
      ["disarm", "ended modem_lost"],
    ],
    [
      "the end in a ring that nobody knows of",
      withCall(live("ringing", { told: false })),
      { type: "end", cause: "stopped" },
      ["disarm"],
    ],
    ["anything after the end", withCall(null, { stopped: true }), { type: "rang", number: null }, []],
  ])("%s", (_, state, input, expected) => {
    expect(effectsOf(state, input)).toEqual(expected);
  });

  it("BUSY is kept when NO CARRIER follows it", () => {
    const busy = stepCalls(withCall(out("dialing")), { type: "hint", change: "ended", cause: "busy" }, millis(NOW));
    const both = stepCalls(busy.state, { type: "hint", change: "ended", cause: "no_carrier" }, millis(NOW + 10));
    expect(both.state.call?.hint?.cause).toBe("busy");
  });
});

describe("whose line it is", () => {
  const known = { direction: "in", id: 2, listed: "+15550111", connected: false } as const;

  it.each<[string, Parameters<typeof entryOfCall>[0], readonly CallEntry[], number | null]>([
    ["that of its number", known, [entry("incoming"), entry("incoming", { id: 2 })], 2],
    ["another number where it is the only one", known, [entry("incoming")], 1],
    ["not one of another caller", known, [entry("incoming", { id: 2, number: "+15550122" })], null],
    ["one of a caller who is not shown now", known, [entry("incoming", { number: null })], 1],
    ["not one of the other direction", known, [entry("active", { direction: "out" })], null],
    ["not one that rings when it was answered", { ...known, connected: true }, [entry("incoming", { id: 2 })], null],
    ["nothing of an empty list", known, [], null],
  ])("%s", (_, call, entries, id) => {
    expect(entryOfCall(call, entries)?.id ?? null).toBe(id);
  });

  it("fax and data are no calls", () => {
    const modes = (["voice", "data", "fax", "unknown"] as const).map((mode) => entry("active", { mode }));
    expect(voiceCalls(modes).map(({ mode }) => mode)).toEqual(["voice", "unknown"]);
  });
});
