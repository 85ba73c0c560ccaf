// Makes the driver of each configured slot: a modem, a SIM of a phone, or an account of an SMPP gateway.

import {
  AppError,
  type Clock,
  type LineId,
  type Logger,
  type Random,
  type SlotId,
  slotId,
  type UnixMs,
} from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import type { EventLog, IntakePort, SlotDriver } from "../core/index.ts";
import { createOpenLink, type OpenLink, SlotRunner } from "../modem/index.ts";
import type { Phones } from "../phone/index.ts";

export interface SlotDriverDeps {
  readonly config: BoxConfig;
  readonly intake: IntakePort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  readonly lineFor: (slot: SlotId, iccid: string | null) => LineId | null;
  readonly onChange: (slot: SlotId) => void;
  readonly openSimLink: OpenLink | undefined;
  readonly phones: Pick<Phones, "driver">;
}

/** One driver for each slot of the configuration, in its order; none is started. */
export function createSlotDrivers(deps: SlotDriverDeps): readonly SlotDriver[] {
  const { config, openSimLink } = deps;
  const openLink = createOpenLink(openSimLink === undefined ? {} : { sim: openSimLink });
  return config.slots.map(({ id, port, android, smpp }) => {
    if (port !== undefined)
      return new SlotRunner({ id: slotId(id), port, sweepEvery: config.intake.sweep_every }, { ...deps, openLink });
    if (android !== undefined) return deps.phones.driver({ slot: slotId(id), ...android });
    throw new AppError("config.no_driver", `slot ${id} is of a kind that this version lacks`, {
      hint: "Use a port.",
      context: { slot: id, smpp: smpp !== undefined },
    });
  });
}
