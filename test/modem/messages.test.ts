import { describe, expect, it } from "vitest";
import { seconds, unixMs } from "../../src/base/index.ts";
import { ACCEPT_LIMIT, LEFT_BACKOFF } from "../../src/modem/timeouts.ts";
import type { Behaviour } from "../sim/modem/index.ts";
import { FULL } from "./fake-intake.ts";
import { readyRig, SlotRig } from "./slot-rig.ts";

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

describe("the order of sending", () => {
  it("is kept, although a listing goes by place and freed places are filled again", async () => {
    const rig = new SlotRig();
    const sent = [40, 10, 30, 20];
    const pdus = sent.map((second) => {
      const sentAt = unixMs(Date.UTC(2026, 0, 1, 0, 0, second));
      return rig.modem.factory.make({ from: "+15550111", body: `at ${second}`, sentAt })[0]?.pdu ?? new Uint8Array();
    });
    for (const [at, pdu] of pdus.entries()) rig.modem.card?.store.add({ id: `m${at}`, part: 1, pdu, status: 0 });
    await rig.clock.settle(Promise.resolve(rig.runner.start()));
    await rig.until(() => rig.intake.taken.length === 4);
    expect(rig.intake.taken.map(({ location }) => location)).toEqual(["SM:2", "SM:4", "SM:3", "SM:1"]);
    await rig.clock.settle(rig.runner.stop());
  });

  it("is kept among those of one second by their places", async () => {
    const rig = new SlotRig();
    rig.send("a", "b", "c");
    await rig.start();
    expect(rig.intake.taken.map(({ location }) => location)).toEqual(["SM:1", "SM:2", "SM:3"]);
    await rig.stop();
  });
});

describe("a modem that does not list its messages", () => {
  it.each(["ERROR", "+CME ERROR: 100", "+CMS ERROR: 500", "COMMAND NOT SUPPORT"])(
    "as it does not know how (%s) is read place by place",
    async (reply) => {
      const rig = new SlotRig();
      rig.fault({ kind: "error", match: "+CMGL", reply });
      rig.send("one", "two");
      await rig.start();
      await rig.pass(seconds(60));
      rig.expectAllOnce();
      await rig.stop();
    },
  );

  it("amid which the modem says once that it is full is asked for again, not gone through place by place", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "error", match: "+CMGL", reply: "+CMS ERROR: 322", times: 1 });
    rig.send("one", "two");
    await rig.start();
    await rig.pass(seconds(60));
    rig.expectAllOnce();
    expect(rig.commands.filter((text) => text.startsWith("AT+CMGR"))).toEqual([]);
    await rig.stop();
  });

  it("while it is full (+CMS ERROR: 322) is emptied place by place, and then listed again", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "error", match: "+CMGL", reply: "+CMS ERROR: 322", times: 3 });
    rig.send("one", "two");
    await rig.start();
    await rig.pass(seconds(60));
    rig.expectAllOnce();
    expect(rig.codes).toEqual(["slot.ready"]);
    expect(rig.commands.filter((text) => text === "AT+CMGL=4").length).toBeGreaterThan(3);
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

describe("a stream of messages that never ends", () => {
  it("does not keep the slot from looking at its modem", async () => {
    const rig = await readyRig();
    rig.fault({ kind: "stall", match: "+CMGL", ms: 500 });
    rig.modem.journal.watch(({ event }) => {
      if (event === "deleted") rig.send("another");
    });
    rig.send("the first");
    await rig.pass(seconds(60));
    expect(rig.intake.taken.length).toBeGreaterThan(50);
    expect(rig.commands.filter((text) => text === "AT+CSQ").length).toBeGreaterThan(1);
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
        const refused =
          command.name === "+CPMS" &&
          command.kind === "set" &&
          command.values[0] === "SM" &&
          !rig.codes.includes("slot.ready");
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
