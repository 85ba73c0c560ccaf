// What the doctor says of the machine's clock, and what its owner can do about it. Pure: facts in, findings out.

import type { UnixMs } from "../../base/index.ts";
import type { ClockStanding } from "../clock-setting.ts";
import { type DoctorFinding, good } from "../doctor.ts";
import type { MachineFacts } from "../ports-machine.ts";
import { EARLIEST_TIME, type TimeState } from "../trusted-time.ts";
import { problem } from "./problem.ts";

export interface ClockReading {
  /** Null for a box that does not run. */
  readonly confidence: TimeState["confidence"] | null;
  readonly now: UnixMs;
  /** Whether the box looks after this machine: then its owner has the console, and no shell. */
  readonly appliance: boolean;
  /** Null for a box that does not run, and where others set the clock. */
  readonly standing: ClockStanding | null;
}

/** What sets a clock right that no time server keeps. */
export function clockHint(appliance: boolean): string {
  if (!appliance) return "Run `sudo timedatectl set-ntp true`, and let UDP port 123 out of your network.";
  return "Let UDP port 123 out of your network, or have your router name a time server of its own (DHCP); then restart the machine on the page Machine. Without a time server the clock is set by two SIMs whose network tells the time, a single SIM where there is no other, or the relay.";
}

const minuteOf = (time: UnixMs): string => `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** Of a clock that no time server keeps. */
function unkeptFinding(date: string, { appliance, standing }: ClockReading): DoctorFinding {
  const hint = clockHint(appliance);
  switch (standing?.kind) {
    case "right": {
      const how = standing.set ? "was set by" : "agrees with";
      return good(
        "clock.told",
        `it says ${date}; no time server is reached, and it ${how} what SIM networks or the relay tell`,
      );
    }
    case "ahead": {
      const message = `the clock says ${date}, and SIM networks or the relay tell ${minuteOf(standing.told)}; it is never set back by them`;
      return problem("warn", "clock.ahead", message, hint);
    }
    case "too_far": {
      const message = `the clock says ${date}, and a single SIM network or the relay tells ${minuteOf(standing.told)}: one alone is not believed that`;
      const more = "A SIM of another network that tells the same settles it, too.";
      return problem("fail", "clock.not_believed", message, `${hint} ${more}`);
    }
    case "failed": {
      const message = `the clock says ${date}, SIM networks or the relay tell ${minuteOf(standing.told)}, and it could not be set (${standing.code})`;
      return problem(
        "fail",
        "clock.not_set",
        message,
        "Restart the machine on the page Machine; if it stays, report it with the support file.",
      );
    }
    default:
      return problem("warn", "clock.not_kept", `no time server keeps the clock, which says ${date}`, hint);
  }
}

export function clockFindings({ clockSynchronised }: MachineFacts, reading: ClockReading): readonly DoctorFinding[] {
  const hint = clockHint(reading.appliance);
  const date = minuteOf(reading.now);
  if (reading.now < EARLIEST_TIME) {
    return [problem("fail", "clock.never_set", `the clock stands at ${date}: it was never set`, hint)];
  }
  if (reading.confidence === "suspect") {
    const message = `the clock says ${date}, and nothing confirms it: no rental ends until then`;
    const more = reading.standing?.kind === "too_far" ? [unkeptFinding(date, reading)] : [];
    return [problem("fail", "clock.suspect", message, hint), ...more];
  }
  if (clockSynchronised === false) return [unkeptFinding(date, reading)];
  return [good("clock.fine", `it says ${date}${clockSynchronised === true ? " and is kept by a time server" : ""}`)];
}
