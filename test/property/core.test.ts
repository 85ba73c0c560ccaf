// The rules of the box under random scripts: nothing is lost, doubled or out of order, whatever fails when.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { days, type Millis, millis, minutes, seconds, type UnixMs, unixMs } from "../../src/base/index.ts";
import { deriveMessageId, groupHash } from "../../src/core/fingerprints.ts";
import { observeTime, startTime, type TimeState, TOLERATED_STEP, timeEvidence } from "../../src/core/index.ts";
import { contentOf } from "../../src/core/message-content.ts";
import { CoreRig, fingerprints, lineOf, pdusOf, START } from "../core/core-rig.ts";
import { ForwarderRig } from "../core/forwarder-rig.ts";
import { type FieldStep, IntakeField } from "../core/intake-field.ts";
import type { RelayFault } from "../sim/fake-relay.ts";

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
  { weight: 1, arbitrary: fc.record({ type: fc.constant("late" as const), line }) },
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

describe("the forwarder under random scripts", () => {
  type ForwardStep =
    | { readonly type: "arrive"; readonly line: number; readonly count: number }
    | { readonly type: "fault"; readonly fault: RelayFault | null; readonly calls: number }
    | { readonly type: "disk"; readonly fault: "store.full" | "store.busy" | null }
    | { readonly type: "forget" }
    | { readonly type: "restart" }
    | { readonly type: "wait"; readonly span: Millis };
  const fault: fc.Arbitrary<RelayFault | null> = fc.oneof(
    fc.constantFrom<RelayFault | null>(
      { kind: "down" },
      { kind: "failing" },
      { kind: "ack_lost" },
      { kind: "duplicate" },
      null,
    ),
    fc.integer({ min: 1, max: 600 }).map((n): RelayFault => ({ kind: "busy", after: seconds(n) })),
    fc.integer({ min: 1, max: 20 }).map((n): RelayFault => ({ kind: "slow", delay: seconds(n) })),
  );
  const forwardStep: fc.Arbitrary<ForwardStep> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ type: fc.constant("arrive" as const), line, count: fc.integer({ min: 1, max: 6 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ type: fc.constant("fault" as const), fault, calls: fc.integer({ min: 1, max: 9 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant("disk" as const),
        fault: fc.constantFrom("store.full" as const, "store.busy" as const, null),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ type: "forget" as const }) },
    { weight: 1, arbitrary: fc.constant({ type: "restart" as const }) },
    { weight: 6, arbitrary: fc.record({ type: fc.constant("wait" as const), span }) },
  );

  it("hands every message to the relay, in the order of seq, and leaves the outbox empty", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(forwardStep, { minLength: 1, maxLength: 25 }), async (steps) => {
        const rig = new ForwarderRig();
        await rig.rent(LINES);
        rig.forwarder.start();
        const arrived = [0, 0];
        let forgotten = false;
        for (const one of steps) {
          if (one.type === "arrive") {
            // On a failing disk they stay in the modem, which is not here.
            await rig.arrive(one.count, one.line).catch(() => {});
            arrived[one.line - 1] = await rig.stored(one.line);
          } else if (one.type === "fault") rig.relay.setFault(one.fault, one.calls);
          else if (one.type === "disk") rig.core.store.failWrites(one.fault);
          else if (one.type === "forget") {
            rig.relay.forgetAll();
            forgotten = true;
          } else if (one.type === "restart") {
            await rig.forwarder.stop();
            rig.open().start();
          } else await rig.core.clock.advance(one.span);
        }
        rig.relay.setFault(null);
        rig.core.store.failWrites(null);
        await rig.core.clock.advance(minutes(40));
        expect(await rig.core.store.depth()).toMatchObject({ waiting: 0, refused: 0 });
        for (let n = 1; n <= LINES; n++) {
          const [seqs, count] = [rig.seqs(n), arrived[n - 1] ?? 0];
          // What a relay forgot was taken from the box before: the rest still comes in order.
          if (forgotten) expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
          else expect(seqs).toEqual(Array.from({ length: count }, (_, at) => at + 1));
        }
        expect(await rig.core.store.counters()).toMatchObject({ forwarded: arrived.reduce((a, b) => a + b, 0) });
        await rig.forwarder.stop();
      }),
      { numRuns: 200 },
    );
  });
});
