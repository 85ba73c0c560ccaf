// REST: the second factor and the passkeys of one's own account, and the second step of a sign-in.

import type { Request } from "express";
import { encode } from "uqr";
import { z } from "zod";
import {
  accountReply,
  codeRequest,
  enrolmentReply,
  newPasskeyRequest,
  passkeyOptions,
  passkeySignIn,
  passwordAgain,
  recoveryReply,
  secondStepRequest,
} from "../shared/factors.ts";
import { type PersonPrincipal, personOf } from "./access.ts";
import type { Passkeys } from "./accounts/passkeys.ts";
import { relyingPartyOf } from "./accounts/relying-party.ts";
import { type SecondFactors, wrongCode } from "./accounts/second-factors.ts";
import { wrongPassword } from "./accounts/users.ts";
import { type Operation, operation } from "./operation.ts";
import { ENTRANCE, OWN_PAGE, openSession, type SessionOperationsDeps } from "./routes-session.ts";
import { addressOf } from "./visit.ts";

const QUIET_ZONE = 4;

export interface FactorOperationsDeps extends SessionOperationsDeps {
  readonly factors: SecondFactors;
  readonly passkeys: Passkeys;
}

function qrRows(text: string): string[] {
  const { data } = encode(text, { ecc: "M", border: QUIET_ZONE });
  return data.map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
}

/** What changes how an account is entered needs its password once more, guessed as slowly as at the door. */
async function askAgain(deps: FactorOperationsDeps, person: PersonPrincipal, password: string, request: Request) {
  deps.guard.begin(addressOf(request), person.user);
  await deps.users.checkPassword(person.id, password);
  deps.guard.succeeded(addressOf(request), person.user);
}

const own = { scope: "read", tag: "Account", idempotent: false } as const;
const AGAIN = ["web.session_needed", "web.wrong_password", "web.too_many_attempts", "web.busy"] as const;

function isPasskeyPlace(request: Request): boolean {
  try {
    relyingPartyOf(request);
    return true;
  } catch {
    return false;
  }
}

function appOperations(deps: FactorOperationsDeps): readonly Operation[] {
  const { factors } = deps;
  return [
    operation({
      ...{ ...own, method: "post", path: "/account/second-factor", body: passwordAgain, reply: enrolmentReply },
      ...{ status: 201, errors: [...AGAIN, "web.no_second_factor_here"] },
      summary: "Begin with an authenticator app; its secret is shown once",
      run: async ({ body, principal, request }) => {
        const person = personOf(principal);
        await askAgain(deps, person, body.password, request);
        const enrolment = factors.begin(person.id, person.user, `Numberbox ${request.hostname}`);
        return { ...enrolment, qr: qrRows(enrolment.uri) };
      },
    }),
    operation({
      ...{ ...own, method: "post", path: "/account/second-factor/confirm", body: codeRequest, reply: recoveryReply },
      errors: ["web.session_needed", "web.wrong_code", "web.too_many_attempts"],
      summary: "Switch the second factor on with the app's first code; the recovery codes are shown once",
      run: async ({ body, principal, request }) => {
        const person = personOf(principal);
        deps.guard.begin(addressOf(request), person.user);
        const codes = await factors.confirm(person.id, body.code);
        deps.guard.succeeded(addressOf(request), person.user);
        return { recovery_codes: [...codes] };
      },
    }),
    operation({
      ...{ ...own, method: "post", path: "/account/recovery-codes", body: passwordAgain, reply: recoveryReply },
      ...{ status: 201, errors: [...AGAIN, "web.no_second_factor"] },
      summary: "New recovery codes in place of the old ones",
      run: async ({ body, principal, request }) => {
        const person = personOf(principal);
        await askAgain(deps, person, body.password, request);
        return { recovery_codes: [...(await factors.renewRecovery(person.id))] };
      },
    }),
    operation({
      ...{ ...own, method: "post", path: "/account/second-factor/remove", body: passwordAgain, errors: AGAIN },
      summary: "Sign in by password alone again",
      run: async ({ body, principal, request }) => {
        const person = personOf(principal);
        await askAgain(deps, person, body.password, request);
        await factors.remove(person.id);
      },
    }),
  ];
}

function ownPasskeys(deps: FactorOperationsDeps): readonly Operation[] {
  const { passkeys } = deps;
  return [
    operation({
      ...{ ...own, method: "post", path: "/account/passkeys/options", body: passwordAgain, reply: passkeyOptions },
      errors: [...AGAIN, "web.no_passkeys_here", "web.too_many_passkeys"],
      summary: "What the browser needs to make a passkey",
      run: async ({ body, principal, request }) => {
        const person = personOf(principal);
        const party = relyingPartyOf(request);
        await askAgain(deps, person, body.password, request);
        return { ...(await passkeys.beginNew({ id: person.id, name: person.user }, party)) };
      },
    }),
    operation({
      ...{ ...own, method: "post", path: "/account/passkeys", body: newPasskeyRequest },
      errors: ["web.session_needed", "web.bad_passkey", "web.no_passkeys_here", "web.too_many_passkeys"],
      summary: "Keep a passkey that the browser made",
      run: ({ body, principal, request }) => {
        const { name, response } = body;
        return passkeys.add({ user: personOf(principal).id, name, response }, relyingPartyOf(request));
      },
    }),
    operation({
      ...{ ...own, method: "delete", path: "/account/passkeys/{id}" },
      params: z.strictObject({ id: z.string().max(1400) }),
      errors: ["web.session_needed", "web.unknown_passkey"],
      summary: "Remove one of your passkeys",
      run: ({ params, principal }) => passkeys.remove(personOf(principal).id, params.id),
    }),
  ];
}

function secondSteps(deps: FactorOperationsDeps): readonly Operation[] {
  const { users, guard, factors, passkeys, tickets } = deps;
  return [
    operation({
      ...{ ...ENTRANCE, path: "/session/second-step", body: secondStepRequest },
      summary: "The code that a sign-in asks for after the password",
      errors: [...OWN_PAGE, "web.wrong_code", "web.sign_in_expired", "web.too_many_attempts"],
      run: async ({ body, request, response }) => {
        const ticket = tickets.use(body.ticket);
        const user = await users.ofPassword(ticket.passwordId);
        if (user === null) throw wrongPassword();
        guard.begin(addressOf(request), user.name);
        if (!(await factors.verify(user.id, body.code))) throw wrongCode();
        tickets.done(body.ticket);
        guard.succeeded(addressOf(request), user.name);
        return openSession(deps, user, { request, response });
      },
    }),
    operation({
      ...{ ...ENTRANCE, path: "/session/passkey-options", reply: passkeyOptions },
      summary: "What the browser needs to sign in with a passkey",
      errors: [...OWN_PAGE, "web.no_passkeys_here"],
      run: async ({ request }) => ({ ...(await passkeys.beginSignIn(relyingPartyOf(request))) }),
    }),
    operation({
      ...{ ...ENTRANCE, path: "/session/passkey", body: passkeySignIn },
      summary: "Sign in with a passkey",
      errors: [...OWN_PAGE, "web.bad_passkey", "web.no_passkeys_here", "web.too_many_attempts"],
      run: async ({ body, request, response }) => {
        guard.begin(addressOf(request));
        const id = await passkeys.signIn(body.response, relyingPartyOf(request));
        const user = await users.active(id);
        guard.succeeded(addressOf(request), user.name);
        return openSession(deps, user, { request, response });
      },
    }),
  ];
}

export function factorOperations(deps: FactorOperationsDeps): readonly Operation[] {
  const { factors, passkeys } = deps;
  return [
    operation({
      ...{ ...own, method: "get", path: "/account", reply: accountReply, errors: ["web.session_needed"] },
      summary: "Your own account",
      run: async ({ principal, request }) => {
        const { id, user, role } = personOf(principal);
        return {
          ...{ name: user, role, second_factor: await factors.has(id), second_factor_offered: factors.available },
          ...{ recovery_left: await factors.recoveryLeft(id), passkeys: [...(await passkeys.of(id))] },
          passkeys_here: isPasskeyPlace(request),
        };
      },
    }),
    ...appOperations(deps),
    ...ownPasskeys(deps),
    ...secondSteps(deps),
  ];
}
