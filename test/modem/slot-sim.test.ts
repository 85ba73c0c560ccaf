import { describe, expect, it } from "vitest";
import { minutes, seconds } from "../../src/base/index.ts";
import type { SimKeeper } from "../../src/core/index.ts";
import { SimCard } from "../sim/modem/index.ts";
import { readyRig, SlotRig } from "./slot-rig.ts";

const NUMBER = "+15550100777";
const lockedRig = (): { rig: SlotRig; card: SimCard } => {
  const card = new SimCard({ number: NUMBER, pin: "1234" });
  return { card, rig: new SlotRig({ modem: { card } }) };
};

async function untilLocked(rig: SlotRig): Promise<void> {
  rig.runner.start();
  await rig.until(() => rig.runner.simAtLock !== null);
}

describe("a SIM with a PIN", () => {
  it("is opened with the PIN that a person has entered, and at every restart after that", async () => {
    const { rig, card } = lockedRig();
    rig.send("while it was locked");
    await untilLocked(rig);
    const sim = rig.runner.simAtLock;
    expect(sim).toMatchObject({ iccid: card.identity.iccid, attemptsLeft: 3 });
    expect(rig.status.problem).toMatchObject({ code: "sim.pin_required", context: { attempts_left: 3 } });
    expect(rig.status.iccid).toBe(card.identity.iccid);
    if (sim === null) throw new Error("no SIM at its lock");
    await rig.vault.setPin(sim, "1234", false);
    rig.runner.retry(null);
    await rig.ready();
    expect(rig.runner.simAtLock).toBeNull();
    rig.modem.reset();
    await rig.until(() => rig.codes.includes("slot.restarted"));
    await rig.ready();
    await rig.pass(seconds(40));
    rig.expectAllOnce();
    expect(card.pinTries).toBe(3);
    expect(rig.commands.filter((text) => text.startsWith("AT+CPIN="))).toHaveLength(2);
    expect(JSON.stringify(rig.log.lines)).not.toContain("1234");
    await rig.stop();
  });

  it("loses one try to a wrong PIN and none after that, however long the box runs", async () => {
    const { rig, card } = lockedRig();
    await untilLocked(rig);
    if (rig.runner.simAtLock === null) throw new Error("no SIM at its lock");
    await rig.vault.setPin(rig.runner.simAtLock, "0000", false);
    rig.runner.retry(null);
    await rig.until(() => rig.status.problem?.code === "sim.pin_wrong");
    expect(rig.status.problem?.context).toEqual({ attempts_left: 2 });
    await rig.pass(minutes(60));
    expect(card.pinTries).toBe(2);
    expect(rig.status.recovery).toMatchObject({ rung: null, resetsToday: 0 });
    await rig.stop();
  });
});

describe("the service centre", () => {
  it("that a SIM has lost is put back from what was seen before", async () => {
    const card = new SimCard({ number: NUMBER });
    const rig = await readyRig({ modem: { card } });
    await rig.clock.flush();
    const before = card.serviceCentre;
    card.serviceCentre = "";
    rig.modem.reset();
    await rig.until(() => rig.codes.includes("slot.restarted"));
    await rig.ready();
    expect(card.serviceCentre).toBe(before);
    await rig.stop();
  });

  it("is no reason to fail when it cannot be remembered", async () => {
    const failing: SimKeeper = {
      unlock: () => Promise.reject(new Error("not asked")),
      unlocked: () => Promise.resolve(),
      serviceCentre: () => null,
      rememberServiceCentre: () => Promise.reject(new Error("the disk is full")),
    };
    const rig = await readyRig({ sims: failing });
    expect(rig.status.state).toBe("ready");
    await rig.stop();
  });
});

describe("what a slot shows of its SIM and network", () => {
  it("is whole: own number, operator by name and code, technology, signal, storage", async () => {
    const rig = await readyRig({ modem: { card: new SimCard({ number: NUMBER }) } });
    expect(rig.status).toMatchObject({
      kind: "modem",
      profile: "generic",
      ownNumber: NUMBER,
      operator: "Testnet",
      mccMnc: "00101",
      technology: "lte",
      registration: "home",
      signalDbm: expect.any(Number),
      storage: { used: 0, total: 30 },
      warnings: [],
    });
    await rig.stop();
  });

  it("takes the code from the SIM at home, when the modem answers a request for digits with a name", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "names only",
      onCommand: (context, command) => {
        if (command.name !== "+COPS") return false;
        if (command.kind === "read") context.info('+COPS: 0,0,"Testnet",7');
        return true;
      },
    });
    await rig.start();
    expect(rig.status).toMatchObject({ operator: "Testnet", mccMnc: "00101" });
    rig.modem.radio.grant(5);
    await rig.until(() => rig.status.registration === "roaming");
    expect(rig.status).toMatchObject({ operator: "Testnet", mccMnc: null });
    await rig.stop();
  });

  it("warns of roaming, and takes a roaming SIM off the air where the owner refuses it", async () => {
    const allowed = await readyRig();
    allowed.modem.radio.grant(5);
    await allowed.until(() => allowed.status.warnings.some(({ code }) => code === "network.roaming"));
    expect(allowed.status.state).toBe("ready");
    await allowed.stop();
    const refused = await readyRig({ roaming: "refuse" });
    refused.modem.radio.grant(5);
    await refused.until(() => refused.status.problem?.code === "sim.roaming_refused");
    expect(refused.modem.settings.cfun).toBe(4);
    await refused.stop();
  });

  it("warns of LTE without a way for SMS, and says what to do", async () => {
    const rig = await readyRig();
    rig.modem.behaviours.unshift({
      name: "LTE data only",
      onCommand: (context, command) => {
        if (command.kind !== "read") return false;
        if (command.name === "+CREG") context.info("+CREG: 2,0");
        else if (command.name === "+CEREG") context.info('+CEREG: 2,1,"0001","0000C001",7');
        else if (command.name === "+CIREG") context.info("+CIREG: 0,0");
        else return false;
        return true;
      },
    });
    await rig.until(() => rig.status.warnings.some(({ code }) => code === "network.no_sms_path"));
    expect(rig.status.warnings[0]?.hint).toMatch(/VoLTE/);
    await rig.stop();
  });

  it("warns of a storage that is nearly full", async () => {
    const rig = await readyRig();
    for (let n = 0; n < 24; n++) rig.place("SM", `draft ${n}`, 2);
    await rig.until(() => rig.status.warnings.some(({ code }) => code === "sim.storage_high"), minutes(2));
    expect(rig.status.warnings[0]?.context).toEqual({ used: 24, total: 30 });
    await rig.stop();
  });
});
