import { describe, expect, it } from "vitest";
import { AppError, millis, seconds, toHex } from "../../src/base/index.ts";
import { ACCEPT_LIMIT, LEFT_BACKOFF } from "../../src/modem/timeouts.ts";
import type { Behaviour } from "../sim/modem/index.ts";
import { SimCard } from "../sim/modem/index.ts";
import { SlotRig } from "./slot-rig.ts";

const FULL = new AppError("store.full", "the disk is full", { retryable: true });

/** A modem that says OK to +CMGD and keeps the message. */
const keepsDeleted: Behaviour = {
  name: "keeps what was deleted",
  onCommand: (_, command) => command.name === "+CMGD",
};

async function readyRig(options: ConstructorParameters<typeof SlotRig>[0] = {}): Promise<SlotRig> {
  const rig = new SlotRig(options);
  await rig.start();
  rig.commands.length = 0;
  return rig;
}

const deletions = (rig: SlotRig): number => rig.commands.filter((text) => text.startsWith("AT+CMGD")).length;

describe("a message is deleted only after it is durable", () => {
  it("one that is announced stays on the SIM as long as its commit takes", async () => {
    const rig = await readyRig();
    rig.intake.hold();
    rig.send("hello");
    await rig.pass(seconds(20));
    expect(rig.intake.offers).toBe(1);
    expect(rig.modem.card?.store.used).toBe(1);
    expect(deletions(rig)).toBe(0);
    rig.intake.release();
    await rig.clock.flush();
    expect(rig.modem.card?.store.used).toBe(0);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("ones that were there before the start share one wait", async () => {
    const rig = new SlotRig();
    rig.send("one", "two", "three");
    rig.intake.hold();
    rig.runner.start();
    await rig.pass(seconds(1));
    expect(rig.intake.offers).toBe(3);
    expect(deletions(rig)).toBe(0);
    rig.intake.release();
    await rig.ready();
    expect(rig.modem.card?.store.used).toBe(0);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("a commit that never ends is waited for no longer than its limit, and the message is offered again", async () => {
    const rig = await readyRig();
    rig.intake.hold();
    rig.send("hello");
    await rig.pass(ACCEPT_LIMIT);
    expect(
      rig.log.lines.some(({ event, fields }) => event === "message_left" && fields.reason === "base.timeout"),
    ).toBe(true);
    expect(rig.status.state).toBe("ready");
    rig.intake.release();
    await rig.until(() => rig.modem.card?.store.used === 0, seconds(10));
    rig.expectAllOnce();
    await rig.stop();
  });

  it("and its deletion is reported to the intake only when the place was seen empty", async () => {
    const rig = await readyRig();
    rig.send("hello");
    await rig.pass(seconds(1));
    const look = ['AT+CPMS="SM"', "AT+CPMS?", "AT+CMGL=4"];
    expect(rig.commands).toEqual([...look, "AT+CMGD=1", ...look]);
    expect(rig.intake.confirmed.length).toBe(1);
    await rig.stop();
  });
});

describe("a message that is refused", () => {
  it("stays, is read again more and more slowly, and is taken when the disk has room", async () => {
    const rig = await readyRig();
    rig.intake.refusal = FULL;
    rig.send("hello");
    await rig.pass(seconds(300));
    const slowest = Math.ceil(300 / (LEFT_BACKOFF.max / 2000)) + 10;
    expect(rig.intake.offers).toBeGreaterThan(5);
    expect(rig.intake.offers).toBeLessThan(slowest + 10);
    expect(rig.status).toMatchObject({ state: "ready", storage: { used: 1 } });
    rig.intake.refusal = null;
    await rig.pass(LEFT_BACKOFF.max);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("is read at once when the intake says that it takes messages again", async () => {
    const rig = await readyRig();
    rig.intake.refusal = FULL;
    rig.send("hello");
    await rig.pass(seconds(120));
    rig.intake.refusal = null;
    rig.runner.nudge();
    await rig.clock.flush();
    rig.expectAllOnce();
    await rig.stop();
  });

  it("does not keep the others back", async () => {
    const rig = await readyRig();
    const { accept } = rig.intake;
    let first = true;
    rig.intake.accept = async function (this: typeof rig.intake, incoming) {
      if (first) {
        first = false;
        throw FULL;
      }
      return await accept.call(this, incoming);
    };
    rig.send("one", "two", "three");
    await rig.clock.flush();
    expect(rig.intake.taken.length).toBe(2);
    await rig.pass(seconds(5));
    rig.expectAllOnce();
    await rig.stop();
  });

  it("in the modem's memory is found by the very next sweep, not only by the tenth", async () => {
    const rig = new SlotRig();
    rig.place("ME", "old", 1);
    rig.intake.refusal = FULL;
    await rig.start();
    rig.intake.refusal = null;
    await rig.pass(seconds(5));
    expect(rig.intake.taken.map(({ location }) => location)).toEqual(["ME:1"]);
    await rig.stop();
  });
});

describe("announcements", () => {
  it("that come twice make one message", async () => {
    const rig = await readyRig();
    rig.fault({ kind: "urc-duplicate" });
    rig.send("a", "b", "c", "d", "e");
    await rig.pass(seconds(60));
    rig.expectAllOnce();
    expect(rig.codes).toEqual(["slot.ready"]);
    expect(rig.log.events).not.toContain("message_unreadable");
    await rig.stop();
  });

  it("that never come are made up for by the sweep", async () => {
    const rig = await readyRig({ sweepEvery: seconds(30) });
    rig.fault({ kind: "urc-lost", match: "+CMTI" });
    rig.send("hello");
    await rig.pass(seconds(20));
    expect(rig.intake.taken.length).toBe(0);
    await rig.pass(seconds(15));
    rig.expectAllOnce();
    await rig.stop();
  });

  it.each(["+CMTI: ,-1", "+CMTI:", '+CMTI: "SR",1', '+CMTI: "MT",31'])(
    "%s, which names no place that is known, has all storages swept",
    async (urc) => {
      const rig = await readyRig();
      rig.place("ME", "in ME");
      rig.modem.urc(urc);
      await rig.clock.flush();
      expect(rig.intake.taken.map(({ location }) => location)).toEqual(["ME:1"]);
      await rig.stop();
    },
  );

  it("of an index beyond all bounds does no harm", async () => {
    const rig = await readyRig();
    rig.modem.urc('+CMTI: "SM",999999999');
    await rig.pass(seconds(60));
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("that come in the middle of a listing are followed after it", async () => {
    const rig = await readyRig();
    rig.send("one");
    rig.fault({ kind: "urc-misplaced", match: "+CMTI" });
    rig.send("two", "three");
    await rig.pass(seconds(60));
    rig.expectAllOnce();
    await rig.stop();
  });

  it("while a listing takes its time, or leaves slowly, are followed after it", async () => {
    const rig = await readyRig();
    rig.send("one", "two", "three");
    rig.fault({ kind: "stall", match: "+CMGL", ms: 5000, times: 1 }, { kind: "slow", rate: 500 });
    await rig.pass(seconds(2));
    rig.send("four", "five");
    await rig.pass(seconds(60));
    expect(rig.intake.taken.length).toBe(5);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("many at once are read by one listing", async () => {
    const rig = await readyRig();
    rig.send("a", "b", "c", "d", "e", "f", "g", "h");
    await rig.clock.flush();
    expect(rig.commands.filter((text) => text.startsWith("AT+CMGR")).length).toBe(0);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("while the slot starts are not forgotten", async () => {
    const rig = new SlotRig({ sweepEvery: seconds(3600) });
    rig.send("before");
    rig.intake.hold();
    rig.runner.start();
    await rig.until(() => rig.intake.offers === 1, seconds(10));
    // The drain is under way; its listing is over.
    rig.modem.sms.submit([{ id: "late", part: 1, pdu: rig.pdu("late") }]);
    rig.fault({ kind: "urc-lost", match: "+CMTI" });
    rig.intake.release();
    await rig.ready();
    await rig.pass(seconds(1));
    rig.expectAllOnce();
    await rig.stop();
  });
});

describe("full storage", () => {
  it("is drained, and what waited at the network follows", async () => {
    const rig = new SlotRig();
    rig.send(...Array.from({ length: 45 }, (_, i) => `message ${i}`));
    expect(rig.modem.card?.store.used).toBe(30);
    expect(rig.modem.sms.queue.length).toBe(15);
    await rig.start();
    await rig.pass(seconds(1));
    expect(rig.intake.taken.length).toBe(45);
    expect(rig.modem.card?.store.used).toBe(0);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("that the modem reports is an event and has all storages swept", async () => {
    const rig = await readyRig();
    rig.fault({ kind: "urc-lost", match: "+CMTI" });
    rig.send("hello");
    rig.modem.urc('^SMMEMFULL: "SM"');
    await rig.clock.flush();
    expect(rig.codes).toEqual(["slot.ready", "slot.storage_full"]);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("shows in the slot's status while the intake refuses", async () => {
    const rig = new SlotRig();
    rig.intake.refusal = FULL;
    rig.send(...Array.from({ length: 30 }, (_, i) => `message ${i}`));
    await rig.start();
    expect(rig.status.storage).toEqual({ used: 30, total: 30 });
    await rig.stop();
  });
});

describe("storages", () => {
  it("both are read at the start, and the one to receive into stays selected", async () => {
    const rig = new SlotRig();
    rig.send("on the SIM");
    rig.place("ME", "in the modem");
    await rig.start();
    expect(rig.intake.taken.map(({ location }) => location).sort()).toEqual(["ME:1", "SM:1"]);
    expect(rig.modem.settings.memories).toEqual(["SM", "SM", "SM"]);
    expect(rig.modem.memories.modemStore.used).toBe(0);
    await rig.stop();
  });

  it("another one that cannot be read does not keep the slot from its work", async () => {
    const rig = new SlotRig();
    const noMe: Behaviour = {
      name: "ME is broken",
      onCommand: (context, command) => {
        if (command.name !== "+CPMS" || command.values[0] !== "ME") return false;
        context.fail({ cms: 320 });
        return true;
      },
    };
    rig.modem.behaviours.unshift(noMe);
    rig.send("hello");
    await rig.start();
    await rig.pass(seconds(600));
    expect(rig.codes).toEqual(["slot.ready"]);
    expect(rig.log.events).toContain("storage_unreadable");
    rig.expectAllOnce();
    await rig.stop();
  });

  it("class 2 messages, which a modem that receives into ME puts on the SIM, are found where they are", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "receives into ME only",
      onCommand: (context, command) => {
        const refused = command.name === "+CPMS" && command.values[2] === "SM";
        if (refused) context.fail({ cms: 302 });
        return refused;
      },
    });
    await rig.start();
    expect(rig.modem.settings.memories).toEqual(["ME", "ME", "ME"]);
    rig.send("into ME");
    rig.place("SM", "class 2");
    rig.modem.urc('+CMTI: "SM",1');
    await rig.pass(seconds(1));
    expect(rig.intake.taken.map(({ location }) => location).sort()).toEqual(["ME:1", "SM:1"]);
    await rig.stop();
  });

  it("drafts and sent messages are nobody's SMS: they are neither offered nor deleted", async () => {
    const rig = new SlotRig();
    rig.place("SM", "draft", 2);
    rig.place("SM", "sent", 3);
    await rig.start();
    await rig.pass(seconds(60));
    expect(rig.intake.offers).toBe(0);
    expect(rig.modem.card?.store.used).toBe(2);
    await rig.stop();
  });

  it("are not read for a SIM that has no line, and its messages stay", async () => {
    const rig = new SlotRig({ lineFor: () => null });
    rig.send("hello");
    await rig.start();
    rig.runner.nudge();
    rig.send("again");
    await rig.pass(seconds(60));
    expect(rig.codes).toEqual(["slot.no_line", "slot.ready"]);
    expect(rig.intake.offers).toBe(0);
    expect(rig.modem.card?.store.used).toBe(2);
    expect(rig.status).toMatchObject({ lineId: null, state: "ready" });
    await rig.stop();
  });
});

describe("a PDU that is shorter than it says", () => {
  it("is read again, and taken whole when it was noise", async () => {
    const rig = new SlotRig();
    rig.send("hello there, this is a message");
    rig.fault({ kind: "half-pdu", reply: "OK", times: 2 });
    await rig.start();
    await rig.pass(seconds(30));
    rig.expectAllOnce();
    await rig.stop();
  });

  it("is taken as it is when it looks the same three times", async () => {
    const rig = new SlotRig();
    const short = toHex(rig.pdu("the rest of this was never stored")).toUpperCase().slice(0, 40);
    let deleted = false;
    rig.modem.behaviours.unshift({
      name: "cut record",
      onCommand: (context, command) => {
        deleted ||= command.name === "+CMGD";
        if (command.name !== "+CMGL" || deleted) return false;
        context.info("+CMGL: 1,1,,40", short);
        return true;
      },
    });
    await rig.start();
    expect(rig.intake.offers).toBe(0);
    await rig.pass(seconds(30));
    expect(rig.intake.taken.map(({ pdu }) => pdu)).toEqual([short]);
    expect(deleted).toBe(true);
    expect(rig.intake.confirmed.length).toBe(1);
    await rig.stop();
  });

  it("of an odd number of digits is completed, so that nothing of it is lost", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "odd digits",
      onCommand: (context, command) => {
        if (command.name !== "+CMGL") return false;
        context.info("+CMGL: 1,1,,20", "07919130364");
        return true;
      },
    });
    await rig.start();
    await rig.pass(seconds(30));
    expect(rig.intake.taken[0]?.pdu).toBe("07919130364F");
    await rig.stop();
  });

  it("that differs each time is never taken as it is", async () => {
    const rig = new SlotRig();
    let reading = 0;
    rig.modem.behaviours.unshift({
      name: "noise",
      onCommand: (context, command) => {
        if (command.name !== "+CMGL") return false;
        context.info("+CMGL: 1,1,,99", `0011${(10 + (reading++ % 80)).toString()}`);
        return true;
      },
    });
    await rig.start();
    await rig.pass(seconds(120));
    expect(reading).toBeGreaterThan(4);
    expect(rig.intake.offers).toBe(0);
    expect(deletions(rig)).toBe(0);
    await rig.stop();
  });

  it("whose line was lost altogether is read again soon", async () => {
    const rig = new SlotRig({ sweepEvery: seconds(3600) });
    let reading = 0;
    rig.send("hello");
    rig.modem.behaviours.unshift({
      name: "header only, once",
      onCommand: (context, command) => {
        if (command.name !== "+CMGL" || reading++ > 0) return false;
        context.info("+CMGL: 1,1,,25");
        return true;
      },
    });
    await rig.start();
    await rig.pass(seconds(5));
    rig.expectAllOnce();
    await rig.stop();
  });
});

describe("a modem that says OK to a deletion and keeps the message", () => {
  it("never has it reported as deleted, and the message arrives once", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift(keepsDeleted);
    rig.send("hello");
    await rig.start();
    await rig.pass(seconds(600));
    expect(rig.intake.taken.length).toBe(1);
    expect(rig.intake.duplicates).toBeGreaterThan(5);
    expect(rig.intake.confirmed).toEqual([]);
    expect(rig.log.events).toContain("deletion_ignored");
    await rig.stop();
  });

  it("nor when announcements come twice, late, or in the middle of other answers", async () => {
    const rig = await readyRig();
    rig.modem.behaviours.unshift(keepsDeleted);
    rig.fault({ kind: "urc-duplicate", probability: 0.5 }, { kind: "urc-misplaced", probability: 0.5 });
    for (let i = 0; i < 10; i++) {
      rig.send(`message ${i}`);
      await rig.pass(millis(700));
      rig.modem.urc(`+CMTI: "SM",${i + 1}`);
      await rig.pass(millis(2300));
    }
    await rig.pass(seconds(60));
    rig.expectAllOnce();
    expect(rig.intake.confirmed).toEqual([]);
    await rig.stop();
  });

  it("is believed as soon as it has deleted after all, also after the slot has started anew", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift(keepsDeleted);
    rig.send("hello");
    await rig.start();
    rig.modem.behaviours.shift();
    rig.modem.card?.store.remove(1);
    rig.modem.unplug(seconds(1));
    await rig.until(() => rig.status.state === "down");
    await rig.ready();
    expect(rig.intake.confirmed.length).toBe(1);
    await rig.stop();
  });

  it("but refuses it with an error is asked again later", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "error", match: "+CMGD", reply: "+CMS ERROR: 500", times: 2 });
    rig.send("hello");
    await rig.start();
    expect(rig.intake.confirmed).toEqual([]);
    await rig.pass(seconds(60));
    expect(rig.modem.card?.store.used).toBe(0);
    expect(rig.intake.confirmed.length).toBe(1);
    rig.expectAllOnce();
    await rig.stop();
  });
});

describe("two equal messages of one second", () => {
  const same = { from: "+15550111", body: "again", sentAt: 1_767_225_600_000 as never };

  it("both arrive when the second takes the place of the first after its deletion", async () => {
    const rig = await readyRig();
    rig.modem.sendSms(same);
    await rig.pass(millis(200));
    expect(rig.intake.taken.length).toBe(1);
    rig.modem.sendSms(same);
    await rig.pass(millis(200));
    expect(rig.intake.taken.map(({ location }) => location)).toEqual(["SM:1", "SM:1"]);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("both arrive when the second comes between the deletion and the look at the place", async () => {
    const rig = await readyRig();
    rig.modem.journal.watch(({ event }) => {
      if (event === "deleted" && rig.modem.journal.count("stored") === 1) rig.modem.sendSms(same);
    });
    rig.modem.sendSms(same);
    await rig.pass(millis(500));
    expect(rig.modem.journal.count("stored")).toBe(2);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("both arrive when they lie on the SIM together", async () => {
    const rig = new SlotRig();
    rig.modem.sendSms(same);
    rig.modem.sendSms(same);
    await rig.start();
    expect(rig.intake.taken.map(({ location }) => location)).toEqual(["SM:1", "SM:2"]);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("both arrive when the sweep finds the second, whose announcement was lost", async () => {
    const rig = await readyRig();
    rig.modem.sendSms(same);
    await rig.pass(millis(200));
    rig.fault({ kind: "urc-lost", match: "+CMTI" });
    rig.modem.sendSms(same);
    await rig.pass(seconds(40));
    rig.expectAllOnce();
    await rig.stop();
  });
});

describe("a message that was not deleted before the box went down", () => {
  it("is known when it is read again, and then deleted", async () => {
    const before = await readyRig();
    before.fault({ kind: "unplug", match: "+CMGD", ms: 100 });
    before.fault({ kind: "error", match: "+CMGD" });
    before.send("hello");
    await before.pass(seconds(1));
    expect(before.intake.taken.length).toBe(1);
    before.modem.faults.clear();
    await before.ready();
    await before.pass(seconds(1));
    expect(before.intake.taken.length).toBe(1);
    expect(before.intake.duplicates).toBe(1);
    expect(before.modem.card?.store.used).toBe(0);
    await before.stop();
  });
});

describe("messages that a modem hands over without storing them", () => {
  const route = (rig: SlotRig): void => {
    rig.modem.settings.cnmi = { mode: 2, mt: 2, bm: 0, ds: 0, bfr: 0 };
  };

  it("are taken, although nobody asked for that", async () => {
    const rig = await readyRig();
    route(rig);
    rig.send("direct");
    await rig.clock.flush();
    expect(rig.intake.taken.map(({ location }) => location)).toEqual([null]);
    await rig.stop();
  });

  it("are kept in memory while the disk is full, and offered again", async () => {
    const rig = await readyRig();
    route(rig);
    rig.intake.refusal = FULL;
    rig.send("direct");
    await rig.clock.flush();
    expect(rig.log.events).toContain("direct_message_waits");
    rig.intake.refusal = null;
    rig.runner.nudge();
    await rig.clock.flush();
    expect(rig.intake.taken.map(({ location }) => location)).toEqual([null]);
    await rig.stop();
  });

  it("are kept until the SIM and its line are known", async () => {
    const rig = new SlotRig();
    route(rig);
    rig.fault({ kind: "stall", match: "+CPIN", ms: 2000, times: 1 });
    rig.runner.start();
    await rig.until(() => rig.status.step === "sim");
    await rig.pass(millis(100));
    rig.modem.urc("+CMT: ,25", toHex(rig.pdu("early")).toUpperCase());
    expect(rig.intake.offers).toBe(0);
    await rig.pass(seconds(3));
    expect(rig.intake.taken.map(({ location, line }) => [location, line])).toEqual([[null, "line-1"]]);
    await rig.stop();
  });

  it("are said to be lost when the box stops before the disk has room", async () => {
    const rig = await readyRig();
    route(rig);
    rig.intake.refusal = FULL;
    rig.send("one", "two");
    await rig.clock.flush();
    await rig.stop();
    const lost = rig.log.lines.filter(({ event }) => event === "direct_messages_lost");
    expect(lost.map(({ level, fields }) => [level, fields.messages])).toEqual([["error", 2]]);
  });

  it("are kept up to a thousand; beyond that the oldest goes, which is said", async () => {
    const rig = await readyRig();
    route(rig);
    rig.intake.refusal = FULL;
    for (let i = 0; i < 1002; i++) rig.send(`message ${i}`);
    await rig.clock.flush();
    expect(rig.log.events.filter((event) => event === "direct_messages_lost").length).toBe(2);
    rig.intake.refusal = null;
    rig.runner.nudge();
    await rig.clock.flush();
    expect(rig.intake.taken.length).toBe(1000);
    await rig.stop();
  });

  it("are turned off with the first poll after a restart of the modem in silence", async () => {
    const rig = await readyRig();
    route(rig);
    await rig.pass(seconds(25));
    expect(rig.modem.settings.cnmi.mt).toBe(1);
    await rig.stop();
  });
});

describe("what is SIM's and renter's business", () => {
  it("never shows in a log or an event: no text, no sender, no PDU", async () => {
    const rig = new SlotRig({ modem: { card: new SimCard({ number: "+15550100777" }) } });
    rig.fault({ kind: "half-pdu", reply: "OK", times: 3 }, { kind: "garbage", where: "inside", probability: 0.2 });
    rig.modem.behaviours.unshift(keepsDeleted);
    for (let i = 0; i < 5; i++) rig.modem.sendSms({ from: "+15550987654", body: `CANARY ${i}` });
    rig.runner.start();
    await rig.pass(seconds(200));
    rig.modem.faults.clear();
    await rig.pass(seconds(200));
    expect(rig.intake.taken.length).toBeGreaterThan(0);
    const said = JSON.stringify([rig.log.lines, rig.events.list({ after: 0, limit: 500 }), rig.status.problem]);
    for (const { pdu } of rig.intake.taken) expect(said).not.toContain(pdu.slice(-16));
    expect(said).not.toMatch(/CANARY|5550987654|0555896745/);
    await rig.stop();
  });
});
