import { describe, expect, it } from "vitest";
import { REOPEN_BACKOFF, type SlotFault } from "../../src/core/index.ts";
import { CLOSED } from "../../src/smpp/faults.ts";
import { PATIENT_BACKOFF, PROBE_EVERY, PROBE_SOON, stepSmpp } from "../../src/smpp/machine.ts";
import {
  type SmppEffect,
  type SmppInput,
  type SmppPhase,
  type SmppState,
  smppInitial,
} from "../../src/smpp/smpp-state.ts";

const PASSWORD: SlotFault = { code: "smpp.wrong_password", message: "refused", hint: "Compare." };

const PHASES: readonly SmppPhase[] = [
  { kind: "idle" },
  { kind: "opening" },
  { kind: "binding" },
  { kind: "bound" },
  { kind: "finishing", by: "gateway" },
  { kind: "finishing", by: "us" },
  { kind: "unbinding" },
  { kind: "waiting" },
  { kind: "stopped" },
];

const INPUTS: readonly SmppInput[] = [
  { type: "start" },
  { type: "opened" },
  { type: "bind_accepted" },
  { type: "failed", fault: CLOSED },
  { type: "delivery" },
  { type: "settled" },
  { type: "link_answered" },
  { type: "gateway_unbinds" },
  { type: "unbind_answered" },
  { type: "timer", timer: "reopen" },
  { type: "timer", timer: "probe" },
  { type: "timer", timer: "answer" },
  { type: "timer", timer: "leave" },
  { type: "stop" },
];

const phaseName = (phase: SmppPhase): string => (phase.kind === "finishing" ? `finishing ${phase.by}` : phase.kind);
const inputName = (input: SmppInput): string => (input.type === "timer" ? `timer ${input.timer}` : input.type);
const effectName = (effect: SmppEffect): string =>
  effect.type === "arm" || effect.type === "disarm" ? `${effect.type}:${effect.timer}` : effect.type;

const DOWN = "waiting: close arm_reopen report";
const GOODBYE = "waiting: answer_unbind close arm_reopen report";

/** With one message under way and no enquire_link out. What is not here changes nothing. */
const EXPECTED: Readonly<Record<string, string>> = {
  "idle + start": "opening: open",
  "opening + opened": "binding: bind arm:answer",
  "opening + failed": DOWN,
  "binding + bind_accepted": "bound: disarm:answer arm:probe report",
  "binding + failed": DOWN,
  "binding + gateway_unbinds": GOODBYE,
  "binding + timer answer": DOWN,
  "bound + failed": DOWN,
  "bound + delivery": "bound:",
  "bound + settled": "bound: arm:probe",
  "bound + gateway_unbinds": "finishing gateway: disarm:probe disarm:answer arm:leave",
  "bound + timer probe": "bound: enquire arm:answer",
  "bound + stop": "finishing us: disarm:probe disarm:answer arm:leave",
  "finishing gateway + settled": GOODBYE,
  "finishing gateway + failed": DOWN,
  "finishing gateway + timer leave": GOODBYE,
  "finishing gateway + stop": "finishing us:",
  "finishing us + settled": "unbinding: unbind",
  "finishing us + failed": "stopped: close",
  "finishing us + gateway_unbinds": "finishing us: answer_unbind",
  "finishing us + timer leave": "stopped: unbind close",
  "unbinding + failed": "stopped: close",
  "unbinding + gateway_unbinds": "unbinding: answer_unbind",
  "unbinding + unbind_answered": "stopped: close",
  "unbinding + timer leave": "stopped: close",
  "waiting + timer reopen": "opening: open",
  ...Object.fromEntries(["idle", "opening", "binding", "waiting"].map((kind) => [`${kind} + stop`, "stopped: close"])),
};

describe("every input in every phase", () => {
  for (const phase of PHASES) {
    for (const input of INPUTS) {
      const name = `${phaseName(phase)} + ${inputName(input)}`;
      const expected = EXPECTED[name];
      it(`${name} ${expected === undefined ? "changes nothing" : `leads to ${expected}`}`, () => {
        const before: SmppState = { ...smppInitial("auto"), phase, failures: 2, underWay: 1 };
        const { state, effects } = stepSmpp(before, input);
        if (expected === undefined) {
          expect(state).toEqual(before);
          expect(effects).toEqual([]);
        } else {
          expect(`${phaseName(state.phase)}: ${effects.map(effectName).join(" ")}`.trim()).toBe(expected);
        }
      });
    }
  }
});

it("an input that does not exist is refused, not passed over in silence", () => {
  expect(() => stepSmpp(smppInitial("auto"), { type: "nonsense" } as never)).toThrow("unexpected SMPP input");
});

function run(state: SmppState, ...inputs: readonly SmppInput[]): { state: SmppState; effects: SmppEffect[] } {
  const effects: SmppEffect[] = [];
  let current = state;
  for (const input of inputs) {
    const step = stepSmpp(current, input);
    current = step.state;
    effects.push(...step.effects);
  }
  return { state: current, effects };
}

const bound = run(smppInitial("auto"), { type: "start" }, { type: "opened" }, { type: "bind_accepted" }).state;
const delay = (effects: readonly SmppEffect[], timer: string): number | undefined =>
  effects.flatMap((effect) => (effect.type === "arm" && effect.timer === timer ? [effect.delay] : [])).at(-1);

describe("proving that answers arrived", () => {
  const answered: readonly SmppInput[] = [{ type: "delivery" }, { type: "settled" }];
  const probe: SmppInput = { type: "timer", timer: "probe" };

  it("asks soon after an answer, once for all that are answered until then", () => {
    const { state, effects } = run(bound, ...answered, ...answered);
    expect(effects.map(effectName)).toEqual(["arm:probe"]);
    expect(delay(effects, "probe")).toBe(PROBE_SOON);
    expect(run(state, probe).effects.map(effectName)).toEqual(["enquire", "arm:answer"]);
  });

  it("has one enquire_link out at a time, and asks again for what was answered meanwhile", () => {
    const { effects } = run(bound, ...answered, probe, ...answered, probe, { type: "link_answered" });
    expect(effects.filter(({ type }) => type === "enquire").length).toBe(1);
    expect(effects.filter(({ type }) => type === "confirm").length).toBe(1);
    expect(delay(effects, "probe")).toBe(PROBE_SOON);
  });

  it("rests for long when nothing is unproven", () => {
    const { effects } = run(bound, ...answered, probe, { type: "link_answered" });
    expect(delay(effects, "probe")).toBe(PROBE_EVERY);
  });

  it("leaves a gateway that does not answer", () => {
    const { state } = run(bound, probe, { type: "timer", timer: "answer" });
    expect(state.problem?.code).toBe("smpp.silent");
  });
});

describe("trying again", () => {
  const refused = (fault: SlotFault): readonly SmppInput[] => [
    { type: "timer", timer: "reopen" },
    { type: "opened" },
    { type: "failed", fault },
  ];

  it("changes between the modes of a bind, but not for a wrong password", () => {
    const first = run(smppInitial("auto"), { type: "start" }, { type: "opened" }, { type: "failed", fault: CLOSED });
    expect(first.state.mode).toBe("transceiver");
    expect(run(first.state, ...refused(CLOSED)).state.mode).toBe("receiver");
    expect(run(first.state, ...refused(PASSWORD)).state.mode).toBe("transceiver");
    expect(run(smppInitial("receiver"), { type: "start" }, ...refused(CLOSED)).state.mode).toBe("receiver");
  });

  it("is patient with what only a person can mend", () => {
    const { effects } = run(
      smppInitial("auto"),
      { type: "start" },
      { type: "opened" },
      { type: "failed", fault: PASSWORD },
    );
    expect(effects).toContainEqual({ type: "arm_reopen", policy: PATIENT_BACKOFF, attempt: 1 });
  });

  it("is patient with refusals without a reason once both modes were refused, but not with a gateway that is away", () => {
    const refusal: SlotFault = { code: "smpp.bind_refused", message: "refused" };
    const policies = (fault: SlotFault): readonly (readonly unknown[])[] =>
      run(
        smppInitial("auto"),
        { type: "start" },
        { type: "opened" },
        { type: "failed", fault },
        ...refused(fault),
        ...refused(fault),
      ).effects.flatMap((effect) => (effect.type === "arm_reopen" ? [[effect.policy, effect.attempt]] : []));
    expect(policies(refusal)).toEqual([
      [REOPEN_BACKOFF, 1],
      [PATIENT_BACKOFF, 1],
      [PATIENT_BACKOFF, 2],
    ]);
    expect(policies(CLOSED)).toEqual([1, 2, 3].map((attempt) => [REOPEN_BACKOFF, attempt]));
  });

  it("counts from the first again after a bind that was accepted, and reports a problem once", () => {
    const failing = run(smppInitial("auto"), { type: "start" }, { type: "opened" }, { type: "failed", fault: CLOSED });
    const again = run(failing.state, ...refused(CLOSED));
    expect(again.effects.some(({ type }) => type === "report")).toBe(false);
    expect(again.state.failures).toBe(2);
    const well = run(again.state, { type: "timer", timer: "reopen" }, { type: "opened" }, { type: "bind_accepted" });
    expect(well.state).toMatchObject({ failures: 0, problem: null });
  });

  it("forgets what was under way in a session that ended", () => {
    const { state } = run(bound, { type: "delivery" }, { type: "delivery" }, { type: "failed", fault: CLOSED });
    expect(state).toMatchObject({ underWay: 0, probing: false, unproven: false });
  });
});

it("a gateway's unbind with nothing under way is answered at once", () => {
  expect(run(bound, { type: "gateway_unbinds" }).effects.map(effectName)).toEqual([
    "answer_unbind",
    "close",
    "arm_reopen",
    "report",
  ]);
});

it("a stop with nothing under way unbinds at once", () => {
  expect(run(bound, { type: "stop" }).effects.map(effectName)).toEqual([
    "disarm:probe",
    "disarm:answer",
    "arm:leave",
    "unbind",
  ]);
});
