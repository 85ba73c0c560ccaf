import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { millis, minutes, type UnixMs, unixMs } from "../../src/base/index.ts";
import { calmWatch, resumedWatch, stepWatch, type Watch } from "../../src/core/alerts/alert-machine.ts";
import { type AlertRule, channelsFor, localMinute, quietAt, SEVERITIES } from "../../src/core/index.ts";

const T0 = Date.UTC(2026, 0, 1);

type Step =
  | { readonly do: "look"; readonly value: number | null; readonly mayTell: boolean; readonly wait: number }
  | { readonly do: "acknowledge" | "snooze" | "restart" };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        do: fc.constant("look" as const),
        value: fc.oneof(fc.constant(null), fc.constantFrom(0, 50, 60, 70, 80, 100)),
        mayTell: fc.boolean(),
        wait: fc.integer({ min: 0, max: 20 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("acknowledge" as const, "snooze" as const, "restart" as const) }),
    },
  ),
  { minLength: 1, maxLength: 200 },
);
const rules: fc.Arbitrary<AlertRule> = fc.record({
  id: fc.constant("sms_storage" as const),
  severity: fc.constantFrom(...SEVERITIES),
  raiseAfter: fc.constantFrom(0, 5, 30).map(minutes),
  clearAfter: fc.constantFrom(0, 5, 30).map(minutes),
  repeat: fc.option(fc.constantFrom(10, 60).map(minutes)),
  limit: fc.constant({ raise: 80, clear: 60 }),
  ignore: fc.constant(new Set<string>()),
});
const flapping = { raises: 3, within: minutes(120), calm: minutes(60) };

/** Runs the steps; what was told, by alert. */
function run(rule: AlertRule, script: readonly Step[]): { tells: { id: string; what: string }[]; watch: Watch } {
  let watch = calmWatch;
  let minute = 0;
  let ids = 0;
  const tells: { id: string; what: string }[] = [];
  for (const each of script) {
    const at = unixMs(T0 + minute * 60_000);
    const apply = (input: Parameters<typeof stepWatch>[1]): void => {
      const result = stepWatch(watch, input, { rule, flapping });
      watch = result.watch;
      for (const effect of result.effects)
        if (effect.type === "tell") tells.push({ id: effect.alert.id, what: effect.what });
    };
    if (each.do === "look") {
      minute += each.wait;
      const seen = { rule: rule.id, subject: "s1", value: each.value };
      const now = unixMs(T0 + minute * 60_000);
      apply({ type: "look", seen, at: now, mono: minutes(minute), mayTell: each.mayTell, id: `a${ids++}` });
    } else if (each.do === "acknowledge") apply({ type: "acknowledge", at });
    else if (each.do === "snooze") apply({ type: "snooze", until: unixMs(at + 3_600_000) });
    else watch = watch.alert === null ? calmWatch : resumedWatch(watch.alert);
  }
  return { tells, watch };
}

describe("alerts, whatever happens", () => {
  it("are told raised once, then repeated, then cleared once, and only then comes another", () => {
    fc.assert(
      fc.property(rules, steps, (rule, script) => {
        const text = run(rule, script)
          .tells.map(({ what }) => what[2])
          .join("");
        // r-a-i-sed, re-p-eated, cl-e-ared
        expect(text).toMatch(/^(ip*e)*(ip*)?$/);
      }),
    );
  });

  it("are told raised and cleared at most once each by their id", () => {
    fc.assert(
      fc.property(rules, steps, (rule, script) => {
        const once = run(rule, script)
          .tells.filter(({ what }) => what !== "repeated")
          .map(({ id, what }) => `${id} ${what}`);
        expect(new Set(once).size).toBe(once.length);
      }),
    );
  });

  it("end, and their end is told, once all has been good for long enough", () => {
    fc.assert(
      fc.property(rules, steps, (rule, script) => {
        const calm: Step[] = Array.from({ length: 40 }, () => ({ do: "look", value: 0, mayTell: true, wait: 20 }));
        const { tells, watch } = run(rule, [...script, ...calm]);
        expect([watch.phase.kind, watch.alert]).toEqual(["calm", null]);
        expect(tells.filter(({ what }) => what === "raised")).toHaveLength(
          tells.filter(({ what }) => what === "cleared").length,
        );
      }),
    );
  });

  it("are not told while nothing may be told", () => {
    fc.assert(
      fc.property(rules, steps, (rule, script) => {
        const silent = script.map((each) => (each.do === "look" ? { ...each, mayTell: false } : each));
        expect(run(rule, silent).tells).toEqual([]);
      }),
    );
  });

  it("ring no more often than flapping allows", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 200, maxLength: 400 }), (bits) => {
        const rule: AlertRule = {
          id: "sms_storage",
          severity: "warning",
          raiseAfter: millis(0),
          clearAfter: millis(0),
          repeat: null,
          limit: null,
          ignore: new Set(),
        };
        const script: Step[] = bits.map((bad) => ({ do: "look", value: bad ? 100 : 0, mayTell: true, wait: 1 }));
        const raised = run({ ...rule, limit: { raise: 80, clear: 60 } }, script).tells.filter(
          ({ what }) => what === "raised",
        );
        // Three in two hours, then an hour of calm before the next.
        expect(raised.length).toBeLessThanOrEqual(3 * Math.ceil(bits.length / 60));
      }),
    );
  });
});

describe("quiet hours, in any zone", () => {
  const zones = fc.constantFrom(
    "UTC",
    "Europe/Madrid",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
  );
  const minute = fc.integer({ min: 0, max: 1439 });
  const times: fc.Arbitrary<UnixMs> = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }).map(unixMs);

  it("go by the local clock, across midnight too", () => {
    fc.assert(
      fc.property(zones, minute, minute, times, (zone, from, to, at) => {
        fc.pre(from !== to);
        const local = localMinute(zone)(at);
        // Walk from `from` onwards: whichever of `to` and the local time comes first decides.
        const ahead = (value: number) => (value - from + 1440) % 1440;
        expect(quietAt({ from, to, zone })(at)).toBe(ahead(local) < ahead(to));
      }),
    );
  });

  it("are quiet at each time of the day either by a span or by its opposite", () => {
    fc.assert(
      fc.property(zones, minute, minute, times, (zone, from, to, at) => {
        fc.pre(from !== to);
        expect(quietAt({ from, to, zone })(at)).toBe(!quietAt({ from: to, to: from, zone })(at));
      }),
    );
  });
});

describe("routes", () => {
  it("send each alert to each channel once, and to none that wants graver ones only", () => {
    const routes = fc.array(
      fc.record({ severity: fc.constantFrom(...SEVERITIES), to: fc.array(fc.constantFrom("a", "b", "c")) }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...SEVERITIES), routes, (severity, all) => {
        const to = channelsFor(severity, all);
        expect(new Set(to).size).toBe(to.length);
        const rank = SEVERITIES.indexOf(severity);
        const wanted = new Set(
          all.filter((route) => SEVERITIES.indexOf(route.severity) <= rank).flatMap((route) => route.to),
        );
        expect(new Set(to)).toEqual(wanted);
      }),
    );
  });
});
