// REST as the pages of people, sessions and tokens use it.

import { z } from "zod";
import { AppError } from "../../base/index.ts";
import {
  endedReply,
  type InvitationView,
  invitationView,
  newTokenReply,
  type TokenView,
  type UserView,
  userView,
} from "../shared/accounts.ts";
import { type EnrolmentReply, enrolmentReply, passkeyOptions, recoveryReply } from "../shared/factors.ts";
import type { Role } from "../shared/scopes.ts";
import { type SessionReply, sessionReply } from "../shared/session.ts";
import { call } from "./call.ts";

const V1 = "/api/v1";
const nothing = z.null();
const one = (list: string, id: string): string => `${V1}/${list}/${encodeURIComponent(id)}`;

/** The browser's own part of a passkey, fetched when it is used. */
const webauthn = () => import("@simplewebauthn/browser");

export interface NewToken {
  readonly name: string;
  readonly scopes: TokenView["scopes"];
  readonly days: number | null;
}

export const accessApi = {
  accept: (name: string, code: string, password: string): Promise<SessionReply> =>
    call(sessionReply, "POST", `${V1}/invitation`, { body: { name, code, password } }),
  invite: (name: string, role: Role): Promise<InvitationView> =>
    call(invitationView, "POST", `${V1}/users`, { body: { name, role } }),
  changeUser: (id: string, body: { role?: Role; disabled?: boolean }): Promise<UserView> =>
    call(userView, "PATCH", one("users", id), { body }),
  resetUser: (id: string, secondFactor: boolean): Promise<InvitationView> =>
    call(invitationView, "POST", `${one("users", id)}/reset`, { body: { second_factor: secondFactor } }),
  removeUser: (id: string) => call(nothing, "DELETE", one("users", id)),
  createToken: async (body: NewToken): Promise<string> =>
    (await call(newTokenReply, "POST", `${V1}/tokens`, { body })).token,
  revokeToken: (name: string) => call(nothing, "DELETE", one("tokens", name)),
  endSession: (id: string) => call(nothing, "DELETE", one("sessions", id)),
  endOthers: () => call(endedReply, "POST", `${V1}/sessions/end-others`),
  changePassword: (password: string, next: string) =>
    call(nothing, "POST", `${V1}/account/password`, { body: { password, new_password: next } }),
  beginFactor: (password: string): Promise<EnrolmentReply> =>
    call(enrolmentReply, "POST", `${V1}/account/second-factor`, { body: { password } }),
  confirmFactor: async (code: string): Promise<readonly string[]> =>
    (await call(recoveryReply, "POST", `${V1}/account/second-factor/confirm`, { body: { code } })).recovery_codes,
  renewRecovery: async (password: string): Promise<readonly string[]> =>
    (await call(recoveryReply, "POST", `${V1}/account/recovery-codes`, { body: { password } })).recovery_codes,
  removeFactor: (password: string) =>
    call(nothing, "POST", `${V1}/account/second-factor/remove`, { body: { password } }),
  removePasskey: (id: string) => call(nothing, "DELETE", one("account/passkeys", id)),
  /** Errors: `page.passkey` when the browser makes none, besides the box's own. */
  addPasskey: async (password: string, name: string): Promise<void> => {
    const { startRegistration } = await webauthn();
    const optionsJSON = await call(passkeyOptions, "POST", `${V1}/account/passkeys/options`, { body: { password } });
    // The box made the options for the browser: what they hold is between these two.
    const made = startRegistration({ optionsJSON: optionsJSON as unknown as RegistrationOptions });
    const response = await made.catch((cause: unknown) => noPasskey(cause));
    await call(nothing, "POST", `${V1}/account/passkeys`, { body: { name, response } });
  },
  /** Errors: `page.passkey` when the browser gives none, besides the box's own. */
  passkeySignIn: async (): Promise<SessionReply> => {
    const { startAuthentication } = await webauthn();
    const optionsJSON = await call(passkeyOptions, "POST", `${V1}/session/passkey-options`);
    const given = startAuthentication({ optionsJSON: optionsJSON as unknown as AuthenticationOptions });
    const response = await given.catch((cause: unknown) => noPasskey(cause));
    return call(sessionReply, "POST", `${V1}/session/passkey`, { body: { response } });
  },
};

type Browser = Awaited<ReturnType<typeof webauthn>>;
type RegistrationOptions = Parameters<Browser["startRegistration"]>[0]["optionsJSON"];
type AuthenticationOptions = Parameters<Browser["startAuthentication"]>[0]["optionsJSON"];

function noPasskey(cause: unknown): never {
  throw new AppError("page.passkey", "the browser gave no passkey", {
    hint: "It was cancelled, or this device has none for this box.",
    cause,
  });
}

/** Browsers use passkeys only in a secure context, at a name. */
export function passkeysHere(): boolean {
  const isAddress = /^[\d.]+$|:|^\[/.test(location.hostname);
  return isSecureContext && !isAddress && "PublicKeyCredential" in globalThis;
}
