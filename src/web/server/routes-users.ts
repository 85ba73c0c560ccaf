// REST: the people of the box, for those who manage it.

import { z } from "zod";
import { AppError, type Clock } from "../../base/index.ts";
import {
  changeUserRequest,
  type InvitationView,
  invitationView,
  newUserRequest,
  resetUserRequest,
  setPasswordRequest,
  type UserView,
  usersReply,
  userView,
} from "../shared/accounts.ts";
import { SCOPES_OF } from "../shared/scopes.ts";
import { type Principal, scopesOf } from "./access.ts";
import type { Passkeys } from "./accounts/passkeys.ts";
import type { SecondFactors } from "./accounts/second-factors.ts";
import type { UserRecord } from "./accounts/user-records.ts";
import { checkMayGive, userState } from "./accounts/user-rules.ts";
import { type Invited, type Users, unknownUser } from "./accounts/users.ts";
import { type Operation, operation } from "./operation.ts";
import type { Sessions } from "./sessions.ts";

export interface UserOperationsDeps {
  readonly factors: SecondFactors;
  readonly passkeys: Passkeys;
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

  async views(users: readonly UserRecord[], asking: Principal | null): Promise<UserView[]> {
    const { sessions, clock, factors, passkeys } = this.#deps;
    const [open, enrolled, keys] = [sessions.list(), await factors.users(), await passkeys.list()];
    return users.map((user) => ({
      ...{ id: user.id, name: user.name, role: user.role, state: userState(user, clock.now()) },
      created_at: user.created_at === 0 ? null : user.created_at,
      seen_at: open.find((session) => session.password_id === user.password?.id)?.used_at ?? null,
      ...{ second_factor: enrolled.has(user.id), passkeys: keys.filter((key) => key.user === user.id).length },
      self: asking?.kind === "session" && asking.id === user.id,
    }));
  }

  async view(user: UserRecord, asking: Principal | null): Promise<UserView> {
    const [view] = await this.views([user], asking);
    return view ?? unknownUser();
  }

  async invitation({ user, code, expiresAt }: Invited, asking: Principal | null): Promise<InvitationView> {
    return { user: await this.view(user, asking), code, expires_at: expiresAt };
  }

  async forgetFactors(id: string): Promise<void> {
    await this.#deps.factors.remove(id);
    await this.#deps.passkeys.removeAll(id);
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

const common = { scope: "manage", tag: "Users" } as const;
const change = { ...common, params: ofOne, errors: ["web.unknown_user", "web.last_owner", "web.scope"] } as const;

/** What ends a user's sessions. */
function takingAway({ users }: UserOperationsDeps, desk: UserDesk): readonly Operation[] {
  return [
    operation({
      ...{ ...change, method: "post", path: "/users/{id}/reset", body: resetUserRequest, reply: invitationView },
      ...{ status: 201, idempotent: false },
      summary: "Take a user's password away, end his sessions, and invite him anew",
      run: async ({ params, body, principal }) => {
        await desk.checkMayChange(params.id, principal);
        const invited = await users.reset(params.id);
        if (body.second_factor) await desk.forgetFactors(params.id);
        return desk.invitation(invited, principal);
      },
    }),
    operation({
      ...{ ...common, method: "post", path: "/users/{id}/password", params: ofOne, body: setPasswordRequest },
      ...{ idempotent: false, errors: ["web.unknown_user", "web.weak_password", "web.local_only"] },
      summary: "Set a user's password, by name, from the box's own command line",
      run: async ({ params, body, principal }) => {
        if (principal?.kind !== "token" || principal.name !== "local") throw localOnly();
        const before = (await users.list()).find((user) => user.name === params.id);
        await users.setPassword(params.id, body.password);
        if (before !== undefined) await desk.endSessions(before);
        if (body.second_factor && before !== undefined) await desk.forgetFactors(before.id);
      },
    }),
    operation({
      ...{ ...change, method: "delete", path: "/users/{id}" },
      summary: "Remove a user and end his sessions",
      run: async ({ params, principal }) => {
        await desk.checkMayChange(params.id, principal);
        await desk.endSessions(await users.remove(params.id));
        await desk.forgetFactors(params.id);
      },
    }),
  ];
}

export function userOperations(deps: UserOperationsDeps): readonly Operation[] {
  const { users } = deps;
  const desk = new UserDesk(deps);
  return [
    operation({
      ...{ ...common, method: "get", path: "/users", reply: usersReply },
      summary: "The people of the box",
      run: async ({ principal }) => ({ users: await desk.views(await users.list(), principal) }),
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
    ...takingAway(deps, desk),
  ];
}

function localOnly(): AppError {
  return new AppError("web.local_only", "only the box's own command line may do this", {
    hint: "Use `numberbox user reset` on the box, or invite the user anew.",
  });
}
