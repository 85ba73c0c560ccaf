import { describe, expect, it } from "vitest";
import { lineId, millis, seconds, toHex } from "../../src/base/index.ts";
import { SimCard } from "../sim/modem/index.ts";
import { FULL } from "./fake-intake.ts";
import { keepsDeleted, readyRig, SlotRig } from "./slot-rig.ts";

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

  it("belong to the line of the SIM that they came in by, whatever SIM is in when the disk has room", async () => {
    const first = new SimCard({ number: "+15550100701" });
    const rig = await readyRig({
      modem: { card: first },
      lineFor: (iccid) => lineId(iccid === first.identity.iccid ? "line-1" : "line-2"),
    });
    route(rig);
    rig.intake.refusal = FULL;
    rig.send("direct");
    await rig.clock.flush();
    rig.modem.unplug();
    rig.modem.insertCard(new SimCard({ number: "+15550100702" }));
    rig.modem.plug();
    rig.intake.refusal = null;
    await rig.until(() => rig.intake.taken.length > 0);
    expect(rig.status.lineId).toBe("line-2");
    expect(rig.intake.taken.map(({ line }) => line)).toEqual(["line-1"]);
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
