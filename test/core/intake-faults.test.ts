import { beforeEach, describe, expect, it } from "vitest";
import { isAppError, minutes, seconds } from "../../src/base/index.ts";
import { type IncomingPdu, Intake, type Rental } from "../../src/core/index.ts";
import { codeOf } from "../contract/box-store.ts";
import type { StoreFault } from "../sim/memory-store.ts";
import { bodyOf, CoreRig, openMessage, ProcessStore, pduOf, pdusOf, renter } from "./core-rig.ts";

const FAULTS: readonly StoreFault[] = ["store.full", "store.busy", "store.io"];

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

const message = (body: string, place: string): IncomingPdu => rig.incoming(pduOf({ body }), place);

describe.each(FAULTS)("a commit that fails with %s", (fault) => {
  it("rejects its batch and the one prepared behind it, pauses, probes and resumes; nothing is lost or doubled", async () => {
    await intake.accept(message("before", "SM:9"));
    const resume = rig.store.stallWrites();
    const first = [message("a", "SM:1"), message("b", "SM:2")];
    const second = [message("c", "SM:3"), message("d", "SM:4")];
    const codes = first.map((incoming) => codeOf(intake.accept(incoming)));
    await rig.clock.flush();
    codes.push(...second.map((incoming) => codeOf(intake.accept(incoming))));
    await rig.clock.flush();
    rig.store.failWrites(fault);
    resume();
    expect(await Promise.all(codes)).toEqual([fault, fault, fault, fault]);
    expect(intake.health).toMatchObject({ state: "paused", error: { code: fault } });
    expect(await codeOf(intake.accept(message("e", "SM:5")))).toBe(fault);

    await rig.clock.advance(minutes(5));
    expect(intake.health.state).toBe("paused");
    rig.store.failWrites(null);
    await rig.clock.advance(seconds(3));
    expect(intake.health).toEqual({ state: "running", error: null });
    expect(rig.eventCodes()).toEqual(["rental.granted", "intake.paused", "intake.resumed"]);
    expect(rig.allEvents()[1]?.details).toEqual({ reason: fault });

    const again = [message("before", "SM:9"), ...first, ...second];
    const verdicts = await Promise.all(again.map((incoming) => intake.accept(incoming)));
    expect(verdicts.map(({ kind }) => kind)).toEqual(["duplicate", "stored", "stored", "stored", "stored"]);
    expect(await rig.bodies(rental)).toEqual(["before", "a", "b", "c", "d"]);
  });

  it("refuses at once those that still wait in the queue", async () => {
    intake = await rig.intake({ maxBatch: 1 });
    rig.store.failWrites(fault);
    const codes = ["a", "b", "c", "d"].map((body, at) => codeOf(intake.accept(message(body, `SM:${at}`))));
    expect(await Promise.all(codes)).toEqual([fault, fault, fault, fault]);
  });

  it("tells its callers that they may try again", async () => {
    rig.store.failWrites(fault);
    const error: unknown = await intake.accept(message("a", "SM:1")).catch((reason: unknown) => reason);
    expect(isAppError(error) && error.retryable).toBe(true);
  });
});

describe("a paused intake", () => {
  it("asks the store every two seconds, and no caller waits meanwhile", async () => {
    rig.store.failWrites("store.full");
    await codeOf(intake.accept(message("a", "SM:1")));
    for (let i = 0; i < 5; i++) {
      expect(await codeOf(intake.accept(message("a", "SM:1")))).toBe("store.full");
      await rig.clock.advance(seconds(2));
    }
    expect(rig.log.lines.filter((line) => line.startsWith("debug intake_still_paused"))).toHaveLength(5);
  });

  it("keeps the confirmed deletions until they are durable", async () => {
    const { ticket } = await intake.accept(message("a", "SM:1"));
    rig.store.failWrites("store.full");
    intake.deleted(ticket);
    await rig.clock.advance(minutes(1));
    expect(intake.health.state).toBe("paused");
    rig.store.failWrites(null);
    await rig.clock.advance(seconds(6));
    expect(await rig.store.findSeen([ticket.hash])).toMatchObject([{ deleted: true }]);
  });

  it("pauses as well when the store cannot be read", async () => {
    const disk = new ProcessStore(rig.store);
    let broken = true;
    intake = await rig.intake({
      store: {
        openParts: disk.openParts,
        lastSequences: disk.lastSequences,
        pruneSeen: disk.pruneSeen,
        probe: disk.probe,
        commitIntake: (batch) => disk.commitIntake(batch),
        findSeen: (hashes) => (broken ? Promise.reject(new Error("disk gone")) : disk.findSeen(hashes)),
      },
    });
    expect(await codeOf(intake.accept(message("a", "SM:1")))).toBe("intake.failed");
    broken = false;
    await rig.clock.advance(seconds(3));
    await intake.accept(message("a", "SM:1"));
    expect(await rig.bodies(rental)).toEqual(["a"]);
  });

  it("that is stopped stays silent: no probe, no event, no timer", async () => {
    rig.store.failWrites("store.full");
    await codeOf(intake.accept(message("a", "SM:1")));
    await intake.stop();
    rig.store.failWrites(null);
    expect(rig.clock.pending).toEqual([]);
    await rig.clock.advance(minutes(1));
    expect(rig.eventCodes()).not.toContain("intake.resumed");
  });

  it("that is stopped during a probe does not resume", async () => {
    rig.store.failWrites("store.full");
    await codeOf(intake.accept(message("a", "SM:1")));
    rig.store.failWrites(null);
    const release = rig.store.stallWrites();
    await rig.clock.advance(seconds(3));
    await intake.stop();
    release();
    await rig.clock.advance(minutes(1));
    expect(rig.eventCodes()).not.toContain("intake.resumed");
    expect(rig.clock.pending).toEqual([]);
  });
});

it("a batch that was being sealed while the one before it failed is void, even if the intake has recovered meanwhile", async () => {
  const sealer = rig.sealer();
  let release = (): void => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  intake = await rig.intake({
    sealer: {
      ...sealer,
      sealMessage: async (request) => {
        if (request.content.type === "sms" && request.content.body === "slow") await gate;
        return await sealer.sealMessage(request);
      },
    },
  });
  const resume = rig.store.stallWrites();
  const first = codeOf(intake.accept(message("a", "SM:1")));
  await rig.clock.flush();
  const slow = codeOf(intake.accept(message("slow", "SM:2")));
  await rig.clock.flush();
  rig.store.failWrites("store.busy");
  resume();
  expect(await first).toBe("store.busy");
  rig.store.failWrites(null);
  await rig.clock.advance(seconds(3));
  expect(intake.health.state).toBe("running");
  const third = intake.accept(message("b", "SM:3"));
  release();
  expect(await slow).toBe("store.busy");
  await third;
  expect(intake.health.state).toBe("running");
  await intake.accept(message("a", "SM:1"));
  await intake.accept(message("slow", "SM:2"));
  expect(await rig.bodies(rental)).toEqual(["b", "a", "slow"]);
});

describe("stop", () => {
  it("settles everybody: what is being written ends, what is sealed or waits is refused, and no timer is left", async () => {
    intake = await rig.intake({ maxBatch: 2 });
    const resume = rig.store.stallWrites();
    const codes = ["a", "b", "c", "d", "e", "f"].map((body, at) => codeOf(intake.accept(message(body, `SM:${at}`))));
    await rig.clock.flush();
    const stopped = intake.stop();
    codes.push(codeOf(intake.accept(message("late", "SM:9"))));
    await rig.clock.flush();
    resume();
    await stopped;
    const stop = "base.stopped";
    expect(await Promise.all(codes)).toEqual(["no error", "no error", stop, stop, stop, stop, stop]);
    expect(await rig.bodies(rental)).toEqual(["a", "b"]);
    await rig.clock.advance(minutes(1));
    expect(rig.committed).toHaveLength(1);
  });

  it("writes nothing after it has ended", async () => {
    const release = rig.store.stallWrites();
    void codeOf(intake.accept(message("a", "SM:1")));
    await rig.clock.flush();
    void codeOf(intake.accept(message("b", "SM:2")));
    await rig.clock.flush();
    const stopped = intake.stop();
    release();
    await stopped;
    const commits = rig.store.commits;
    await rig.clock.advance(minutes(1));
    expect(rig.store.commits).toBe(commits);
  });

  it("waits for what is being written", async () => {
    const release = rig.store.stallWrites();
    const verdict = intake.accept(message("a", "SM:1"));
    await rig.clock.flush();
    let ended = false;
    const stopped = intake.stop().then(() => {
      ended = true;
    });
    await rig.clock.flush();
    expect(ended).toBe(false);
    release();
    await stopped;
    expect((await verdict).kind).toBe("stored");
  });

  it("waits for what is being sealed, so that nobody waits any more when it has ended", async () => {
    const sealer = rig.sealer();
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const sealMessage: typeof sealer.sealMessage = (request) => gate.then(() => sealer.sealMessage(request));
    intake = await rig.intake({ sealer: { ...sealer, sealMessage } });
    let outcome = "waits";
    void codeOf(intake.accept(message("a", "SM:1"))).then((code) => {
      outcome = code;
    });
    await rig.clock.flush();
    const stopped = intake.stop();
    await rig.clock.flush();
    expect(outcome).toBe("waits");
    release();
    await stopped;
    expect(outcome).toBe("base.stopped");
  });

  it("before the start is harmless", async () => {
    const never = new Intake(rig.intakeDeps());
    await never.stop();
    expect(await codeOf(never.accept(message("a", "SM:1")))).toBe("base.stopped");
  });

  it("makes the last confirmed deletions durable", async () => {
    const { ticket } = await intake.accept(message("a", "SM:1"));
    intake.deleted(ticket);
    await intake.stop();
    await intake.stop();
    expect(await rig.store.findSeen([ticket.hash])).toMatchObject([{ deleted: true }]);
  });

  it("does not mind that they cannot be written", async () => {
    const { ticket } = await intake.accept(message("a", "SM:1"));
    intake.deleted(ticket);
    rig.store.failWrites("store.full");
    await intake.stop();
    expect(rig.log.lines.at(-1)).toMatch(/^warn last_commit_failed .*store\.full/);
  });
});

describe("a crash", () => {
  /** Texts on the SIM by place; a process reads them all, deletes what is durable, and may die at any commit. */
  async function processRuns(sim: Map<string, Uint8Array>, disk: ProcessStore): Promise<void> {
    const running = await rig.intake({ store: disk, maxBatch: 2 });
    const offered = [...sim].map(async ([place, pdu]) => {
      const { ticket } = await running.accept(rig.incoming(pdu, place));
      if (disk.dead) return;
      sim.delete(place);
      running.deleted(ticket);
    });
    await Promise.race([Promise.allSettled(offered), rig.clock.advance(seconds(5))]);
    disk.die();
  }

  const long = "parts ".repeat(60);

  it.each([true, false])(
    "at any commit, taken by the disk: %s, gives each message exactly once, in order",
    async (applied) => {
      for (let commits = 0; commits < 6; commits++) {
        rig = new CoreRig();
        const [made] = await rig.rent(1);
        const sim = new Map<string, Uint8Array>();
        for (let i = 0; i < 5; i++) sim.set(`SM:${i}`, pduOf({ body: `m${i}`, second: i }));
        for (const [i, pdu] of pdusOf({ body: long, concatRef: 7 }).entries()) sim.set(`ME:${i}`, pdu);
        for (let life = 0; life < 12 && sim.size > 0; life++) {
          const disk = new ProcessStore(rig.store);
          disk.dieInCommit(commits, applied);
          // A process that dies in its first commit, before the disk took it, makes no progress: the next one lives longer.
          if (life % 2 === 1) disk.dieInCommit(Number.POSITIVE_INFINITY, false);
          await processRuns(sim, disk);
        }
        expect(sim.size).toBe(0);
        const rows = await rig.store.nextMessages(made?.id ?? rental.id, 100);
        const bodies = await Promise.all(rows.map(async (row) => bodyOf(await openMessage(row.message, renter))));
        expect(rows.map((row) => row.message.seq)).toEqual(rows.map((_, at) => at + 1));
        expect(bodies).toEqual(["m0", "m1", "m2", "m3", "m4", long]);
      }
    },
  );

  it("after the commit and before the deletion makes no second message", async () => {
    const disk = new ProcessStore(rig.store);
    disk.dieInCommit(0, true);
    const dying = await rig.intake({ store: disk });
    void dying.accept(message("a", "SM:1"));
    await rig.clock.flush();
    expect(disk.dead).toBe(true);
    const next = await rig.intake();
    expect((await next.accept(message("a", "SM:1"))).kind).toBe("duplicate");
    expect(await rig.bodies(rental)).toEqual(["a"]);
  });

  it("after the deletion and before that was written costs nothing but a mark", async () => {
    const { ticket } = await intake.accept(message("a", "SM:1"));
    intake.deleted(ticket);
    const next = await rig.intake();
    await next.accept(message("b", "SM:1"));
    expect(await rig.bodies(rental)).toEqual(["a", "b"]);
  });
});
