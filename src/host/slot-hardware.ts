// The hardware of one slot: a USB device at a place of the tree, and perhaps a switch for its power.

import { access, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, seconds, systemCodeOf } from "../base/index.ts";
import type { SlotHardware } from "../core/index.ts";
import { cyclePower, type PlacedPower, type PowerSwitchDeps } from "./power-switch.ts";

export interface SlotHardwareDeps extends PowerSwitchDeps {
  /** Usually `/sys`. */
  readonly sys: string;
}

export interface SlotPlace {
  /** Null for a modem that is on no USB port of this machine. */
  readonly usbPath: string | null;
  readonly power: PlacedPower | null;
}

/** The device is off the bus for so long: its driver must see that it went. */
const OFF_BUS = seconds(1);

export function slotHardware({ usbPath, power }: SlotPlace, deps: SlotHardwareDeps): SlotHardware {
  return {
    rungs: [...(usbPath === null ? [] : (["usb_reset"] as const)), ...(power === null ? [] : (["power"] as const))],
    reset: async (rung, signal) => {
      if (rung === "power" && power !== null) await cyclePower(power, deps, signal);
      else if (rung === "usb_reset" && usbPath !== null) await resetUsb(usbPath, deps, signal);
    },
  };
}

/**
 * Deauthorises the device and authorises it again, so that the kernel lets go of it and enumerates it anew
 * (Documentation/usb/authorization.rst). Errors: `host.no_device` (retryable), `host.not_allowed`.
 */
async function resetUsb(usbPath: string, { sys, clock }: SlotHardwareDeps, signal: AbortSignal): Promise<void> {
  const file = join(sys, "bus", "usb", "devices", usbPath, "authorized");
  try {
    await access(file);
    await writeFile(file, "0");
    try {
      await clock.sleep(OFF_BUS, "USB reset", signal);
    } finally {
      await writeFile(file, "1");
    }
  } catch (cause) {
    throw cannotReset(cause, usbPath);
  }
}

function cannotReset(cause: unknown, usbPath: string): AppError {
  const system = systemCodeOf(cause);
  if (system === "EACCES" || system === "EPERM" || system === "EROFS") {
    return new AppError("host.not_allowed", `the USB device ${usbPath} may not be reset (${system})`, {
      hint: "Install the udev rules of the board: numberbox hardware udev.",
      cause,
      context: { usb: usbPath },
    });
  }
  return new AppError("host.no_device", `there is no USB device at ${usbPath}`, {
    retryable: true,
    hint: "Plug the modem in, or correct the slot's place in the configuration.",
    cause,
    context: { usb: usbPath },
  });
}
