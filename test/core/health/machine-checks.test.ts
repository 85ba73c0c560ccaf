// What the doctor makes of the machine's facts, at and beside every limit.

import { describe, expect, it } from "vitest";
import { type Millis, millis, unixMs } from "../../../src/base/index.ts";
import {
  type ClockStanding,
  clockFindings,
  commitFindings,
  type DoctorFinding,
  hubFindings,
  loadFindings,
  type MachineFacts,
  machineChecks,
  memoryFindings,
  noMachineFacts,
  type PowerFacts,
  powerFindings,
  temperatureFindings,
  wearFindings,
} from "../../../src/core/index.ts";
import { calmExam } from "./calm-exam.ts";

const told = (findings: readonly DoctorFinding[]): readonly string[] =>
  findings.map(({ verdict, code }) => `${verdict} ${code}`);
const facts = (known: Partial<MachineFacts>): MachineFacts => ({ ...noMachineFacts, ...known });
const MIB = 1024 * 1024;
const memory = (free: number) =>
  facts({ memory: { availableBytes: free * MIB, totalBytes: 1000 * MIB, swapUsedBytes: 0 }, residentBytes: 90 * MIB });
const times = (...all: readonly number[]): readonly Millis[] => all.map(millis);
const calm: PowerFacts = { lowNow: false, lowBefore: false, throttledNow: false, throttledBefore: false };
const ELSEWHERE = { appliance: false, standing: null } as const;
const NOW = unixMs(Date.UTC(2026, 5, 1));

describe("a machine", () => {
  it.each<[string, readonly DoctorFinding[], readonly string[]]>([
    ["that tells of no memory", memoryFindings(noMachineFacts), []],
    ["with memory", memoryFindings(memory(128)), ["ok memory.enough"]],
    ["with little memory", memoryFindings(memory(127)), ["warn memory.low"]],
    ["with hardly any memory", memoryFindings(memory(31)), ["fail memory.low"]],
    ["that tells of no load", loadFindings(facts({ load1: 3 })), []],
    ["with work to do", loadFindings(facts({ load1: 8, cores: 4 })), ["ok machine.load"]],
    ["with too much work", loadFindings(facts({ load1: 8.1, cores: 4 })), ["warn machine.busy"]],
    ["without a sensor", temperatureFindings(noMachineFacts), []],
    ["that is warm", temperatureFindings(facts({ temperatureC: 79.9 })), ["ok temperature.fine"]],
    ["that is hot", temperatureFindings(facts({ temperatureC: 80 })), ["warn temperature.hot"]],
    ["that is too hot", temperatureFindings(facts({ temperatureC: 85 })), ["fail temperature.hot"]],
  ])("%s", (_, found, expected) => expect(told(found)).toEqual(expected));

  it.each<[string, PowerFacts | null, boolean | null, readonly string[]]>([
    ["tells nothing", null, null, []],
    ["is well", calm, null, ["ok power.fine"]],
    ["is well by its sensor", null, false, ["ok power.fine"]],
    ["is low by its sensor", null, true, ["fail power.low"]],
    ["is low by its firmware", { ...calm, lowNow: true, lowBefore: true }, false, ["fail power.low"]],
    ["was low", { ...calm, lowBefore: true }, false, ["warn power.was_low"]],
    ["made it slow", { ...calm, throttledNow: true, throttledBefore: true }, false, ["warn power.throttled"]],
    [
      "was low and it slow",
      { ...calm, lowBefore: true, throttledBefore: true },
      null,
      ["warn power.was_low", "warn power.throttled"],
    ],
  ])("whose supply %s", (_, power, undervoltage, expected) =>
    expect(told(powerFindings(power, facts({ undervoltage })))).toEqual(expected),
  );

  it("names each USB port that was cut off, by its name, and none twice", () => {
    expect(hubFindings([])).toEqual([]);
    const fine = { name: "usb1-port1", overCurrents: 0 };
    expect(told(hubFindings([fine]))).toEqual(["ok usb.power"]);
    const found = hubFindings([fine, { name: "1-1-port3", overCurrents: 2 }]);
    expect(told(found)).toEqual(["warn usb.over_current"]);
    expect(found[0]?.message).toContain("1-1-port3 was cut off 2 time(s)");
  });

  it.each([
    ["tells nothing", {}, ["ok disk.wear"]],
    ["is young", { usedPercent: 80, spare: "normal", faults: 0 }, ["ok disk.wear"]],
    ["is old", { usedPercent: 90, spare: "normal" }, ["warn disk.worn"]],
    ["is past its life", { usedPercent: 110, spare: "low" }, ["warn disk.worn", "warn disk.no_spare"]],
    ["has no spare", { spare: "urgent" }, ["fail disk.no_spare"]],
    ["has faults", { faults: 1 }, ["fail disk.faults"]],
  ] as const)("whose disk %s", (_, known, expected) =>
    expect(told(wearFindings({ faults: null, usedPercent: null, spare: null, ...known }))).toEqual(expected),
  );

  it.each([
    ["is not measured", times(), []],
    ["is quick", times(3, 249, 4), ["ok disk.commit"]],
    ["stalls now and then", times(3, 250, 4), ["warn disk.slow"]],
    ["is hopeless", times(2000, 2100, 1900), ["fail disk.slow"]],
  ] as const)("whose disk's commit %s", (_, all, expected) => expect(told(commitFindings(all))).toEqual(expected));

  it.each([
    ["is kept", { clockSynchronised: true }, { now: NOW, confidence: "trusted" }, ["ok clock.fine"]],
    ["may be kept", {}, { now: NOW, confidence: null }, ["ok clock.fine"]],
    ["is kept by nobody", { clockSynchronised: false }, { now: NOW, confidence: "trusted" }, ["warn clock.not_kept"]],
    ["is in doubt", { clockSynchronised: true }, { now: NOW, confidence: "suspect" }, ["fail clock.suspect"]],
    [
      "was never set",
      { clockSynchronised: false },
      { now: unixMs(0), confidence: "suspect" },
      ["fail clock.never_set"],
    ],
  ] as const)("whose clock %s", (_, known, reading, expected) =>
    expect(told(clockFindings(facts(known), { appliance: true, standing: null, ...reading }))).toEqual(expected),
  );

  it.each<[string, ClockStanding, string]>([
    ["was set", { kind: "right", voices: 1, set: true }, "ok clock.told"],
    ["is what networks tell", { kind: "right", voices: 2, set: false }, "ok clock.told"],
    ["is ahead of them", { kind: "ahead", told: unixMs(NOW - 900_000) }, "warn clock.ahead"],
    ["is too far behind", { kind: "too_far", told: unixMs(NOW * 2) }, "fail clock.not_believed"],
    ["cannot be set", { kind: "failed", told: NOW, code: "host.not_allowed" }, "fail clock.not_set"],
    ["is told by nobody", { kind: "quiet" }, "warn clock.not_kept"],
  ])("whose clock no time server keeps, and which %s", (_, standing, expected) => {
    const reading = { now: NOW, confidence: "trusted", appliance: true, standing } as const;
    expect(told(clockFindings(facts({ clockSynchronised: false }), reading))).toEqual([expected]);
    // Whatever networks tell, a time server counts more.
    expect(told(clockFindings(facts({ clockSynchronised: true }), reading))).toEqual(["ok clock.fine"]);
  });

  it("tells the owner of an appliance what to do about its clock without a shell", () => {
    const reading = { now: NOW, confidence: "trusted", standing: null } as const;
    const hintOn = (appliance: boolean): string =>
      clockFindings(facts({ clockSynchronised: false }), { ...reading, appliance })[0]?.hint ?? "";
    expect(hintOn(false)).toContain("timedatectl");
    expect(hintOn(true)).toMatch(/UDP port 123.*DHCP.*page Machine/);
    expect(hintOn(true)).not.toContain("sudo");
  });

  it("of which nothing is known has nothing wrong with it", async () => {
    const machine = { facts: async () => noMachineFacts };
    const checks = machineChecks({
      machine,
      exam: calmExam(),
      reading: () => ({ now: NOW, confidence: null, ...ELSEWHERE }),
    });
    const found = (await Promise.all(checks.map(({ run }) => run()))).flat();
    expect(told(found)).toEqual(["ok clock.fine", "ok disk.wear"]);
    expect(new Set(checks.map(({ area }) => area))).toEqual(new Set(["machine", "modems"]));
  });

  it("gets one sentence of remedy for each fault", () => {
    const wrong = [
      ...memoryFindings(memory(1)),
      ...loadFindings(facts({ load1: 99, cores: 1 })),
      ...temperatureFindings(facts({ temperatureC: 99 })),
      ...powerFindings({ lowNow: false, lowBefore: true, throttledNow: true, throttledBefore: true }, noMachineFacts),
      ...hubFindings([{ name: "x", overCurrents: 1 }]),
      ...wearFindings({ faults: 1, usedPercent: 110, spare: "urgent" }),
      ...commitFindings(times(9000)),
      ...clockFindings(noMachineFacts, { now: unixMs(0), confidence: null, ...ELSEWHERE }),
    ];
    for (const { verdict, hint } of wrong) {
      expect(verdict).not.toBe("ok");
      expect(hint).toMatch(/^[A-Z][^\n]*\.$/);
    }
  });
});
