// REST: the first password, sign-in and sign-out. The only routes a stranger can reach, next to `/health`.

import { type Request, type Response, Router } from "express";
import { AppError } from "../../base/index.ts";
import { type SessionReply, sessionReply, setupRequest, signInRequest, type VisitorUser } from "../shared/api.ts";
import { type Role, SCOPES_OF } from "../shared/scopes.ts";
import { type Access, cookieHeader, nameOf, originHeaders, scopesOf, sessionCookie } from "./access.ts";
import { bodyOf, jsonBody, reply } from "./exchange.ts";
import { checkWrite } from "./origin.ts";
import type { Owner } from "./owner.ts";
import type { Sessions } from "./sessions.ts";
import type { SignInGuard } from "./sign-in-guard.ts";

export interface SessionRoutesDeps {
  readonly owner: Owner;
  readonly sessions: Sessions;
  readonly access: Access;
  readonly guard: SignInGuard;
  readonly bodyBytes: number;
}

const addressOf = (request: Request): string => request.ip ?? "unknown";

function userOf({ user, role }: { readonly user: string; readonly role: Role }): VisitorUser {
  return { name: user, role, scopes: [...SCOPES_OF[role]] };
}

async function openSession(deps: SessionRoutesDeps, passwordId: string, request: Request, response: Response) {
  const token = await deps.sessions.create(passwordId);
  response.set("Set-Cookie", cookieHeader(token, request.secure));
  reply(response.status(201), sessionReply, { state: "signed_in", user: userOf({ user: "owner", role: "owner" }) });
}

async function sessionState(deps: SessionRoutesDeps, request: Request): Promise<SessionReply> {
  if ((await deps.owner.passwordId()) === null) return { state: "setup", claim_code: deps.owner.needsClaimCode };
  const principal = await deps.access.identify(request.headers);
  if (principal === null) return { state: "signed_out" };
  const shown = principal.kind === "session" ? principal : { user: nameOf(principal), role: "viewer" as const };
  return { state: "signed_in", user: { ...userOf(shown), scopes: [...scopesOf(principal)] } };
}

export function sessionRoutes(deps: SessionRoutesDeps): Router {
  const router = Router();
  const body = jsonBody(deps.bodyBytes);

  router.get("/session", async (request, response) => reply(response, sessionReply, await sessionState(deps, request)));

  router.post("/setup", body, async (request: Request, response: Response) => {
    checkWrite(originHeaders(request.headers));
    const input = bodyOf(request, setupRequest);
    deps.guard.begin(addressOf(request));
    const passwordId = await deps.owner.claim(input.password, input.claim_code);
    deps.guard.succeeded(addressOf(request));
    await openSession(deps, passwordId, request, response);
  });

  router.post("/session", body, async (request: Request, response: Response) => {
    checkWrite(originHeaders(request.headers));
    const input = bodyOf(request, signInRequest);
    deps.guard.begin(addressOf(request));
    const passwordId = await deps.owner.verify(input.password);
    if (passwordId === null) {
      throw new AppError("web.wrong_password", "the password is not right", {
        hint: "Type the owner's password again.",
      });
    }
    deps.guard.succeeded(addressOf(request));
    await openSession(deps, passwordId, request, response);
  });

  router.delete("/session", async (request, response) => {
    checkWrite(originHeaders(request.headers));
    const token = sessionCookie(request.headers);
    if (token !== null) await deps.sessions.remove(token);
    response.set("Set-Cookie", cookieHeader(null, request.secure));
    reply(response, sessionReply, { state: "signed_out" });
  });

  return router;
}
