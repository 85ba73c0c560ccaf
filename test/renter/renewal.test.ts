// Renewals that nobody confirms: when one is due, and that the loop never makes more of them than were allowed, whatever breaks.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError, hours, minutes } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { RenewalBook } from "../../src/bin/commands/renewal-book.ts";
import { RenewalKeeper, type RenewalNews } from "../../src/bin/commands/renewal-keeper.ts";
import type { RentalGrant } from "../../src/protocol/index.ts";
import { isSoonOver, type OrderFile, type RenewalPlan, renewalStep, soonOverAt } from "../../src/renter/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { CommandRun } from "./command-run.ts";
import { grantOf, NOW, NOW_S, RENTAL } from "./fixtures.ts";

const DAY = 86_400;
const plan = (more: Partial<RenewalPlan> = {}): RenewalPlan => ({
  ...{ v: 1, rental: RENTAL, duration: "daily", sms: 0, budget: "1", left: 2, hours_before: null, last: null },
  ...more,
});
const span = (days: number) => ({ starts_at: NOW_S, expires_at: NOW_S + days * DAY });

describe("a rental's end", () => {
  it("is near for a tenth of it, and a day at the most", () => {
    expect(soonOverAt(span(1))).toBe(NOW_S + 0.9 * DAY);
    expect(soonOverAt(span(30))).toBe(NOW_S + 29 * DAY);
    const at = (days: number) => isSoonOver(span(30), NOW + days * DAY * 1000);
    expect([28.9, 29.1, 30].map(at)).toEqual([false, true, false]);
  });
});

describe("renewalStep", () => {
  const last = { order: "ab".repeat(16), before: NOW_S + DAY };
  const cases: readonly [string, Partial<RenewalPlan>, { done?: string } | null, number, string][] = [
    ["waits until it is due", {}, null, 0.5, "wait"],
    ["orders when it is due", {}, null, 0.95, "order"],
    ["orders as early as was said", { hours_before: 20 }, null, 0.5, "order"],
    ["does nothing once all are used up", { left: 0 }, null, 0.95, "spent"],
    ["is over with the rental", {}, null, 1, "over"],
    ["goes on with an order that is not finished, also when none is left", { left: 0, last }, {}, 0.95, "resume"],
    ["orders again after one that was refused", { last }, { done: "market.refused" }, 0.95, "order"],
    ["waits for the grant of one that was granted", { last }, { done: "granted" }, 0.95, "stale"],
    ["orders again where the last one was never written", { last }, null, 0.95, "order"],
  ];
  it.each(cases)("%s", (_name, more, order, days, kind) => {
    expect(renewalStep(plan(more), { grant: span(1), last: order }, NOW_S + days * DAY).kind).toBe(kind);
  });

  it("orders again after a granted one when the longer rental nears its end", () => {
    const state = { grant: span(2), last: { done: "granted" } };
    expect(renewalStep(plan({ last }), state, NOW_S + 1.9 * DAY).kind).toBe("order");
  });
});

/** The real one waits for a disk, which no virtual clock knows of. */
class MemoryBook {
  #plan: RenewalPlan | null = null;

  async all(): Promise<readonly RenewalPlan[]> {
    return this.#plan === null ? [] : [this.#plan];
  }

  async change(_rental: string, decide: (plan: RenewalPlan | null) => RenewalPlan | null | undefined) {
    const next = decide(this.#plan);
    if (next !== undefined) this.#plan = next;
    return this.#plan;
  }
}

let root: string;
let book: MemoryBook;
let clock: VirtualClock;
let orders: Map<string, OrderFile>;
let news: RenewalNews["kind"][];
/** What the relay has. */
let grant: RentalGrant;
/** Micro-steps that fail once. */
let broken: Set<"order" | "keep" | "work" | "end">;
let paid: string[];

function once(step: "order" | "keep" | "work" | "end"): void {
  if (broken.delete(step)) throw new AppError("renter.relay_unreachable", step, { retryable: true });
}

function keeper(): RenewalKeeper {
  return new RenewalKeeper({
    ...{ clock, book },
    readOrder: async (id) => orders.get(id) ?? null,
    keepOrder: async (order) => {
      once("keep");
      orders.set(order.request.order_id, order);
    },
    tell: (_rental, { kind }) => news.push(kind),
    open: async () => ({
      grant,
      fresh: async () => grant,
      close: async () => {},
      order: async () => {
        once("order");
        const id = `${orders.size + 1}`.padStart(32, "0");
        return { request: { order_id: id } } as unknown as OrderFile;
      },
      work: async (order) => {
        once("work");
        const { order_id: id } = order.request;
        if (!paid.includes(id)) {
          paid.push(id);
          grant = { ...grant, expires_at: grant.expires_at + DAY };
        }
        once("end");
        orders.set(id, { ...order, done: "granted" });
      },
    }),
  });
}

/** Days in which the loop runs, and everything stays as it was broken. */
async function live(days: number): Promise<void> {
  const stop = new AbortController();
  const running = keeper().run(stop.signal);
  for (let at = 0; at < days * 24 * 4; at++) await clock.advance(minutes(15));
  stop.abort();
  await clock.advance(minutes(1));
  await running;
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "renewal-"));
  clock = new VirtualClock(NOW);
  book = new MemoryBook();
  [orders, news, broken, paid] = [new Map(), [], new Set(), []];
  grant = { ...grantOf(), ...span(1) };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("RenewalBook", () => {
  it("keeps plans over a restart, and changes them one at a time", async () => {
    const open = () => RenewalBook.open(root, systemClock);
    const disk = await open();
    expect(await disk.change(RENTAL, () => undefined)).toBeNull();
    await disk.change(RENTAL, () => plan());
    const again = await open();
    expect(await again.all()).toEqual([plan()]);
    expect(await again.change(RENTAL, (was) => (was === null ? null : { ...was, left: was.left - 1 }))).toEqual(
      plan({ left: 1 }),
    );
    await again.change(RENTAL, () => null);
    expect(await disk.all()).toEqual([]);
  });
});

describe("RenewalKeeper", () => {
  it("renews as often as was allowed, each time shortly before the end, and lets it end then", async () => {
    await book.change(RENTAL, () => plan());
    await live(4);
    expect(paid).toHaveLength(2);
    expect(grant.expires_at).toBe(NOW_S + 3 * DAY);
    expect(news).toEqual(["ordered", "renewed", "ordered", "renewed", "spent", "over"]);
    expect(await book.all()).toEqual([]);
  });

  it("renews nothing without a plan, or after it was ended", async () => {
    await live(1);
    await book.change(RENTAL, () => plan());
    await book.change(RENTAL, () => null);
    await live(1);
    expect([paid, news]).toEqual([[], []]);
  });

  it.each(["order", "keep", "work", "end"] as const)(
    "makes no more payments than allowed when %s fails",
    async (step) => {
      broken.add(step);
      await book.change(RENTAL, () => plan({ left: 1 }));
      await live(3);
      expect(paid.length).toBeLessThanOrEqual(1);
      // An order that was never written costs a renewal rather than money.
      expect(paid).toHaveLength(step === "keep" ? 0 : 1);
      expect(news.filter((kind) => kind === "ordered").length).toBeLessThanOrEqual(1);
    },
  );

  it("goes on with the same order after a restart amid it", async () => {
    broken.add("end");
    await book.change(RENTAL, () => plan({ left: 1 }));
    await clock.advance(hours(23));
    await keeper().pass(new AbortController().signal);
    expect([paid.length, news]).toEqual([1, ["ordered", "failed"]]);
    await keeper().pass(new AbortController().signal);
    expect([paid.length, news.slice(2)]).toEqual([1, ["resumed", "renewed"]]);
  });

  it("takes what is changed while it looks: an ended plan is not ordered for", async () => {
    await book.change(RENTAL, () => plan({ hours_before: 48 }));
    const looking = keeper();
    await Promise.all([looking.pass(new AbortController().signal), book.change(RENTAL, () => null)]);
    expect(paid.length).toBeLessThanOrEqual(1);
    await live(1);
    expect(paid.length).toBeLessThanOrEqual(1);
  });
});

describe("renter autorenew", () => {
  const run = async (...argv: readonly string[]) => {
    const command = new CommandRun(root, ["autorenew", ...argv]);
    return { exit: await command.done, out: command.stdout, err: command.stderr };
  };

  it("lists nothing at first, and runs only where a node is named", async () => {
    expect(await run()).toMatchObject({ exit: 0, out: "No rental is renewed by itself.\n" });
    expect((await run("--once")).err).toMatch(/^market\.no_node: /);
    expect((await run(RENTAL, "--times", "0")).exit).toBe(2);
    expect((await run(RENTAL, "--budget", "-1")).exit).toBe(2);
  });
});
