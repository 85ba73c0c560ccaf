// One REST call as the pages make it: the reply is parsed, and every refusal becomes an AppError with the box's own code.

import type { z } from "zod";
import { AppError, type ErrorCode, type Millis, seconds } from "../../base/index.ts";
import { problemReply } from "../shared/session.ts";

const TIMEOUT = seconds(15);

export interface CallOptions {
  readonly body?: unknown;
  /** For what a modem or a network takes long to answer. */
  readonly timeout?: Millis;
}

function isCode(code: string): code is ErrorCode {
  return /^[a-z_]+\.[a-z_0-9]+$/.test(code);
}

/** What the box refused, as its problem document says. */
async function refusal(response: Response): Promise<AppError> {
  const body: unknown = await response.json().catch(() => null);
  const problem = problemReply.safeParse(body);
  if (!problem.success || !isCode(problem.data.code)) {
    return new AppError("page.bad_reply", `the box answered with status ${response.status}`);
  }
  const { code, message, hint, context } = problem.data;
  return new AppError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(context === undefined ? {} : { context }),
  });
}

/** The body as it goes out. Bytes go as they are. */
function outgoing(body: unknown): Pick<RequestInit, "body" | "headers"> {
  if (body === undefined) return { headers: { "X-Numberbox": "1" } };
  if (body instanceof Blob)
    return { headers: { "X-Numberbox": "1", "Content-Type": "application/octet-stream" }, body };
  return { headers: { "X-Numberbox": "1", "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function ask(method: string, path: string, { body, timeout = TIMEOUT }: CallOptions): Promise<Response> {
  const init: RequestInit = { method, signal: AbortSignal.timeout(timeout), ...outgoing(body) };
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    throw new AppError("page.unreachable", "the box does not answer", { cause, retryable: true });
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** A file of the box. Errors: the box's own, `page.unreachable`. */
export async function fetchBlob(method: string, path: string, options: CallOptions = {}): Promise<Blob> {
  const response = await ask(method, path, options);
  return await response.blob().catch((cause: unknown) => {
    throw new AppError("page.unreachable", "the box does not answer", { cause, retryable: true });
  });
}

/** A file of the box as text. Errors: those of `fetchBlob`. */
export async function fetchText(method: string, path: string, options: CallOptions = {}): Promise<string> {
  return await (await fetchBlob(method, path, options)).text();
}

/** A reply without content is null. Errors: the box's own, `page.unreachable`, `page.bad_reply`. */
export async function call<T>(
  schema: z.ZodType<T>,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<T> {
  const response = await ask(method, path, options);
  const parsed = schema.safeParse(await response.json().catch(() => null));
  if (parsed.success) return parsed.data;
  throw new AppError("page.bad_reply", "the box's answer makes no sense to this page", { hint: "Reload the page." });
}
