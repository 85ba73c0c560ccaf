import { describe, expect, it } from "vitest";
import { millis } from "../../src/base/index.ts";
import {
  PATIENT_BACKOFF,
  REOPEN_BACKOFF,
  SILENT_ROUNDS,
  type SlotEffect,
  type SlotFault,
  type SlotInput,
  type SlotMoment,
  type SlotPhase,
  type SlotState,
  START_STEPS,
  type StartStep,
  slotInitial,
  stepSlot,
} from "../../src/core/index.ts";

const FAULT: SlotFault = { code: "modem.timeout", message: "AT was not answered", hint: "Wait." };
const GONE: SlotFault = { code: "modem.cannot_open", message: "there is nothing" };
const NO_PIN: SlotFault = { code: "sim.pin_required", message: "the SIM asks for its PIN" };

const READY: SlotPhase = { kind: "ready", since: millis(0) };
const MOMENT: SlotMoment = { now: millis(1000), rungs: ["drain", "at", "cfun", "usb_reset", "power", "give_up"] };

const PHASES: readonly SlotPhase[] = [
  { kind: "idle" },
  { kind: "opening" },
  ...START_STEPS.map((step): SlotPhase => ({ kind: "starting", step })),
  READY,
  { kind: "waiting" },
  { kind: "resetting", rung: "cfun" },
  { kind: "resetting", rung: "power" },
  { kind: "stopped" },
];

const INPUTS: readonly SlotInput[] = [
  { type: "start" },
  { type: "opened" },
  ...START_STEPS.map((step): SlotInput => ({ type: "step_done", step })),
  { type: "failed", fault: FAULT, fraction: 0.5 },
  { type: "round_ok" },
  { type: "round_failed", fault: FAULT, fraction: 0.5, hung: false },
  { type: "modem_restarted" },
  { type: "reset_done" },
  { type: "timer" },
  { type: "retry", reset: null },
  { type: "stop" },
];

function nameOf(phase: SlotPhase): string {
  if (phase.kind === "resetting") return `resetting ${phase.rung}`;
  return phase.kind === "starting" ? phase.step : phase.kind;
}
const inputName = (input: SlotInput): string => (input.type === "step_done" ? `done ${input.step}` : input.type);
const at = (phase: SlotPhase, rest: Partial<SlotState> = {}): SlotState => ({ ...slotInitial, ...rest, phase });

/** What happens, in short: the next phase and the effects' types. Everything that is not here changes nothing. */
const EXPECTED: Readonly<Record<string, string>> = {
  "idle + start": "opening: open",
  "idle + stop": "stopped: close",
  "opening + opened": "probe: run_step",
  "opening + failed": "waiting: close arm_timer report",
  "opening + stop": "stopped: close",
  ...Object.fromEntries(
    START_STEPS.flatMap((step, place) => {
      const next = START_STEPS[place + 1];
      return [
        [`${step} + done ${step}`, next === undefined ? "ready: begin_rounds report" : `${next}: run_step`],
        [`${step} + failed`, "waiting: close arm_timer report"],
        [`${step} + stop`, "stopped: close"],
        [`${step} + retry`, "waiting: close arm_timer"],
        ...(step === "probe" ? [] : [[`${step} + modem_restarted`, "probe: begin_again report run_step"]]),
      ];
    }),
  ),
  "ready + failed": "waiting: close arm_timer report",
  "ready + round_failed": "ready:",
  "ready + modem_restarted": "probe: begin_again report run_step",
  "ready + stop": "stopped: close",
  "waiting + timer": "opening: open",
  "waiting + stop": "stopped: close",
  "waiting + retry": "waiting: close arm_timer",
  "opening + retry": "waiting: close arm_timer",
  "ready + retry": "waiting: close arm_timer",
  "resetting cfun + failed": "waiting: close arm_timer report",
  "resetting cfun + reset_done": "waiting: close arm_timer",
  "resetting cfun + stop": "stopped: close",
  "resetting power + failed": "waiting: close arm_timer report",
  "resetting power + reset_done": "opening: open",
  "resetting power + stop": "stopped: close",
};

describe("every input in every phase", () => {
  for (const phase of PHASES) {
    for (const input of INPUTS) {
      const name = `${nameOf(phase)} + ${inputName(input)}`;
      const expected = EXPECTED[name];
      it(`${name} ${expected === undefined ? "changes nothing" : `leads to ${expected}`}`, () => {
        const before = at(phase, { failures: 2 });
        const { state, effects } = stepSlot(before, input, MOMENT);
        if (expected === undefined) {
          expect(state).toBe(before);
          expect(effects).toEqual([]);
        } else {
          expect(`${nameOf(state.phase)}: ${effects.map(({ type }) => type).join(" ")}`.trim()).toBe(expected);
        }
      });
    }
  }

  it("leads from the first input to the last without an effect that is not among those known", () => {
    const seen = new Set<string>();
    for (const phase of PHASES)
      for (const input of INPUTS)
        for (const effect of stepSlot(at(phase), input, MOMENT).effects) seen.add(effect.type);
    expect([...seen].sort()).toEqual([
      "arm_timer",
      "begin_again",
      "begin_rounds",
      "close",
      "open",
      "report",
      "run_step",
    ]);
  });
});

it("an input that does not exist is refused, not passed over in silence", () => {
  expect(() => stepSlot(slotInitial, { type: "nonsense" } as never, MOMENT)).toThrow("unexpected slot input");
});

function run(state: SlotState, ...inputs: readonly SlotInput[]): { state: SlotState; effects: SlotEffect[] } {
  const effects: SlotEffect[] = [];
  let current = state;
  for (const input of inputs) {
    const step = stepSlot(current, input, MOMENT);
    current = step.state;
    effects.push(...step.effects);
  }
  return { state: current, effects };
}

const delayOf = (effects: readonly SlotEffect[]): number | undefined =>
  effects.flatMap((effect) => (effect.type === "arm_timer" ? [effect.delay] : []))[0];

const failedWith = (fault: SlotFault, fraction: number): SlotInput => ({ type: "failed", fault, fraction });

describe("start-up", () => {
  it("does the steps in their order, each once, and is then ready", () => {
    const { state, effects } = run(
      slotInitial,
      { type: "start" },
      { type: "opened" },
      ...START_STEPS.map((step): SlotInput => ({ type: "step_done", step })),
    );
    const steps = effects.flatMap((effect) => (effect.type === "run_step" ? [effect.step] : []));
    expect(steps).toEqual([...START_STEPS] satisfies StartStep[]);
    expect(effects.at(-2)).toEqual({ type: "begin_rounds" });
    expect(effects.at(-1)).toEqual({ type: "report", code: "slot.ready", reason: null });
    expect(state).toEqual({ ...slotInitial, phase: { kind: "ready", since: MOMENT.now } });
  });

  it("keeps the problem on show until the slot is ready again", () => {
    const down = run(at({ kind: "opening" }), failedWith(FAULT, 0), { type: "timer" }, { type: "opened" }).state;
    expect(down.problem).toEqual({ code: "modem.timeout", message: "AT was not answered", hint: "Wait." });
    const up = stepSlot(
      { ...down, phase: { kind: "starting", step: "drain" } },
      { type: "step_done", step: "drain" },
      MOMENT,
    );
    expect(up.state.problem).toBeNull();
  });
});

describe("failures", () => {
  it("wait longer each time, between half of and the whole step, but never beyond the bound", () => {
    let state = at({ kind: "opening" });
    const least: number[] = [];
    const most: number[] = [];
    for (let i = 0; i < 12; i++) {
      least.push(delayOf(stepSlot(state, failedWith(GONE, 0), MOMENT).effects) ?? -1);
      const step = run(state, failedWith(GONE, 0.999_999), { type: "timer" });
      most.push(delayOf(step.effects) ?? -1);
      state = step.state;
    }
    expect(least.slice(0, 5)).toEqual([500, 1000, 2000, 4000, 4000]);
    expect(most.slice(0, 5)).toEqual([1000, 2000, 4000, 8000, 8000]);
    expect(Math.max(...most)).toBe(REOPEN_BACKOFF.max);
  });

  it("that only a person can mend are looked at again patiently, with jitter, from the first time on", () => {
    const delays = [0, 0.5, 0.999_999].map((fraction) =>
      delayOf(stepSlot(at(READY), failedWith(NO_PIN, fraction), MOMENT).effects),
    );
    expect(delays).toEqual([PATIENT_BACKOFF.max / 2, (PATIENT_BACKOFF.max * 3) / 4, PATIENT_BACKOFF.max]);
  });

  it("are reported once for each cause", () => {
    const first = stepSlot(at({ kind: "opening" }), failedWith(FAULT, 0), MOMENT);
    expect(first.effects.at(-1)).toEqual({ type: "report", code: "slot.down", reason: "modem.timeout" });
    const opening: SlotState = { ...first.state, phase: { kind: "opening" } };
    const again = stepSlot(opening, failedWith(FAULT, 0), MOMENT);
    expect(again.effects.map(({ type }) => type)).toEqual(["close", "arm_timer"]);
    const other = stepSlot(opening, failedWith(NO_PIN, 0), MOMENT);
    expect(other.effects.at(-1)).toEqual({ type: "report", code: "slot.down", reason: "sim.pin_required" });
  });

  it("leave out a hint that there is none of", () => {
    expect(stepSlot(at({ kind: "opening" }), failedWith(NO_PIN, 0), MOMENT).state.problem).toEqual({ ...NO_PIN });
  });

  it("are forgotten when the slot is ready", () => {
    const state = at({ kind: "starting", step: "drain" }, { failures: 7 });
    expect(stepSlot(state, { type: "step_done", step: "drain" }, MOMENT).state.failures).toBe(0);
  });
});

describe("rounds", () => {
  const failed: SlotInput = { type: "round_failed", fault: FAULT, fraction: 0, hung: false };

  it("that fail take the slot down at once when the modem has been mute for too long", () => {
    const { state } = stepSlot(at(READY), { ...failed, hung: true }, MOMENT);
    expect(state.phase.kind).toBe("waiting");
  });

  it("that fail take the slot down at the third in a row, not before", () => {
    const almost = run(at(READY), ...Array.from({ length: SILENT_ROUNDS - 1 }, () => failed));
    expect(almost.state.phase.kind).toBe("ready");
    expect(almost.effects).toEqual([]);
    const { state, effects } = stepSlot(almost.state, failed, MOMENT);
    expect(state).toEqual({
      ...slotInitial,
      phase: { kind: "waiting" },
      failures: 1,
      problem: { ...FAULT },
      recovery: { rung: "at", attempts: 1, since: MOMENT.now, resets: [] },
    });
    expect(effects.map(({ type }) => type)).toEqual(["close", "arm_timer", "report"]);
  });

  it("that go well start the count anew", () => {
    const { state } = run(at(READY), failed, failed, { type: "round_ok" }, failed, failed);
    expect(state).toMatchObject({ phase: READY, silent: 2 });
  });
});
