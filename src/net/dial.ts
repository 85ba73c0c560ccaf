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

export interface FoundHost {
  /** The first is tried; a host's name stands for what other name services say of it. */
  readonly addresses: readonly string[];
  /** SHA-256 of the certificates that it may show. */
  readonly pins: readonly string[];
  failed(): void;
}

/** Finds hosts that the machine's name service does not know. */
export interface HostFinder {
  owns(host: string): boolean;
  find(host: string): Promise<FoundHost>;
}

export interface DialOptions {
  /** Undefined: directly. */
  readonly proxy: Socks5Proxy | undefined;
  readonly target: { readonly host: string; readonly port: number };
  /** Null for none. */
  readonly tls: TlsTrust | null;
  readonly names?: HostFinder | undefined;
}

/**
 * A connection, or one that is being made where neither proxy nor pin nor finder has a say. Rejects with `net.proxy`, `net.certificate`,
 * `net.no_pin`, the finder's codes, or what Node says of the connection; the abort ends it until it resolves.
 */
export async function dial(options: DialOptions, signal: AbortSignal): Promise<Socket> {
  const { proxy, target, tls, names } = options;
  if (names?.owns(target.host) === true) return await dialFound({ ...options, names }, signal);
  const socket = proxy === undefined ? netConnect(target) : await socks5Connect(proxy, target, signal);
  if (tls === null) return socket;
  // RFC 6066 section 3: an address is no server name.
  const name = isIP(target.host) === 0 ? { servername: target.host } : { host: target.host };
  const { ca, pin } = tls;
  if (pin === undefined) return tlsConnect({ socket, ...name, ca });
  return await securedBy([pin], socket, name, signal);
}

/** TLS that asks for the name, over a connection to the address that was found for it. */
async function dialFound(
  { proxy, target, tls, names }: DialOptions & { readonly names: HostFinder },
  signal: AbortSignal,
): Promise<Socket> {
  const { host, port } = target;
  const found = await names.find(host);
  signal.throwIfAborted();
  const pins = tls?.pin === undefined ? found.pins : [tls.pin];
  // No authority certifies such a name, so whoever shows a certificate without a pin is anybody.
  if (tls !== null && pins.length === 0) {
    throw new AppError("net.no_pin", `no authority certifies ${host}, and its EmerDNS record pins no certificate`, {
      hint: "Ask its operator to publish the pin (`numberbox dns publish --cert`), or for the fingerprint, and set `pin` beside the URL.",
    });
  }
  try {
    const place = { host: found.addresses[0] ?? "", port };
    const socket =
      proxy === undefined ? await connected(netConnect(place), signal) : await socks5Connect(proxy, place, signal);
    return tls === null ? socket : await securedBy(pins, socket, { servername: host }, signal);
  } catch (error) {
    found.failed();
    throw error;
  }
}

async function connected(socket: Socket, signal: AbortSignal): Promise<Socket> {
  const end = (): void => void socket.destroy();
  signal.addEventListener("abort", end, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      // Stays, so that an error after the one that counts does not end the process.
      socket.on("error", reject);
      socket.once("close", () => reject(new AppError("net.hung_up", "the server hung up", { retryable: true })));
    });
    return socket;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

async function securedBy(
  pins: readonly string[],
  socket: Socket,
  name: { readonly servername: string } | { readonly host: string },
  signal: AbortSignal,
): Promise<Socket> {
  const secured = tlsConnect({ socket, ...name, rejectUnauthorized: false });
  // What the plain connection says, the one above it hears too.
  socket.on("error", (error) => secured.destroy(error));
  await expectCertificate(secured, pins, signal);
  return secured;
}

async function expectCertificate(socket: TLSSocket, pins: readonly string[], signal: AbortSignal): Promise<void> {
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
    if (shown !== undefined && pins.includes(createHash("sha256").update(shown).digest("hex"))) return;
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
