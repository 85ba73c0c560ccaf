// Addresses of the views, passphrases, the days of the inbox.

import { describe, expect, it } from "vitest";
import { isLockDue, keepLockAfter, LOCK_CHOICES, storedLockAfter } from "../../src/dashboard/pages/auto-lock.ts";
import { inDays, matching } from "../../src/dashboard/pages/inbox-list.ts";
import { PASSPHRASE_LENGTH, suggestPassphrase } from "../../src/dashboard/pages/passphrase.ts";
import { pathOf, viewOf } from "../../src/dashboard/pages/routes.ts";
import { shortened } from "../../src/dashboard/pages/shortened.ts";
import { VIEWS, type View } from "../../src/dashboard/pages/state.ts";
import type { AccountEntry } from "../../src/renter/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";

describe("routes", () => {
  const views: readonly View[] = [
    ...VIEWS.map((name) => ({ name })),
    { name: "listing", id: "a1b2c3d4e5f64a7b" },
    { name: "order", id: "00".repeat(16) },
  ];
  it.each(views.map((view) => [pathOf(view), view] as const))("%s is its own view", (path, view) => {
    expect(viewOf(path)).toEqual(view);
  });

  it.each([
    "/",
    "/dashboard",
    "/dashboard/nothing",
    "/dashboard/listing/",
    "/dashboard/listing/<b>",
    "/dashboard/order/zz",
  ])("%s shows the inbox", (path) => {
    expect(viewOf(path)).toEqual({ name: "inbox" });
  });
});

describe("suggestPassphrase", () => {
  it("gives words that can be said, another each time, long enough", () => {
    const random = new SeededRandom("words");
    const made = Array.from({ length: 200 }, () => suggestPassphrase(random));
    expect(new Set(made).size).toBe(200);
    for (const text of made) {
      expect(text).toMatch(/^(?:(?:[bdfgklmnprstvz][aeiou]){2} ){4}(?:[bdfgklmnprstvz][aeiou]){2}$/);
      expect(text.length).toBeGreaterThanOrEqual(PASSPHRASE_LENGTH);
    }
  });

  it("prefers no letter", () => {
    const random = new SeededRandom("even");
    const letters = Array.from({ length: 400 }, () => suggestPassphrase(random))
      .join("")
      .replace(/[aeiou ]/g, "");
    for (const letter of "bdfgklmnprstvz") {
      const share = letters.split(letter).length - 1;
      expect(share, letter).toBeGreaterThan((letters.length / 14) * 0.75);
      expect(share, letter).toBeLessThan((letters.length / 14) * 1.25);
    }
  });
});

function entry(at: number, body: string, from: string | null = null, rental = "r1"): AccountEntry {
  const payload = { type: "sms", body, from, received_ms: at };
  return {
    entry: { key: `${rental}/${at}`, payload, message: { rental_id: rental, ts: at / 1000 } },
  } as unknown as AccountEntry;
}

describe("the inbox", () => {
  const all = [entry(3000, "Your CODE is 1", "Bank"), entry(2000, "hello", "+1555"), entry(1000, "code 2", null, "r2")];

  it("is searched in text and sender, in any case, within one number or all", () => {
    const found = (filter: { rental: string | null; search: string }) =>
      matching(all, filter).map(({ entry: each }) => each.key);
    expect(found({ rental: null, search: " code " })).toEqual(["r1/3000", "r2/1000"]);
    expect(found({ rental: "r1", search: "code" })).toEqual(["r1/3000"]);
    expect(found({ rental: null, search: "BANK" })).toEqual(["r1/3000"]);
    expect(found({ rental: null, search: "" })).toHaveLength(3);
  });

  it("is put into days in its own order", () => {
    const days = inDays(all, (at) => (at > 1500 ? "today" : "before"));
    expect(days.map(({ at, entries }) => [at, entries.length])).toEqual([
      [3000, 2],
      [1000, 1],
    ]);
  });
});

describe("locking by itself", () => {
  it("is due after so many minutes without a touch, and never where it is off", () => {
    expect(isLockDue(5, 1_000_000, 1_000_000 + 299_999)).toBe(false);
    expect(isLockDue(5, 1_000_000, 1_000_000 + 300_000)).toBe(true);
    expect(isLockDue(5, 1_000_000, 0)).toBe(false);
    expect(isLockDue(0, 0, Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  it("remembers what was chosen, and takes anything else for never", () => {
    for (const minutes of LOCK_CHOICES) {
      const kept = new Map<string, string>();
      keepLockAfter(minutes, { setItem: (key, value) => void kept.set(key, value) });
      expect(storedLockAfter({ getItem: (key) => kept.get(key) ?? null })).toBe(minutes);
    }
    for (const text of [null, "", "-5", "7", "5 "]) expect(storedLockAfter({ getItem: () => text })).toBe(0);
  });
});

describe("what is shown of a long message", () => {
  it("is all of it where it is short, and ends between two characters", () => {
    const whole = "line\n".repeat(14);
    expect(shortened(whole)).toBe(whole);
    expect(shortened("x".repeat(700))).toHaveLength(700);
    expect(shortened("x".repeat(10_000))).toHaveLength(700);
    expect(shortened("\u{1f600}".repeat(1000))).toHaveLength(700);
    expect(shortened(`x${"\u{1f600}".repeat(1000)}`)).toHaveLength(699);
  });

  it.each(["\n", "\r", "\r\n", "\u2028"])("is no more than fifteen lines, whatever parts them", (end) => {
    expect(shortened(`a${end}`.repeat(600)).split(end)).toHaveLength(15);
    expect(shortened(end.repeat(600)).split(end)).toHaveLength(15);
  });
});
