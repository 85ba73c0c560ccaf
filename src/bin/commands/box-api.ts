// The running box as commands on the same machine reach it: REST with the token of its access file.

import type { z } from "zod";
import { readLocalAccess } from "../../app/index.ts";
import { AppError, isAppError, type Millis, seconds, withDeadline } from "../../base/index.ts";
import { parseWith, problemBody } from "../../protocol/index.ts";
import type { CliIo } from "../cli-io.ts";

export interface ApiCall<T> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: unknown;
  readonly reply: z.ZodType<T>;
  /** For what the box itself waits for; 20 s else. */
  readonly timeout?: Millis;
}

export interface BoxApi {
  call<T>(call: ApiCall<T>): Promise<T>;
}

const TIMEOUT = seconds(20);

function unreachable(url: string, cause: unknown): AppError {
  return new AppError("app.unreachable", `the box does not answer at ${url}`, {
    hint: "Check that it still runs.",
    retryable: true,
    cause,
  });
}

/** Errors: `app.not_running`; calls: `app.unreachable`, `app.bad_reply`, and whatever code the box answers with. */
export async function openBoxApi(io: CliIo, folder: string): Promise<BoxApi> {
  const { url, token } = await readLocalAccess(folder);
  return {
    call: async ({ method, path, body, reply, timeout = TIMEOUT }) => {
      const init: RequestInit = {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        signal: io.signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      };
      const request = fetch(`${url}/api/v1/${path}`, init).catch((cause) => {
        throw unreachable(url, cause);
      });
      const waiting = { clock: io.clock, timeout, what: `${method} ${path}`, signal: io.signal };
      const response = await withDeadline(request, waiting);
      const value: unknown = await withDeadline(
        response.status === 204 ? Promise.resolve(null) : response.json(),
        waiting,
      ).catch((cause) => {
        throw isAppError(cause) ? cause : unreachable(url, cause);
      });
      if (response.ok) return parseWith(reply, value, "app.bad_reply", `the answer to ${method} ${path}`);
      const problem = parseWith(problemBody, value, "app.bad_reply", `the answer to ${method} ${path}`);
      const code = /^[a-z_]+\.[a-z_]+$/.test(problem.code) ? (problem.code as `${string}.${string}`) : "app.refused";
      throw new AppError(code, problem.message, problem.hint === undefined ? {} : { hint: problem.hint });
    },
  };
}
