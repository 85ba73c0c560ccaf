// One HTTP exchange with the relay over a kept connection: bounded answer, one deadline for the whole, ended at once by an abort.

import { type ClientRequest, type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import {
  AppError,
  type Clock,
  type Millis,
  systemCodeOf,
  type UnixMs,
  unixMs,
  withDeadline,
  wrapError,
} from "../../base/index.ts";
import { agentFor, type HostFinder, type Socks5Proxy } from "../../net/index.ts";

/** One address of a relay. */
export interface RelayDoor {
  /** Base URL, `http:` or `https:`. */
  readonly url: string;
  /** SHA-256 of the certificate it shows, lower-case hex, instead of any authority's word for it. */
  readonly pin?: string | undefined;
}

export interface ExchangeOptions extends RelayDoor {
  /** With one nothing goes directly. */
  readonly proxy?: Socks5Proxy | undefined;
  readonly names?: HostFinder | undefined;
  readonly clock: Clock;
  /** For a whole exchange, connecting included. */
  readonly timeout: Millis;
}

export interface ExchangeRequest {
  readonly method: "GET" | "POST" | "PUT";
  /** Path and query behind the base URL, without a leading slash. */
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** The parsed JSON body; undefined when it is none. */
  readonly body: unknown;
  /** The header `Retry-After` in seconds, null without one. */
  readonly retryAfterSeconds: number | null;
  /** The header `Date`, null without one. */
  readonly date: UnixMs | null;
}

// A page of 500 receipts with room to spare.
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Rentals are forwarded eight at a time; receipts are read beside them. */
const MAX_SOCKETS = 10;

export class HttpExchange {
  readonly #options: ExchangeOptions;
  readonly #base: string;
  readonly #agent: HttpAgent;
  readonly #request: typeof httpRequest;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.#base = options.url.replace(/\/+$/, "");
    const url = new URL(options.url);
    this.#agent = agentFor(url, options, { keepAlive: true, maxSockets: MAX_SOCKETS, scheduling: "lifo" });
    this.#request = url.protocol === "https:" ? httpsRequest : httpRequest;
  }

  /** Rejects with `relay.unreachable`, `base.timeout` (both retryable), `relay.bad_reply`, or `base.stopped` on abort. */
  async send(request: ExchangeRequest): Promise<Answer> {
    const { clock, timeout } = this.#options;
    const { signal } = request;
    // Also of what is still on its way through a proxy.
    const over = new AbortController();
    let outgoing: ClientRequest | undefined;
    const answer = new Promise<Answer>((resolve, reject) => {
      if (signal.aborted) return;
      outgoing = this.#open({ ...request, signal: over.signal });
      outgoing.once("response", (incoming) => readAnswer(incoming).then(resolve, reject));
      outgoing.on("error", (cause) => reject(unreachable(cause)));
      outgoing.end(request.body === undefined ? undefined : JSON.stringify(request.body));
    });
    try {
      return await withDeadline(answer, { clock, timeout, what: "the relay's answer", signal });
    } catch (error) {
      // Nothing of a given-up exchange may linger on the connection.
      outgoing?.destroy();
      over.abort();
      throw error;
    }
  }

  /** Closes the kept connections. */
  stop(): void {
    this.#agent.destroy();
  }

  #open({ method, path, body, token, signal }: ExchangeRequest): ClientRequest {
    return this.#request(`${this.#base}/${path}`, {
      method,
      agent: this.#agent,
      signal,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
  }
}

/** What ended an exchange: our own refusal of an answer, or else the network. */
function unreachable(cause: unknown): AppError {
  // The proxy's and the certificate's faults have a next step of their own.
  return wrapError(cause, "relay.unreachable", "the relay cannot be reached", {
    retryable: true,
    hint: "Check the relay's URL and the network.",
    context: { system: systemCodeOf(cause) ?? null },
  });
}

function readAnswer(incoming: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
      else incoming.destroy(new AppError("relay.bad_reply", "the relay's answer is too large"));
    });
    incoming.once("end", () => resolve(answerOf(incoming, Buffer.concat(chunks).toString("utf8"))));
    incoming.on("error", (cause) => reject(unreachable(cause)));
    incoming.once("close", () => {
      if (!incoming.complete) reject(unreachable(undefined));
    });
  });
}

function answerOf(incoming: IncomingMessage, text: string): Answer {
  const seconds = Number(incoming.headers["retry-after"]);
  const date = Date.parse(incoming.headers.date ?? "");
  return {
    status: incoming.statusCode ?? 0,
    body: parseJson(text),
    retryAfterSeconds: Number.isInteger(seconds) && seconds >= 0 ? seconds : null,
    date: Number.isNaN(date) ? null : unixMs(date),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy's page instead of the relay's JSON: whoever reads the status must not trust it.
    return undefined;
  }
}
