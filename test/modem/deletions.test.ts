import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../src/base/index.ts";
import { SimCard } from "../sim/modem/index.ts";
import { keepsDeleted, readyRig, SlotRig } from "./slot-rig.ts";

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

  it("and shows it as unread each time is not believed to have a new one", async () => {
    const rig = await readyRig();
    rig.modem.behaviours.unshift(keepsDeleted, {
      name: "never marks as read",
      onCommand: (_, command) => {
        for (const [, message] of rig.modem.card?.store.entries() ?? []) message.status = 0;
        return command.name === "none";
      },
    });
    rig.send("hello");
    await rig.pass(seconds(300));
    rig.expectAllOnce();
    expect(rig.intake.confirmed).toEqual([]);
    await rig.stop();
  });

  it.each([
    ["half of it", ["+CMGL: 1,1,,25", "0791515510"]],
    ["a header alone", ["+CMGL: 1,1,,25"]],
    ["nothing at all", []],
  ])("and shows %s, once, is not believed to have deleted it", async (_, lines) => {
    const rig = await readyRig();
    rig.modem.behaviours.unshift(keepsDeleted);
    rig.send("hello");
    await rig.pass(seconds(5));
    let shown = 0;
    rig.modem.behaviours.unshift({
      name: "a cut listing, once",
      onCommand: (context, command) => {
        const listed = command.name === "+CMGL" && rig.modem.settings.memories[0] === "SM" && shown++ === 0;
        if (listed) context.info(...lines);
        return listed;
      },
    });
    rig.runner.nudge();
    await rig.pass(seconds(60));
    expect(shown).toBeGreaterThan(1);
    expect(rig.intake.confirmed).toEqual([]);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("is not believed to have deleted it because another SIM has another message at that place", async () => {
    const first = new SimCard({ number: "+15550100701" });
    const second = new SimCard({ number: "+15550100702" });
    const rig = await readyRig({ modem: { card: first } });
    const swap = async (card: SimCard): Promise<void> => {
      rig.modem.unplug();
      rig.modem.insertCard(card);
      rig.modem.plug();
      await rig.pass(seconds(1));
      await rig.ready();
      await rig.pass(seconds(5));
    };
    rig.modem.behaviours.unshift(keepsDeleted);
    rig.send("on the first SIM");
    await rig.pass(seconds(5));
    rig.modem.insertCard(second);
    rig.place("SM", "on the second SIM");
    await swap(second);
    await swap(first);
    expect(rig.intake.confirmed).toEqual([]);
    rig.expectAllOnce();
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
