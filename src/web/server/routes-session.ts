// REST: the first password, sign-in and sign-out. The only routes a stranger can reach, next to `/health`.

import type { Request, RequestHandler, Response } from "express";
import { AppError } from "../../base/index.ts";
import { type SessionReply, sessionReply, setupRequest, signInRequest, type VisitorUser } from "../shared/api.ts";
import { type Role, SCOPES_OF } from "../shared/scopes.ts";
import { type Access, cookieHeader, nameOf, originHeaders, scopesOf, sessionCookie } from "./access.ts";
import { type Operation, operation } from "./operation.ts";
import { checkWrite } from "./origin.ts";
import type { Owner } from "./owner.ts";
import type { Sessions } from "./sessions.ts";
import type { SignInGuard } from "./sign-in-guard.ts";

export interface SessionOperationsDeps {
  readonly owner: Owner;
  readonly sessions: Sessions;
  readonly access: Access;
  readonly guard: SignInGuard;
}

const addressOf = (request: Request): string => request.ip ?? "unknown";

function userOf({ user, role }: { readonly user: string; readonly role: Role }): VisitorUser {
  return { name: user, role, scopes: [...SCOPES_OF[role]] };
}

async function openSession(
  deps: SessionOperationsDeps,
  passwordId: string,
  { request, response }: { readonly request: Request; readonly response: Response },
): Promise<SessionReply> {
  const token = await deps.sessions.create(passwordId);
  response.set("Set-Cookie", cookieHeader(token, request.secure));
  return { state: "signed_in", user: userOf({ user: "owner", role: "owner" }) };
}

async function sessionState(deps: SessionOperationsDeps, request: Request): Promise<SessionReply> {
  if ((await deps.owner.passwordId()) === null) return { state: "setup", claim_code: deps.owner.needsClaimCode };
  const principal = await deps.access.identify(request.headers);
  if (principal === null) return { state: "signed_out" };
  const shown = principal.kind === "session" ? principal : { user: nameOf(principal), role: "viewer" as const };
  return { state: "signed_in", user: { ...userOf(shown), scopes: [...scopesOf(principal)] } };
}

/** A cookie vouches for what these do: only the box's own page may ask for it. */
const ownPage: RequestHandler = (request, _response, next) => {
  checkWrite(originHeaders(request.headers));
  next();
};
const common = { scope: "open", tag: "Session", reply: sessionReply, idempotent: false } as const;
const OWN_PAGE = ["web.bad_origin", "web.csrf"] as const;

export function sessionOperations(deps: SessionOperationsDeps): readonly Operation[] {
  const open = { ...common, method: "post", status: 201, before: [ownPage] } as const;
  return [
    operation({
      ...{ ...common, method: "get", path: "/session", summary: "Who is signed in, or what a visitor does first" },
      run: ({ request }) => sessionState(deps, request),
    }),
    operation({
      ...{ ...open, path: "/setup", body: setupRequest, summary: "Claim the box with the owner's first password" },
      errors: [
        ...OWN_PAGE,
        "web.already_set_up",
        "web.wrong_claim_code",
        "web.weak_password",
        "web.too_many_attempts",
        "web.busy",
      ],
      run: async ({ body, request, response }) => {
        deps.guard.begin(addressOf(request));
        const passwordId = await deps.owner.claim(body.password, body.claim_code);
        deps.guard.succeeded(addressOf(request));
        return openSession(deps, passwordId, { request, response });
      },
    }),
    operation({
      ...{ ...open, path: "/session", body: signInRequest, summary: "Sign in" },
      errors: [...OWN_PAGE, "web.wrong_password", "web.setup_needed", "web.too_many_attempts", "web.busy"],
      run: async ({ body, request, response }) => {
        deps.guard.begin(addressOf(request));
        const passwordId = await deps.owner.verify(body.password);
        if (passwordId === null) {
          throw new AppError("web.wrong_password", "the password is not right", {
            hint: "Type the owner's password again.",
          });
        }
        deps.guard.succeeded(addressOf(request));
        return openSession(deps, passwordId, { request, response });
      },
    }),
    operation({
      ...{ ...common, method: "delete", path: "/session", before: [ownPage], summary: "Sign out", errors: OWN_PAGE },
      run: async ({ request, response }) => {
        const token = sessionCookie(request.headers);
        if (token !== null) await deps.sessions.remove(token);
        response.set("Set-Cookie", cookieHeader(null, request.secure));
        return { state: "signed_out" as const };
      },
    }),
  ];
}
