import { describe, expect, it } from "vitest";
import { millis } from "../../src/base/index.ts";
import { SimCard } from "./modem/index.ts";
import { ModemRig, quietRig, splitLines } from "./modem-rig.ts";

describe("power of a simulated modem", () => {
  it("answers +CFUN=1,1, then restarts and forgets its settings", async () => {
    const rig = await quietRig();
    await rig.send("AT+CNMI=2,1;+CMEE=1\r");
    expect(await rig.send("AT+CFUN=1,1\r")).toBe("\r\nOK\r\n");
    expect(await rig.during(2_099)).toBe("");
    expect(splitLines(await rig.during(1))).toEqual(["RDY", "+CPIN: READY"]);
    expect(await rig.send("AT+CMEE?\r")).toBe("AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n");
  });

  it("hears nothing while it boots", async () => {
    const rig = new ModemRig();
    rig.modem.reset();
    expect(rig.modem.power).toBe("booting");
    expect(await rig.send("AT\r")).toBe("");
    await rig.during(2_000);
    expect(rig.modem.power).toBe("on");
    expect(await rig.send("AT\r")).toBe("AT\r\r\nOK\r\n");
  });

  it("searches after a restart before it is registered, and gets what waited for it", async () => {
    const rig = await quietRig();
    rig.modem.reset();
    rig.modem.sendSms({ from: "+15550111", body: "a" });
    await rig.during(2_000);
    expect(await rig.lines("ATE0;+CREG?\r")).toContain("+CREG: 0,2");
    expect(rig.modem.sms.queue).toHaveLength(1);
    await rig.send("AT+CREG=1;+CNMI=2,1\r");
    expect(splitLines(await rig.during(500))).toEqual(["+CREG: 1", '+CMTI: "SM",1']);
  });

  it("takes no message with its radio off and all of them when it is back", async () => {
    const rig = await quietRig();
    await rig.send("AT+CFUN=4\r");
    rig.modem.sendSms({ from: "+15550111", body: "a" });
    await rig.during(60_000);
    expect(rig.modem.card?.store.used).toBe(0);
    await rig.send("AT+CFUN=1\r");
    await rig.during(500);
    expect(rig.modem.card?.store.used).toBe(1);
  });

  it("hangs up when it is unplugged, keeps its SIM, and boots when it is plugged in", async () => {
    const rig = await quietRig();
    rig.modem.sendSms({ from: "+15550111", body: "a" });
    rig.modem.unplug();
    rig.modem.unplug();
    expect(rig.hangups).toBe(1);
    rig.modem.sendSms({ from: "+15550111", body: "b" });
    rig.modem.plug();
    rig.modem.plug();
    rig.reopen();
    await rig.during(3_000);
    expect(rig.modem.card?.store.used).toBe(2);
    expect(rig.modem.journal.entries().map((entry) => entry.event)).toEqual([
      "queued",
      "stored",
      "unplugged",
      "queued",
      "plugged",
      "booted",
      "stored",
    ]);
  });

  it("comes back by itself after the time given, unless it was plugged in before", async () => {
    const rig = await quietRig();
    rig.modem.unplug(millis(10_000));
    await rig.during(5_000);
    rig.modem.plug();
    await rig.during(60_000);
    expect(rig.modem.journal.count("plugged")).toBe(1);
    rig.modem.unplug(millis(10_000));
    await rig.during(10_000);
    expect(rig.modem.power).toBe("booting");
  });

  it("asks for the PIN again after a restart and takes messages only then", async () => {
    const rig = await quietRig({ card: new SimCard({ number: "+15550100001", pin: "4711" }) });
    await rig.send('AT+CPIN="4711"\r');
    rig.modem.reset();
    rig.modem.sendSms({ from: "+15550111", body: "a" });
    expect(splitLines(await rig.during(5_000))).toEqual(["RDY", "+CPIN: SIM PIN"]);
    expect(rig.modem.sms.queue).toHaveLength(1);
    await rig.send('AT+CPIN="4711"\r');
    expect(rig.modem.card?.store.used).toBe(1);
  });

  it("shows another card's identity and messages after a swap", async () => {
    const rig = await quietRig();
    const other = new SimCard({ number: "+15550100777" });
    rig.modem.sendSms({ from: "+15550111", body: "a" });
    rig.modem.insertCard(other);
    expect(await rig.lines("AT+CIMI;+CMGL=4\r")).toEqual(["001015550100777", "OK"]);
    rig.modem.insertCard(undefined);
    expect(await rig.lines("AT+CMEE=1;+CPIN?\r")).toEqual(["+CME ERROR: 10"]);
  });

  it("leaves no timer behind when it is stopped", async () => {
    const rig = await quietRig();
    await rig.send("AT+CSMS=1;+CNMI=2,2\r");
    rig.modem.sendSms({ from: "+15550111", body: "a" });
    rig.modem.faults.add({ kind: "stall", ms: 1_000 });
    rig.modem.faults.add({ kind: "slow", rate: 1 });
    await rig.send("AT+CFUN=1,1\r");
    expect(rig.clock.pending.length).toBeGreaterThan(0);
    rig.modem.stop();
    expect(rig.clock.pending).toEqual([]);
  });
});
