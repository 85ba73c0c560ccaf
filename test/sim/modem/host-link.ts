// A host's end of a simulated serial line inside the same process: the box's own kind of link, for `sim://` ports and tests.

import { AppError, type Disposer } from "../../../src/base/index.ts";
import { type ByteLink, LinkEmitter, type OpenLink } from "../../../src/modem/index.ts";
import type { HostPort } from "./modem-options.ts";
import type { SimBoard } from "./sim-board.ts";
import type { SimModem } from "./sim-modem.ts";

/** One port of a modem, as a host plugs into it. */
export interface HostEnd {
  attach(host: HostPort): Disposer;
  receive(bytes: Uint8Array): void;
}

/** Opens the line of a modem. Its bytes come in a later turn than the write that caused them. Throws `modem.unplugged`. */
export function openLink(modem: SimModem): ByteLink {
  return openEnd(modem, modem.slot);
}

/** As `openLink`, for the port with the sound of calls. */
export function openAudioLink(modem: SimModem): ByteLink {
  return openEnd(modem.audio, modem.slot);
}

function openEnd(end: HostEnd, slot: number): ByteLink {
  const events = new LinkEmitter();
  const detach = end.attach({
    onData: (bytes) => events.emitData(bytes),
    onHangup: () => events.emitClose(),
  });
  return {
    onData: (listener) => events.onData(listener),
    onClose: (listener) => events.onClose(listener),
    write: async (bytes) => {
      if (events.closed) throw new AppError("modem.closed", `the line to slot ${slot} is closed`, { retryable: true });
      end.receive(bytes);
    },
    close: async () => {
      detach();
      events.emitClose();
    },
  };
}

/** Opens `sim://slot/1` and, with the sound of its calls, `sim://slot/1/audio`; an unplugged modem is a port that does not exist. */
export function simLinkOpener(board: SimBoard): OpenLink {
  return async (port) => {
    const [, slot, audio] = /^sim:\/\/slot\/(\d{1,3})(\/audio)?$/.exec(port) ?? [];
    if (slot === undefined) {
      throw new AppError("modem.bad_port", `port ${port} names no simulated slot`, { hint: "Write sim://slot/1." });
    }
    const modem = board.modem(Number(slot));
    if (modem.power === "unplugged") {
      const hint = "Plug the simulated modem in.";
      throw new AppError("modem.no_such_port", `there is no port ${port}`, { retryable: true, hint });
    }
    return audio === undefined ? openLink(modem) : openAudioLink(modem);
  };
}
