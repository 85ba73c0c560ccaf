// What the doctor says of the machine itself. Pure: facts in, findings out; what a machine does not tell is no finding.

import { AppError, type ErrorCode, type Millis, type UnixMs } from "../../base/index.ts";
import { bad, type DoctorCheck, type DoctorFinding, good } from "../doctor.ts";
import type { MachineFacts, MachinePort } from "../ports-machine.ts";
import { EARLIEST_TIME, type TimeState } from "../trusted-time.ts";
import type { DiskWear, HubPort, MachineExam, PowerFacts } from "./ports-health.ts";
import { CLOCK_HINT } from "./where-to-look.ts";

const MEGABYTE = 1024 * 1024;
/** Below these the kernel soon ends processes. */
const [LOW_MEMORY, LEAST_MEMORY] = [128 * MEGABYTE, 32 * MEGABYTE];
/** A Raspberry Pi slows down at 80 degrees, and more at 85 (raspberrypi.com, "Frequency management and thermal control"). */
const [WARM_C, HOT_C] = [80, 85];
/** Every SMS waits for one commit. */
const [SLOW_COMMIT_MS, HOPELESS_COMMIT_MS] = [250, 2000];
const BUSY_PER_CORE = 2;

export const problem = (verdict: "warn" | "fail", code: ErrorCode, message: string, hint: string): DoctorFinding =>
  bad(verdict, new AppError(code, message, { hint }).toJSON());

const megabytes = (bytes: number): string => `${Math.floor(bytes / MEGABYTE)} MiB`;

export function memoryFindings({ memory, residentBytes }: MachineFacts): readonly DoctorFinding[] {
  if (memory === null) return [];
  const { availableBytes: free, totalBytes: total } = memory;
  const own = residentBytes === null ? "" : `; the box itself has ${megabytes(residentBytes)}`;
  const message = `${megabytes(free)} of ${megabytes(total)} are available${own}`;
  if (free >= LOW_MEMORY) return [good("memory.enough", message)];
  const hint =
    "Stop programs that the box does not need (`ps aux --sort=-rss | head`), or use a machine with more memory.";
  return [problem(free >= LEAST_MEMORY ? "warn" : "fail", "memory.low", message, hint)];
}

export function loadFindings({ load1, cores }: MachineFacts): readonly DoctorFinding[] {
  if (load1 === null || cores === null) return [];
  const message = `the load is ${load1.toFixed(1)} on ${cores} core(s)`;
  if (load1 <= cores * BUSY_PER_CORE) return [good("machine.load", message)];
  return [problem("warn", "machine.busy", message, "See with `top` which program is busy, and end it.")];
}

export function temperatureFindings({ temperatureC }: MachineFacts): readonly DoctorFinding[] {
  if (temperatureC === null) return [];
  const message = `the hottest sensor tells ${Math.round(temperatureC)} °C`;
  if (temperatureC < WARM_C) return [good("temperature.fine", message)];
  const hint = "Give the machine air, a heat sink or a fan, and keep it out of the sun.";
  return [problem(temperatureC < HOT_C ? "warn" : "fail", "temperature.hot", message, hint)];
}

export function powerFindings(power: PowerFacts | null, { undervoltage }: MachineFacts): readonly DoctorFinding[] {
  if (power === null && undervoltage === null) return [];
  const supply =
    "Use the supply that is made for this board, with a short cable, and power modems from a hub of their own.";
  if (undervoltage === true || power?.lowNow === true) {
    return [problem("fail", "power.low", "the supply's voltage is too low now", supply)];
  }
  const found: DoctorFinding[] = [];
  if (power?.lowBefore === true) {
    found.push(problem("warn", "power.was_low", "the supply's voltage was too low since the start", supply));
  }
  if (power?.throttledNow === true || power?.throttledBefore === true) {
    const when = power.throttledNow ? "is slowed down now" : "was slowed down since the start";
    const hint = "Cool it better, and see to its supply.";
    found.push(problem("warn", "power.throttled", `the processor ${when}`, hint));
  }
  return found.length > 0 ? found : [good("power.fine", "the supply's voltage was never too low")];
}

export function hubFindings(ports: readonly HubPort[]): readonly DoctorFinding[] {
  if (ports.length === 0) return [];
  const cut = ports.filter(({ overCurrents }) => overCurrents > 0);
  if (cut.length === 0) return [good("usb.power", `no hub cut the power of its ${ports.length} port(s)`)];
  const hint = "Plug what is there into a hub with a supply of its own that is strong enough, and look for a short.";
  return cut.map(({ name, overCurrents }) =>
    problem(
      "warn",
      "usb.over_current",
      `the USB port ${name} was cut off ${overCurrents} time(s) for too much current`,
      hint,
    ),
  );
}

export function wearFindings({ faults, usedPercent, spare }: DiskWear): readonly DoctorFinding[] {
  const hint = "Make a backup now and put in a new card or disk.";
  const found: DoctorFinding[] = [];
  if (faults !== null && faults > 0) {
    found.push(problem("fail", "disk.faults", `the file system counts ${faults} fault(s)`, hint));
  }
  if (usedPercent !== null && usedPercent > 80) {
    const message =
      usedPercent > 100 ? "the disk is past its planned life" : `${usedPercent} % of the disk's life is used`;
    found.push(problem("warn", "disk.worn", message, hint));
  }
  if (spare === "low" || spare === "urgent") {
    const message = `the disk's spare blocks are ${spare === "low" ? "running out" : "used up"}`;
    found.push(problem(spare === "low" ? "warn" : "fail", "disk.no_spare", message, hint));
  }
  if (found.length > 0) return found;
  if (usedPercent !== null) return [good("disk.wear", `at most ${usedPercent} % of the disk's life is used`)];
  return [good("disk.wear", "it tells of no faults, and nothing of its wear")];
}

export function commitFindings(times: readonly Millis[]): readonly DoctorFinding[] {
  if (times.length === 0) return [];
  const sorted = [...times].sort((a, b) => a - b);
  const [median = 0, worst = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  const text = (time: number): string => (time < 10 ? time.toFixed(1) : time.toFixed(0));
  const message = `a commit takes ${text(median)} ms, at most ${text(worst)} ms`;
  if (worst < SLOW_COMMIT_MS) return [good("disk.commit", message)];
  const hint = "Use an SSD, or a card of class A2 made for constant writing: each SMS waits for a commit.";
  return [problem(median < HOPELESS_COMMIT_MS ? "warn" : "fail", "disk.slow", message, hint)];
}

export interface ClockReading {
  /** Null for a box that does not run. */
  readonly confidence: TimeState["confidence"] | null;
  readonly now: UnixMs;
}

export function clockFindings({ clockSynchronised }: MachineFacts, reading: ClockReading): readonly DoctorFinding[] {
  const hint = CLOCK_HINT;
  const date = `${new Date(reading.now).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  if (reading.now < EARLIEST_TIME) {
    return [problem("fail", "clock.never_set", `the clock stands at ${date}: it was never set`, hint)];
  }
  if (reading.confidence === "suspect") {
    const message = `the clock says ${date}, and nothing confirms it: no rental ends until then`;
    return [problem("fail", "clock.suspect", message, hint)];
  }
  if (clockSynchronised === false) {
    return [problem("warn", "clock.not_kept", `no time server keeps the clock, which says ${date}`, hint)];
  }
  return [good("clock.fine", `it says ${date}${clockSynchronised === true ? " and is kept by a time server" : ""}`)];
}

export interface MachineChecksDeps {
  readonly machine: MachinePort;
  readonly exam: MachineExam;
  readonly reading: () => ClockReading;
}

export function machineChecks({ machine, exam, reading }: MachineChecksDeps): readonly DoctorCheck[] {
  return [
    { name: "clock", area: "machine", run: async () => clockFindings(await machine.facts(), reading()) },
    {
      name: "disk",
      area: "machine",
      run: async () => [...wearFindings(await exam.wear()), ...commitFindings(await exam.commitTimes())],
    },
    {
      name: "memory and load",
      area: "machine",
      run: async () => {
        const facts = await machine.facts();
        return [...memoryFindings(facts), ...loadFindings(facts)];
      },
    },
    {
      name: "temperature and power",
      area: "machine",
      run: async () => {
        const facts = await machine.facts();
        return [...temperatureFindings(facts), ...powerFindings(await exam.power(), facts)];
      },
    },
    { name: "USB power", area: "modems", run: async () => hubFindings(await exam.hubPorts()) },
  ];
}
