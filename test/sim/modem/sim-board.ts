// A board of simulated modems, slots numbered from 1, without any outside connection of its own.

import { AppError, type Clock, type Logger } from "../../../src/base/index.ts";
import type { ByteLink } from "../../../src/modem/index.ts";
import { openLink } from "./host-link.ts";
import { defaultNumber } from "./identity.ts";
import { SimCard } from "./sim-card.ts";
import { SimModem } from "./sim-modem.ts";
import type { TwinName } from "./twins/index.ts";

export interface SimBoardOptions {
  /** 1-32. */
  readonly slots: number;
  readonly clock: Clock;
  readonly seed: string | number;
  readonly log: Logger;
  /** The cards' numbers, E.164, by slot; a slot without one gets +15550100001 and so on. */
  readonly numbers?: readonly string[];
  /** Whose twin each modem is, by slot; fewer than slots: over again from the first. Default all `generic`. */
  readonly twins?: readonly TwinName[];
  /** Gives successive messages of one modem service centre times at least one second apart. Default false. */
  readonly uniqueTimestamps?: boolean;
}

export const MAX_SLOTS = 32;

export class SimBoard {
  readonly modems: readonly SimModem[];

  /** Throws `sim.bad_slots`. */
  constructor(options: SimBoardOptions) {
    const { slots, numbers = [], twins = [], seed, uniqueTimestamps = false } = options;
    if (!Number.isInteger(slots) || slots < 1 || slots > MAX_SLOTS) {
      throw new AppError("sim.bad_slots", `a simulated board has 1 to ${MAX_SLOTS} slots`, {
        hint: "Correct the number of slots.",
      });
    }
    this.modems = Array.from({ length: slots }, (_, place) => {
      const slot = place + 1;
      const card = new SimCard({ number: numbers[place] ?? defaultNumber(slot) });
      const { clock, log } = options;
      const twin = twins[place % Math.max(1, twins.length)] ?? "generic";
      return new SimModem({ slot, clock, log, card, twin, seed: `${seed}/${slot}`, uniqueTimestamps });
    });
  }

  /** The modem of a slot, 1 and up. Throws `sim.unknown_slot`. */
  modem(slot: number): SimModem {
    const modem = this.modems[slot - 1];
    if (modem === undefined) {
      throw new AppError("sim.unknown_slot", `there is no slot ${slot}`, {
        hint: `Name a slot from 1 to ${this.modems.length}.`,
      });
    }
    return modem;
  }

  /** Opens the line of a slot inside this process. Throws `sim.unknown_slot`, `modem.unplugged`. */
  link(slot: number): ByteLink {
    return openLink(this.modem(slot));
  }

  /** Ends all timers of all modems. */
  stop(): void {
    for (const modem of this.modems) modem.stop();
  }
}
