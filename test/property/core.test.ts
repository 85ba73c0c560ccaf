// The rules of the box under random scripts: nothing is lost, doubled or out of order, whatever fails when.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { days, millis, minutes, type UnixMs, unixMs } from "../../src/base/index.ts";
import { deriveMessageId, groupHash } from "../../src/core/fingerprints.ts";
import { observeTime, startTime, type TimeState, TOLERATED_STEP, timeEvidence } from "../../src/core/index.ts";
import { contentOf } from "../../src/core/message-content.ts";
import { CoreRig, fingerprints, lineOf, pdusOf, START } from "../core/core-rig.ts";
import { type FieldStep, IntakeField } from "../core/intake-field.ts";

const LINES = 2;
const line = fc.integer({ min: 1, max: LINES });
const span = fc.oneof(fc.integer({ min: 100, max: 5000 }).map(millis), fc.integer({ min: 1, max: 15 }).map(minutes));

const step: fc.Arbitrary<FieldStep> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("arrive" as const), line }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("twin" as const), line }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("long" as const),
      line,
      order: fc.integer({ min: 2, max: 4 }).chain((n) =>
        fc.shuffledSubarray(
          Array.from({ length: n }, (_, i) => i + 1),
          { minLength: n, maxLength: n },
        ),
      ),
      lost: fc.boolean(),
    }),
  },
  { weight: 8, arbitrary: fc.record({ type: fc.constant("sweep" as const), line, deleting: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("doom" as const),
      commits: fc.integer({ min: 0, max: 3 }),
      applied: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("crash" as const), applied: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant({ type: "stall" as const }) },
  { weight: 2, arbitrary: fc.constant({ type: "release" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "restart" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("fault" as const),
      fault: fc.constantFrom("store.full" as const, "store.busy" as const, "store.io" as const, null),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("wait" as const), span }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("jump" as const),
      by: fc.integer({ min: -20 * 365, max: 20 * 365 }).map(days),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: "evidence" as const }) },
);

describe("the intake under random scripts", () => {
  it("gives every message exactly once, in order, with seq without gaps", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), fc.constantFrom(3, 20), async (steps, max) => {
        const field = new IntakeField(max);
        await field.begin(LINES);
        for (const one of steps) await field.step(one);
        expect(await field.settle()).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("takes any bytes for a message that can be sealed", async () => {
    const rig = new CoreRig();
    await rig.rent(1);
    const mutated = fc
      .tuple(
        fc.constantFrom(
          ...pdusOf({ body: "text ".repeat(40) }),
          ...pdusOf({ body: "日本語 😀".repeat(12) }),
          ...pdusOf({ data: new Uint8Array(150), ports: { dst: 2948, src: 9200 } }),
        ),
        fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
        fc.nat(200),
      )
      .map(([pdu, changes, length]) => {
        const copy = pdu.slice(0, length < 20 ? length : pdu.length);
        for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
        return copy;
      });
    const intake = await rig.intake();
    let place = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 320 })), async (pdu) => {
        expect(contentOf({ lineId: lineOf(1).id, pdu, receivedAt: START }).receivedAt).toBe(START);
        expect((await intake.accept(rig.incoming(pdu, `SM:${place++}`))).kind).toBe("stored");
      }),
      { numRuns: 1500 },
    );
  });
});

describe("fingerprints", () => {
  it("of two different lists of names are never alike", () => {
    const names = fc.array(fc.string({ unit: fc.constantFrom("0", "1", ":", "/", "a"), maxLength: 5 }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(names, names, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(deriveMessageId(fingerprints, a)).not.toBe(deriveMessageId(fingerprints, b));
      }),
    );
  });

  it("of two different groups are never alike", () => {
    const key = fc.record({
      lineId: fc.constantFrom(lineOf(1).id, lineOf(2).id),
      from: fc.string({ unit: fc.constantFrom("0", "1", ":", "/", "+"), maxLength: 4 }),
      ref: fc.nat(20),
      total: fc.nat(20),
      bits: fc.constantFrom(8 as const, 16 as const),
    });
    fc.assert(
      fc.property(key, key, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(groupHash(fingerprints, a)).not.toBe(groupHash(fingerprints, b));
      }),
    );
  });
});

describe("trusted time", () => {
  type Move =
    | { readonly type: "pass"; readonly span: number }
    | { readonly type: "jump"; readonly by: number }
    | { readonly type: "evidence" };
  const move: fc.Arbitrary<Move> = fc.oneof(
    fc.record({ type: fc.constant("pass" as const), span: fc.integer({ min: 0, max: 3_600_000 }) }),
    fc.record({ type: fc.constant("jump" as const), by: fc.integer({ min: -1e12, max: 1e12 }) }),
    fc.constant({ type: "evidence" as const }),
  );

  it("without evidence never moves faster or slower than the monotonic clock, but for tolerated steps, and right it stays", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 30 }), (moves) => {
        // `truth` is the time that a relay would tell; the system clock begins right and then jumps.
        let [truth, mono, system]: [number, number, number] = [START, 0, START];
        const reading = (): { wall: UnixMs; mono: ReturnType<typeof millis> } => ({
          wall: unixMs(system),
          mono: millis(mono),
        });
        let state: TimeState = startTime(null, reading());
        for (const one of moves) {
          if (one.type === "pass") [truth, mono, system] = [truth + one.span, mono + one.span, system + one.span];
          if (one.type === "jump") system += one.by;
          const before = state;
          const step = observeTime(state, reading());
          state = step.state;
          const expected = before.wall + (mono - before.mono);
          expect(Math.abs(state.wall - expected)).toBeLessThanOrEqual(TOLERATED_STEP);
          // A jump is told exactly when it makes the time doubtful or leaves it so at another wrong reading.
          if (step.jump !== 0) expect(state.confidence).toBe("suspect");
          if (one.type === "evidence") {
            state = timeEvidence(state, unixMs(truth), millis(mono));
            expect(state.confidence).toBe("trusted");
            expect(Math.abs(state.wall - truth)).toBeLessThanOrEqual(TOLERATED_STEP);
          }
          // Looking again at once changes nothing and tells nothing.
          expect(observeTime(state, reading()).jump).toBe(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
