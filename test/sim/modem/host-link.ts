// A host's end of a simulated serial line inside the same process: what `sim://` and tests talk through.

import { AppError } from "../../../src/base/index.ts";
import type { SimModem } from "./sim-modem.ts";

export interface SimLink {
  /** Sets who gets the modem's bytes. They come in a later turn than the write that caused them. */
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Sets who hears that the modem left the bus or that another host took over; called once, not after `close`. */
  onClose(listener: () => void): void;
  /** Throws `sim.link_closed` after the link ended. */
  write(bytes: Uint8Array): void;
  /** Lets go of the line; the modem notices nothing. Idempotent. */
  close(): void;
}

/** Opens the line of a modem. Throws `sim.unplugged` when the modem is not on the bus. */
export function openLink(modem: SimModem): SimLink {
  let open = true;
  let onData: (bytes: Uint8Array) => void = () => {};
  let onClose: () => void = () => {};
  const detach = modem.attach({
    onData: (bytes) => onData(bytes),
    onHangup: () => {
      open = false;
      onClose();
    },
  });
  return {
    onData: (listener) => {
      onData = listener;
    },
    onClose: (listener) => {
      onClose = listener;
    },
    write: (bytes) => {
      if (!open) {
        throw new AppError("sim.link_closed", `the line to slot ${modem.slot} is closed`, {
          hint: "Open it again once the modem is plugged in.",
        });
      }
      modem.receive(bytes);
    },
    close: () => {
      open = false;
      detach();
    },
  };
}
