// What works but needs somebody's attention, found from what a slot knows. Each has a remedy.

import type { ProblemBody } from "../protocol/index.ts";
import type { Findings } from "./findings.ts";

/** From this share on a storage counts as nearly full. */
export const STORAGE_ALARM = 0.8;

type Check = (findings: Findings) => ProblemBody | null;

const isOn = (state: string | null): boolean =>
  state === "home" || state === "roaming" || (state ?? "").startsWith("sms_only");

const storage: Check = ({ storage: use }) =>
  use !== null && use.total > 0 && use.used >= use.total * STORAGE_ALARM
    ? {
        code: "sim.storage_high",
        message: `the message storage is nearly full (${use.used} of ${use.total})`,
        hint: "It empties by itself while the box can store messages; delete sent messages and drafts in a phone if it does not.",
        context: { used: use.used, total: use.total },
      }
    : null;

const roaming: Check = ({ registration }) =>
  registration === "roaming"
    ? {
        code: "network.roaming",
        message: "the SIM is roaming",
        hint: "Ask the SIM's operator what receiving costs there, or set roaming to refuse.",
      }
    : null;

const notRegistered: Check = ({ registration }) => {
  if (registration === null || isOn(registration)) return null;
  return registration === "denied"
    ? {
        code: "network.denied",
        message: "the network refuses this SIM or this modem",
        hint: "Check that the SIM is active and paid, and that the operator takes this modem; some only take listed models.",
      }
    : {
        code: "network.not_registered",
        message: "the modem is on no network",
        hint: "Check antenna and coverage; messages come as soon as it is on a network.",
      };
};

/** LTE alone carries no SMS: it takes SMS over SGs (seen as registration for circuit services too) or IMS (TS 23.272, TS 24.341). */
const noSmsPath: Check = ({ epsRegistered, csRegistered, imsRegistered }) =>
  epsRegistered === true && csRegistered === false && imsRegistered === false
    ? {
        code: "network.no_sms_path",
        message: "the modem is on LTE only, without SMS over SGs or IMS: no SMS will arrive",
        hint: "Switch VoLTE/IMS on in the modem, allow 2G or 3G, or use a SIM and modem that the operator takes for SMS.",
      }
    : null;

const noServiceCentre: Check = ({ serviceCentre }) =>
  serviceCentre === "lost"
    ? {
        code: "sim.no_service_centre",
        message: "the SIM has lost the number of its SMS centre",
        hint: "Set it in a phone, or ask the operator for it; receiving goes on without.",
      }
    : null;

const CHECKS: readonly Check[] = [notRegistered, noSmsPath, roaming, storage, noServiceCentre];

export function warningsOf(findings: Findings): readonly ProblemBody[] {
  return CHECKS.flatMap((check) => check(findings) ?? []);
}
