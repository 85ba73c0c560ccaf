// Opens a TCP connection through a SOCKS5 proxy (RFC 1928, no authentication or RFC 1929). The proxy resolves the name, so that no DNS
// query leaves beside it.

import { connect, type Socket } from "node:net";
import { AppError, concatBytes, utf8 } from "../base/index.ts";

export interface Socks5Proxy {
  readonly host: string;
  readonly port: number;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** Of an address such as `socks5h://user:password@127.0.0.1:1080`. */
export function socks5ProxyOf(text: string): Socks5Proxy {
  const { hostname: host, port, username, password } = new URL(text);
  const account = username === "" ? {} : { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) || 1080, ...account };
}

/** What the proxy's answer codes mean (RFC 1928 section 6). */
const REFUSALS: Readonly<Record<number, string>> = {
  1: "failed",
  2: "does not allow it",
  3: "cannot reach the network",
  4: "cannot reach the host",
  5: "was refused by the host",
  6: "took too long",
  7: "cannot connect",
  8: "does not know the address type",
};

function refused(what: string, cause?: unknown): AppError {
  return new AppError("net.proxy", `the SOCKS5 proxy ${what}`, {
    hint: "Check the proxy's address in the settings, and that it runs.",
    retryable: true,
    cause,
  });
}

/** Reads exactly `length` bytes and leaves the rest to the next reader. */
function readExactly(socket: Socket, length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void): void => {
      socket.off("readable", onReadable).off("end", onEnd).off("error", onError);
      settle();
    };
    const onReadable = (): void => {
      const chunk: unknown = socket.read(length);
      if (chunk instanceof Uint8Array) done(() => resolve(chunk));
    };
    const onEnd = (): void => done(() => reject(refused("hung up")));
    const onError = (error: Error): void => done(() => reject(refused("cannot be reached", error)));
    socket.on("readable", onReadable).on("end", onEnd).on("error", onError);
    if (socket.destroyed) onEnd();
    else onReadable();
  });
}

async function signIn(socket: Socket, { user, password = "" }: Socks5Proxy): Promise<void> {
  socket.write(user === undefined ? Uint8Array.of(5, 1, 0) : Uint8Array.of(5, 2, 0, 2));
  const [version, method] = await readExactly(socket, 2);
  if (version !== 5) throw refused("is none");
  if (method === 0) return;
  if (method !== 2 || user === undefined) throw refused("wants a sign-in that it was not given");
  const [name, secret] = [utf8(user), utf8(password)];
  socket.write(concatBytes(Uint8Array.of(1, name.length), name, Uint8Array.of(secret.length), secret));
  const [, status] = await readExactly(socket, 2);
  if (status !== 0) throw refused("refuses the user name or password");
}

async function connectThrough(socket: Socket, target: { readonly host: string; readonly port: number }): Promise<void> {
  const host = utf8(target.host);
  if (host.length > 255) throw refused("takes no name of more than 255 bytes");
  const port = Uint8Array.of(target.port >>> 8, target.port & 255);
  socket.write(concatBytes(Uint8Array.of(5, 1, 0, 3, host.length), host, port));
  const [, status = 1, , kind = 0] = await readExactly(socket, 4);
  if (status !== 0) throw refused(`${REFUSALS[status] ?? "failed"}`);
  // The bound address, which nobody needs: 4 or 16 bytes, or a counted name; then a port.
  const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await readExactly(socket, 1))[0] ?? 0);
  await readExactly(socket, length + 2);
}

/** Errors: `net.proxy`, retryable. Until it resolves, the abort ends it; whoever uses the socket then ends it himself. */
export async function socks5Connect(
  proxy: Socks5Proxy,
  target: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connect({ host: proxy.host, port: proxy.port });
  // Between two reads nobody listens, and an error that nobody hears ends the process.
  socket.on("error", () => {});
  const onAbort = (): void => void socket.destroy(refused("took too long"));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    await signIn(socket, proxy);
    await connectThrough(socket, target);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
