// REST: what everybody does with his own account: his password, his sessions.

import { z } from "zod";
import { AppError } from "../../base/index.ts";
import { changePasswordRequest, endedReply, sessionsReply } from "../shared/accounts.ts";
import { type PersonPrincipal, personOf, scopesOf } from "./access.ts";
import { type Operation, operation } from "./operation.ts";
import { openSession, type SessionOperationsDeps } from "./routes-session.ts";
import { hashOfSecret } from "./secret-hash.ts";
import { type SessionRecord, sessionId } from "./sessions.ts";
import { addressOf } from "./visit.ts";

const sessionQuery = z.strictObject({ all: z.enum(["true", "false"]).default("false") });
const noReply = { tag: "Account", scope: "read", idempotent: false } as const;

/** The sessions that the asking person may see and end: his own; with `manage` all. */
async function sessionsOf(deps: SessionOperationsDeps, person: PersonPrincipal, all: boolean) {
  const users = await deps.users.list();
  const open = deps.sessions.list().flatMap((record) => {
    const user = users.find((each) => each.password?.id === record.password_id && !each.disabled);
    return user === undefined ? [] : [{ record, user }];
  });
  return all && scopesOf(person).includes("manage") ? open : open.filter(({ user }) => user.id === person.id);
}

const isCurrent = (record: SessionRecord, person: PersonPrincipal): boolean =>
  record.hash === hashOfSecret(person.token);

function sessionOperations(deps: SessionOperationsDeps): readonly Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/sessions", scope: "read", tag: "Account", query: sessionQuery, reply: sessionsReply },
      summary: "Where you are signed in; with `all=true`, and for those who manage the box, everybody",
      errors: ["web.session_needed"],
      run: async ({ query, principal }) => {
        const person = personOf(principal);
        const open = await sessionsOf(deps, person, query.all === "true");
        return {
          sessions: open.map(({ record, user }) => ({
            ...record,
            ...{ id: sessionId(record), user: user.name, current: isCurrent(record, person) },
          })),
        };
      },
    }),
    operation({
      ...{ ...noReply, method: "delete", path: "/sessions/{id}", params: z.strictObject({ id: z.string().max(64) }) },
      summary: "End one session",
      errors: ["web.session_needed", "web.unknown_session"],
      run: async ({ params, principal }) => {
        const visible = await sessionsOf(deps, personOf(principal), true);
        const named = visible.find(({ record }) => sessionId(record) === params.id);
        if (named === undefined) {
          const hint = "Look at the list again.";
          throw new AppError("web.unknown_session", "there is no such session", { hint });
        }
        await deps.sessions.end((record) => record === named.record || record.hash === named.record.hash);
      },
    }),
    operation({
      ...{ ...noReply, method: "post", path: "/sessions/end-others", reply: endedReply },
      summary: "End all of your sessions but this one",
      errors: ["web.session_needed"],
      run: async ({ principal }) => {
        const person = personOf(principal);
        const own = new Set((await sessionsOf(deps, person, false)).map(({ record }) => record.hash));
        const ended = await deps.sessions.end((record) => own.has(record.hash) && !isCurrent(record, person));
        return { ended };
      },
    }),
  ];
}

export function accountOperations(deps: SessionOperationsDeps): readonly Operation[] {
  return [
    ...sessionOperations(deps),
    operation({
      ...{ ...noReply, method: "post", path: "/account/password", body: changePasswordRequest },
      summary: "Change your password; your other sessions end",
      errors: [
        "web.session_needed",
        "web.wrong_password",
        "web.weak_password",
        "web.same_password",
        "web.too_many_attempts",
      ],
      run: async ({ body, principal, request, response }) => {
        const person = personOf(principal);
        const before = deps.sessions.passwordOf(person.token);
        deps.guard.begin(addressOf(request), person.user);
        const user = await deps.users.changePassword(person.id, body.password, body.new_password);
        deps.guard.succeeded(addressOf(request), person.user);
        await deps.sessions.end((record) => record.password_id === before);
        await openSession(deps, user, { request, response });
      },
    }),
  ];
}
