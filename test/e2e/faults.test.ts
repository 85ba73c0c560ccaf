// What goes wrong while a box works: its disk, its database, its relay, its modems. Each fault shows a coded error where an operator
// looks, and afterwards every SMS has been read by its renter exactly once, in order.

import { join } from "node:path";
import sqlite3 from "sqlite3";
import { describe, expect, it } from "vitest";
import type { FaultInput } from "../sim/modem/index.ts";
import { FailingRelay } from "./failing-relay.ts";
import type { Field } from "./field.ts";
import {
  arrivedOn,
  deletedOf,
  eventsOf,
  numbered,
  overviewOf,
  sendTo,
  slotOf,
  startAll,
  until,
  withField,
} from "./field-watch.ts";
import { numberbox } from "./processes.ts";
import { SmallDisk } from "./small-disk.ts";

const canMount = SmallDisk.available();

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1);

/** Everything that was sent has been read exactly once, in the order of each line. */
async function expectAllRead(field: Field, sent: ReadonlyMap<number, readonly string[]>): Promise<void> {
  expect(await field.drained(600)).toBe(true);
  const read = await field.inbox();
  for (const [slot, bodies] of sent) expect(arrivedOn(field, slot, read)).toEqual(bodies);
}

function intakePaused(field: Field): Promise<{ code: string; hint?: string | undefined }> {
  return until("a paused intake", async () => {
    const { state, problem } = (await overviewOf(field)).intake;
    return state === "paused" && problem;
  });
}

async function linkProblem(field: Field, code: string): Promise<void> {
  await until(`the relay down with ${code}`, async () => {
    const { relay } = await overviewOf(field);
    return relay.state === "down" && relay.problem?.code === code;
  });
}

describe("the disk", () => {
  const name = canMount ? "" : " (skipped: needs root, to mount a small tmpfs)";

  it.skipIf(!canMount)(`full: SMS stay on the SIMs and in the network, until space is free again${name}`, async () => {
    await withField({ slots: 2, seed: "disk full" }, async (field) => {
      const disk = SmallDisk.mount(field.boxData, 8);
      try {
        await startAll(field);
        const early = numbered("early", 4);
        for (const slot of [1, 2]) sendTo(field, slot, early.slice(0, 1));
        expect(await field.drained(200)).toBe(true);
        // Some are stored, but not handed on yet when the disk fills up.
        await field.killRelay();
        for (const slot of [1, 2]) sendTo(field, slot, early.slice(1));
        await until(
          "the early ones",
          async () => (await overviewOf(field)).outbox.depth === 6 && deletedOf(field) === 8,
        );
        disk?.fill();
        const late = numbered("late", 40);
        for (const slot of [1, 2]) sendTo(field, slot, late);

        const problem = await intakePaused(field);
        expect(problem.code).toBe("store.full");
        expect(problem.hint).toMatch(/free space/i);
        const events = await eventsOf(field);
        expect(events.find((event) => event.code === "intake.paused")).toMatchObject({
          level: "error",
          details: { reason: "store.full" },
        });
        // The relay takes what the box has; the box cannot write down that it did.
        await field.restartRelay();
        await until("the early ones at the renter", async () => (await field.inbox()).length === 8);
        for (const id of ["1", "2"]) {
          const full = await until("a full SIM in the console", async () => {
            const slot = await slotOf(field, id);
            return slot.sms_storage?.used === 30 && slot;
          });
          expect(full).toMatchObject({ state: "ready", sms_storage: { used: 30, total: 30 } });
          expect(field.board.modem(Number(id)).sms.queue).toHaveLength(10);
        }
        expect(deletedOf(field)).toBe(8);
        expect((await overviewOf(field)).counts.received).toBe(8);

        disk?.free();
        await until("intake", async () => (await overviewOf(field)).intake.state === "running");
        await expectAllRead(field, new Map([1, 2].map((slot) => [slot, [...early, ...late]])));
        expect((await overviewOf(field)).counts).toMatchObject({ received: 88, undecodable: 0, unrented: 0 });
        expect((await eventsOf(field)).map((event) => event.code)).toContain("intake.resumed");
      } finally {
        await field.killBox();
        disk?.unmount();
      }
    });
  });

  it.skipIf(!canMount)(`of the relay full: SMS wait in the box until the relay has space again${name}`, async () => {
    await withField({ slots: 1, seed: "relay's disk full" }, async (field) => {
      const disk = SmallDisk.mount(field.relayData, 8);
      try {
        await startAll(field);
        sendTo(field, 1, ["before"]);
        expect(await field.drained(200)).toBe(true);
        disk?.fill();
        sendTo(field, 1, numbered("full", 5));
        await linkProblem(field, "relay.busy");
        await until("the reason in the relay's log", () => field.relay?.err.includes('"code":"store.full"'));
        await until("all in the outbox", async () => (await overviewOf(field)).outbox.depth === 5);
        disk?.free();
        await expectAllRead(field, new Map([[1, ["before", ...numbered("full", 5)]]]));
      } finally {
        await field.killRelay();
        disk?.unmount();
      }
    });
  });

  it.skipIf(!canMount)(`full at start: the box says so and leaves the SIM alone${name}`, async () => {
    await withField({ slots: 1, seed: "disk full at start" }, async (field) => {
      const disk = SmallDisk.mount(field.boxData, 8);
      try {
        await startAll(field);
        await field.killBox();
        disk?.fill();
        sendTo(field, 1, numbered("waiting", 3));
        const refused = await numberbox(["start", "--config", join(field.folder, "box.yaml"), "--data", field.boxData]);
        expect(refused).toMatchObject({ code: 1, out: "" });
        expect(refused.err).toMatch(/^store\.full: .*\n {2}Free space/);
        expect(deletedOf(field)).toBe(0);
        disk?.free();
        await field.startBox();
        await expectAllRead(field, new Map([[1, numbered("waiting", 3)]]));
      } finally {
        await field.killBox();
        disk?.unmount();
      }
    });
  });
});

/** Holds the box's database locked for writing, as a backup program or a curious person does. */
async function lockDatabase(field: Field): Promise<() => Promise<void>> {
  const run = (call: (done: (error: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => call((error) => (error === null ? resolve() : reject(error))));
  const db = new sqlite3.Database(join(field.boxData, "box.db"));
  await run((done) => db.exec("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE", done));
  return async () => {
    await run((done) => db.exec("ROLLBACK", done));
    await run((done) => db.close(done));
  };
}

describe("the database", () => {
  it("locked by somebody else: SMS stay on the SIM until it is free again", async () => {
    await withField({ slots: 1, seed: "locked" }, async (field) => {
      await startAll(field);
      sendTo(field, 1, ["before"]);
      expect(await field.drained(200)).toBe(true);
      const unlock = await lockDatabase(field);
      try {
        sendTo(field, 1, numbered("locked", 5));
        const problem = await intakePaused(field);
        expect(problem.code).toBe("store.busy");
        expect(problem.hint).toMatch(/only one process/);
        expect((await eventsOf(field)).find((event) => event.code === "intake.paused")?.details).toEqual({
          reason: "store.busy",
        });
        expect(deletedOf(field)).toBe(1);
      } finally {
        await unlock();
      }
      await expectAllRead(field, new Map([[1, ["before", ...numbered("locked", 5)]]]));
    });
  });
});

describe("the relay", () => {
  it("away, then answering 500 to everything, then back: SMS wait in the outbox and arrive once, in order", async () => {
    await withField({ slots: 2, seed: "relay" }, async (field) => {
      await startAll(field);
      const sent = new Map<number, string[]>([1, 2].map((slot) => [slot, []]));
      const send = (name: string): void => {
        for (const [slot, bodies] of sent) {
          sendTo(field, slot, numbered(name, 4));
          bodies.push(...numbered(name, 4));
        }
      };
      send("up");
      expect(await field.drained(200)).toBe(true);
      await field.killRelay();
      send("away");
      await linkProblem(field, "relay.unreachable");
      const failing = await FailingRelay.listen(field.relayUrl);
      try {
        await linkProblem(field, "relay.http_500");
        send("failing");
        await until("all in the outbox", async () => (await overviewOf(field)).outbox.depth === 16);
        expect(failing.asked).toBeGreaterThan(0);
        const events = await eventsOf(field);
        expect(events.filter((event) => event.code === "relay.down").map((event) => event.details)).toEqual([
          { reason: "relay.unreachable" },
        ]);
      } finally {
        await failing.stop();
      }
      await field.restartRelay();
      send("back");
      await expectAllRead(field, sent);
      expect((await overviewOf(field)).relay).toMatchObject({ state: "up", problem: null });
      expect((await eventsOf(field)).filter((event) => event.code === "relay.message_refused")).toEqual([]);
    });
  });
});

/** A faulty modem each, by slot, and what an operator then finds: an event of the slot or a line of its log. */
const FAULTY: readonly { readonly what: string; readonly faults: readonly FaultInput[]; readonly seen: RegExp }[] = [
  {
    what: "noise on the line",
    faults: [
      { kind: "split", max: 5, probability: 0.5 },
      { kind: "garbage", probability: 0.3 },
      { kind: "garbage", where: "inside", times: 2, probability: 0.3 },
      { kind: "nul", probability: 0.3 },
      { kind: "overlong", times: 2, match: "+CMG" },
    ],
    seen: /at_discarded/,
  },
  {
    what: "half a PDU",
    faults: [
      { kind: "half-pdu", times: 2 },
      { kind: "half-pdu", reply: "OK", times: 2 },
    ],
    seen: /message_left/,
  },
  {
    what: "silence",
    faults: [{ kind: "stall", match: "+CMGL", times: 1 }],
    seen: /modem\.timeout/,
  },
  {
    what: "resets",
    faults: [
      { kind: "reset", match: "+CMGD", times: 1 },
      { kind: "reset", match: "+CMGL", times: 1 },
    ],
    seen: /slot\.restarted/,
  },
  {
    what: "lost, doubled and misplaced announcements, refused deletions",
    faults: [
      { kind: "urc-lost", match: "+CMTI", probability: 0.3 },
      { kind: "urc-duplicate", match: "+CMTI", probability: 0.4 },
      { kind: "urc-misplaced", match: "+CMTI", probability: 0.4 },
      { kind: "error", match: "+CMGD", reply: "+CMS ERROR: 500", times: 2 },
    ],
    seen: /deletion_refused/,
  },
  {
    what: "answers to other commands",
    faults: [{ kind: "late", match: "+CMGL", times: 1 }],
    seen: /modem\.(out_of_step|timeout)/,
  },
];

describe("modems", () => {
  it("with every fault, each on its slot, disturb no other, and lose and double nothing", async () => {
    const good = FAULTY.length + 1;
    await withField({ slots: good, seed: "faulty modems" }, async (field) => {
      await startAll(field);
      await until("all slots ready", async () => {
        const slots = await Promise.all(range(good).map((slot) => slotOf(field, String(slot))));
        return slots.every((slot) => slot.state === "ready");
      });
      FAULTY.forEach(({ faults }, at) => {
        for (const fault of faults) field.board.modem(at + 1).faults.add(fault);
      });
      const bodies = numbered("through faults", 12).map((body, at) => (at % 4 === 3 ? body.padEnd(400, "…") : body));
      const sent = new Map<number, readonly string[]>(range(good).map((slot) => [slot, bodies]));
      for (const body of bodies) {
        const before = (await slotOf(field, String(good))).received;
        for (const slot of range(good)) sendTo(field, slot, [body]);
        // The good slot keeps its pace while the others struggle.
        await until(`${body} on the good slot`, async () => (await slotOf(field, String(good))).received > before, 100);
      }
      const log = (): readonly string[] => field.box?.err.split("\n") ?? [];
      for (const [at, { what, seen }] of FAULTY.entries()) {
        const slot = `"slot":"${at + 1}"`;
        await until(`${what} in the log`, () => log().some((line) => line.includes(slot) && seen.test(line)), 600);
      }
      for (const modem of field.board.board.modems) modem.faults.clear();
      await expectAllRead(field, sent);
      const ofGood = (await eventsOf(field)).filter((event) => event.slot === String(good));
      expect(ofGood.map((event) => event.code)).toEqual(["line.bound", "slot.ready"]);
    });
  });

  it("pulled out in the middle of a reading or a deletion come back by themselves and go on where they were", async () => {
    await withField({ slots: 2, seed: "unplugged" }, async (field) => {
      await startAll(field);
      const modem = field.board.modem(1);
      const bodies: string[] = [];
      for (const match of ["+CMGL", "+CMGD"]) {
        await until("slot 1 ready", async () => (await slotOf(field, "1")).state === "ready");
        const before = (await eventsOf(field)).length;
        const fresh = numbered(`at ${match}`, 8);
        bodies.push(...fresh);
        modem.faults.add({ kind: "unplug", match, ms: 1500, times: 1 });
        sendTo(field, 1, fresh);
        await until("the end of the port", async () =>
          (await eventsOf(field)).slice(before).some(({ code, slot, details }) => {
            return code === "slot.down" && slot === "1" && details.reason === "modem.unplugged";
          }),
        );
        sendTo(field, 2, [`beside ${match}`]);
      }
      await expectAllRead(
        field,
        new Map([
          [1, bodies],
          [2, ["beside +CMGL", "beside +CMGD"]],
        ]),
      );
      expect(modem.journal.count("unplugged")).toBe(2);
      const ofOther = (await eventsOf(field)).filter((event) => event.slot === "2");
      expect(ofOther.map((event) => event.code)).toEqual(["line.bound", "slot.ready"]);
    });
  });
});
