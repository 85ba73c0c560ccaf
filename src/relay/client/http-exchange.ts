// One HTTP exchange with the relay over a kept connection: bounded answer, one deadline for the whole, ended at once by an abort.

import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
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

export interface ExchangeOptions {
  /** Base URL of the relay, `http:` or `https:`. */
  readonly url: string;
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
    const secure = new URL(options.url).protocol === "https:";
    const settings = { keepAlive: true, maxSockets: MAX_SOCKETS, scheduling: "lifo" as const };
    this.#agent = secure ? new HttpsAgent(settings) : new HttpAgent(settings);
    this.#request = secure ? httpsRequest : httpRequest;
  }

  /** Rejects with `relay.unreachable`, `base.timeout` (both retryable), `relay.bad_reply`, or `base.stopped` on abort. */
  async send(request: ExchangeRequest): Promise<Answer> {
    const { clock, timeout } = this.#options;
    const { signal } = request;
    let outgoing: ClientRequest | undefined;
    const answer = new Promise<Answer>((resolve, reject) => {
      if (signal.aborted) return;
      outgoing = this.#open(request);
      outgoing.once("response", (incoming) => readAnswer(incoming).then(resolve, reject));
      outgoing.on("error", (cause) => reject(unreachable(cause)));
      outgoing.end(request.body === undefined ? undefined : JSON.stringify(request.body));
    });
    try {
      return await withDeadline(answer, { clock, timeout, what: "the relay's answer", signal });
    } catch (error) {
      // Nothing of a given-up exchange may linger on the connection.
      outgoing?.destroy();
      throw error;
    }
  }

  /** Closes the kept connections. */
  stop(): void {
    this.#agent.destroy();
  }

  #open({ method, path, body, token }: ExchangeRequest): ClientRequest {
    return this.#request(`${this.#base}/${path}`, {
      method,
      agent: this.#agent,
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
