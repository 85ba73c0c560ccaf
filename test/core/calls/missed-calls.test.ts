// What becomes of a call that nobody took: a message of the rental, whatever the disk does meanwhile.

import { beforeEach, describe, expect, it } from "vitest";
import { AppError, fromUtf8, millis, silentLogger, slotId, unixMs } from "../../../src/base/index.ts";
import { type IncomingPdu, type MissedCall, MissedCalls, type Rental } from "../../../src/core/index.ts";
import { sampleRental } from "../../sim/store-samples.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { lineOf } from "../core-rig.ts";

const LINE = lineOf(1);
const call = (n: number, number: string | null = "+15550123"): MissedCall => ({
  ...{ id: n.toString(16).padStart(32, "0"), slot: slotId("1"), line: LINE.id, number },
  startedAt: unixMs(Date.UTC(2026, 0, 2, 3, 4, 5)),
});

let clock: VirtualClock;
let taken: IncomingPdu[];
let refusals: number;
let rented: Rental | null;
let isWanted: boolean;
let missed: MissedCalls;
let logged: string[];

beforeEach(() => {
  clock = new VirtualClock();
  [taken, refusals, rented, isWanted, logged] = [[], 0, sampleRental(1, { lineId: LINE.id }), true, []];
  const log = { ...silentLogger, error: (event: string) => void logged.push(event) };
  missed = new MissedCalls({
    ...{ clock, log, now: () => clock.now(), activeRental: () => rented, isWanted: () => isWanted },
    intake: {
      accept: async (incoming) => {
        if (refusals-- > 0) throw new AppError("store.full", "the disk is full", { retryable: true });
        taken.push(incoming);
        return { kind: "stored", ticket: { hash: "h", occurrence: 0 } };
      },
    },
  });
});

const contents = () => taken.map(({ pdu }): unknown => JSON.parse(fromUtf8(pdu)));

describe("a missed call", () => {
  it("goes the way of an SMS: who called, when it began to ring, and no text", async () => {
    missed.tell(call(1));
    missed.tell(call(2, null));
    await clock.flush();
    expect(taken[0]).toMatchObject({ slotId: "1", lineId: LINE.id, location: null, format: "text" });
    expect(contents()).toEqual([
      {
        ...{ from: "+15550123", body: "", data: null, sentAt: "2026-01-02T03:04:05.000Z", kind: "missed-call" },
        key: call(1).id,
      },
      expect.objectContaining({ from: "", kind: "missed-call", key: call(2).id }),
    ]);
  });

  it("is nobody's when nobody rents the line, and not told where the owner does not want it", async () => {
    isWanted = false;
    missed.tell(call(1));
    [isWanted, rented] = [true, null];
    missed.tell(call(2));
    await clock.flush();
    expect(taken).toEqual([]);
  });

  it("waits for a disk that is full, in its order, and comes once", async () => {
    refusals = 2;
    missed.tell(call(1));
    missed.tell(call(2));
    await clock.advance(millis(4000));
    expect(taken).toEqual([]);
    await clock.advance(millis(6000));
    expect(contents()).toMatchObject([{ key: call(1).id }, { key: call(2).id }]);
    expect(clock.pending).toEqual([]);
  });

  it("that waited until the rental was over is not told to the next renter", async () => {
    refusals = 1;
    missed.tell(call(1));
    await clock.flush();
    rented = null;
    await clock.advance(millis(5000));
    expect(taken).toEqual([]);
    expect(clock.pending).toEqual([]);
  });

  it("is tried once more when the box stops; what still cannot be kept is said", async () => {
    refusals = 1;
    missed.tell(call(1));
    await clock.flush();
    await missed.stop();
    expect(contents()).toMatchObject([{ key: call(1).id }]);
    expect(logged).toEqual([]);
  });

  it("that no disk ever takes is said, and so is the oldest of too many", async () => {
    refusals = 1000;
    for (let n = 0; n < 202; n++) missed.tell(call(n));
    await clock.flush();
    expect(logged).toHaveLength(2);
    await missed.stop();
    expect(logged).toHaveLength(202);
    expect(clock.pending).toEqual([]);
  });
});
