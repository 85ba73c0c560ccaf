// Who is asking: a browser with a session cookie, or a program with a bearer token. Everything else is a stranger.

import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import { AppError } from "../../base/index.ts";
import { type ApiScope, type Role, SCOPES_OF } from "../shared/scopes.ts";
import { setupNeeded, type Users } from "./accounts/users.ts";
import { type ApiTokens, tokenId } from "./api-tokens.ts";
import { checkWrite, type OriginHeaders } from "./origin.ts";
import type { Sessions } from "./sessions.ts";

const COOKIE = "numberbox_session";
// Browsers take a cookie of this name only over https, for this host alone (RFC 6265bis 4.1.3.2).
const SECURE_COOKIE = `__Host-${COOKIE}`;

export type Principal =
  | {
      readonly kind: "session";
      readonly token: string;
      readonly id: string;
      readonly user: string;
      readonly role: Role;
    }
  | { readonly kind: "token"; readonly id: string; readonly name: string; readonly scopes: readonly ApiScope[] };

export function scopesOf(principal: Principal): readonly ApiScope[] {
  return principal.kind === "token" ? principal.scopes : SCOPES_OF[principal.role];
}

/** Who did it, as events and the audit trail name him. */
export function nameOf(principal: Principal): string {
  return principal.kind === "token" ? `token:${principal.name}` : principal.user;
}

function outOfScope(principal: Principal, scope: ApiScope): AppError {
  const isToken = principal.kind === "token";
  return new AppError("web.scope", isToken ? `this API token may not ${scope}` : `your role may not ${scope}`, {
    hint: isToken ? "Use a token made with that scope." : "Ask the owner of this box.",
    context: { scope },
  });
}

/** A request as far as it says who asks. */
export type Asked = Pick<IncomingMessage, "headers" | "method">;

/** A signed-in person. */
export type PersonPrincipal = Extract<Principal, { readonly kind: "session" }>;

export interface AccessDeps {
  readonly users: Users;
  readonly tokens: ApiTokens;
  readonly sessions: Sessions;
}

/** The session cookie's value, whichever of its two names it came under. */
export function sessionCookie(headers: IncomingHttpHeaders): string | null {
  for (const pair of (headers.cookie ?? "").split(";")) {
    const [name = "", value = ""] = pair.trim().split("=", 2);
    if ((name === COOKIE || name === SECURE_COOKIE) && /^[A-Za-z0-9_-]{43}$/.test(value)) return value;
  }
  return null;
}

/** `Set-Cookie` for a new session, or with null for its end. It lasts as long as the browser; the box ends it when idle. */
export function cookieHeader(value: string | null, secure: boolean): string {
  const name = secure ? SECURE_COOKIE : COOKIE;
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}${value === null ? "; Max-Age=0" : ""}`;
  return `${name}=${value ?? ""}; ${attributes}`;
}

export function originHeaders(headers: IncomingHttpHeaders): OriginHeaders {
  const marker = headers["x-numberbox"];
  return {
    host: headers.host,
    origin: headers.origin,
    contentType: headers["content-type"],
    marker: typeof marker === "string" ? marker : undefined,
  };
}

export class Access {
  readonly #deps: AccessDeps;
  readonly #principals = new WeakMap<Asked, Principal>();

  constructor(deps: AccessDeps) {
    this.#deps = deps;
  }

  /** Null for a stranger. A wrong bearer token is a stranger even with a good cookie. */
  async identify(headers: IncomingHttpHeaders): Promise<Principal | null> {
    const bearer = headers.authorization;
    if (bearer !== undefined) {
      const record = await this.#deps.tokens.find(/^Bearer (\S+)$/i.exec(bearer)?.[1] ?? "");
      return record === null ? null : { kind: "token", id: tokenId(record), name: record.name, scopes: record.scopes };
    }
    const token = sessionCookie(headers);
    return token === null ? null : this.#ofSession(token);
  }

  /** Whether a principal identified earlier may still listen. */
  async isOpen(principal: Principal): Promise<boolean> {
    if (principal.kind === "token") return this.#deps.tokens.isValid(principal.id);
    return (await this.#ofSession(principal.token)) !== null;
  }

  async #ofSession(token: string): Promise<Principal | null> {
    const passwordId = this.#deps.sessions.passwordOf(token);
    const user = passwordId === null ? null : await this.#deps.users.ofPassword(passwordId);
    if (passwordId === null || user === null || !this.#deps.sessions.touch(token, passwordId)) return null;
    return { kind: "session", token, id: user.id, user: user.name, role: user.role };
  }

  /** Errors: `web.setup_needed`, `web.sign_in_needed`, `web.scope`, and for writes with a cookie `web.bad_origin` and `web.csrf`. */
  async require(asked: Asked, scope: ApiScope): Promise<Principal> {
    const principal = await this.identify(asked.headers);
    if (principal === null) {
      // Commands on the same machine hold a token before the box has an owner.
      if (!(await this.#deps.users.isClaimed())) throw setupNeeded();
      throw new AppError("web.sign_in_needed", "this needs a signed-in user or an API token", {
        hint: "Sign in at the console, or send `Authorization: Bearer <token>`.",
      });
    }
    this.#principals.set(asked, principal);
    if (!scopesOf(principal).includes(scope)) throw outOfScope(principal, scope);
    const isWrite = asked.method !== "GET" && asked.method !== "HEAD";
    if (principal.kind === "session" && isWrite) checkWrite(originHeaders(asked.headers));
    return principal;
  }

  /** Who was found to ask, once `require` has looked; for the audit trail. */
  principalOf(asked: Asked): Principal | null {
    return this.#principals.get(asked) ?? null;
  }
}

/** Errors: `web.session_needed` for a program. */
export function personOf(principal: Principal | null): PersonPrincipal {
  if (principal?.kind === "session") return principal;
  throw new AppError("web.session_needed", "only a person who is signed in can do this, no API token", {
    hint: "Sign in at the console.",
  });
}

/** For routes: lets a request pass that `access` allows for a scope. */
export function allowWith(access: Access): (scope: ApiScope) => RequestHandler {
  return (scope) => async (request, _response, next) => {
    await access.require(request, scope);
    next();
  };
}
