import { describe, expect, it } from "vitest";
import { type Millis, millis, minutes, type UnixMs, unixMs } from "../../../src/base/index.ts";
import {
  calmWatch,
  resumedWatch,
  stepWatch,
  type Verdict,
  verdictOf,
  type Watch,
  type WatchEffect,
  type WatchInput,
  type WatchPhase,
} from "../../../src/core/alerts/alert-machine.ts";
import type { Alert, AlertRule, RuleId } from "../../../src/core/index.ts";

const T0 = Date.UTC(2026, 0, 1);
const FLAPPING = { raises: 3, within: minutes(60), calm: minutes(30) };

const rule = (more: Partial<AlertRule> = {}): AlertRule => ({
  id: "slot_down",
  severity: "warning",
  raiseAfter: minutes(10),
  clearAfter: minutes(2),
  repeat: null,
  limit: null,
  ignore: new Set(),
  ...more,
});

/** Looks once a minute. */
class Bench {
  watch: Watch = calmWatch;
  minute = 0;
  ids = 0;
  readonly effects: string[] = [];
  readonly rule: AlertRule;

  constructor(more: Partial<AlertRule> = {}) {
    this.rule = rule(more);
  }

  #step(input: WatchInput): void {
    const { watch, effects } = stepWatch(this.watch, input, { rule: this.rule, flapping: FLAPPING });
    this.watch = watch;
    for (const effect of effects) this.effects.push(`${this.minute} ${nameOf(effect)}`);
  }

  look(value: number | boolean | null, span = 1, mayTell = true): this {
    for (let n = 0; n < span; n++) {
      const [at, mono] = [unixMs(T0 + this.minute * 60_000), minutes(this.minute)];
      const seen = { rule: this.rule.id, subject: "s1", value };
      this.#step({ type: "look", seen, at, mono, mayTell, id: `id${this.ids++}` });
      this.minute++;
    }
    return this;
  }

  acknowledge(): this {
    this.#step({ type: "acknowledge", at: unixMs(T0 + this.minute * 60_000) });
    return this;
  }

  snooze(span: number): this {
    this.#step({ type: "snooze", until: unixMs(T0 + (this.minute + span) * 60_000) });
    return this;
  }
}

const nameOf = (effect: WatchEffect): string => (effect.type === "tell" ? `tell ${effect.what}` : effect.type);

describe("an alert", () => {
  it("is raised after it has been bad for so long, and over after it has been good for so long", () => {
    const bench = new Bench().look(false, 3).look(true, 15).look(false, 5);
    expect(bench.effects).toEqual(["13 raised", "13 tell raised", "20 cleared", "20 tell cleared"]);
  });

  it("is not raised by what passes sooner, however often", () => {
    const bench = new Bench();
    for (let n = 0; n < 20; n++) bench.look(true, 9).look(false, 1);
    expect(bench.effects).toEqual([]);
  });

  it("is not over while the good does not last", () => {
    const bench = new Bench().look(true, 11);
    for (let n = 0; n < 10; n++) bench.look(false, 2).look(true, 1);
    expect(bench.effects).toEqual(["10 raised", "10 tell raised"]);
  });

  it("is raised at once where no time is asked for", () => {
    const bench = new Bench({ raiseAfter: millis(0), clearAfter: millis(0) }).look(true).look(false);
    expect(bench.effects).toEqual(["0 raised", "0 tell raised", "1 cleared", "1 tell cleared"]);
  });

  it("stays as it is while nothing is known", () => {
    const raised = new Bench().look(true, 11).look(null, 600);
    expect(raised.effects).toHaveLength(2);
    const calm = new Bench().look(null, 600);
    expect([calm.effects, calm.watch]).toEqual([[], calmWatch]);
  });

  it.each([
    [
      "memory_low",
      8,
      12,
      [
        [20, "good"],
        [12, "good"],
        [11, "between"],
        [8.1, "between"],
        [8, "bad"],
        [0, "bad"],
      ],
    ],
    [
      "sms_storage",
      80,
      60,
      [
        [0, "good"],
        [60, "good"],
        [61, "between"],
        [79, "between"],
        [80, "bad"],
        [100, "bad"],
      ],
    ],
    [
      "signal_weak",
      -107,
      -101,
      [
        [-60, "good"],
        [-101, "good"],
        [-105, "between"],
        [-107, "bad"],
        [-113, "bad"],
      ],
    ],
  ] as const)("of %s is bad from %d and good from %d", (id, raise, clear, table) => {
    for (const [value, verdict] of table) {
      expect([value, verdictOf({ rule: id, subject: "", value }, { id, limit: { raise, clear } })]).toEqual([
        value,
        verdict satisfies Verdict,
      ]);
    }
  });

  it("knows nothing by a number that is none, and takes a yes for bad whatever its limit", () => {
    const of = (id: RuleId, value: number | boolean | null, limit: AlertRule["limit"]) =>
      verdictOf({ rule: id, subject: "", value }, { id, limit });
    expect(of("disk_low", Number.NaN, { raise: 10, clear: 12 })).toBe("unknown");
    expect(of("disk_low", null, { raise: 10, clear: 12 })).toBe("unknown");
    expect(of("chain_lag", true, { raise: 6, clear: 2 })).toBe("bad");
    expect(of("relay_down", false, null)).toBe("good");
  });

  it("between its limits neither begins nor ends", () => {
    const limit = { raise: 80, clear: 60 };
    const bench = new Bench({ id: "sms_storage", limit }).look(70, 60);
    expect(bench.effects).toEqual([]);
    bench.look(85, 11).look(70, 600);
    expect(bench.effects).toEqual(["70 raised", "70 tell raised"]);
    expect(bench.watch.alert?.value).toBe(70);
  });

  it("is told again while nobody says that he knows", () => {
    const bench = new Bench({ repeat: minutes(30) }).look(true, 80);
    expect(bench.effects).toEqual(["10 raised", "10 tell raised", "40 tell repeated", "70 tell repeated"]);
    bench.acknowledge().look(true, 300).look(false, 3);
    expect(bench.effects.slice(4)).toEqual(["382 cleared", "382 tell cleared"]);
  });

  it("that is snoozed is told again when the time is up, even one that is told once", () => {
    const bench = new Bench().look(true, 11).snooze(60).look(true, 200);
    expect(bench.effects.slice(2)).toEqual(["71 tell repeated"]);
  });

  it("that nobody was told of ends without a word", () => {
    const bench = new Bench().look(true, 60, false).look(false, 10, false).look(false, 10);
    expect(bench.effects).toEqual(["10 raised", "62 cleared"]);
    expect(bench.watch.alert).toBeNull();
  });

  it("that began in the night is told in the morning, if it is still up", () => {
    const bench = new Bench().look(true, 300, false).look(true, 60);
    expect(bench.effects).toEqual(["10 raised", "300 tell raised"]);
  });

  it("that ends in the night is told to be over in the morning", () => {
    const bench = new Bench().look(true, 11).look(false, 100, false).look(false, 5);
    expect(bench.effects).toEqual(["10 raised", "10 tell raised", "13 cleared", "111 tell cleared"]);
  });

  it("that ends and comes back in one night is one and the same", () => {
    const bench = new Bench().look(true, 11).look(false, 30, false).look(true, 30, false).look(true, 5);
    expect(bench.effects).toEqual(["10 raised", "10 tell raised", "13 cleared", "51 raised"]);
    expect(bench.watch.alert?.id).toBe("id10");
    bench.look(false, 5);
    expect(bench.effects.slice(4)).toEqual(["78 cleared", "78 tell cleared"]);
  });

  it("that comes and goes stays up until all has been calm for long", () => {
    const bench = new Bench();
    for (let n = 0; n < 8; n++) bench.look(true, 11).look(false, 3);
    const tells = bench.effects.filter((effect) => effect.includes("tell"));
    expect(tells).toEqual(["10 tell raised", "13 tell cleared", "24 tell raised", "27 tell cleared", "38 tell raised"]);
    expect(bench.watch.alert?.flapping).toBe(true);
    bench.look(false, 40);
    expect(bench.effects.at(-1)).toBe("139 tell cleared");
  });

  it("does not mind a wall clock that jumps", () => {
    let watch = calmWatch;
    const step = (value: boolean, mono: Millis, at: UnixMs) => {
      const seen = { rule: "slot_down" as const, subject: "s1", value };
      const input = { type: "look" as const, seen, at, mono, mayTell: true, id: "x" };
      const result = stepWatch(watch, input, { rule: rule({ repeat: minutes(30) }), flapping: FLAPPING });
      watch = result.watch;
      return result.effects.map(nameOf);
    };
    expect(step(true, minutes(0), unixMs(0))).toEqual([]);
    expect(step(true, minutes(1), unixMs(T0))).toEqual([]);
    expect(step(true, minutes(10), unixMs(T0))).toEqual(["raised", "tell raised"]);
    expect(step(true, minutes(11), unixMs(0))).toEqual([]);
  });
});

const open = (more: Partial<Alert> = {}): Alert => ({
  ...{ id: "a", rule: "slot_down", subject: "s1", severity: "warning", raisedAt: unixMs(T0), clearedAt: null },
  ...{ toldAt: unixMs(T0), tells: 1, acknowledgedAt: null, snoozedUntil: null, flapping: false },
  ...{ value: true, details: {} },
  ...more,
});

describe("every state and every input", () => {
  const phases: readonly (readonly [string, WatchPhase, Alert | null])[] = [
    ["calm", { kind: "calm" }, null],
    ["calm, end not told", { kind: "calm" }, open({ clearedAt: unixMs(T0) })],
    ["pending", { kind: "pending", since: minutes(-5) }, null],
    ["pending long enough", { kind: "pending", since: minutes(-10) }, null],
    ["pending, end not told", { kind: "pending", since: minutes(-10) }, open({ clearedAt: unixMs(T0) })],
    ["raised, untold", { kind: "raised", clearingSince: null }, open({ toldAt: null, tells: 0 })],
    ["raised, told", { kind: "raised", clearingSince: null }, open()],
    ["raised, good for long", { kind: "raised", clearingSince: minutes(-2) }, open()],
    ["raised, untold, good for long", { kind: "raised", clearingSince: minutes(-2) }, open({ toldAt: null, tells: 0 })],
  ];
  const values: readonly (readonly [Verdict, boolean | number | null])[] = [
    ["bad", 90],
    ["between", 70],
    ["good", 50],
    ["unknown", null],
  ];
  /** State → [told of bad, between, good, unknown], each as `effects|phase`, when telling is allowed. */
  const expected: Readonly<Record<string, readonly string[]>> = {
    calm: ["|pending", "|calm", "|calm", "|calm"],
    "calm, end not told": ["tell cleared|pending", "tell cleared|calm", "tell cleared|calm", "tell cleared|calm"],
    pending: ["|pending", "|calm", "|calm", "|pending"],
    "pending long enough": ["raised tell raised|raised", "|calm", "|calm", "|pending"],
    "pending, end not told": ["raised|raised", "tell cleared|calm", "tell cleared|calm", "tell cleared|pending"],
    "raised, untold": ["tell raised|raised", "tell raised|raised", "tell raised|raised", "tell raised|raised"],
    "raised, told": ["|raised", "|raised", "|raised", "|raised"],
    "raised, good for long": ["|raised", "|raised", "cleared tell cleared|calm", "|raised"],
    "raised, untold, good for long": ["tell raised|raised", "tell raised|raised", "cleared|calm", "tell raised|raised"],
  };
  const policy = { rule: rule({ id: "sms_storage", limit: { raise: 80, clear: 60 } }), flapping: FLAPPING };
  const step = (watch: Watch, value: boolean | number | null, mayTell: boolean) => {
    const seen = { rule: "sms_storage" as const, subject: "s1", value };
    return stepWatch(watch, { type: "look", seen, at: unixMs(T0), mono: millis(0), mayTell, id: "new" }, policy);
  };

  for (const [name, phase, alert] of phases) {
    for (const [at, [verdict, value]] of values.entries()) {
      it(`${name} meets ${verdict}`, () => {
        const told = step({ phase, alert, raises: [] }, value, true);
        expect(`${told.effects.map(nameOf).join(" ")}|${told.watch.phase.kind}`).toBe(expected[name]?.[at]);
        const quiet = step({ phase, alert, raises: [] }, value, false);
        expect(quiet.effects.filter(({ type }) => type === "tell")).toEqual([]);
        expect(quiet.watch.phase.kind).toBe(told.watch.phase.kind);
      });
    }
    it(`${name} meets its owner`, () => {
      const watch = { phase, alert, raises: [] };
      const acknowledged = stepWatch(watch, { type: "acknowledge", at: unixMs(T0 + 5) }, policy);
      const snoozed = stepWatch(watch, { type: "snooze", until: unixMs(T0 + 9) }, policy);
      expect([...acknowledged.effects, ...snoozed.effects]).toEqual([]);
      const up = phase.kind === "raised";
      expect(acknowledged.watch.alert?.acknowledgedAt ?? null).toBe(up ? T0 + 5 : null);
      expect(snoozed.watch.alert?.snoozedUntil ?? null).toBe(up ? T0 + 9 : null);
      expect(acknowledged.watch.phase).toEqual(phase);
    });
  }

  it("of the run before goes on where it was", () => {
    expect(resumedWatch(open()).phase).toEqual({ kind: "raised", clearingSince: null });
    expect(resumedWatch(open({ clearedAt: unixMs(T0) })).phase).toEqual({ kind: "calm" });
    expect(step(resumedWatch(open()), 90, true).effects).toEqual([]);
    expect(step(resumedWatch(open({ clearedAt: unixMs(T0) })), 50, true).effects.map(nameOf)).toEqual(["tell cleared"]);
  });
});
