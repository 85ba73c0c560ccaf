// Who may be made what. Pure.

import { AppError, type UnixMs } from "../../../base/index.ts";
import type { ApiScope, Role } from "../../shared/scopes.ts";
import { SCOPES_OF } from "../../shared/scopes.ts";
import type { UserRecord } from "./user-records.ts";

/** Fixed limits of the stored list, which must stay well under 64 KiB. */
export const MOST_USERS = 32;
const NAME = /^[a-z0-9][a-z0-9._-]{0,31}$/;

/** A user who can sign in, now or once he has his second step. */
export const isActive = (user: UserRecord): boolean => user.password !== null && !user.disabled;

/** Throws `web.last_owner` unless somebody with the owner's role can still sign in. */
export function checkOwnerLeft(users: readonly UserRecord[]): void {
  if (users.some((user) => user.role === "owner" && isActive(user))) return;
  throw new AppError("web.last_owner", "this box would be left without an owner who can sign in", {
    hint: "Make somebody else an owner first.",
  });
}

/** Throws `web.bad_user_name`, `web.user_exists` or `web.too_many_users`. */
export function checkNewUser(users: readonly UserRecord[], name: string): void {
  if (!NAME.test(name)) {
    throw new AppError("web.bad_user_name", "a user's name must be 1-32 of a-z 0-9 . _ -", {
      hint: "Choose another name, for instance `anna`.",
    });
  }
  if (users.some((user) => user.name === name)) {
    throw new AppError("web.user_exists", "there is a user of that name", { hint: "Choose another name." });
  }
  if (users.length >= MOST_USERS) {
    throw new AppError("web.too_many_users", `a box has at most ${MOST_USERS} users`, { hint: "Remove one first." });
  }
}

/** Nobody hands out what he does not have. Throws `web.scope`. */
export function checkMayGive(own: readonly ApiScope[], given: readonly ApiScope[]): void {
  const missing = given.find((scope) => !own.includes(scope));
  if (missing === undefined) return;
  throw new AppError("web.scope", `you may not give the scope ${missing}, which you do not have`, {
    hint: "Ask the owner of this box.",
    context: { scope: missing },
  });
}

export const checkMayMake = (own: readonly ApiScope[], role: Role): void => checkMayGive(own, SCOPES_OF[role]);

/** What users are called in lists: `invited` has not chosen a password yet. */
export function userState(user: UserRecord, now: UnixMs): "active" | "invited" | "expired" | "disabled" {
  if (user.disabled) return "disabled";
  if (user.password !== null) return "active";
  return user.invitation !== null && user.invitation.expires_at > now ? "invited" : "expired";
}
