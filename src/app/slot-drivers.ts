// Makes the driver of each configured slot: a modem, a SIM of a phone, or an account of an SMPP gateway.

import { AppError, type Clock, type Logger, type Random, type SlotId, slotId, type UnixMs } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import {
  type EventLog,
  type IntakePort,
  type Line,
  type LineFor,
  noHardware,
  type SimKeeper,
  type SlotDriver,
} from "../core/index.ts";
import { createOpenLink, type OpenLink, SlotRunner } from "../modem/index.ts";
import { createSmppDriver } from "./smpp-driver.ts";

export interface SlotDriverDeps {
  readonly config: BoxConfig;
  readonly dataFolder: string;
  readonly intake: IntakePort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  readonly lineFor: LineFor;
  /** The lines that name a slot: of an account of a gateway there may be many. */
  readonly linesOf: (slot: SlotId) => readonly Line[];
  readonly sims: SimKeeper;
  readonly onChange: (slot: SlotId) => void;
  readonly openSimLink: OpenLink | undefined;
}

/** One driver for each slot of the configuration, in its order; none is started. */
export function createSlotDrivers(deps: SlotDriverDeps): readonly SlotDriver[] {
  const { config, openSimLink } = deps;
  const openLink = createOpenLink(openSimLink === undefined ? {} : { sim: openSimLink });
  return config.slots.map(({ id, port, android, smpp }) => {
    if (port !== undefined) {
      const options = { id: slotId(id), port, sweepEvery: config.intake.sweep_every };
      return new SlotRunner(options, { ...deps, openLink, hardware: noHardware, roaming: config.modem.roaming });
    }
    if (smpp !== undefined) return createSmppDriver(id, smpp, deps);
    throw new AppError("config.no_driver", `slot ${id} is of a kind that this version lacks`, {
      hint: "Use a port.",
      context: { slot: id, android: android !== undefined },
    });
  });
}
