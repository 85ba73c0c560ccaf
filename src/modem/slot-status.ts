// What a slot shows of itself, from its machine's state and its findings.

import { type LineId, type Millis, millis, type SlotId, type UnixMs, unixMs } from "../base/index.ts";
import { type RecoveryStatus, resetsToday, type SlotState, type SlotStatus } from "../core/index.ts";
import type { RecoveryRung } from "../protocol/index.ts";
import type { Findings } from "./findings.ts";
import { warningsOf } from "./warnings.ts";

export interface SlotPicture {
  readonly id: SlotId;
  readonly lineId: LineId | null;
  readonly machine: SlotState;
  readonly findings: Findings;
  /** When the phase began. */
  readonly since: UnixMs;
  readonly rungs: readonly RecoveryRung[];
  readonly now: UnixMs;
  /** Monotonic, at the same moment. */
  readonly moment: Millis;
  /** Monotonic, when the timer that is armed will ring; null when there is none. */
  readonly timerAt: Millis | null;
}

const VIEW_STATES = {
  idle: "starting",
  opening: "starting",
  starting: "starting",
  ready: "ready",
  waiting: "down",
  resetting: "down",
  stopped: "stopped",
} as const;

export function statusOf(picture: SlotPicture): SlotStatus {
  const { phase, problem } = picture.machine;
  const { manufacturer, model, revision, imei, profile, ...found } = picture.findings;
  const starting = phase.kind === "opening" || phase.kind === "starting";
  const known = imei !== "" || model !== "" || manufacturer !== "";
  return {
    id: picture.id,
    kind: "modem",
    lineId: picture.lineId,
    // A slot that tries again is down until it has succeeded.
    state: starting && problem !== null ? "down" : VIEW_STATES[phase.kind],
    step: phase.kind === "starting" ? phase.step : phase.kind,
    since: picture.since,
    problem,
    warnings: warningsOf(picture.findings),
    profile: known ? profile.id : null,
    modem: known ? { manufacturer, model, revision, imei } : null,
    iccid: found.iccid,
    imsi: found.imsi,
    provider: found.provider,
    ownNumber: found.ownNumber,
    operator: found.operator,
    mccMnc: found.mccMnc,
    technology: found.technology,
    registration: found.registration,
    signalDbm: found.signalDbm,
    storage: found.storage,
    battery: null,
    recovery: recoveryOf(picture),
  };
}

function recoveryOf({ machine, rungs, now, moment, timerAt }: SlotPicture): RecoveryStatus {
  const { phase, silent, recovery } = machine;
  // The real monotonic clock has fractions of a millisecond; what is shown has none.
  const wall = (at: Millis): UnixMs => unixMs(Math.round(now - (moment - at)));
  const common = { rungs, resetsToday: resetsToday(recovery, millis(moment)) };
  if (phase.kind === "ready") {
    // What it was before is over, even if the ladder remembers it for a while.
    return { ...common, rung: silent > 0 ? "drain" : null, attempts: silent, since: null, nextAt: null };
  }
  return {
    ...common,
    rung: recovery.rung,
    attempts: recovery.attempts,
    since: recovery.since === null ? null : wall(recovery.since),
    nextAt: phase.kind === "waiting" && timerAt !== null ? wall(timerAt) : null,
  };
}
