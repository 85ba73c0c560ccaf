// REST's words for people, sessions and API tokens: what the server answers and the pages read.

import { z } from "zod";
import { PASSWORD_MAX } from "./password-rules.ts";
import { apiScope, role } from "./scopes.ts";

const at = z.int().describe("Milliseconds since 1970.");
const password = z.string().max(PASSWORD_MAX);
/** As it is typed; whether it exists is another question. */
export const userName = z.string().min(1).max(64);

export const userView = z.object({
  id: z.string(),
  name: z.string(),
  role,
  /** `invited` has not chosen a password yet; `expired`: and can no longer. */
  state: z.enum(["active", "invited", "expired", "disabled"]),
  created_at: at.nullable(),
  /** Of an open session; null without one. */
  seen_at: at.nullable(),
  second_factor: z.boolean(),
  passkeys: z.int().min(0),
  /** Whether it is the one who asks. */
  self: z.boolean(),
});
export type UserView = z.infer<typeof userView>;
export const usersReply = z.object({ users: z.array(userView) });

export const newUserRequest = z.strictObject({ name: userName, role });
export const changeUserRequest = z.strictObject({ role: role.optional(), disabled: z.boolean().optional() });
export const resetUserRequest = z.strictObject({
  second_factor: z.boolean().default(false).describe("Also take away his second factor and passkeys."),
});

export const setPasswordRequest = z.strictObject({
  password,
  second_factor: z.boolean().default(false).describe("Also take away his second factor and passkeys."),
});

/** Shown once: whoever has the code chooses the user's password. */
export const invitationView = z.object({ user: userView, code: z.string(), expires_at: at });
export type InvitationView = z.infer<typeof invitationView>;
export const acceptRequest = z.strictObject({ name: userName, code: z.string().max(64), password });

export const changePasswordRequest = z.strictObject({ password, new_password: password });

export const sessionView = z.object({
  id: z.string(),
  user: z.string(),
  device: z.string(),
  address: z.string(),
  created_at: at,
  used_at: at,
  /** Whether it is the one that asks. */
  current: z.boolean(),
});
export type SessionView = z.infer<typeof sessionView>;
export const sessionsReply = z.object({ sessions: z.array(sessionView) });
export const endedReply = z.object({ ended: z.int().min(0) });

export const tokenView = z.object({
  name: z.string(),
  scopes: z.array(apiScope),
  /** Null: made before the box wrote it down. */
  created_at: at.nullable(),
  used_at: at.nullable(),
  /** Null: until it is revoked. */
  expires_at: at.nullable(),
  expired: z.boolean(),
  /** Of a part of the box itself. */
  internal: z.boolean(),
});
export type TokenView = z.infer<typeof tokenView>;
export const tokensReply = z.object({ tokens: z.array(tokenView) });
export const newTokenRequest = z.strictObject({
  name: z.string().min(1).max(32),
  scopes: z.array(apiScope).min(1).max(4),
  days: z.int().min(1).max(3650).nullable().default(null).describe("Null: until it is revoked."),
});
/** The token is shown once. */
export const newTokenReply = z.object({ token: z.string() });

export const auditRow = z.object({
  seq: z.int(),
  at,
  /** A user's name, or `token:` and an API token's; empty for a stranger. */
  actor: z.string(),
  operation: z.string(),
  target: z.string(),
  address: z.string(),
  status: z.int(),
  code: z.string().nullable(),
  note: z.string().nullable(),
});
export type AuditRowView = z.infer<typeof auditRow>;
/** `next` is the `before` of the next page; null after the last. */
export const auditReply = z.object({ rows: z.array(auditRow), next: z.int().nullable() });

/** `GET /api/v1/certificate`, for strangers too: what to compare before the box's authority is installed. */
export const certificateReply = z.object({
  /** SHA-256 of the box's own authority; null where the certificate is somebody else's, or there is none. */
  authority: z.string().nullable(),
  names: z.array(z.string()),
});
