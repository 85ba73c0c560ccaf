// The way to the modems: ports, programs that take them away, slots.

import { describe, expect, it } from "vitest";
import { slotId } from "../../../src/base/index.ts";
import {
  type DoctorFinding,
  type MachineExam,
  type PortFacts,
  portChecks,
  type SlotPort,
  type SlotStatus,
  slotsCheck,
  type TtyInterface,
} from "../../../src/core/index.ts";
import { calmExam, goodPort } from "./calm-exam.ts";

const byPath: SlotPort = { slot: slotId("one"), port: "/dev/ttyUSB2", usbPath: null };
const byPlace: SlotPort = { slot: slotId("two"), port: "usb:1-1.4", usbPath: "1-1.4" };
const tty = (name: string, number: number): TtyInterface => ({
  ...{ tty: `/dev/${name}`, usbPath: "1-1.4", interface: number, usbId: "2c7c:0125" },
});
const modem = [tty("ttyUSB0", 0), tty("ttyUSB2", 2)];

interface Rig {
  readonly exam?: Partial<MachineExam>;
  readonly ttys?: readonly TtyInterface[];
  readonly ports?: readonly SlotPort[];
}

async function look({ exam = {}, ttys = [], ports = [] }: Rig): Promise<readonly DoctorFinding[]> {
  const checks = portChecks({ exam: calmExam(exam), ttys: { list: async () => ttys }, ports: async () => ports });
  return (await Promise.all(checks.map(({ run }) => run()))).flat();
}
const told = (findings: readonly DoctorFinding[]) => findings.map(({ verdict, code }) => `${verdict} ${code}`);

describe("ports", () => {
  it("are no matter to a box without any", async () => {
    expect(await look({ exam: { programs: async () => new Set(["ModemManager"]) } })).toEqual([]);
  });

  it("are fine when the box may use all of them", async () => {
    const seen: string[] = [];
    const exam = {
      port: async (name: string): Promise<PortFacts> => {
        seen.push(name);
        return goodPort;
      },
    };
    expect(told(await look({ exam, ttys: modem, ports: [byPath, byPlace] }))).toEqual(["ok port.fine"]);
    expect(seen).toEqual(["/dev/ttyUSB2", "/dev/ttyUSB0", "/dev/ttyUSB2"]);
  });

  it("are looked at by interface where one is named", async () => {
    const exam = { port: async (name: string) => ({ ...goodPort, exists: name === "/dev/ttyUSB2" }) };
    const named = { ...byPlace, port: "usb:1-1.4:2" };
    expect(told(await look({ exam, ttys: modem, ports: [named] }))).toEqual(["ok port.fine"]);
    expect(told(await look({ exam, ttys: modem, ports: [{ ...named, port: "usb:1-1.4:7" }] }))).toEqual([
      "fail port.absent",
    ]);
  });

  it.each<[string, PortFacts, string, RegExp]>([
    ["is not there", { ...goodPort, exists: false, permitted: false }, "port.absent", /Plug the modem in/],
    ["is not permitted", { ...goodPort, permitted: false }, "port.not_permitted", /usermod -aG dialout/],
    ["is of an unknown group", { ...goodPort, permitted: false, group: null }, "port.not_permitted", /-aG dialout/],
    ["is another group's", { ...goodPort, permitted: false, group: "modems" }, "port.not_permitted", /-aG modems/],
    ["is held", { ...goodPort, heldBy: "minicom" }, "port.in_use", /Stop minicom/],
  ])("one that %s is named with what to do", async (_, facts, code, remedy) => {
    const [found, ...more] = await look({ exam: { port: async () => facts }, ttys: modem, ports: [byPlace] });
    expect(found).toMatchObject({ verdict: "fail", code, hint: expect.stringMatching(remedy) });
    expect(found?.message).toContain("slot two");
    // Once for the modem, not for each of its interfaces.
    expect(more).toEqual([]);
  });

  it("name a place where nothing is plugged in", async () => {
    expect(told(await look({ ports: [byPlace] }))).toEqual(["fail port.absent"]);
  });
});

describe("other programs", () => {
  const running = (...names: readonly string[]) => ({ programs: async () => new Set(names) });

  it("are named when they take modems away, with a modem plugged in or configured", async () => {
    const exam = running("systemd", "ModemManager", "gpsd");
    const expected = ["warn port.rival", "warn port.rival"];
    expect(told(await look({ exam, ttys: modem }))).toEqual(expected);
    expect(told(await look({ exam, ports: [byPath] }))).toEqual(["ok port.fine", ...expected]);
  });

  it("do no harm where udev keeps them off, if they ask it", async () => {
    const exam = { ...running("ModemManager", "brltty", "smsd"), hasModemRules: async () => true };
    const found = await look({ exam, ttys: modem });
    expect(told(found)).toEqual(["warn port.rival"]);
    expect(found[0]?.message).toContain("smsd");
    const kept = { ...running("ModemManager"), hasModemRules: async () => true };
    expect(told(await look({ exam: kept, ttys: modem }))).toEqual(["ok port.no_rivals"]);
  });
});

describe("slots", () => {
  const slot = (id: string, over: Partial<SlotStatus> = {}): SlotStatus =>
    ({ id: slotId(id), state: "ready", problem: null, warnings: [], ...over }) as SlotStatus;
  const pin = { code: "sim.pin_needed", message: "the SIM wants its PIN", hint: "Enter it." };

  it("that work are counted, and a box without one is told to get one", async () => {
    expect(await slotsCheck(() => [slot("a"), slot("b", { state: "starting" })]).run()).toMatchObject([
      { verdict: "ok", message: "1 of 2 slot(s) receive" },
    ]);
    expect(told(await slotsCheck(() => []).run())).toEqual(["warn slots.none"]);
  });

  it("that do not are named with their problem, those with a warning too", async () => {
    const all = [slot("a", { state: "down", problem: pin }), slot("b", { warnings: [{ ...pin, code: "sim.full" }] })];
    expect(await slotsCheck(() => all).run()).toMatchObject([
      { verdict: "fail", code: "sim.pin_needed", message: "slot a: the SIM wants its PIN", hint: "Enter it." },
      { verdict: "warn", code: "sim.full" },
    ]);
  });
});
