import { describe, expect, it } from "vitest";
import { AppError, minutes, type SlotId, seconds, slotId } from "../../src/base/index.ts";
import { bindLine, EventLog, hasLeft, type Line, LineBinder, type SimIdentity } from "../../src/core/index.ts";
import { CapturingLog } from "../modem/capturing-log.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { lineOf } from "./core-rig.ts";

const slot = (n: number): SlotId => slotId(String(n));
const sim = (n: number): SimIdentity => ({ iccid: `890100000000000000${n}`, imsi: `00101000000000${n}` });
const nobody: SimIdentity = { iccid: null, imsi: null };
const free = (n: number): Line => ({ ...lineOf(n), slot: slot(n) });
const bound = (n: number, at: number | null = n): Line => ({
  ...lineOf(n),
  slot: at === null ? null : slot(at),
  iccid: sim(n).iccid,
});

describe("which line a SIM is", () => {
  const none = new Map<Line["id"], SlotId>();
  it.each([
    ["its own, wherever it is put in", 9, sim(1), [bound(1)], none, "bound line-1"],
    ["its own, also one that never had a slot", 2, sim(1), [bound(1, null)], none, "bound line-1"],
    ["the slot's, when that has no SIM yet", 1, sim(7), [free(1)], none, "first line-1"],
    ["the slot's, also when it does not tell who it is", 1, nobody, [free(1)], none, "first line-1"],
    ["none of another SIM's: the slot's line waits for its own", 1, sim(7), [bound(1)], none, "other_sim line-1"],
    [
      "known by IMSI where the modem tells no ICCID",
      5,
      { iccid: null, imsi: sim(1).imsi },
      [{ ...lineOf(1), imsi: sim(1).imsi }],
      none,
      "bound line-1",
    ],
    ["none in a slot without a line", 5, sim(7), [free(1)], none, "none"],
    [
      "the slot's own, when another slot shows the same identity",
      2,
      sim(1),
      [bound(1), free(2)],
      new Map([[lineOf(1).id, slot(1)]]),
      "twin line-2",
    ],
    [
      "none, when another slot serves its line and there is no other",
      2,
      sim(1),
      [bound(1)],
      new Map([[lineOf(1).id, slot(1)]]),
      "none",
    ],
  ] as const)("is %s", (_, at, who, lines, served, expected) => {
    const binding = bindLine({ slot: slot(at), sim: who, lines, served });
    expect(binding.kind === "none" ? "none" : `${binding.kind} ${binding.line.id}`).toBe(expected);
  });
});

class Rig {
  readonly log = new CapturingLog();
  readonly events = new EventLog(new VirtualClock(), this.log);
  readonly clock = new VirtualClock();
  readonly lines = new Map<string, Line>();
  fails = false;
  readonly binder: LineBinder;

  constructor(...lines: readonly Line[]) {
    for (const line of lines) this.lines.set(line.id, line);
    this.binder = new LineBinder({
      events: this.events,
      log: this.log,
      monotonic: () => this.clock.monotonic(),
      rentals: {
        lines: () => [...this.lines.values()],
        line: (id) => this.lines.get(id) ?? null,
        saveLine: async (line) => {
          if (this.fails) throw new AppError("store.full", "the disk is full");
          this.lines.set(line.id, line);
          return line;
        },
      },
    });
  }

  see(at: number, who: SimIdentity): string | null {
    return this.binder.lineFor(slot(at), who);
  }

  get codes(): readonly string[] {
    return this.events.list({ after: 0, limit: 99 }).map(({ code, slot: at }) => `${code} ${at}`);
  }
}

describe("SIMs that change places", () => {
  it("two, swapped while the box was off: each line goes with its SIM, and the console says so", async () => {
    const before = new Rig(free(1), free(2));
    expect([before.see(1, sim(1)), before.see(2, sim(2))]).toEqual(["line-1", "line-2"]);
    await Promise.resolve();
    const after = new Rig(...before.lines.values());
    expect([after.see(1, sim(2)), after.see(2, sim(1))]).toEqual(["line-2", "line-1"]);
    expect(after.codes).toEqual(["line.moved 1", "line.moved 2"]);
    await Promise.resolve();
    expect([...after.lines.values()].map((line) => line.slot)).toEqual(["2", "1"]);
  });

  it("two, swapped while it runs: the one that is noticed first waits until the other slot gives its line free", () => {
    const rig = new Rig(bound(1), bound(2));
    rig.see(1, sim(1));
    rig.see(2, sim(2));
    rig.binder.left(slot(1));
    expect(rig.see(1, sim(2))).toBeNull();
    expect(rig.binder.mayServe()).toEqual([]);
    rig.binder.left(slot(2));
    expect(rig.binder.mayServe()).toEqual(["1"]);
    expect([rig.see(2, sim(1)), rig.see(1, sim(2))]).toEqual(["line-1", "line-2"]);
  });

  it("a stranger in the slot of a line that has its SIM elsewhere is told, and gets nothing", () => {
    const rig = new Rig(bound(1));
    expect(rig.see(1, sim(9))).toBeNull();
    expect(rig.codes).toEqual(["line.other_sim 1"]);
  });

  it("what is learnt counts at once, and for one slot only, even while the disk is full", async () => {
    const rig = new Rig(free(1));
    rig.fails = true;
    expect(rig.see(1, sim(1))).toBe("line-1");
    await Promise.resolve();
    rig.binder.left(slot(1));
    expect(rig.see(1, sim(2))).toBeNull();
    expect(rig.see(5, sim(1))).toBe("line-1");
    expect(rig.log.events).toContain("line_not_saved");
  });

  it("two slots that show one identity are both served, each its own line, with a warning", () => {
    const rig = new Rig(free(1), free(2));
    expect([rig.see(1, sim(1)), rig.see(2, sim(1))]).toEqual(["line-1", "line-2"]);
    expect(rig.codes).toEqual(["line.bound 1", "sim.same_identity 2"]);
    expect(rig.lines.get("line-2")?.iccid).toBeNull();
  });

  it("that go on showing one identity keep each its own line over a restart, whichever starts first", async () => {
    const rig = new Rig(free(1), free(2));
    rig.see(1, sim(1));
    rig.see(2, sim(1));
    await rig.clock.advance(seconds(44));
    rig.binder.settleTwins();
    expect(rig.lines.get("line-2")?.iccid).toBeNull();
    await rig.clock.advance(seconds(1));
    rig.binder.settleTwins();
    await Promise.resolve();
    const after = new Rig(...rig.lines.values());
    expect([after.see(2, sim(1)), after.see(1, sim(1))]).toEqual(["line-2", "line-1"]);
    expect(after.codes).toEqual([]);
  });

  it("of which one leaves soon were one SIM that was moved: nothing is kept, and its line goes with it", async () => {
    const rig = new Rig(free(1), free(2));
    rig.see(1, sim(1));
    rig.see(2, sim(1));
    rig.binder.left(slot(1));
    await rig.clock.advance(minutes(5));
    rig.binder.settleTwins();
    expect(rig.lines.get("line-2")?.iccid).toBeNull();
    expect(rig.see(2, sim(1))).toBe("line-1");
  });
});

describe("a slot that is down", () => {
  it.each([
    ["waiting", true],
    ["opening", true],
    ["resetting", true],
    ["probe", false],
    ["drain", false],
  ])("in step %s has given its line free: %s", (step, expected) => {
    expect(hasLeft({ state: "down", step })).toBe(expected);
    expect(hasLeft({ state: "ready", step: "ready" })).toBe(false);
  });
});
