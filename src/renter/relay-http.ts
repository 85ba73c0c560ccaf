// HTTP requests to a relay: one deadline for the whole exchange, a bounded answer, every refusal a coded error. What a relay answers
// is parsed by the schemas of `protocol`; its own words are never trusted to be short or harmless.

import type { z } from "zod";
import {
  AppError,
  type Clock,
  concatBytes,
  type ErrorCode,
  fromUtf8,
  hasCode,
  isAppError,
  type Millis,
  millis,
  seconds,
  stoppedError,
  systemCodeOf,
  type UnixMs,
  unixMs,
  withDeadline,
} from "../base/index.ts";
import { parseJsonWith, relayProblem, WORK_HEADER, type WorkDemand } from "../protocol/index.ts";
import { visibleLine } from "./visible-text.ts";

export interface RelayRequest<T> {
  readonly method: "GET" | "POST";
  /** Path and query behind the relay's URL, without a leading slash. */
  readonly path: string;
  readonly body?: unknown;
  readonly token?: string;
  /** The answer to what the relay wants to be worked for. */
  readonly work?: string;
  readonly reply: z.ZodType<T>;
  readonly signal: AbortSignal;
}

/** The platform's `fetch`, or one that goes another way. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export const platformFetch: Fetch = (url, init) => fetch(url, init);

export interface RelayHttpOptions {
  /** As `relayUrl` returned it. */
  readonly url: string;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly timeout: Millis;
  /** Told what the relay's clock says, with each of its answers that does; to a second. */
  readonly heard?: (time: UnixMs) => void;
}

/** What a relay may ask to be waited for: it must not silence a client for days. */
const LONGEST_WAIT: Millis = seconds(15 * 60);
/** Largest answer read: a page of 100 messages of the largest size. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** The relay's base URL without a trailing slash. Throws `renter.bad_relay_url`. */
export function relayUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "") {
    throw new AppError("renter.bad_relay_url", "the relay must be an http:// or https:// URL without query or user", {
      hint: "Give it as the provider told it, for instance --relay https://relay.example.",
    });
  }
  return url.href.replace(/\/+$/, "");
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Not every browser iterates over a stream.
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    size += next.value.length;
    if (size > MAX_REPLY_BYTES) throw badReply("its answer is too large");
    chunks.push(next.value);
  }
  return concatBytes(...chunks);
}

function badReply(what: string): AppError {
  return new AppError("renter.bad_reply", `the relay is not understood: ${what}`, {
    hint: "Check the relay's URL; it may also be a newer or older version.",
  });
}

const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  401: "renter.unauthorized",
  429: "renter.relay_busy",
};

function workRequired({ challenge, bits }: WorkDemand): AppError {
  return new AppError("renter.work_required", "the relay wants work to be done first", {
    retryable: true,
    hint: "Try again later, or use another relay.",
    context: { challenge, bits },
  });
}

/** What `Retry-After` says in seconds; the form with a date is not used by relays. */
function waitAskedFor(headers: Headers): Millis | null {
  const text = headers.get("retry-after") ?? "";
  return /^\d{1,9}$/.test(text) ? millis(Math.min(Math.max(1, Number(text)) * 1000, LONGEST_WAIT)) : null;
}

/** How long a relay that refused for now asks to be left alone; null where it does not say. */
export function retryAfterOf(error: AppError): Millis | null {
  const { retry_after_ms: wait } = error.context;
  return typeof wait === "number" ? millis(wait) : null;
}

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** The error for a status that is not 200, from the relay's own `code` and `error` where it gave them. */
function refusal({ status, headers, body }: Answered): AppError {
  let code = `http_${status}`;
  let words = "";
  let work: WorkDemand | undefined;
  try {
    const problem = parseJsonWith(relayProblem, fromUtf8(body), "renter.bad_reply", "refusal");
    code = visibleLine(problem.code.slice(0, 64));
    words = `: ${visibleLine(problem.error.slice(0, 200))}`;
    work = problem.work;
  } catch {
    // A proxy's page instead of the relay's JSON: the status says enough.
  }
  const retryable = status >= 500 || status === 429 || status === 401;
  if (work !== undefined) return workRequired(work);
  const wait = retryable ? waitAskedFor(headers) : null;
  const ours = STATUS_CODES[status] ?? (status >= 500 ? "renter.relay_failed" : "renter.relay_refused");
  return new AppError(ours, `the relay refused with ${status} ${code}${words}`, {
    retryable,
    hint: retryable ? "Try again in a moment." : "Check the relay's URL and the key file.",
    context: { status, code, ...(wait === null ? {} : { retry_after_ms: wait }) },
  });
}

function unreachable(url: string, reason: string, cause: unknown): AppError {
  return new AppError("renter.relay_unreachable", `the relay ${url} cannot be reached (${reason})`, {
    retryable: true,
    hint: "Check the URL and the network; what was received before is kept and shown.",
    context: { reason },
    cause,
  });
}

/** The proxy's and the certificate's faults have words of their own. */
const reasonOf = (error: unknown): string =>
  isAppError(error) ? error.message : (systemCodeOf(error) ?? "connection lost");

export class RelayHttp {
  readonly #options: RelayHttpOptions;

  constructor(options: RelayHttpOptions) {
    this.#options = options;
  }

  /**
   * Rejects with `renter.relay_unreachable`, `renter.relay_failed`, `renter.relay_busy` (all retryable), `renter.unauthorized`,
   * `renter.work_required`, `renter.relay_refused`, `renter.bad_reply` or `base.stopped`.
   */
  async call<T>(request: RelayRequest<T>): Promise<T> {
    const { clock, timeout, url } = this.#options;
    const abort = new AbortController();
    const what = `${request.method} ${request.path.replace(/\?.*/, "")}`;
    if (request.signal.aborted) throw stoppedError(what);
    try {
      const exchange = this.#exchange(request, AbortSignal.any([request.signal, abort.signal]));
      const answered = await withDeadline(exchange, { clock, timeout, what, signal: request.signal });
      const { status, headers, body } = answered;
      this.#hear(headers);
      if (status !== 200 && status !== 202) throw refusal(answered);
      return parseJsonWith(request.reply, fromUtf8(body), "renter.bad_reply", `the relay's answer to ${what}`);
    } catch (error) {
      if (request.signal.aborted) throw stoppedError(what);
      if (hasCode(error, "base.timeout")) throw unreachable(url, "no answer in time", error);
      if (hasCode(error, "base.bad_utf8")) throw badReply("its answer is not UTF-8");
      if (isAppError(error) && !error.code.startsWith("net.")) throw error;
      throw unreachable(url, reasonOf(error), error);
    } finally {
      abort.abort();
    }
  }

  #hear(headers: Headers): void {
    const time = Date.parse(headers.get("date") ?? "");
    if (Number.isFinite(time)) this.#options.heard?.(unixMs(time));
  }

  async #exchange<T>(request: RelayRequest<T>, signal: AbortSignal): Promise<Answered> {
    const response = await this.#options.fetch(`${this.#options.url}/${request.path}`, {
      method: request.method,
      headers: {
        accept: "application/json",
        ...(request.body === undefined ? {} : { "content-type": "application/json" }),
        ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
        ...(request.work === undefined ? {} : { [WORK_HEADER]: request.work }),
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      // Followed, a redirect would carry the token to another host; it counts as a refusal.
      redirect: "manual",
      signal,
    });
    return { status: response.status, headers: response.headers, body: await readBounded(response) };
  }
}
