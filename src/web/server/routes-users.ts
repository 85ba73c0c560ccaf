// REST: the people of the box, for those who manage it.

import { z } from "zod";
import type { Clock } from "../../base/index.ts";
import {
  changeUserRequest,
  type InvitationView,
  invitationView,
  newUserRequest,
  resetUserRequest,
  type UserView,
  usersReply,
  userView,
} from "../shared/accounts.ts";
import { SCOPES_OF } from "../shared/scopes.ts";
import { type Principal, scopesOf } from "./access.ts";
import type { UserRecord } from "./accounts/user-records.ts";
import { checkMayGive, userState } from "./accounts/user-rules.ts";
import type { Invited, Users } from "./accounts/users.ts";
import { type Operation, operation } from "./operation.ts";
import type { Sessions } from "./sessions.ts";

export interface UserOperationsDeps {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly clock: Clock;
}

const ofOne = z.strictObject({ id: z.string().max(64) });

class UserDesk {
  readonly #deps: UserOperationsDeps;

  constructor(deps: UserOperationsDeps) {
    this.#deps = deps;
  }

  view(user: UserRecord, asking: Principal | null): UserView {
    const { sessions, clock } = this.#deps;
    const last = sessions.list().find((session) => session.password_id === user.password?.id);
    return {
      ...{ id: user.id, name: user.name, role: user.role, state: userState(user, clock.now()) },
      ...{ created_at: user.created_at === 0 ? null : user.created_at, seen_at: last?.used_at ?? null },
      ...{ second_factor: false, passkeys: 0, self: asking?.kind === "session" && asking.id === user.id },
    };
  }

  invitation({ user, code, expiresAt }: Invited, asking: Principal | null): InvitationView {
    return { user: this.view(user, asking), code, expires_at: expiresAt };
  }

  /** Nobody changes one who may more than he. */
  async checkMayChange(id: string, asking: Principal | null): Promise<void> {
    const user = (await this.#deps.users.list()).find((each) => each.id === id);
    if (user !== undefined && asking !== null) checkMayGive(scopesOf(asking), SCOPES_OF[user.role]);
  }

  async endSessions(user: UserRecord): Promise<void> {
    await this.#deps.sessions.end((session) => session.password_id === user.password?.id);
  }
}

export function userOperations(deps: UserOperationsDeps): readonly Operation[] {
  const { users } = deps;
  const desk = new UserDesk(deps);
  const common = { scope: "manage", tag: "Users" } as const;
  const change = { ...common, params: ofOne, errors: ["web.unknown_user", "web.last_owner", "web.scope"] } as const;
  return [
    operation({
      ...{ ...common, method: "get", path: "/users", reply: usersReply },
      summary: "The people of the box",
      run: async ({ principal }) => ({ users: (await users.list()).map((user) => desk.view(user, principal)) }),
    }),
    operation({
      ...{ ...common, method: "post", path: "/users", body: newUserRequest, reply: invitationView, status: 201 },
      ...{ idempotent: false, errors: ["web.bad_user_name", "web.user_exists", "web.too_many_users", "web.scope"] },
      summary: "Invite somebody; the invitation's code is shown once",
      run: async ({ body, principal }) => {
        if (principal !== null) checkMayGive(scopesOf(principal), SCOPES_OF[body.role]);
        return desk.invitation(await users.invite(body.name, body.role), principal);
      },
    }),
    operation({
      ...{ ...change, method: "patch", path: "/users/{id}", body: changeUserRequest, reply: userView },
      summary: "Give a user another role, or keep him out",
      run: async ({ params, body, principal }) => {
        await desk.checkMayChange(params.id, principal);
        if (principal !== null && body.role !== undefined) checkMayGive(scopesOf(principal), SCOPES_OF[body.role]);
        const user = await users.change(params.id, body);
        if (user.disabled) await desk.endSessions(user);
        return desk.view(user, principal);
      },
    }),
    operation({
      ...{ ...change, method: "post", path: "/users/{id}/reset", body: resetUserRequest, reply: invitationView },
      ...{ status: 201, idempotent: false },
      summary: "Take a user's password away, end his sessions, and invite him anew",
      run: async ({ params, principal }) => {
        await desk.checkMayChange(params.id, principal);
        const invited = await users.reset(params.id);
        return desk.invitation(invited, principal);
      },
    }),
    operation({
      ...{ ...change, method: "delete", path: "/users/{id}" },
      summary: "Remove a user and end his sessions",
      run: async ({ params, principal }) => {
        await desk.checkMayChange(params.id, principal);
        await desk.endSessions(await users.remove(params.id));
      },
    }),
  ];
}
