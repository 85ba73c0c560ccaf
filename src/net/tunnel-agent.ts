// Keeps connections as Node's own agents do, but made our way: through a SOCKS5 proxy, to a server whose certificate is pinned, or both.
// A `createConnection` among a request's options would not do: an agent does not look at it and connects beside the proxy.

import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import { type DialOptions, dial, type HostFinder, type TlsTrust } from "./dial.ts";
import type { Socks5Proxy } from "./socks5.ts";

type Created = (error: Error | null, stream: Duplex) => void;

/** For `http.request` or `https.request`, as its target has TLS or not. */
export class TunnelAgent extends HttpAgent {
  readonly #tunnel: DialOptions;

  constructor(tunnel: DialOptions, options: AgentOptions) {
    // A request over `https` takes no agent of another protocol.
    super({ ...options, protocol: tunnel.tls === null ? "http:" : "https:" });
    this.#tunnel = tunnel;
  }

  override createConnection({ signal }: ClientRequestArgs, created?: Created): null {
    // Whoever waits for the first use ends the waiting; later users find it open.
    dial(this.#tunnel, signal ?? new AbortController().signal).then(
      (stream) => created?.(null, stream),
      // The callback's type asks for a stream even where there is none.
      (error: Error) => (created as ((error: Error) => void) | undefined)?.(error),
    );
    return null;
  }
}

/** How a server is reached. */
export interface Way extends TlsTrust {
  readonly proxy?: Socks5Proxy | undefined;
  /** Hosts that it owns are found by it, and by nobody else. */
  readonly names?: HostFinder | undefined;
}

/** The agent for the server of `url` (http: or https:). With a proxy nothing goes beside it, not even the question for the name. */
export function agentFor(url: URL, { proxy, pin, ca, names }: Way, options: AgentOptions): HttpAgent {
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (proxy !== undefined || (secure && pin !== undefined) || names?.owns(host) === true) {
    const target = { host, port: Number(url.port) || (secure ? 443 : 80) };
    return new TunnelAgent({ proxy, target, tls: secure ? { ca, pin } : null, names }, options);
  }
  return secure ? new HttpsAgent({ ...options, ...(ca === undefined ? {} : { ca }) }) : new HttpAgent(options);
}
