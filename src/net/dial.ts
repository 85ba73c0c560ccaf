// One connection to a server, through the proxy where there is one, with TLS where it is wanted. A certificate that is pinned is looked at
// before a byte of a request leaves.

import { createHash } from "node:crypto";
import { isIP, connect as netConnect, type Socket } from "node:net";
import { type TLSSocket, connect as tlsConnect } from "node:tls";
import { AppError } from "../base/index.ts";
import { type Socks5Proxy, socks5Connect } from "./socks5.ts";

export interface TlsTrust {
  /** PEM; undefined for the system's authorities. */
  readonly ca?: string | undefined;
  /** SHA-256 of the server's certificate in DER, lower-case hex: it counts instead of any authority and any name. */
  readonly pin?: string | undefined;
}

export interface DialOptions {
  /** Undefined: directly. */
  readonly proxy: Socks5Proxy | undefined;
  readonly target: { readonly host: string; readonly port: number };
  /** Null for none. */
  readonly tls: TlsTrust | null;
}

/**
 * A connection, or one that is being made where neither proxy nor pin has a say. Rejects with `net.proxy`, `net.certificate`, or what Node
 * says of the connection; the abort ends it until it resolves.
 */
export async function dial({ proxy, target, tls }: DialOptions, signal: AbortSignal): Promise<Socket> {
  const socket = proxy === undefined ? netConnect(target) : await socks5Connect(proxy, target, signal);
  if (tls === null) return socket;
  // RFC 6066 section 3: an address is no server name.
  const name = isIP(target.host) === 0 ? { servername: target.host } : { host: target.host };
  const { ca, pin } = tls;
  if (pin === undefined) return tlsConnect({ socket, ...name, ca });
  const secured = tlsConnect({ socket, ...name, rejectUnauthorized: false });
  // What the plain connection says, the one above it hears too.
  socket.on("error", (error) => secured.destroy(error));
  await expectCertificate(secured, pin, signal);
  return secured;
}

async function expectCertificate(socket: TLSSocket, pin: string, signal: AbortSignal): Promise<void> {
  const end = (): void => void socket.destroy();
  signal.addEventListener("abort", end, { once: true });
  try {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve);
      // Stays, so that an error after the one that counts does not end the process.
      socket.on("error", reject);
      socket.once("close", () => reject(new AppError("net.hung_up", "the server hung up", { retryable: true })));
    });
    const shown = socket.getPeerX509Certificate()?.raw;
    if (shown !== undefined && createHash("sha256").update(shown).digest("hex") === pin) return;
    throw new AppError("net.certificate", "the server shows another certificate than the one that is pinned", {
      hint: "Ask its operator for the fingerprint, by another way than this one.",
    });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}
