// REST as the pages use it: every reply is parsed, every refusal becomes an AppError with the box's own code.

import type { z } from "zod";
import { AppError, type ErrorCode } from "../../base/index.ts";
import {
  type AddPhoneRequest,
  type GrantRequest,
  type JoinPhoneRequest,
  type PhoneInvitation,
  type PhoneView,
  phoneInvitation,
  phonesReply,
  phoneView,
  type RentalView,
  rentalView,
} from "../../protocol/index.ts";
import { problemReply, type SessionReply, type SetupRequest, sessionReply } from "../shared/api.ts";

const TIMEOUT_MS = 15_000;

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

async function call<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = {
    method,
    headers: { "X-Numberbox": "1", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    throw new AppError("page.unreachable", "the box does not answer", { cause, retryable: true });
  }
  if (!response.ok) throw await refusal(response);
  const parsed = schema.safeParse(await response.json().catch(() => null));
  if (parsed.success) return parsed.data;
  throw new AppError("page.bad_reply", "the box's answer makes no sense to this page", { hint: "Reload the page." });
}

export interface Api {
  session(): Promise<SessionReply>;
  setUp(request: SetupRequest): Promise<SessionReply>;
  signIn(password: string): Promise<SessionReply>;
  signOut(): Promise<SessionReply>;
  grant(request: GrantRequest): Promise<RentalView>;
  endRental(id: string): Promise<RentalView>;
  phones(): Promise<readonly PhoneView[]>;
  addPhone(request: AddPhoneRequest): Promise<PhoneInvitation>;
  removePhone(name: string): Promise<readonly PhoneView[]>;
  joinPhone(secret: string, request: JoinPhoneRequest): Promise<PhoneView>;
}

const phonePath = (name: string): string => `/api/v1/phones/${encodeURIComponent(name)}`;

export const api: Api = {
  session: () => call(sessionReply, "GET", "/api/v1/session"),
  setUp: (request) => call(sessionReply, "POST", "/api/v1/setup", request),
  signIn: (password) => call(sessionReply, "POST", "/api/v1/session", { password }),
  signOut: () => call(sessionReply, "DELETE", "/api/v1/session"),
  grant: (request) => call(rentalView, "POST", "/api/v1/rentals", request),
  endRental: (id) => call(rentalView, "POST", `/api/v1/rentals/${encodeURIComponent(id)}/end`),
  phones: async () => (await call(phonesReply, "GET", "/api/v1/phones")).phones,
  addPhone: (request) => call(phoneInvitation, "POST", "/api/v1/phones", request),
  removePhone: async (name) => (await call(phonesReply, "DELETE", phonePath(name))).phones,
  joinPhone: (secret, request) => call(phoneView, "POST", `/api/v1/phone-join/${encodeURIComponent(secret)}`, request),
};
