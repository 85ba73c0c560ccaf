// The machine of a modem's calls under any order of lists, hints, answers and wishes: what is told is always a call's story, and what
// the modem has is always ended.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CALL_STATES, type CallChange, type CallEntry } from "../../src/at/index.ts";
import { millis, minutes, seconds } from "../../src/base/index.ts";
import { stepCalls } from "../../src/modem/voice/call-machine.ts";
import {
  type CallsEffect,
  type CallsInput,
  type CallsState,
  HANG_UPS,
  noCalls,
} from "../../src/modem/voice/call-model.ts";
import { CallRig, Heard, SOUNDING } from "../modem/voice/call-rig.ts";
import { SeededRandom } from "../sim/seeded-random.ts";

const number = fc.constantFrom("+15550111", "+15550122", null);
const entry: fc.Arbitrary<CallEntry> = fc.record({
  id: fc.integer({ min: 1, max: 3 }),
  direction: fc.constantFrom("in" as const, "out" as const),
  state: fc.constantFrom(...CALL_STATES),
  mode: fc.constantFrom("voice" as const, "voice" as const, "data" as const, "unknown" as const),
  multiparty: fc.constant(false),
  number,
  type: fc.constant(145),
});
const change = fc.constantFrom<CallChange>("dialing", "alerting", "connected", "incoming", "waiting", "ended", "held");
const cause = fc.constantFrom(null, "busy" as const, "no_carrier" as const, "no_answer" as const);
const input: fc.Arbitrary<CallsInput> = fc.oneof(
  { weight: 6, arbitrary: fc.array(entry, { maxLength: 3 }).map((calls): CallsInput => ({ type: "list", calls })) },
  { weight: 2, arbitrary: fc.constant<CallsInput>({ type: "list", calls: [] }) },
  fc.constantFrom<CallsInput>(
    { type: "begin" },
    { type: "dial", number: "+15550133" },
    { type: "dialled" },
    { type: "dial_failed", cause: null },
    { type: "dial_failed", cause: "busy" },
    { type: "answer" },
    { type: "answered" },
    { type: "answer_failed" },
    { type: "hang_up" },
    { type: "hung_up" },
    { type: "list_failed" },
    { type: "timer" },
  ),
  number.map((who): CallsInput => ({ type: "rang", number: who })),
  fc.tuple(change, cause).map(([what, why]): CallsInput => ({ type: "hint", change: what, cause: why })),
);
const moment = fc.tuple(input, fc.integer({ min: 0, max: 4_000 }));

/** All effects, one step after the other. */
function run(moments: readonly (readonly [CallsInput, number])[], from: CallsState = noCalls, start = 0) {
  let state = from;
  let now = start;
  const steps: { readonly input: CallsInput; readonly state: CallsState; readonly effects: readonly CallsEffect[] }[] =
    [];
  for (const [each, after] of moments) {
    now += after;
    const step = stepCalls(state, each, millis(now));
    state = step.state;
    steps.push({ input: each, ...step });
  }
  return { steps, state, now };
}

describe("the machine of calls", () => {
  it("tells stories: ring or dial, then alerting at most once, connected at most once, and one end", () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 60 }), (moments) => {
        let story: string[] | null = null;
        for (const { effects } of run(moments).steps) {
          for (const { type } of effects) {
            if (type === "ring" || type === "dial") {
              expect(story).toBeNull();
              story = [type];
            } else if (type === "alerting" || type === "connected") {
              expect(story).not.toBeNull();
              expect(story).not.toContain(type);
              expect(story).not.toContain("connected");
              if (type === "alerting") expect(story?.[0]).toBe("dial");
              story?.push(type);
            } else if (type === "ended") {
              expect(story).not.toBeNull();
              story = null;
            }
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("has one hang-up under way at most, and gives up after the last", () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 60 }), (moments) => {
        let hanging = false;
        for (const { input: given, state, effects } of run(moments).steps) {
          if (given.type === "hung_up") hanging = false;
          for (const effect of effects) {
            if (effect.type !== "hang_up") continue;
            expect(hanging).toBe(false);
            expect(effect.attempt).toBeLessThan(HANG_UPS);
            hanging = true;
          }
          expect(state.hanging).toBe(hanging);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("is never left without a timer or a question under way: every list and every timer leads to the next", () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 40 }), (moments) => {
        for (const { input: given, state, effects } of run(moments).steps) {
          const types = effects.map(({ type }) => type);
          if (given.type === "timer") expect(types).toEqual(["look"]);
          if (given.type !== "list" && given.type !== "list_failed") continue;
          const goesOn = types.some((type) => ["look", "arm", "hang_up", "give_up"].includes(type));
          // A hang-up under way is followed by a look.
          expect(goesOn || state.hanging).toBe(true);
        }
      }),
    );
  });

  it("comes to rest with a modem that has no calls, whatever was before, and says the end of each", () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 40 }), (moments) => {
        const before = run(moments);
        const rest: [CallsInput, number][] = [
          // What was under way is answered.
          [{ type: "dialled" }, 0],
          [{ type: "hung_up" }, 0],
          ...Array.from({ length: 8 }, (): [CallsInput, number] => [{ type: "list", calls: [] }, 1_000]),
        ];
        const { state, steps } = run(rest, before.state, before.now);
        expect(state.call).toBeNull();
        expect(state).toMatchObject({ hanging: false, hangUps: 0, looks: 0 });
        const last = steps.at(-1)?.effects.map(({ type }) => type);
        expect(last).toEqual(["arm"]);
      }),
      { numRuns: 1000 },
    );
  });

  it("ends with the conversation once, and does nothing after it", () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 30 }), fc.array(moment, { maxLength: 10 }), (before, after) => {
        const { state } = run(before);
        const end = stepCalls(state, { type: "end", cause: "modem_lost" }, millis(0));
        const told = state.call?.told === true;
        expect(end.effects.filter(({ type }) => type === "ended")).toHaveLength(told ? 1 : 0);
        expect(run(after, end.state).steps.flatMap(({ effects }) => effects)).toEqual([]);
      }),
    );
  });

  it("never says anything but the number it was given to dial", () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 40 }), (moments) => {
        const dialled = run(moments).steps.flatMap(({ effects }) => effects.filter(({ type }) => type === "dial"));
        for (const effect of dialled) expect(effect).toEqual({ type: "dial", number: "+15550133" });
      }),
    );
  });
});

/** What goes wrong on a line with calls, but for what ends the modem itself. */
function soil(rig: CallRig, random: SeededRandom): void {
  const some = (most: number): number => (most * random.int(0, 100)) / 100;
  rig.fault(
    { kind: "split", max: 5, probability: some(0.3) },
    { kind: "merge", probability: some(0.2) },
    { kind: "garbage", probability: some(0.05) },
    { kind: "error", match: "+CLCC", probability: some(0.2) },
    { kind: "error", match: "+CHUP", probability: some(0.3) },
    { kind: "urc-lost", probability: some(0.5) },
    { kind: "urc-duplicate", probability: some(0.3) },
    { kind: "urc-misplaced", probability: some(0.3) },
  );
  rig.calls.habits.reports = random.pick(["good", "lost", "wrong_ids"] as const);
  rig.calls.habits.numberAfter = random.int(0, 3);
  rig.calls.habits.listedAfterMs = random.int(0, 2_000);
  rig.calls.habits.dialWaits = random.chance(0.2);
}

async function oneCall(rig: CallRig, random: SeededRandom): Promise<void> {
  const { calls } = rig;
  if (random.chance(0.5)) {
    const before = rig.rings.length;
    if (calls.incoming(random.pick(["+15550111", null])) === null) return;
    await rig.pass(seconds(random.int(1, 12)));
    if (random.chance(0.3)) for (const call of [...calls.list]) calls.end(call);
    const ring = rig.rings[before];
    if (ring !== undefined && random.chance(0.7)) void ring.call.answer().catch(() => {});
    await rig.pass(seconds(random.int(0, 10)));
    if (random.chance(0.5)) void ring?.call.hangUp().catch(() => {});
  } else {
    const outcome = random.pick(["answer", "busy", "no_answer", "unreachable", "manual", "refuse"] as const);
    calls.plan = { outcome, alertMs: random.pick([null, 300]), ms: random.int(100, 8_000) };
    const abort = new AbortController();
    const dialled = rig.runner.voice.dial("+15550133", abort.signal).then(
      (call) => rig.rings.push(new Heard(call)),
      () => {},
    );
    await rig.pass(seconds(random.int(0, 12)));
    if (random.chance(0.3)) abort.abort();
    await rig.clock.settle(dialled);
    if (random.chance(0.5))
      void rig.runner.voice
        .current()
        ?.hangUp()
        .catch(() => {});
  }
  await rig.pass(seconds(random.int(0, 5)));
  // Whoever is still there gives up at last.
  for (const call of [...calls.list]) if (random.chance(0.7)) calls.end(call);
}

describe("a slot with calls on a bad line", () => {
  it("ends every call, tells each one's end once, and takes every SMS", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom(...SOUNDING), async (seed, twin) => {
        const random = new SeededRandom(seed);
        const rig = new CallRig({ seed: String(seed), twin });
        await rig.start();
        soil(rig, random);
        for (let i = 0; i < 12; i++) {
          rig.send(`between ${i}`);
          await oneCall(rig, random);
        }
        rig.modem.faults.clear();
        for (const call of [...rig.calls.list]) if (call.direction === "in") rig.calls.end(call);
        void rig.runner.voice
          .current()
          ?.hangUp()
          .catch(() => {});
        await rig.ready(minutes(5));
        await rig.pass(minutes(2));
        expect(rig.calls.list).toEqual([]);
        expect(rig.runner.voice.current()).toBeNull();
        for (const { story } of rig.rings) {
          expect(story.filter((each) => each.startsWith("ended"))).toHaveLength(1);
          expect(story.at(-1)).toMatch(/^ended/);
        }
        expect(rig.calls.dialled.every((number) => number === "+15550133")).toBe(true);
        rig.expectAllOnce();
        await rig.stop();
      }),
      { numRuns: Number(process.env.NUMBERBOX_CALL_RUNS ?? 25) },
    );
  });
});
