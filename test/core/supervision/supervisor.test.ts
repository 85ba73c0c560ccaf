import { describe, expect, it } from "vitest";
import { AppError, deferred, minutes, seconds, silentLogger, slotId } from "../../../src/base/index.ts";
import { type ProbedBox, type ServiceManager, Supervisor } from "../../../src/core/index.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

function rig(watchdog: ServiceManager["watchdog"] = seconds(60)) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const tell =
    (what: string) =>
    (text: string | number = ""): Promise<void> => {
      told.push(`${what} ${text}`.trim());
      return Promise.resolve();
    };
  const manager: ServiceManager = {
    watchdog,
    ready: tell("ready"),
    status: tell("status"),
    extend: tell("extend"),
    alive: tell("alive"),
    stopping: tell("stopping"),
  };
  let step: "ready" | "resetting" = "ready";
  let since = clock.now();
  let write = (): Promise<void> => Promise.resolve();
  const box: ProbedBox = {
    now: () => clock.now(),
    slots: () => [
      { id: slotId("1"), state: step === "ready" ? "ready" : "down", step, since, recovery: { nextAt: null } },
    ],
    write: () => write(),
  };
  const supervisor = new Supervisor({ manager, clock, log: silentLogger });
  return {
    ...{ clock, supervisor, box },
    taken: () => told.splice(0),
    turn: (next: typeof step) => {
      step = next;
      since = clock.now();
    },
    writes: (next: typeof write) => {
      write = next;
    },
  };
}

describe("the supervisor", () => {
  it("asks for time while the box starts, and feeds the watchdog three times in its span once it runs", async () => {
    const { clock, supervisor, box, taken } = rig();
    supervisor.start();
    await clock.advance(seconds(45));
    expect(taken()).toEqual(["extend 90000", "extend 90000", "extend 90000"]);
    await supervisor.attach(box);
    expect(taken()).toEqual(["ready 1 of 1 slots ready"]);
    await clock.advance(seconds(60));
    expect(taken()).toEqual(["alive", "alive", "alive"]);
  });

  it("stops asking after half an hour: then the unit's own limit ends the start", async () => {
    const { clock, supervisor, taken } = rig();
    supervisor.start();
    await clock.advance(minutes(40));
    expect(taken()).toHaveLength(90);
  });

  it("lets the watchdog starve when a slot that was ready hangs, says why at once, and feeds it again when it goes on", async () => {
    const { clock, supervisor, box, taken, turn } = rig();
    supervisor.start();
    await supervisor.attach(box);
    await clock.advance(seconds(20));
    turn("resetting");
    await clock.advance(minutes(15));
    expect(taken().at(-1)).toBe("alive");
    await clock.advance(minutes(1));
    expect(taken()).toEqual(["status slot 1 hangs (resetting)"]);
    turn("ready");
    await clock.advance(seconds(20));
    expect(taken()).toEqual(["alive", "status 1 of 1 slots ready"]);
  });

  it("notices a write that hangs, and only tells of one that fails", async () => {
    const { clock, supervisor, box, taken, writes } = rig();
    supervisor.start();
    await supervisor.attach(box);
    writes(() => Promise.reject(new AppError("store.full", "full")));
    await clock.advance(minutes(6));
    const told = taken();
    expect(told).toContain("status 1 of 1 slots ready; cannot write (store.full)");
    expect(told.at(-1)).toBe("alive");
    const hangs = deferred<void>();
    writes(() => hangs.promise);
    await clock.advance(minutes(7));
    expect(taken()).toContain("status a write to the disk hangs");
    await clock.advance(seconds(60));
    expect(taken()).toEqual([]);
    hangs.resolve();
    await clock.advance(seconds(20));
    expect(taken()).toContain("alive");
  });

  it("does not write more often than every five minutes", async () => {
    const { clock, supervisor, box, writes } = rig();
    let count = 0;
    writes(() => {
      count++;
      return Promise.resolve();
    });
    supervisor.start();
    await supervisor.attach(box);
    await clock.advance(minutes(61));
    expect(count).toBe(12);
  });

  it("goes on feeding while one box gives way to the next, and is ready once", async () => {
    const { clock, supervisor, box, taken } = rig();
    supervisor.start();
    await supervisor.attach(box);
    await supervisor.attach(null);
    await clock.advance(seconds(60));
    await supervisor.attach(box);
    expect(taken().filter((each) => !each.startsWith("status"))).toEqual([
      ...["extend 90000", "ready 1 of 1 slots ready"],
      ...["alive", "alive", "alive"],
    ]);
  });

  it("tells of the stop once, and nothing after it", async () => {
    const { clock, supervisor, box, taken } = rig(null);
    supervisor.start();
    await supervisor.attach(box);
    taken();
    await supervisor.stop();
    await supervisor.stop();
    await clock.advance(minutes(2));
    expect(taken()).toEqual(["stopping"]);
    expect(clock.pending).toEqual([]);
  });
});
