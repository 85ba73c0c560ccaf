// All that decides who comes in, made and stopped together.

import type { Clock, Logger, Random } from "../../../base/index.ts";
import type { AuditStore, SettingStore } from "../../../core/index.ts";
import { Access } from "../access.ts";
import { ApiTokens } from "../api-tokens.ts";
import { AuditTrail } from "../audit/audit-trail.ts";
import type { WebLimits } from "../limits.ts";
import { Sessions } from "../sessions.ts";
import { SignInGuard } from "../sign-in-guard.ts";
import { Passkeys } from "./passkeys.ts";
import { SecondFactors } from "./second-factors.ts";
import type { SecretBox } from "./secret-box.ts";
import { SignInTickets } from "./sign-in-tickets.ts";
import { Users } from "./users.ts";

export interface EntranceDeps {
  readonly settings: SettingStore;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: WebLimits;
  readonly claimCode?: string | undefined;
  readonly onClaimed?: (() => void) | undefined;
  readonly secretBox?: SecretBox | undefined;
  readonly audit?: AuditStore | undefined;
}

export interface Entrance {
  readonly access: Access;
  readonly users: Users;
  readonly tokens: ApiTokens;
  readonly sessions: Sessions;
  readonly guard: SignInGuard;
  readonly factors: SecondFactors;
  readonly passkeys: Passkeys;
  readonly tickets: SignInTickets;
  readonly trail: AuditTrail | undefined;
}

/** Takes up what an earlier run left. Errors: those of the settings. */
export async function openEntrance(deps: EntranceDeps): Promise<Entrance> {
  const users = new Users({ ...deps, claimCode: deps.claimCode });
  const tokens = new ApiTokens(deps);
  await tokens.load();
  const sessions = new Sessions(deps);
  await sessions.load();
  const guard = new SignInGuard(deps);
  await guard.load();
  const trail = deps.audit === undefined ? undefined : new AuditTrail({ ...deps, store: deps.audit });
  trail?.start();
  return {
    ...{ users, tokens, sessions, guard, trail, access: new Access({ users, tokens, sessions }) },
    factors: new SecondFactors({ ...deps, secrets: deps.secretBox }),
    passkeys: new Passkeys(deps),
    tickets: new SignInTickets(deps),
  };
}

/** Once nobody can ask any more: writes what is not written yet. */
export async function closeEntrance(entrance: Entrance): Promise<void> {
  await entrance.trail?.stop();
  await entrance.guard.stop();
  for (const part of [entrance.factors, entrance.passkeys, entrance.tokens, entrance.sessions]) part.stop();
}
