// REST of the box as the nodes ask it: a token in the header, a schema for the answer, a deadline for the wait.

import type { z } from "zod";
import {
  AppError,
  type Clock,
  type ErrorCode,
  isAppError,
  type Millis,
  messageOf,
  seconds,
  withDeadline,
} from "../base/index.ts";
import { parseJsonWith, parseWith, problemBody } from "../protocol/index.ts";
import type { BoxAccess, GetAccess } from "./box-access.ts";

export interface RestCall<T> {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly body?: unknown;
  readonly reply: z.ZodType<T>;
  /** For what the box itself waits for; 20 s else. */
  readonly timeout?: Millis;
  readonly signal: AbortSignal;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface RestClientDeps {
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly access: GetAccess;
}

const TIMEOUT = seconds(20);
/** A page of 500 receipts has about 300 KB. */
const MOST_BYTES = 4 * 1024 * 1024;

export class RestClient {
  readonly #deps: RestClientDeps;

  constructor(deps: RestClientDeps) {
    this.#deps = deps;
  }

  /**
   * Errors: `node_red.unreachable` (retryable), `node_red.bad_reply`, `base.timeout`, `base.stopped`, those of `GetAccess`, and whatever
   * code the box answers with.
   */
  async call<T>({ method = "GET", path, body, reply, timeout = TIMEOUT, signal }: RestCall<T>): Promise<T> {
    const late = new AbortController();
    const access = await this.#deps.access();
    const asked = this.#ask(access, { method, path, body, signal: AbortSignal.any([signal, late.signal]) });
    try {
      const waiting = { clock: this.#deps.clock, timeout, what: `${method} ${path}`, signal };
      const { status, text } = await withDeadline(asked, waiting);
      if (status >= 400) throw refusal(status, text);
      const what = `the answer to ${method} ${path}`;
      if (status === 204) return parseWith(reply, null, "node_red.bad_reply", what);
      return parseJsonWith(reply, text, "node_red.bad_reply", what);
    } finally {
      late.abort();
    }
  }

  async #ask(
    { url, token }: BoxAccess,
    { method, path, body, signal }: Pick<RestCall<unknown>, "path" | "body" | "signal"> & { readonly method: string },
  ): Promise<{ readonly status: number; readonly text: string }> {
    const init: RequestInit = {
      method,
      headers: { authorization: `Bearer ${token.reveal()}`, "content-type": "application/json" },
      redirect: "error",
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    try {
      const response = await this.#deps.fetch(`${url}/api/v1/${path}`, init);
      return { status: response.status, text: await limited(response) };
    } catch (cause) {
      if (isAppError(cause)) throw cause;
      throw new AppError("node_red.unreachable", `the box does not answer at ${url}`, {
        hint: "Check that the box runs, and the address in the numberbox node.",
        retryable: true,
        cause,
        context: { reason: messageOf(cause).slice(0, 100) },
      });
    }
  }
}

/** The body's text; one that is too long is refused before it fills the memory. */
async function limited(response: Response): Promise<string> {
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new AppError("node_red.bad_reply", "the box's answer is longer than 4 MiB");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function refusal(status: number, text: string): AppError {
  let problem: { code: string; message: string; hint?: string | undefined };
  try {
    problem = parseJsonWith(problemBody, text, "node_red.bad_reply", "the box's refusal");
  } catch {
    return new AppError("node_red.bad_reply", `the box refused with HTTP ${status}`, {
      hint: "Check that the address in the numberbox node is a box's.",
    });
  }
  const code = /^[a-z_]+\.[a-z_]+$/.test(problem.code) ? (problem.code as ErrorCode) : "node_red.refused";
  return new AppError(code, problem.message, problem.hint === undefined ? {} : { hint: problem.hint });
}
