import { describe, expect, it } from "vitest";
import { lineId, millis, minutes, seconds } from "../../src/base/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { FakeIntake } from "./fake-intake.ts";
import { readyRig, SlotRig } from "./slot-rig.ts";

describe("a bad line", () => {
  it("with garbage between and inside of answers still lets every message through", async () => {
    const rig = new SlotRig();
    rig.fault(
      { kind: "garbage", probability: 0.15 },
      { kind: "garbage", where: "inside", probability: 0.15 },
      { kind: "nul", probability: 0.2 },
    );
    rig.runner.start();
    for (let i = 0; i < 20; i++) {
      rig.send(`message ${i}`);
      await rig.pass(seconds(20));
    }
    rig.modem.faults.clear();
    await rig.ready();
    await rig.pass(minutes(3));
    rig.expectAllOnce();
    await rig.stop();
  });

  it.each(["late", "stall"] as const)(
    "whose answers come %s leaves no message behind and doubles none",
    async (kind) => {
      const rig = await readyRig();
      rig.fault({ kind, probability: 0.15, ms: 8000 });
      for (let i = 0; i < 20; i++) {
        rig.send(`message ${i}`);
        await rig.pass(seconds(20));
      }
      rig.modem.faults.clear();
      await rig.ready(minutes(5));
      await rig.pass(minutes(3));
      rig.expectAllOnce();
      await rig.stop();
    },
  );
});

describe("a modem that is slow", () => {
  it("to answer everything, by four seconds, comes into service and is read", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "stall", ms: 4000 });
    rig.send("hello");
    rig.runner.start();
    await rig.pass(minutes(4));
    expect(rig.status.state).toBe("ready");
    rig.expectAllOnce();
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });
});

describe("a modem that stalls in service", () => {
  it.each([0, 1, 2, 3, 5, 8, 11, 14, 17])(
    "is found within 30 s, whatever it is asked first: at %i s",
    async (after) => {
      const rig = new SlotRig({ sweepEvery: seconds(2) });
      await rig.start();
      await rig.pass(millis(after * 1000 + 150));
      rig.fault({ kind: "stall" });
      await rig.pass(seconds(30));
      expect(rig.codes).toEqual(["slot.ready", "slot.down"]);
      await rig.stop();
    },
  );

  it("is started over after three rounds without an answer, not before", async () => {
    const rig = await readyRig();
    rig.fault({ kind: "stall" });
    await rig.until(() => rig.status.state === "down", minutes(3));
    expect(rig.status.problem).toMatchObject({ code: "modem.timeout" });
    expect(rig.commands.length).toBeGreaterThanOrEqual(3);
    rig.modem.faults.clear();
    rig.modem.reset();
    await rig.ready(minutes(2));
    expect(rig.codes).toEqual(["slot.ready", "slot.down", "slot.ready"]);
    await rig.stop();
  });

  it("is noticed as soon by a slot that has no line and reads nothing", async () => {
    const rig = await readyRig({ lineFor: () => null });
    rig.fault({ kind: "stall" });
    await rig.until(() => rig.status.state === "down", seconds(45));
    await rig.stop();
  });

  it("for less than that stays in service", async () => {
    const rig = await readyRig();
    rig.fault({ kind: "stall", ms: 25_000, match: "+COPS", times: 1 });
    rig.send("hello");
    await rig.pass(minutes(2));
    expect(rig.codes).toEqual(["slot.ready"]);
    rig.expectAllOnce();
    await rig.stop();
  });
});

describe("two slots", () => {
  it("do not disturb each other: one with every fault there is, one that must not notice", async () => {
    const clock = new VirtualClock();
    const intake = new FakeIntake();
    const well = new SlotRig({ slot: 1, clock, intake });
    const ill = new SlotRig({ slot: 2, clock, intake, lineFor: () => lineId("line-2") });
    const random = new SeededRandom("two slots");
    await well.start();
    ill.fault(
      { kind: "split", max: 5, probability: 0.3 },
      { kind: "merge", probability: 0.2 },
      { kind: "slow", rate: 2000, probability: 0.2 },
      { kind: "overlong", probability: 0.05 },
      { kind: "stall", ms: 20_000, probability: 0.03 },
      { kind: "late", probability: 0.03 },
      { kind: "reset", probability: 0.01 },
      { kind: "unplug", ms: 4000, probability: 0.01 },
      { kind: "error", probability: 0.05 },
      { kind: "half-pdu", probability: 0.1 },
      { kind: "urc-lost", probability: 0.2 },
      { kind: "urc-duplicate", probability: 0.2 },
      { kind: "urc-misplaced", probability: 0.2 },
    );
    ill.runner.start();
    let slowest = 0;
    for (let i = 0; i < 60; i++) {
      ill.send(`ill ${i}`);
      well.send(`well ${i}`);
      const before = clock.monotonic();
      await well.until(() => well.modem.card?.store.used === 0, seconds(5));
      slowest = Math.max(slowest, clock.monotonic() - before);
      await clock.advance(seconds(random.int(1, 15)));
    }
    expect(well.codes).toEqual(["slot.ready"]);
    expect(slowest).toBe(0);
    ill.modem.faults.clear();
    ill.modem.plug();
    await ill.ready(minutes(5));
    await clock.advance(minutes(2));
    const of = (slot: string): number => intake.taken.filter((message) => message.slot === slot).length;
    expect([of("slot-1"), of("slot-2")]).toEqual([60, 60]);
    expect(new Set(intake.taken.map(({ pdu }) => pdu)).size).toBe(120);
    const stopping = Promise.all([well.runner.stop(), ill.runner.stop()]);
    await clock.settle(stopping, seconds(5));
    await well.stop();
    await ill.stop();
  });
});
