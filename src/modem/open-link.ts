// Chooses the kind of link by the form of the port, and opens it within a deadline.

import { AppError, type Clock, hasCode, withDeadline } from "../base/index.ts";
import type { TtyFinder } from "../core/index.ts";
import type { ByteLink, OpenLink } from "./byte-link.ts";
import { openSerialLink } from "./link-serial.ts";
import { openTcpLink } from "./link-tcp.ts";
import { openUsbLink } from "./open-usb-link.ts";
import { OPEN_LIMIT } from "./timeouts.ts";

export interface OpenLinkOptions {
  /** Opens `sim://…` ports where a simulator runs in the same process; without it they are refused. */
  readonly sim?: OpenLink;
  /** Finds `usb:…` ports; without it they are refused. */
  readonly usb?: { readonly ttys: TtyFinder; readonly clock: Clock };
}

export function createOpenLink(options: OpenLinkOptions): OpenLink {
  const openUsb = options.usb === undefined ? null : openUsbLink({ ...options.usb, openSerial: openSerialLink });
  return async (port, signal) => {
    if (port.startsWith("/")) return await openSerialLink(port, signal);
    if (port.startsWith("tcp://")) return await openTcpLink(port, signal);
    if (port.startsWith("usb:") && openUsb !== null) return await openUsb(port, signal);
    if (port.startsWith("sim://") && options.sim !== undefined) return await options.sim(port, signal);
    throw new AppError("modem.bad_port", `port ${port} is of no known kind`, {
      hint: "Use usb:1-1.4, a path such as /dev/ttyUSB2, or tcp://host:port; sim:// works where a simulator runs in the same process.",
      context: { port },
    });
  };
}

export interface OpenInTime {
  readonly openLink: OpenLink;
  readonly port: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** As `openLink`, but rejects with `modem.cannot_open` after `OPEN_LIMIT`. A link that opens too late is closed again. */
export async function openInTime({ openLink, port, clock, signal }: OpenInTime): Promise<ByteLink> {
  const late = new AbortController();
  const opening = openLink(port, AbortSignal.any([signal, late.signal]));
  try {
    return await withDeadline(opening, { clock, timeout: OPEN_LIMIT, what: `opening ${port}`, signal });
  } catch (error) {
    late.abort();
    opening.then((link) => link.close()).catch(() => {});
    if (!hasCode(error, "base.timeout")) throw error;
    throw new AppError("modem.cannot_open", `${port} did not open within ${OPEN_LIMIT} ms`, {
      retryable: true,
      hint: "Check the cable, the network and the serial server; a modem that hangs needs its power cut for a moment.",
      cause: error,
      context: { port },
    });
  }
}
