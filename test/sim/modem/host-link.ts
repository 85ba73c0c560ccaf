// A host's end of a simulated serial line inside the same process: the box's own kind of link, for `sim://` ports and tests.

import { AppError } from "../../../src/base/index.ts";
import { type ByteLink, LinkEmitter, type OpenLink } from "../../../src/modem/index.ts";
import type { SimBoard } from "./sim-board.ts";
import type { SimModem } from "./sim-modem.ts";

/** Opens the line of a modem. Its bytes come in a later turn than the write that caused them. Throws `modem.unplugged`. */
export function openLink(modem: SimModem): ByteLink {
  const events = new LinkEmitter();
  const detach = modem.attach({
    onData: (bytes) => events.emitData(bytes),
    onHangup: () => events.emitClose(),
  });
  return {
    onData: (listener) => events.onData(listener),
    onClose: (listener) => events.onClose(listener),
    write: async (bytes) => {
      if (events.closed)
        throw new AppError("modem.closed", `the line to slot ${modem.slot} is closed`, { retryable: true });
      modem.receive(bytes);
    },
    close: async () => {
      detach();
      events.emitClose();
    },
  };
}

/** Opens `sim://slot/1` and so on; an unplugged modem is a port that does not exist. */
export function simLinkOpener(board: SimBoard): OpenLink {
  return async (port) => {
    const slot = /^sim:\/\/slot\/(\d{1,3})$/.exec(port)?.[1];
    if (slot === undefined) {
      throw new AppError("modem.bad_port", `port ${port} names no simulated slot`, { hint: "Write sim://slot/1." });
    }
    const modem = board.modem(Number(slot));
    if (modem.power === "unplugged") {
      const hint = "Plug the simulated modem in.";
      throw new AppError("modem.no_such_port", `there is no port ${port}`, { retryable: true, hint });
    }
    return openLink(modem);
  };
}
