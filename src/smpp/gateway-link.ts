// A connection to a gateway that carries bytes and nothing else: TCP, or TLS for smpps://.

import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import {
  AppError,
  type Clock,
  hasCode,
  type Millis,
  seconds,
  stoppedError,
  systemCodeOf,
  withDeadline,
} from "../base/index.ts";

export interface GatewayLinkEvents {
  readonly data: (chunk: Uint8Array) => void;
  /** Once, when the connection is gone for whatever reason; also when it is gone already. */
  readonly closed: () => void;
}

export interface GatewayLink {
  /** To be called once, first of all; nothing is read before. */
  listen(events: GatewayLinkEvents): void;
  /** In the order of calls. What is written to a connection that is gone is dropped. */
  write(bytes: Uint8Array): void;
  /** Reads nothing more until `resume`. */
  pause(): void;
  resume(): void;
  /** Closes after what was written has gone out. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** Opens `smpp://host:port` or `smpps://host:port`. Rejects with `smpp.cannot_connect`, `smpp.tls` or `base.stopped`. */
export type OpenGateway = (url: string, signal: AbortSignal) => Promise<GatewayLink>;

export const OPEN_LIMIT: Millis = seconds(10);
const KEEP_ALIVE_AFTER: Millis = seconds(15);

function adapt(socket: Socket): GatewayLink {
  return {
    listen: ({ data, closed }) => {
      if (socket.closed) return queueMicrotask(closed);
      socket.on("close", closed);
      socket.on("data", data);
    },
    write: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}

function connectionError(cause: Error, url: string): AppError {
  const code = systemCodeOf(cause) ?? "";
  const context = { reason: code };
  if (/CERT|SIGNED|TLS|SSL|EPROTO/.test(code)) {
    return new AppError("smpp.tls", `no TLS connection with ${url} (${code})`, {
      retryable: true,
      hint: "Let NODE_EXTRA_CA_CERTS name a file with the gateway's certificate, or see whether it speaks plain smpp:// there.",
      cause,
      context,
    });
  }
  const hint = "Check that the gateway is on, and that host and port are those of its SMPP server.";
  return new AppError("smpp.cannot_connect", `${url} cannot be reached (${code})`, {
    retryable: true,
    hint,
    cause,
    context,
  });
}

function open(url: string): { readonly socket: Socket; readonly event: "connect" | "secureConnect" } {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const target = { host, port: Number(port), noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER };
  if (protocol !== "smpps:") return { socket: connectTcp(target), event: "connect" };
  const socket = connectTls({ ...target, ...(isIP(host) === 0 ? { servername: host } : {}) });
  return { socket, event: "secureConnect" };
}

/** The system's sockets. */
export const openSocket: OpenGateway = async (url, signal) => {
  if (signal.aborted) throw stoppedError(`connecting to ${url}`);
  return await new Promise((resolve, reject) => {
    const { socket, event } = open(url);
    const abandon = (): void => {
      socket.destroy();
      reject(stoppedError(`connecting to ${url}`));
    };
    signal.addEventListener("abort", abandon, { once: true });
    // After the connection was made an error is followed by `close`, which is what the owner acts on.
    socket.on("error", (cause) => {
      signal.removeEventListener("abort", abandon);
      reject(connectionError(cause, url));
    });
    socket.once(event, () => {
      signal.removeEventListener("abort", abandon);
      resolve(adapt(socket));
    });
  });
};

/** As `openGateway`, but rejects with `smpp.cannot_connect` after `OPEN_LIMIT`. A connection that is made too late is closed again. */
export async function openInTime(
  openGateway: OpenGateway,
  url: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<GatewayLink> {
  const late = new AbortController();
  const opening = openGateway(url, AbortSignal.any([signal, late.signal]));
  try {
    return await withDeadline(opening, { clock, timeout: OPEN_LIMIT, what: `connecting to ${url}`, signal });
  } catch (error) {
    late.abort();
    opening.then((link) => link.destroy()).catch(() => {});
    if (!hasCode(error, "base.timeout")) throw error;
    throw new AppError("smpp.cannot_connect", `${url} did not answer within ${OPEN_LIMIT} ms`, {
      retryable: true,
      hint: "Check the network, and that host and port are those of the gateway's SMPP server.",
      cause: error,
    });
  }
}
