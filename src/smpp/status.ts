// An account as the console shows it.

import type { SlotId, UnixMs } from "../base/index.ts";
import { noRecovery, type SlotStatus } from "../core/index.ts";
import type { GatewayLine } from "./line-choice.ts";
import type { BindAnswer } from "./pdu.ts";
import type { SmppState } from "./smpp-state.ts";

export interface StatusFacts {
  readonly id: SlotId;
  readonly lines: readonly GatewayLine[];
  readonly state: SmppState;
  readonly since: UnixMs;
  /** What the gateway said of itself in this session or the last. */
  readonly gateway: BindAnswer | null;
}

const VIEW_STATES = {
  idle: "starting",
  opening: "starting",
  binding: "starting",
  bound: "ready",
  finishing: "down",
  unbinding: "stopped",
  waiting: "down",
  stopped: "stopped",
} as const;

const NO_LINE = {
  code: "slot.no_line",
  message: "no line names this slot",
  hint: "Give lines this slot in the configuration; until then messages stay in the gateway.",
};

const versionOf = ({ version }: BindAnswer): string => (version === null ? "" : `${version >> 4}.${version & 0x0f}`);

export function smppStatus({ id, lines, state, since, gateway }: StatusFacts): SlotStatus {
  const { phase, problem } = state;
  const view = VIEW_STATES[phase.kind];
  return {
    id,
    kind: "smpp",
    // Which of several lines it is differs from message to message.
    lineId: lines.length === 1 ? (lines[0]?.id ?? null) : null,
    // An account that is tried again is down until it has succeeded.
    state: view === "starting" && problem !== null ? "down" : view,
    step: phase.kind,
    since,
    problem,
    warnings: lines.length === 0 ? [NO_LINE] : [],
    profile: null,
    modem: gateway && { manufacturer: "SMPP", model: gateway.systemId, revision: versionOf(gateway), imei: "" },
    iccid: null,
    imsi: null,
    ownNumber: null,
    operator: null,
    mccMnc: null,
    technology: null,
    registration: null,
    signalDbm: null,
    storage: null,
    battery: null,
    recovery: noRecovery,
  };
}
