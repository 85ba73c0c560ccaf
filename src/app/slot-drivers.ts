// Makes the driver of each configured slot: a modem, a SIM of a phone, or an account of an SMPP gateway.

import { AppError, type Clock, type Logger, type Random, type SlotId, slotId, type UnixMs } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import type { EventLog, IntakePort, Line, SlotDriver } from "../core/index.ts";
import type { SlotPlace } from "../host/index.ts";
import type { Phones } from "../phone/index.ts";
import type { Boards } from "./boards.ts";
import { createSmppDriver } from "./smpp-driver.ts";

export type MakeModem = (id: SlotId, port: string, place: SlotPlace) => SlotDriver;

export interface SlotDriverDeps {
  readonly dataFolder: string;
  readonly intake: IntakePort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  /** The lines that name a slot: of an account of a gateway there may be many. */
  readonly linesOf: (slot: SlotId) => readonly Line[];
  readonly onChange: (slot: SlotId) => void;
  readonly phones: Pick<Phones, "driver">;
  readonly boards: Boards;
  readonly makeModem: MakeModem;
}

/** The driver of one slot of the configuration, not started. Throws `board.no_position`. */
export function createConfiguredSlot(slot: BoxConfig["slots"][number], deps: SlotDriverDeps): SlotDriver {
  const { id, android, smpp } = slot;
  if (android !== undefined) return deps.phones.driver({ slot: slotId(id), ...android });
  if (smpp !== undefined) return createSmppDriver(id, smpp, deps);
  const place = deps.boards.place(slot);
  if (place !== null) return deps.makeModem(slotId(id), place.port, place);
  throw new AppError("base.unreachable", `slot ${id} is of no kind, which its schema does not allow`);
}
