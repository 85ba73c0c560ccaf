// REST: the first password, sign-in and sign-out, and the acceptance of an invitation. The only routes a stranger can reach, next to
// `/health`.

import type { Request, RequestHandler, Response } from "express";
import { acceptRequest } from "../shared/accounts.ts";
import { setupRequest, signInRequest } from "../shared/api.ts";
import { type Role, SCOPES_OF } from "../shared/scopes.ts";
import { type SessionReply, sessionReply, type VisitorUser } from "../shared/session.ts";
import { type Access, cookieHeader, nameOf, originHeaders, scopesOf, sessionCookie } from "./access.ts";
import type { SecondFactors } from "./accounts/second-factors.ts";
import type { SignInTickets } from "./accounts/sign-in-tickets.ts";
import type { UserRecord } from "./accounts/user-records.ts";
import { type Users, wrongPassword } from "./accounts/users.ts";
import { tellActor } from "./audit/audit-notes.ts";
import { type Operation, operation } from "./operation.ts";
import { checkWrite } from "./origin.ts";
import type { Sessions } from "./sessions.ts";
import type { SignInGuard } from "./sign-in-guard.ts";
import { addressOf, visitOf } from "./visit.ts";

export interface SessionOperationsDeps {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly access: Access;
  readonly guard: SignInGuard;
  readonly factors: SecondFactors;
  readonly tickets: SignInTickets;
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

function userOf({ name, role }: { readonly name: string; readonly role: Role }): VisitorUser {
  return { name, role, scopes: [...SCOPES_OF[role]] };
}

/** Opens a session and sends its cookie. */
export async function openSession(
  { sessions }: SessionOperationsDeps,
  user: UserRecord,
  { request, response }: Exchange,
): Promise<SessionReply> {
  if (user.password === null) throw wrongPassword();
  const token = await sessions.create(user.password.id, visitOf(request));
  response.set("Set-Cookie", cookieHeader(token, request.secure));
  tellActor(response, user.name);
  return { state: "signed_in", user: userOf(user) };
}

/** After a right password: in, or on to the second step. */
async function afterPassword(deps: SessionOperationsDeps, user: UserRecord, exchange: Exchange): Promise<SessionReply> {
  if (user.password !== null && (await deps.factors.has(user.id))) {
    return { state: "second_step", ticket: deps.tickets.issue(user.password.id) };
  }
  deps.guard.succeeded(addressOf(exchange.request), user.name);
  return openSession(deps, user, exchange);
}

async function sessionState(deps: SessionOperationsDeps, request: Request): Promise<SessionReply> {
  if (!(await deps.users.isClaimed())) return { state: "setup", claim_code: deps.users.needsClaimCode };
  const principal = await deps.access.identify(request.headers);
  if (principal === null) return { state: "signed_out" };
  const role = principal.kind === "session" ? principal.role : "viewer";
  return { state: "signed_in", user: { name: nameOf(principal), role, scopes: [...scopesOf(principal)] } };
}

/** A cookie vouches for what these do: only the box's own page may ask for it. */
const ownPage: RequestHandler = (request, _response, next) => {
  checkWrite(originHeaders(request.headers));
  next();
};
const common = { scope: "open", tag: "Session", reply: sessionReply, idempotent: false } as const;
export const ENTRANCE = { ...common, method: "post", status: 201, before: [ownPage] } as const;
export const OWN_PAGE = ["web.bad_origin", "web.csrf"] as const;

/** The first password, and the password that an invitation is for. */
function firstPasswords(deps: SessionOperationsDeps): readonly Operation[] {
  const { users, guard } = deps;
  return [
    operation({
      ...{ ...ENTRANCE, path: "/setup", body: setupRequest },
      summary: "Become the owner of a box that has none",
      errors: [
        ...OWN_PAGE,
        "web.already_set_up",
        "web.wrong_claim_code",
        "web.weak_password",
        "web.too_many_attempts",
        "web.busy",
      ],
      run: async ({ body, request, response }) => {
        guard.begin(addressOf(request));
        const user = await users.claim(body.password, body.claim_code);
        guard.succeeded(addressOf(request), user.name);
        return openSession(deps, user, { request, response });
      },
    }),
    operation({
      ...{ ...ENTRANCE, path: "/invitation", body: acceptRequest },
      summary: "Choose the password that an invitation is for",
      errors: [...OWN_PAGE, "web.bad_invitation", "web.weak_password", "web.too_many_attempts", "web.busy"],
      run: async ({ body, request, response }) => {
        guard.begin(addressOf(request));
        const user = await users.accept(body.name, body.code, body.password);
        return afterPassword(deps, user, { request, response });
      },
    }),
  ];
}

export function sessionOperations(deps: SessionOperationsDeps): readonly Operation[] {
  const { users, guard } = deps;
  return [
    operation({
      ...{ ...common, method: "get", path: "/session" },
      summary: "Who you are to the box",
      run: ({ request }) => sessionState(deps, request),
    }),
    ...firstPasswords(deps),
    operation({
      ...{ ...ENTRANCE, path: "/session", body: signInRequest },
      summary: "Sign in",
      errors: [...OWN_PAGE, "web.wrong_password", "web.too_many_attempts", "web.busy", "web.setup_needed"],
      run: async ({ body, request, response }) => {
        tellActor(response, await users.known(body.name));
        guard.begin(addressOf(request), body.name);
        const user = await users.verify(body.name, body.password);
        if (user === null) throw wrongPassword();
        return afterPassword(deps, user, { request, response });
      },
    }),
    operation({
      ...{ ...common, method: "delete", path: "/session", before: [ownPage], errors: OWN_PAGE },
      summary: "Sign out",
      run: async ({ request, response }): Promise<SessionReply> => {
        const token = sessionCookie(request.headers);
        if (token !== null) await deps.sessions.remove(token);
        response.set("Set-Cookie", cookieHeader(null, request.secure));
        return { state: "signed_out" };
      },
    }),
  ];
}
