// The SDK's requests and WebSocket by another way than the platform's: through a SOCKS5 proxy, to certificates that are pinned, or both.
// With a proxy nothing goes beside it.

import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { agentFor, type HostFinder, socks5ProxyOf, type Way } from "../net/index.ts";
import type { Fetch, OpenWire } from "../renter/index.ts";
import { wsWire, wsWireBy } from "./ws-wire.ts";

export interface AccessOptions {
  /** `socks5h://host:port`; null for none. */
  readonly socks5: string | null;
  /** By host (with its port, unless it is the usual one): SHA-256 of the certificate in DER, lower-case hex. */
  readonly pins: Readonly<Record<string, string>>;
  /** Finds hosts that the machine's name service does not know. */
  readonly names?: HostFinder | undefined;
}

export interface NodeAccess {
  /** Left out: the platform's. */
  readonly fetch?: Fetch;
  readonly openWire: OpenWire;
}

/** What an HTTP answer of these has no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

export function nodeAccess({ socks5, pins, names }: AccessOptions): NodeAccess {
  if (socks5 === null && Object.keys(pins).length === 0 && names === undefined) return { openWire: wsWire };
  const proxy = socks5 === null ? undefined : socks5ProxyOf(socks5);
  const wayTo = (url: URL): Way => ({ proxy, names, pin: pins[url.host] });
  return { fetch: fetchBy(wayTo), openWire: wsWireBy((url) => agentFor(url, wayTo(url), {})) };
}

function fetchBy(wayTo: (url: URL) => Way): Fetch {
  const agents = new Map<string, ReturnType<typeof agentFor>>();
  const agentTo = (url: URL): ReturnType<typeof agentFor> => {
    const known = agents.get(url.origin);
    if (known !== undefined) return known;
    const made = agentFor(url, wayTo(url), { keepAlive: true });
    agents.set(url.origin, made);
    return made;
  };
  return (text, { method = "GET", headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const url = new URL(text);
      const send = url.protocol === "https:" ? httpsRequest : httpRequest;
      const given = Object.fromEntries(new Headers(headers));
      const ends = signal === undefined || signal === null ? {} : { signal };
      const request = send(url, { method, headers: given, agent: agentTo(url), ...ends });
      request.once("response", (incoming) => resolve(responseOf(incoming)));
      // Stays: an error after the answer has begun is told by its body.
      request.on("error", reject);
      request.end(typeof body === "string" ? body : undefined);
    });
}

function responseOf(incoming: IncomingMessage): Response {
  const { statusCode: status = 500 } = incoming;
  if (BODILESS.has(status)) {
    incoming.resume();
    return new Response(null, { status });
  }
  // Both are the platform's streams; their types know nothing of each other.
  const body: ReadableStream<Uint8Array> = Readable.toWeb(incoming);
  return new Response(body as ConstructorParameters<typeof Response>[0] & object, { status });
}
