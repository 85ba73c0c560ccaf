import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minutes, seconds } from "../../src/base/index.ts";
import { SlotRig } from "../modem/slot-rig.ts";
import { SeededRandom } from "../sim/seeded-random.ts";

/** Every fault that leaves a PDU's digits alone, at random strengths. `scale` is from 0 (a good line) to 1 (a hopeless one). */
function soil(rig: SlotRig, random: SeededRandom, scale: number): void {
  const some = (most: number): number => (scale * most * random.int(0, 100)) / 100;
  rig.fault(
    { kind: "split", max: 5, probability: some(0.3) },
    { kind: "merge", probability: some(0.2) },
    { kind: "slow", rate: 2000, probability: some(0.15) },
    { kind: "overlong", probability: some(0.15) },
    { kind: "garbage", probability: some(0.15) },
    { kind: "garbage", where: "inside", probability: some(0.15) },
    { kind: "nul", probability: some(0.15) },
    { kind: "stall", ms: random.int(100, 40_000), probability: some(0.07) },
    { kind: "stall", probability: some(0.02) },
    { kind: "stall", executed: false, probability: some(0.02) },
    { kind: "late", probability: some(0.04) },
    { kind: "late", ms: random.int(10, 60_000), probability: some(0.04) },
    { kind: "reset", probability: some(0.015) },
    { kind: "unplug", ms: 4000, probability: some(0.015) },
    { kind: "error", probability: some(0.15) },
    { kind: "half-pdu", probability: some(0.15) },
    { kind: "half-pdu", reply: "OK", probability: some(0.04) },
    { kind: "urc-lost", probability: some(0.3) },
    { kind: "urc-duplicate", probability: some(0.3) },
    { kind: "urc-misplaced", probability: some(0.3) },
  );
}

/** Some say OK to half of the deletions and do not do them. */
function maybeKeepDeleted(rig: SlotRig, random: SeededRandom): void {
  if (!random.chance(0.3)) return;
  rig.modem.behaviours.unshift({
    name: "keeps what was deleted",
    onCommand: (_, command) => command.name === "+CMGD" && random.chance(0.5),
  });
}

describe("a slot with a modem of every fault", () => {
  it("loses no message, doubles none, and deletes none before it is durable", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom(0.05, 0.2, 0.5, 1), async (seed, scale) => {
        const random = new SeededRandom(seed);
        const rig = new SlotRig({ seed: String(seed) });
        const { length } = rig.modem.behaviours;
        soil(rig, random, scale);
        maybeKeepDeleted(rig, random);
        rig.runner.start();
        for (let i = 0; i < 60; i++) {
          // Equal texts within one second are two messages.
          for (let j = random.int(1, 4); j > 0; j--) rig.send(random.chance(0.1) ? "same" : `${i} ${j}`);
          if (random.chance(0.1)) rig.intake.hold();
          await rig.pass(seconds(random.int(1, 15)));
          rig.intake.release();
        }
        rig.modem.faults.clear();
        rig.modem.behaviours.splice(0, rig.modem.behaviours.length - length);
        rig.modem.plug();
        await rig.ready(minutes(5));
        await rig.pass(minutes(5));
        expect(rig.modem.card?.store.used).toBe(0);
        rig.expectAllOnce();
        await rig.stop();
      }),
      { numRuns: Number(process.env.NUMBERBOX_SLOT_RUNS ?? 80) },
    );
  });
});
