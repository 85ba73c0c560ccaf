// What a simulated modem is made from and how the outside hears of it.

import type { Clock, Logger } from "../../../src/base/index.ts";
import type { SimCard } from "./sim-card.ts";
import type { TwinName } from "./twins/index.ts";

/** Where a modem's bytes go. One host at a time: a newer one takes the place of the older. */
export interface HostPort {
  onData(bytes: Uint8Array): void;
  /** The modem left the bus, or another host took over. */
  onHangup(): void;
}

export interface SimModemEvents {
  unplugged: undefined;
  plugged: undefined;
  /** A PDU that the host sent with +CMGS. */
  submitted: { readonly pdu: Uint8Array; readonly reference: number };
}

export interface SimModemOptions {
  readonly slot: number;
  readonly clock: Clock;
  readonly seed: string | number;
  readonly log: Logger;
  /** The card in the modem; without it, a card with the slot's default number. `null`: none. */
  readonly card?: SimCard | null;
  readonly modemCapacity?: number;
  /** Whose twin the modem is; default `generic`, a 3GPP modem as the standard has it. */
  readonly twin?: TwinName;
  /** Gives successive messages of this modem service centre times at least one second apart. */
  readonly uniqueTimestamps?: boolean;
}

export type PowerState = "on" | "booting" | "unplugged";
