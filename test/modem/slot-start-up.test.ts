import { describe, expect, it } from "vitest";
import { lineId, millis, minutes, seconds } from "../../src/base/index.ts";
import { START_STEPS } from "../../src/core/index.ts";
import { SimCard } from "../sim/modem/index.ts";
import { readyRig, SlotRig } from "./slot-rig.ts";

describe("start-up", () => {
  it("finds out what there is, and tells it", async () => {
    const rig = await readyRig();
    expect(rig.status).toMatchObject({
      state: "ready",
      step: "ready",
      lineId: "line-1",
      problem: null,
      modem: { manufacturer: "Numberbox", model: "Simulated 3GPP modem", imei: "001001000000015" },
      iccid: rig.modem.card?.identity.iccid,
      imsi: rig.modem.card?.identity.imsi,
      operator: "Testnet",
      registration: "home",
      storage: { used: 0, total: 30 },
    });
    expect(rig.modem.settings).toMatchObject({ echo: false, cmee: 1, cnmi: { mode: 2, mt: 1 } });
    expect(rig.changes).toBeGreaterThan(START_STEPS.length);
    await rig.stop();
  });

  it("waits for a modem that is mute for a while", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "stall", ms: 12_000, times: 1 });
    await rig.start();
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("waits for a modem that boots, and does not mind its boot lines", async () => {
    const rig = new SlotRig();
    rig.modem.reset();
    await rig.start();
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("of a modem that never answers fails with modem.timeout, and is tried again and again", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "stall" });
    rig.runner.start();
    await rig.pass(minutes(5));
    expect(rig.status).toMatchObject({ state: "down", problem: { code: "modem.timeout" } });
    expect(rig.openings.length).toBeGreaterThan(5);
    expect(rig.codes).toEqual(["slot.down", "slot.recovering", "slot.gave_up"]);
    rig.modem.faults.clear();
    await rig.ready(minutes(11));
    await rig.stop();
  });

  it("goes on with a modem that was left inside of a command that sends a message", async () => {
    const rig = new SlotRig();
    const before = rig.link();
    await before.write(Buffer.from("AT+CMGS=20\r"));
    await before.close();
    await rig.start();
    expect(rig.modem.journal.count("sent")).toBe(0);
    await rig.stop();
  });

  it("ends a half-typed line of an earlier program", async () => {
    const rig = new SlotRig();
    const before = rig.link();
    await before.write(Buffer.from("AT+CM"));
    await before.close();
    await rig.start();
    await rig.stop();
  });

  it.each(["+CME ERROR: 14", "+CME ERROR: 515"])("asks again when the modem is busy (%s)", async (reply) => {
    const rig = new SlotRig();
    for (const match of ["+CPIN", "+CCID", "+CNMI", "+CPMS"]) rig.fault({ kind: "error", match, reply, times: 1 });
    await rig.start();
    // "Busy" is not "has none": the SIM is known, and messages are announced.
    expect(rig.status.iccid).toBe(rig.modem.card?.identity.iccid);
    expect(rig.modem.settings.cnmi.mt).toBe(1);
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("gives up a modem that stays busy, and starts over", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "error", match: "+CCID", reply: "+CME ERROR: 14", times: 4 });
    rig.runner.start();
    await rig.until(() => rig.status.state === "down");
    expect(rig.status.problem?.code).toBe("modem.error");
    await rig.ready();
    await rig.stop();
  });

  it("does without what a modem does not know", async () => {
    const rig = new SlotRig();
    const unknown = /^(I|\+CMEE|\+CG[MS].|\+CIMI|.*CCID|\+CRSM|\+C[EG]?REG|\+COPS|\+CNMI)$/;
    rig.modem.behaviours.unshift({
      name: "knows little",
      onCommand: (context, command) => {
        if (!unknown.test(command.name)) return false;
        context.fail("ERROR");
        return true;
      },
    });
    rig.send("hello");
    await rig.start();
    expect(rig.status).toMatchObject({ modem: null, iccid: null, imsi: null, operator: null, registration: null });
    rig.send("no announcement");
    await rig.pass(seconds(60));
    rig.expectAllOnce();
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("takes replies that make no sense for no answer, where it can do without", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "says nonsense",
      onCommand: (context, command) => {
        const nonsense = /^(\+CSQ|\+CESQ|\+COPS|.*CCID|\+CRSM)$/.test(command.name);
        if (nonsense) context.info(`${command.name}: ?,?`);
        return nonsense;
      },
    });
    await rig.start();
    expect(rig.status).toMatchObject({ iccid: null, signalDbm: null, storage: { used: 0, total: 30 } });
    await rig.pass(minutes(2));
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("receives into the modem's memory when the SIM's is refused or not taken, and reads both", async () => {
    for (const refused of [true, false]) {
      const rig = new SlotRig();
      rig.modem.behaviours.unshift({
        name: "does not receive into SM",
        onCommand: (context, command) => {
          const intoSm = command.name === "+CPMS" && command.values.length === 3 && command.values[2] === "SM";
          if (intoSm && refused) context.fail({ cms: 302 });
          else if (intoSm) context.info("+CPMS: 0,50,0,50,0,50");
          if (intoSm) rig.modem.settings.memories = ["ME", "ME", "ME"];
          return intoSm;
        },
      });
      rig.place("SM", "on the SIM");
      await rig.start();
      expect(rig.status.storage?.total).toBe(50);
      rig.send("into the modem");
      await rig.pass(seconds(1));
      expect(rig.modem.settings.memories[2]).toBe("ME");
      expect(rig.intake.taken.map(({ location }) => location)).toEqual(["SM:1", "ME:1"]);
      rig.expectAllOnce();
      await rig.stop();
    }
  });

  it("receives into the storage that the modem names when it keeps that one whatever it is told", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "receives into ME and calls it MT",
      onCommand: (context, command) => {
        if (command.name !== "+CPMS") return false;
        rig.modem.settings.memories = ["ME", "ME", "ME"];
        context.info(command.kind === "read" ? '+CPMS: "MT",0,50,"MT",0,50,"MT",0,50' : "+CPMS: 0,50,0,50,0,50");
        return true;
      },
    });
    await rig.start();
    rig.send("into the modem");
    await rig.pass(seconds(60));
    expect(rig.status.state).toBe("ready");
    rig.expectAllOnce();
    await rig.stop();
  });

  it("finds the ICCID with another vendor's command when its own vendor's are not known", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "knows +ICCID? alone",
      onCommand: (context, command) => {
        if (command.name === "+ICCID" && command.kind === "read") context.info("+ICCID: 8949000000000000001");
        else if (/ICCID|CCID|CRSM|SCID/.test(command.name)) context.fail({ cme: 100 });
        else return false;
        return true;
      },
    });
    await rig.start();
    expect(rig.status.iccid).toBe("8949000000000000001");
    await rig.stop();
  });

  it("fails with a coded problem when the modem takes no storage", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "error", match: "+CPMS", reply: "+CMS ERROR: 302" });
    rig.runner.start();
    await rig.pass(seconds(10));
    expect(rig.status.problem).toMatchObject({ code: "modem.no_storage", hint: expect.any(String) });
    await rig.stop();
  });
});

describe("a SIM that cannot be used", () => {
  it.each([
    ["asks for its PIN", "+CPIN: SIM PIN", "sim.pin_required"],
    ["asks for its PUK", "+CPIN: SIM PUK", "sim.puk_required"],
    ["is of another operator", "+CPIN: PH-NET PIN", "sim.locked_to_operator"],
    ["is locked otherwise", "+CPIN: PH-SIM PIN", "sim.failure"],
    ["is missing", "+CME ERROR: 10", "sim.missing"],
    ["asks for its PIN by error", "+CME ERROR: 11", "sim.pin_required"],
    ["asks for its PUK by error", "+CME ERROR: 12", "sim.puk_required"],
    ["is broken", "+CME ERROR: 13", "sim.failure"],
    ["is refused without a reason", "ERROR", "sim.failure"],
  ])("because it %s is a problem with a hint, looked at patiently", async (_, answer, code) => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "locked",
      onCommand: (context, command) => {
        // The IMSI is behind the PIN.
        if (command.name === "+CIMI") context.fail("ERROR");
        if (command.name !== "+CPIN") return command.name === "+CIMI";
        const cme = /CME ERROR: (\d+)/.exec(answer)?.[1];
        if (answer.startsWith("+CPIN")) context.info(answer);
        else context.fail(cme === undefined ? "ERROR" : { cme: Number(cme) });
        return true;
      },
    });
    rig.runner.start();
    await rig.pass(minutes(10));
    expect(rig.status).toMatchObject({ state: "down", problem: { code, hint: expect.any(String) } });
    expect(rig.openings.length).toBeGreaterThan(15);
    expect(rig.openings.length).toBeLessThan(45);
    expect(rig.codes).toEqual(["slot.down"]);
    // Nothing is ever typed into a SIM.
    expect(rig.commands.filter((text) => /^AT\+CPIN[?=]/.test(text)).every((text) => text === "AT+CPIN?")).toBe(true);
    rig.modem.behaviours.shift();
    await rig.ready();
    expect(rig.status.problem).toBeNull();
    await rig.stop();
  });

  it("because it has a PIN keeps all its tries", async () => {
    const card = new SimCard({ number: "+15550100777", pin: "1234" });
    const rig = new SlotRig({ modem: { card } });
    rig.runner.start();
    await rig.pass(minutes(30));
    expect(rig.status.problem?.code).toBe("sim.pin_required");
    expect(card.pinTries).toBe(3);
    await rig.stop();
  });

  it("because PIN2 is asked for is used all the same", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "PIN2",
      onCommand: (context, command) => {
        if (command.name === "+CPIN") context.info("+CPIN: SIM PIN2");
        return command.name === "+CPIN";
      },
    });
    await rig.start();
    await rig.stop();
  });

  it("for some seconds after power-up is waited for", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "error", match: "+CPIN", reply: "+CME ERROR: 14", times: 10 });
    await rig.start();
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("for ever, because it never gets ready, is a failure", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "error", match: "+CPIN", reply: "+CME ERROR: 14" });
    rig.runner.start();
    await rig.until(() => rig.status.problem?.code === "sim.failure");
    await rig.stop();
  });

  it("because it was taken out takes the slot down at once, and the next one in is found", async () => {
    const lines = (iccid: string | null) => lineId(iccid === first.identity.iccid ? "line-1" : "line-2");
    const first = new SimCard({ number: "+15550100701" });
    const rig = await readyRig({ modem: { card: first }, lineFor: lines });
    rig.modem.insertCard(undefined);
    rig.modem.urc("+CPIN: NOT INSERTED");
    await rig.clock.flush();
    expect(rig.status.problem?.code).toBe("sim.missing");
    await rig.pass(minutes(1));
    expect(rig.status.problem?.code).toBe("sim.missing");
    rig.modem.insertCard(new SimCard({ number: "+15550100702" }));
    await rig.ready();
    rig.send("for the new line");
    await rig.pass(seconds(1));
    expect(rig.intake.taken.map(({ line }) => line)).toEqual(["line-2"]);
    await rig.stop();
  });

  it("because another took its place in silence is noticed before its messages reach the wrong line", async () => {
    const first = new SimCard({ number: "+15550100701" });
    const rig = await readyRig({
      modem: { card: first },
      lineFor: (iccid) => lineId(iccid === first.identity.iccid ? "line-1" : "line-2"),
    });
    rig.modem.insertCard(new SimCard({ number: "+15550100702" }));
    // The radio loses and finds the network, which is all the modem says about it.
    rig.modem.radio.grant(2);
    await rig.pass(millis(200));
    rig.modem.radio.grant(1);
    rig.send("for the new line");
    await rig.pass(seconds(20));
    expect(rig.codes).toEqual(["slot.ready", "slot.down", "slot.ready"]);
    expect(rig.intake.taken.map(({ line }) => line)).toEqual(["line-2"]);
    await rig.stop();
  });

  it("because another took its place while the modem was mute is noticed before its messages reach the wrong line", async () => {
    const first = new SimCard({ number: "+15550100701" });
    const second = new SimCard({ number: "+15550100702" });
    const rig = await readyRig({
      modem: { card: first },
      lineFor: (iccid) => lineId(iccid === first.identity.iccid ? "line-1" : "line-2"),
    });
    // Past the look at all, so that the next question would be for the signal alone.
    await rig.pass(seconds(10));
    rig.modem.behaviours.unshift({ name: "mute", onCommand: () => true });
    await rig.until(() => rig.status.recovery.rung === "drain");
    rig.modem.behaviours.shift();
    rig.modem.insertCard(second);
    rig.send("for the new line");
    rig.runner.nudge();
    await rig.pass(seconds(30));
    expect(rig.intake.taken.map(({ line }) => line)).toEqual(["line-2"]);
    await rig.stop();
  });
});
