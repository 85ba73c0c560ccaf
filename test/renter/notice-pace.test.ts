import { expect, it } from "vitest";
import { millis, minutes, seconds } from "../../src/base/index.ts";
import { freshPace, type NoticePace, paceFailed, paceMuted, paceSent, paceStep } from "../../src/renter/notice-pace.ts";

const START = 1_800_000_000_000;

/** Sends whatever may be sent until nothing waits: when, and of how many each notice told. */
function drain(waiting: number, from: NoticePace = freshPace()): { readonly at: number; readonly count: number }[] {
  const sent: { at: number; count: number }[] = [];
  let [pace, now, left] = [from, START, waiting];
  for (let step = paceStep(pace, now, left); step.kind !== "idle"; step = paceStep(pace, now, left)) {
    if (step.kind === "wait") {
      expect(step.until).toBeGreaterThan(now);
      now = step.until;
      continue;
    }
    sent.push({ at: now - START, count: step.count });
    pace = paceSent(pace, now);
    left -= step.count;
  }
  return sent;
}

it("tells of a few messages one by one, a second apart", () => {
  expect(drain(3)).toEqual([0, 1000, 2000].map((at) => ({ at, count: 1 })));
});

it("sums up a flood in one notice and loses none", () => {
  expect(drain(500)).toEqual([{ at: 0, count: 500 }]);
});

it("never tries more than twenty times in a minute, whatever keeps coming", () => {
  let [pace, now, told] = [freshPace(), START, 0];
  const times: number[] = [];
  for (let came = 1; came <= 600; came++, now += 250) {
    const step = paceStep(pace, now, came - told);
    if (step.kind !== "send") continue;
    times.push(now);
    pace = paceSent(pace, now);
    told += step.count;
  }
  expect(times.length).toBeGreaterThan(20);
  for (const [index, at] of times.entries()) {
    expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(1000);
    expect(at - (times[index - 20] ?? 0)).toBeGreaterThanOrEqual(60_000);
  }
});

it("waits as long as Telegram says", () => {
  const pace = paceFailed(freshPace(), START, seconds(37), 0);
  expect(paceStep(pace, START + 36_999, 1)).toEqual({ kind: "wait", until: START + 37_000 });
  expect(paceStep(pace, START + 37_000, 1)).toEqual({ kind: "send", count: 1 });
});

it("backs off up to five minutes, and starts anew after a success", () => {
  let pace = freshPace();
  for (let failure = 0; failure < 40; failure++) pace = paceFailed(pace, START, null, 0.999_999);
  expect(pace.notBefore - START).toBe(300_000);
  const later = START + 400_000;
  pace = paceFailed(paceSent(pace, later), later + 2000, null, 0);
  expect(pace.notBefore - later).toBe(2500);
});

it("is silent while muted, until the end or /unmute", () => {
  const muted = paceMuted(freshPace(), START, minutes(60));
  expect(paceStep(muted, START, 2)).toEqual({ kind: "wait", until: START + 3_600_000 });
  expect(paceStep(paceMuted(muted, START, millis(0)), START, 2)).toEqual({ kind: "send", count: 1 });
});

it("is not silenced by a clock that was set back", () => {
  expect(paceStep(paceSent(freshPace(), START + 86_400_000), START, 1)).toEqual({ kind: "send", count: 1 });
});
