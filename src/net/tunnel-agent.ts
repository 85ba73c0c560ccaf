// Keeps connections through a SOCKS5 proxy as Node's own agents keep direct ones. A `createConnection` among a request's options would not
// do: an agent does not look at it and connects beside the proxy.

import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from "node:http";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect as tlsConnect } from "node:tls";
import { type Socks5Proxy, socks5Connect } from "./socks5.ts";

export interface TunnelOptions {
  readonly proxy: Socks5Proxy;
  readonly target: { readonly host: string; readonly port: number };
  /** Null for plain HTTP. `ca` undefined: the system's authorities. */
  readonly tls: { readonly ca: string | undefined } | null;
}

type Created = (error: Error | null, stream: Duplex) => void;

/** For use with `http.request`, whatever the tunnel carries. */
export class TunnelAgent extends HttpAgent {
  readonly #tunnel: TunnelOptions;

  constructor(tunnel: TunnelOptions, options: AgentOptions) {
    super(options);
    this.#tunnel = tunnel;
  }

  override createConnection({ signal }: ClientRequestArgs, created?: Created): null {
    const { proxy, target } = this.#tunnel;
    // Whoever waits for the first use ends the waiting; later users find it open.
    socks5Connect(proxy, target, signal ?? new AbortController().signal).then(
      (socket) => created?.(null, this.#wrap(socket)),
      // The callback's type asks for a stream even where there is none.
      (error: Error) => (created as ((error: Error) => void) | undefined)?.(error),
    );
    return null;
  }

  #wrap(socket: Awaited<ReturnType<typeof socks5Connect>>): Duplex {
    const { tls, target } = this.#tunnel;
    if (tls === null) return socket;
    // RFC 6066 section 3: an address is no server name.
    const servername = isIP(target.host) === 0 ? { servername: target.host } : { host: target.host };
    return tlsConnect({ socket, ...servername, ca: tls.ca });
  }
}
