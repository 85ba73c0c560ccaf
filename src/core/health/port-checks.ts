// What the doctor says of the way to the modems: their ports, programs that take them away, and slots that do not work.

import type { SlotId } from "../../base/index.ts";
import { bad, type DoctorCheck, type DoctorFinding, good } from "../doctor.ts";
import type { SlotStatus } from "../ports.ts";
import type { TtyFinder, TtyInterface } from "../ports-slot.ts";
import type { MachineExam, PortFacts } from "./ports-health.ts";
import { problem } from "./problem.ts";

/** Where a slot's modem is on this machine. */
export interface SlotPort {
  readonly slot: SlotId;
  /** `/dev/ttyUSB2`, or `usb:1-1.4`. */
  readonly port: string;
  /** Null for a port that is named by its path. */
  readonly usbPath: string | null;
}

export interface PortChecksDeps {
  readonly exam: MachineExam;
  readonly ttys: TtyFinder;
  /** Local ports of the configuration. Its errors are findings. */
  readonly ports: () => Promise<readonly SlotPort[]>;
}

/** Programs that open modems which are not theirs, by the name that the kernel keeps (15 characters). */
const RIVALS: readonly { readonly program: string; readonly remedy: string; readonly byRules: boolean }[] = [
  {
    program: "ModemManager",
    remedy: "Run `sudo systemctl disable --now ModemManager`, or install the rules of `numberbox hardware udev`.",
    byRules: true,
  },
  {
    program: "brltty",
    remedy: "Run `sudo apt-get remove brltty`, or install the rules of `numberbox hardware udev`.",
    byRules: true,
  },
  { program: "gammu-smsd", remedy: "Run `sudo systemctl disable --now gammu-smsd`.", byRules: false },
  { program: "smsd", remedy: "Run `sudo systemctl disable --now smstools`.", byRules: false },
  { program: "gpsd", remedy: "Name its ports in /etc/default/gpsd, with USBAUTO=false.", byRules: false },
  { program: "wvdial", remedy: "End it: a modem can't be online by it and receive SMS for the box.", byRules: false },
  { program: "minicom", remedy: "Leave minicom.", byRules: false },
];

function portFinding({ slot, port }: SlotPort, tty: string, facts: PortFacts): DoctorFinding | null {
  if (!facts.exists) {
    const hint = "Plug the modem in, or correct `port` of this slot in the configuration.";
    return problem("fail", "port.absent", `the port ${port} of slot ${slot} is not there`, hint);
  }
  if (!facts.permitted) {
    const group = facts.group ?? "dialout";
    const hint = `Run \`sudo usermod -aG ${group}\` with the name of the box's user, and start the box again.`;
    return problem("fail", "port.not_permitted", `the box may not use ${tty} of slot ${slot}`, hint);
  }
  if (facts.heldBy === null) return null;
  const hint = `Stop ${facts.heldBy}: a port belongs to one program at a time.`;
  return problem("fail", "port.in_use", `${facts.heldBy} holds ${tty} of slot ${slot}`, hint);
}

/** The ttys that a port may turn out to be; none while nothing is plugged in there. */
function ttysOf({ port, usbPath }: SlotPort, all: readonly TtyInterface[]): readonly string[] {
  if (usbPath === null) return [port];
  const [, , number] = /^usb:([^:]+):(\d+)$/.exec(port) ?? [];
  return all
    .filter((each) => each.usbPath === usbPath && (number === undefined || each.interface === Number(number)))
    .map(({ tty }) => tty);
}

async function findingsOf(place: SlotPort, all: readonly TtyInterface[], exam: MachineExam): Promise<DoctorFinding[]> {
  const ttys = ttysOf(place, all);
  if (ttys.length === 0) {
    const hint = "Plug the modem in, or see whether it has power and shows in `lsusb -t`.";
    return [problem("fail", "port.absent", `nothing is plugged in at ${place.port} of slot ${place.slot}`, hint)];
  }
  const found: DoctorFinding[] = [];
  for (const tty of ttys) {
    const finding = portFinding(place, tty, await exam.port(tty));
    if (finding !== null) found.push(finding);
  }
  // One fault, not one for each interface of the modem.
  return found.slice(0, 1);
}

function portsCheck({ exam, ttys, ports }: PortChecksDeps): DoctorCheck {
  return {
    name: "ports",
    area: "modems",
    run: async () => {
      const places = await ports();
      if (places.length === 0) return [];
      const all = await ttys.list();
      const found: DoctorFinding[] = [];
      for (const place of places) found.push(...(await findingsOf(place, all, exam)));
      if (found.length > 0) return found;
      return [good("port.fine", `all ${places.length} port(s) are there, and the box may use them`)];
    },
  };
}

function rivalsCheck({ exam, ttys, ports }: PortChecksDeps): DoctorCheck {
  return {
    name: "other programs",
    area: "modems",
    run: async () => {
      const programs = await exam.programs();
      const local = (await ports().catch(() => [])).length > 0 || (await ttys.list()).length > 0;
      // Without a modem on this machine they take nothing away.
      if (programs === null || !local) return [];
      const ruled = await exam.hasModemRules();
      const rivals = RIVALS.filter(({ program, byRules }) => programs.has(program) && !(ruled && byRules));
      if (rivals.length === 0) return [good("port.no_rivals", "no other program takes the modems away")];
      return rivals.map(({ program, remedy }) =>
        problem("warn", "port.rival", `${program} runs, which takes modems away from the box`, remedy),
      );
    },
  };
}

/** `slots` of a box that runs. */
export function slotsCheck(slots: () => readonly SlotStatus[]): DoctorCheck {
  return {
    name: "slots",
    area: "modems",
    run: async () => {
      const all = slots();
      if (all.length === 0) {
        const hint = "Plug a modem in and let it join, or add it to `slots` of the configuration.";
        return [problem("warn", "slots.none", "the box has no slot yet", hint)];
      }
      const found = all.flatMap(({ id, state, problem: wrong, warnings }): DoctorFinding[] => {
        const named = (verdict: "warn" | "fail", body: NonNullable<typeof wrong>): DoctorFinding =>
          bad(verdict, { ...body, message: `slot ${id}: ${body.message}`, context: { ...body.context, slot: id } });
        const down = wrong === null || state === "ready" ? [] : [named("fail", wrong)];
        return [...down, ...warnings.map((warning) => named("warn", warning))];
      });
      const working = all.filter(({ state }) => state === "ready").length;
      return found.length > 0 ? found : [good("slots.fine", `${working} of ${all.length} slot(s) receive`)];
    },
  };
}

export function portChecks(deps: PortChecksDeps): readonly DoctorCheck[] {
  return [portsCheck(deps), rivalsCheck(deps)];
}
