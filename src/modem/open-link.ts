// Chooses the kind of link by the form of the port.

import { AppError } from "../base/index.ts";
import type { OpenLink } from "./byte-link.ts";
import { openSerialLink } from "./link-serial.ts";
import { openTcpLink } from "./link-tcp.ts";

/** `sim` opens `sim://…` ports where a simulator runs in the same process; without it they are refused. */
export function createOpenLink(options: { readonly sim?: OpenLink }): OpenLink {
  return async (port, signal) => {
    if (port.startsWith("/")) return await openSerialLink(port, signal);
    if (port.startsWith("tcp://")) return await openTcpLink(port, signal);
    if (port.startsWith("sim://") && options.sim !== undefined) return await options.sim(port, signal);
    throw new AppError("modem.bad_port", `port ${port} is of no known kind`, {
      hint: "Use a path such as /dev/ttyUSB2, or tcp://host:port; sim:// works where a simulator runs in the same process.",
      context: { port },
    });
  };
}
