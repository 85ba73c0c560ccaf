import { describe, expect, it } from "vitest";
import {
  MISSES,
  type NodeRedEffect,
  type NodeRedInput,
  type NodeRedState,
  nodeRed,
  PAUSE,
  SAFE_AFTER,
} from "../../../src/core/index.ts";

const run = (state: NodeRedState, ...inputs: readonly NodeRedInput[]) =>
  inputs.reduce<{ state: NodeRedState; effects: readonly NodeRedEffect[] }>(
    (step, input) => nodeRed(step.state, input, 0),
    { state, effects: [] },
  );
const kinds = (...names: readonly NodeRedInput["kind"][]): NodeRedInput[] =>
  names.map((kind) => (kind === "restart" ? { kind, safe: false } : { kind }) as NodeRedInput);

const STOPPED: NodeRedState = { kind: "stopped" };
const running = (failures = 0, safe = false): NodeRedState => ({ kind: "running", safe, misses: 0, failures });

describe("Node-RED's life", () => {
  it("starts, and is told as ready with its first answer", () => {
    expect(run(STOPPED, { kind: "start" })).toMatchObject({
      state: { kind: "starting" },
      effects: [{ kind: "spawn", safe: false }],
    });
    expect(run(STOPPED, ...kinds("start", "answered"))).toMatchObject({
      state: { kind: "running" },
      effects: [{ kind: "tell", what: "ready" }],
    });
    expect(run(running(), { kind: "answered" }).effects).toEqual([]);
  });

  it("ended by itself, it starts again after a pause that grows", () => {
    const first = run(running(), { kind: "exited" });
    expect(first).toMatchObject({ state: { kind: "waiting", failures: 1 } });
    expect(first.effects).toEqual([
      { kind: "tell", what: "ended" },
      { kind: "wait", for: PAUSE.first / 2 },
    ]);
    const later = run(running(2), { kind: "exited" });
    expect(later.effects).toContainEqual({ kind: "wait", for: PAUSE.first * 2 });
    const late = run(running(30), { kind: "exited" });
    expect(late.effects).toContainEqual({ kind: "wait", for: PAUSE.max / 2 });
  });

  it("silent, it is ended by force and started again", () => {
    const missed = Array.from({ length: MISSES.running }, (): NodeRedInput => ({ kind: "missed" }));
    const almost = run(running(), ...missed.slice(1));
    expect(almost).toMatchObject({ state: { kind: "running" }, effects: [] });
    const silent = run(running(), ...missed);
    expect(silent).toMatchObject({ state: { kind: "ending", failures: 1, next: "retry" } });
    expect(silent.effects).toEqual([
      { kind: "tell", what: "silent" },
      { kind: "end", now: true },
    ]);
    expect(run(silent.state, { kind: "exited" })).toMatchObject({ state: { kind: "waiting", failures: 1 } });
    expect(run(running(), ...missed.slice(1), { kind: "answered" }).state).toMatchObject({ misses: 0 });
  });

  it("after failures in a row its flows stand still, until the owner says otherwise", () => {
    const waiting: NodeRedState = { kind: "waiting", failures: SAFE_AFTER };
    const safe = run(waiting, { kind: "due" });
    expect(safe.effects).toEqual([
      { kind: "tell", what: "safe" },
      { kind: "spawn", safe: true },
    ]);
    expect(run(safe.state, ...kinds("answered", "settled")).state).toMatchObject({ failures: SAFE_AFTER, safe: true });
    const asked = run(safe.state, { kind: "answered" }, { kind: "restart", safe: false }, { kind: "exited" });
    expect(asked.effects).toEqual([{ kind: "spawn", safe: false }]);
    expect(asked.state).toMatchObject({ failures: 0, safe: false });
  });

  it("having run for long, its failures are forgotten", () => {
    expect(run(running(2), { kind: "settled" }).state).toMatchObject({ failures: 0 });
  });

  it("a stop wins over whatever was to follow", () => {
    expect(run(running(), { kind: "restart", safe: true }, { kind: "stop" }, { kind: "exited" })).toEqual({
      state: STOPPED,
      effects: [],
    });
    expect(run({ kind: "waiting", failures: 1 }, { kind: "stop" })).toEqual({ state: STOPPED, effects: [] });
  });

  const states: readonly NodeRedState[] = [
    STOPPED,
    { kind: "starting", safe: false, misses: 0, failures: 0 },
    running(),
    ...(["stop", "start", "safe", "retry"] as const).map(
      (next): NodeRedState => ({ kind: "ending", failures: 1, next }),
    ),
    { kind: "waiting", failures: 1 },
  ];
  const inputs = kinds("start", "answered", "missed", "exited", "due", "settled", "restart", "stop");

  it("starts a process only where none runs, and ends one only where one runs", () => {
    for (const state of states) {
      for (const input of inputs) {
        const { state: next, effects } = nodeRed(state, input, 0.5);
        const runs = state.kind === "starting" || state.kind === "running" || state.kind === "ending";
        const gone = !runs || input.kind === "exited";
        const what = `${state.kind} on ${input.kind}`;
        if (effects.some(({ kind }) => kind === "spawn")) expect(gone, what).toBe(true);
        if (effects.some(({ kind }) => kind === "end")) expect(gone, what).toBe(false);
        if (next.kind === "waiting" && state.kind !== "waiting")
          expect(
            effects.some(({ kind }) => kind === "wait"),
            what,
          ).toBe(true);
      }
    }
  });
});
