import { beforeEach, describe, expect, it } from "vitest";
import { days, fromHex, minutes, seconds, toHex } from "../../src/base/index.ts";
import { Intake, type IntakeVerdict, type Rental } from "../../src/core/index.ts";
import { encodeStatusReport } from "../../src/sms/index.ts";
import { codeOf } from "../contract/box-store.ts";
import { bodyOf, CoreRig, lineOf, openHeld, pduOf, provider, renter, renters, START, take } from "./core-rig.ts";

let rig: CoreRig;
let rental: Rental;
let intake: Intake;

beforeEach(async () => {
  rig = new CoreRig();
  const [first] = await rig.rent(1);
  if (first === undefined) throw new Error("no rental");
  rental = first;
  intake = await rig.intake();
});

/** Forty-one days later, as a relay confirms. */
async function later(): Promise<void> {
  await rig.clock.advance(seconds(3));
  rig.clock.jump(days(41));
  rig.time.evidence(rig.clock.now());
  await rig.clock.advance(minutes(61));
}

/** Offers texts, one place each. */
function offer(bodies: readonly string[], from = 1): Promise<IntakeVerdict>[] {
  return bodies.map((body, at) => intake.accept(rig.incoming(pduOf({ body, second: at }), `SM:${from + at}`)));
}

describe("the intake", () => {
  it("answers only after the commit is durable", async () => {
    const resume = rig.store.stallWrites();
    const verdict = intake.accept(rig.incoming(pduOf({ body: "hi" })));
    let settled = false;
    void verdict.then(() => {
      settled = true;
    });
    await rig.clock.advance(minutes(1));
    expect(settled).toBe(false);
    resume();
    expect((await verdict).kind).toBe("stored");
    expect(await rig.bodies(rental)).toEqual(["hi"]);
  });

  it("seals the next batch while one is being written, and never writes two at once", async () => {
    const resume = rig.store.stallWrites();
    const before = rig.store.commits;
    const first = offer(["a", "b"]);
    await rig.clock.flush();
    const second = offer(["c", "d"], 5);
    await rig.clock.flush();
    expect(rig.store.commits).toBe(before);
    resume();
    await Promise.all([...first, ...second]);
    expect(rig.store.commits).toBe(before + 2);
    expect(await rig.bodies(rental)).toEqual(["a", "b", "c", "d"]);
  });

  it("gathers what comes at once into batches of at most the configured size", async () => {
    intake = await rig.intake({ maxBatch: 3 });
    const before = rig.store.commits;
    await Promise.all(offer(["a", "b", "c", "d", "e", "f", "g"]));
    expect(rig.store.commits).toBe(before + 3);
    expect(rig.committed.map((commit) => commit.outbox.length)).toEqual([3, 3, 1]);
  });

  it("lets a batch grow while the disk is busy, and tells repetitions within it", async () => {
    const resume = rig.store.stallWrites();
    const first = intake.accept(rig.incoming(pduOf({ body: "first", second: 99 }), "ME:1"));
    await rig.clock.flush();
    const bodies = Array.from({ length: 20 }, (_, at) => `m${at}`);
    const verdicts = [...offer(bodies), ...offer(bodies), ...offer(bodies, 2)];
    await rig.clock.flush(40);
    resume();
    await first;
    const kinds = (await Promise.all(verdicts)).map(({ kind }) => kind);
    expect(kinds.slice(0, 20)).toEqual(bodies.map(() => "stored"));
    expect(kinds.slice(20, 40)).toEqual(bodies.map(() => "duplicate"));
    expect(kinds.slice(40)).toEqual(bodies.map(() => "stored"));
    expect(await rig.bodies(rental)).toEqual(["first", ...bodies, ...bodies]);
    expect(rig.committed.map((commit) => commit.outbox.length)[1]).toBeGreaterThan(8);
  });

  it("goes on with seq where the last run ended, even if a message comes before the start has", async () => {
    await Promise.all(offer(["a"]));
    const next = new Intake(rig.intakeDeps());
    const early = next.accept(rig.incoming(pduOf({ body: "early" }), "SM:2"));
    await next.start();
    await early;
    expect(await rig.bodies(rental)).toEqual(["a", "early"]);
  });

  it.each([1, 2] as const)("seals by envelope version %i so that the renter, and nobody else, opens it", async (v) => {
    const other = new CoreRig();
    const [made] = await other.rent(1, v);
    if (made === undefined) throw new Error("no rental");
    const running = await other.intake();
    await running.accept(other.incoming(pduOf({ body: "code 1234", from: "BANK" })));
    expect(await other.read(made)).toEqual([
      {
        v: 1,
        type: "sms",
        from: "BANK",
        to: lineOf(1).number,
        body: "code 1234",
        sent_at: "2026-01-01T00:00:00+00:00",
        received_ms: START,
        parts: 1,
        missing: [],
        class: null,
        listing_id: made.listingId,
        rental_id: made.id,
        seq: 1,
      },
    ]);
    for (const stranger of [renters[1], provider])
      expect(await codeOf(other.read(made, stranger))).toBe("envelope.cannot_open");
  });

  it("delivers what cannot be decoded raw, and counts it", async () => {
    const pdu = fromHex("0791448720003023ff");
    await intake.accept(rig.incoming(pdu));
    expect(await rig.read(rental)).toMatchObject([{ type: "raw", raw: toHex(pdu), reason: "pdu.truncated" }]);
    expect(await rig.store.counters()).toMatchObject({ received: 1, undecodable: 1 });
  });

  it("delivers a status report as what it is", async () => {
    const moment = { unixMs: START, offsetMinutes: 0 };
    const pdu = encodeStatusReport({ to: "+15550100", reference: 1, sentAt: moment, dischargedAt: moment, status: 0 });
    await intake.accept(rig.incoming(pdu));
    expect(await rig.read(rental)).toMatchObject([
      {
        type: "sms",
        from: "+15550100",
        body: "",
        kind: "status-report",
        report: { reference: 1, status: 0, outcome: "completed", discharged_at: "2026-01-01T00:00:00+00:00" },
      },
    ]);
    expect(await rig.store.counters()).toMatchObject({ undecodable: 0 });
  });

  it("delivers compressed text raw", async () => {
    const pdu = pduOf({ body: "hello" });
    // TS 23.038 section 4: the compression bit of the data coding scheme, which stands behind first octet, sender and protocol identifier.
    pdu[9] = 0x20;
    await intake.accept(rig.incoming(pdu));
    expect(await rig.read(rental)).toMatchObject([{ type: "raw", raw: toHex(pdu), reason: "pdu.compressed" }]);
  });

  it("passes on octets and what they are", async () => {
    await intake.accept(rig.incoming(pduOf({ data: Uint8Array.of(1, 2, 255) })));
    expect(await rig.read(rental)).toMatchObject([{ type: "sms", body: "", body_hex: "0102ff", kind: "data" }]);
  });

  it("fails one message that cannot be sealed alone, and takes the others", async () => {
    const sealer = rig.sealer();
    intake = await rig.intake({
      sealer: {
        ...sealer,
        sealMessage: async (request) => {
          if (request.content.type === "sms" && request.content.body === "bad") throw new Error("no");
          return await sealer.sealMessage(request);
        },
      },
    });
    const [a, bad, b] = offer(["a", "bad", "b"]);
    expect((await a)?.kind).toBe("stored");
    expect(await codeOf(bad ?? Promise.resolve())).toBe("intake.failed");
    expect((await b)?.kind).toBe("stored");
    expect(await rig.bodies(rental)).toEqual(["a", "b"]);
    expect(intake.health.state).toBe("running");
    const again = await rig.intake();
    await again.accept(rig.incoming(pduOf({ body: "bad", second: 1 }), "SM:2"));
    expect(await rig.bodies(rental)).toEqual(["a", "b", "bad"]);
  });

  it("numbers each rental's messages by themselves, whatever the order of arrival", async () => {
    const other = new CoreRig();
    const made = await other.rent(3);
    const running = await other.intake({ maxBatch: 2 });
    const lines = [1, 2, 1, 3, 3, 2, 1, 2, 3];
    await Promise.all(
      lines.map((n, at) => running.accept(other.incoming(pduOf({ body: `m${at}`, second: at }), `SM:${at}`, n))),
    );
    expect(await other.bodies(made[0] ?? rental, renters[0])).toEqual(["m0", "m2", "m6"]);
    expect(await other.bodies(made[1] ?? rental, renters[1])).toEqual(["m1", "m5", "m7"]);
    expect(await other.bodies(made[2] ?? rental, renters[2])).toEqual(["m3", "m4", "m8"]);
  });
});

describe("a line without a rental", () => {
  const unrented = async (policy: "keep" | "drop"): Promise<IntakeVerdict> => {
    await rig.rentals.saveLine(lineOf(2));
    intake = await rig.intake({ unrented: policy });
    return await intake.accept(rig.incoming(pduOf({ body: "for nobody" }), "SM:1", 2));
  };

  it("keeps its messages sealed to the provider's own key", async () => {
    expect((await unrented("keep")).kind).toBe("stored");
    const [held] = rig.store.held;
    expect(openHeld(held?.envelope ?? "")).toMatchObject({
      type: "sms",
      body: "for nobody",
      to: lineOf(2).number,
      listing_id: null,
      rental_id: null,
      seq: 0,
    });
    expect(await rig.store.counters()).toMatchObject({ received: 1, unrented: 1 });
  });

  it("drops and counts them if the owner wants it so", async () => {
    expect((await unrented("drop")).kind).toBe("stored");
    expect(rig.store.held).toEqual([]);
    expect(await rig.store.counters()).toMatchObject({ received: 1, unrented: 1 });
  });

  it("of which the box knows nothing keeps them as well", async () => {
    await intake.accept(rig.incoming(pduOf({ body: "odd" }), "SM:1", 3));
    expect(openHeld(rig.store.held[0]?.envelope ?? "")).toMatchObject({ body: "odd", to: "" });
  });

  it("gives them to the renter from the moment of the grant on, and to the owner again from its end on", async () => {
    await intake.accept(rig.incoming(pduOf({ body: "1" }), "SM:1"));
    await rig.rentals.end(rental.id);
    await intake.accept(rig.incoming(pduOf({ body: "2" }), "SM:2"));
    const next = await rig.grant(1, renter);
    await intake.accept(rig.incoming(pduOf({ body: "3" }), "SM:3"));
    expect(await rig.bodies(rental)).toEqual(["1"]);
    expect(rig.store.held.map((row) => bodyOf(openHeld(row.envelope)))).toEqual(["2"]);
    expect(await rig.bodies(next)).toEqual(["3"]);
  });
});

describe("a PDU that is read again", () => {
  const pdu = pduOf({ body: "once" });

  it("at the same place is a duplicate, also in the same batch and after a restart", async () => {
    const verdicts = await Promise.all([intake.accept(rig.incoming(pdu)), intake.accept(rig.incoming(pdu))]);
    expect(verdicts.map(({ kind }) => kind)).toEqual(["stored", "duplicate"]);
    expect(verdicts[1]?.ticket).toEqual(verdicts[0]?.ticket);
    intake = await rig.intake();
    expect((await intake.accept(rig.incoming(pdu))).kind).toBe("duplicate");
    expect(await rig.bodies(rental)).toEqual(["once"]);
    expect(await rig.store.counters()).toMatchObject({ received: 1, duplicates: 2 });
  });

  it("while its first reading is being written waits for the outcome", async () => {
    const resume = rig.store.stallWrites();
    const first = intake.accept(rig.incoming(pdu));
    await rig.clock.flush();
    const second = intake.accept(rig.incoming(pdu));
    await rig.clock.flush();
    resume();
    expect((await first).kind).toBe("stored");
    expect((await second).kind).toBe("duplicate");
  });

  it("at another place is a second message with an id of its own", async () => {
    for (const place of ["SM:1", "SM:2", "SM:3"]) {
      expect((await intake.accept(rig.incoming(pdu, place))).kind).toBe("stored");
    }
    expect(await rig.bodies(rental)).toEqual(["once", "once", "once"]);
    const rows = await rig.store.nextMessages(rental.id, 10);
    expect(new Set(rows.map(({ message }) => message.id)).size).toBe(3);
  });

  it("at the same place after a confirmed deletion is a second message, at once and after a restart", async () => {
    await take(intake, rig.incoming(pdu));
    await take(intake, rig.incoming(pdu));
    await intake.stop();
    intake = await rig.intake();
    await intake.accept(rig.incoming(pdu));
    expect(await rig.bodies(rental)).toEqual(["once", "once", "once"]);
  });

  it("directly is the network's repetition, however often", async () => {
    for (let i = 0; i < 3; i++) await intake.accept(rig.incoming(pdu, null));
    expect(await rig.bodies(rental)).toEqual(["once"]);
  });

  it("on another line is another message", async () => {
    const other = new CoreRig();
    const [one, two] = await other.rent(2);
    const running = await other.intake();
    await Promise.all([running.accept(other.incoming(pdu, "SM:1", 1)), running.accept(other.incoming(pdu, "SM:1", 2))]);
    expect(await other.bodies(one ?? rental, renters[0])).toEqual(["once"]);
    expect(await other.bodies(two ?? rental, renters[1])).toEqual(["once"]);
  });

  it("long after its row was pruned is a new message with an id of its own", async () => {
    await rig.rentals.saveLine(lineOf(2));
    const { hash } = await take(intake, rig.incoming(pdu, "SM:1", 2));
    await later();
    expect(await rig.store.findSeen([hash])).toEqual([]);
    expect((await intake.accept(rig.incoming(pdu, "SM:1", 2))).kind).toBe("stored");
    expect(new Set(rig.store.held.map(({ id }) => id)).size).toBe(2);
  });

  it("is judged by a deletion that becomes durable while its row is being read", async () => {
    const { store } = rig;
    let release = (): void => {};
    const held: Promise<void> = new Promise((resolve) => {
      release = resolve;
    });
    let slow = false;
    intake = await rig.intake({
      store: {
        openParts: () => store.openParts(),
        lastSequences: () => store.lastSequences(),
        commitIntake: (batch) => store.commitIntake(batch),
        pruneSeen: (before) => store.pruneSeen(before),
        probe: () => store.probe(),
        findSeen: async (hashes) => {
          const rows = await store.findSeen(hashes);
          if (slow) await held;
          return rows;
        },
      },
    });
    const { ticket } = await intake.accept(rig.incoming(pdu));
    const resume = store.stallWrites();
    intake.deleted(ticket);
    // A commit with the deletion is under way; the same bytes come to the same place, and the row is read before it ends.
    const other = intake.accept(rig.incoming(pduOf({ body: "other" }), "SM:9"));
    await rig.clock.flush();
    slow = true;
    const second = intake.accept(rig.incoming(pdu));
    await rig.clock.flush();
    resume();
    await other;
    await rig.clock.flush();
    release();
    expect((await second).kind).toBe("stored");
    expect(await rig.bodies(rental)).toEqual(["once", "other", "once"]);
  });
});

describe("housekeeping", () => {
  it("makes confirmed deletions durable within seconds, without other work", async () => {
    const { ticket } = await intake.accept(rig.incoming(pduOf({})));
    intake.deleted(ticket);
    await rig.clock.advance(seconds(3));
    expect(await rig.store.findSeen([ticket.hash])).toMatchObject([{ deleted: true }]);
    const commits = rig.store.commits;
    await rig.clock.advance(minutes(10));
    expect(rig.store.commits).toBe(commits);
  });

  it("prunes what was deleted forty days ago, direct deliveries too, and keeps the rest", async () => {
    const gone = await take(intake, rig.incoming(pduOf({ body: "gone" }), "SM:1"));
    const direct = await intake.accept(rig.incoming(pduOf({ body: "direct" }), null));
    const kept = await intake.accept(rig.incoming(pduOf({ body: "kept" }), "SM:2"));
    await later();
    const left = await rig.store.findSeen([gone.hash, direct.ticket.hash, kept.ticket.hash]);
    expect(left.map((row) => row.hash)).toEqual([kept.ticket.hash]);
  });

  it("survives a prune that fails", async () => {
    rig.store.failWrites("store.busy");
    await rig.clock.advance(seconds(3));
    rig.store.failWrites(null);
    expect(rig.log.lines.some((line) => line.startsWith("warn prune_failed"))).toBe(true);
    await intake.accept(rig.incoming(pduOf({ body: "after" })));
    expect(await rig.bodies(rental)).toEqual(["after"]);
  });
});
