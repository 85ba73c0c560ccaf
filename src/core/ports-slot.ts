// What a modem's slot needs of the rest of the box and of the machine it is plugged into.

import type { LineId, Secret, SlotId } from "../base/index.ts";
import type { RecoveryRung } from "../protocol/index.ts";
import type { PinRefusal } from "./pin-guard.ts";

/** A SIM in a slot, as far as it tells what it is. */
export interface SimIdentity {
  readonly iccid: string | null;
  readonly imsi: string | null;
}

export interface SimAtLock {
  readonly slotId: SlotId;
  readonly iccid: string | null;
  /** Tries that the SIM has left for its PIN; null when the modem does not tell. */
  readonly attemptsLeft: number | null;
}

export type UnlockDecision = { readonly kind: "enter"; readonly pin: Secret<string> } | PinRefusal;

/** Keeps what belongs to a SIM, wherever it is put in. */
export interface SimKeeper {
  /** Whether to enter the SIM's PIN. `enter` means that the attempt is on disk: it must be made now, and `unlocked` be told. */
  unlock(sim: SimAtLock): Promise<UnlockDecision>;
  unlocked(sim: SimAtLock, outcome: "right" | "wrong"): Promise<void>;
  /** The number of the SMS centre that the SIM had, international with `+`; null when none was ever seen. */
  serviceCentre(iccid: string): string | null;
  rememberServiceCentre(iccid: string, number: string): Promise<void>;
}

/** Which line a slot's SIM is. */
export type LineFor = (slot: SlotId, sim: SimIdentity) => LineId | null;

/** The device behind a slot, from outside. */
export interface SlotHardware {
  /** What can be done to it; a tty on a serial server has nothing. */
  readonly rungs: readonly Extract<RecoveryRung, "usb_reset" | "power">[];
  /** Rejects with a coded error when it cannot be done. Resolves when the device has power and may be opened. */
  reset(rung: "usb_reset" | "power", signal: AbortSignal): Promise<void>;
}

export const noHardware: SlotHardware = { rungs: [], reset: () => Promise.resolve() };

/** One tty of a USB device. */
export interface TtyInterface {
  /** Such as `/dev/ttyUSB2`. */
  readonly tty: string;
  /** Topology path of the device, such as `1-1.4.2`: stays while names of ttys change. */
  readonly usbPath: string;
  /** `bInterfaceNumber`. */
  readonly interface: number;
  /** `idVendor:idProduct`, lower-case hex. */
  readonly usbId: string;
}

/** The ttys that are plugged in now. */
export interface TtyFinder {
  list(): Promise<readonly TtyInterface[]>;
}
