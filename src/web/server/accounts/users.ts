// The people of a box: the first visitor claims it and becomes its owner; owners invite others, each with a role. All hashing goes
// through one queue: a hash takes 32 MiB and a thread of the pool that also carries the store's fsyncs, so never more than one runs.

import {
  AppError,
  type Clock,
  equalBytes,
  hours,
  type Random,
  SerialQueue,
  toBase64url,
  utf8,
} from "../../../base/index.ts";
import type { SettingStore } from "../../../core/index.ts";
import type { Role } from "../../shared/scopes.ts";
import type { WebLimits } from "../limits.ts";
import { hashPassword, nobodysPassword, type PasswordRecord, verifyPassword } from "../passwords.ts";
import { hashOfSecret, isSecretOf } from "../secret-hash.ts";
import { OWNER, readUsers, setPassword, type UserRecord, writeUsers } from "./user-records.ts";
import { checkNewUser, checkOwnerLeft, isActive } from "./user-rules.ts";

/** An invitation that nobody took is worth nothing after so long. */
const INVITATION = hours(24);

export interface UsersDeps {
  readonly settings: SettingStore;
  readonly random: Random;
  readonly clock: Clock;
  readonly limits: Pick<WebLimits, "passwordQueue">;
  /** Printed on the box's label or screen; the first visitor must type it. Undefined: the first visitor in time claims the box. */
  readonly claimCode: string | undefined;
  /** Told once, when the box has got its owner. */
  readonly onClaimed?: (() => void) | undefined;
}

/** An invitation's code is shown once and kept as a hash. */
export interface Invited {
  readonly user: UserRecord;
  readonly code: string;
  readonly expiresAt: number;
}

export interface UserChange {
  readonly role?: Role | undefined;
  readonly disabled?: boolean | undefined;
}

export class Users {
  readonly #deps: UsersDeps;
  readonly #hashing = new SerialQueue("password check");
  readonly #writing = new SerialQueue("users");
  readonly #nobody: PasswordRecord;

  constructor(deps: UsersDeps) {
    this.#deps = deps;
    this.#nobody = nobodysPassword(deps.random);
  }

  get needsClaimCode(): boolean {
    return this.#deps.claimCode !== undefined;
  }

  list(): Promise<readonly UserRecord[]> {
    return readUsers(this.#deps.settings);
  }

  async isClaimed(): Promise<boolean> {
    return (await this.list()).some((user) => user.password !== null);
  }

  /** Who may go on with a session that names this password: null once it was replaced, or its user disabled or removed. */
  async ofPassword(passwordId: string): Promise<UserRecord | null> {
    return (await this.list()).find((user) => user.password?.id === passwordId && isActive(user)) ?? null;
  }

  /**
   * Sets the first password. Of any number of claims at the same time exactly one succeeds. Errors: `web.already_set_up`,
   * `web.wrong_claim_code`, `web.weak_password`, `web.busy`.
   */
  claim(password: string, code: string | undefined): Promise<UserRecord> {
    return this.#hash(async () => {
      if (await this.isClaimed()) {
        throw new AppError("web.already_set_up", "this box already has an owner", {
          hint: "Sign in with the owner's password. If it was not you who set it, reset the box at once.",
        });
      }
      this.#checkClaimCode(code ?? "");
      await setPassword({ ...this.#deps, password });
      this.#deps.onClaimed?.();
      return this.#named(OWNER);
    });
  }

  /** The user when the password is right, else null, after the same time for a name that does not exist. Errors: `web.setup_needed`, `web.busy`. */
  verify(name: string, password: string): Promise<UserRecord | null> {
    return this.#hash(async () => {
      const users = await this.list();
      if (!users.some((user) => user.password !== null)) throw setupNeeded();
      const user = users.find((each) => each.name === name);
      const isRight = await verifyPassword(user?.password ?? this.#nobody, password);
      return isRight && user !== undefined && isActive(user) ? user : null;
    });
  }

  /** Errors: `web.bad_user_name`, `web.user_exists`, `web.too_many_users`. */
  invite(name: string, role: Role): Promise<Invited> {
    return this.#change(async (users) => {
      checkNewUser(users, name);
      const id = toBase64url(this.#deps.random.bytes(9));
      const fresh = { id, name, role, disabled: false, created_at: this.#deps.clock.now(), password: null };
      const invited = this.#invited({ ...fresh, invitation: null });
      return { users: [...users, invited.user], result: invited };
    });
  }

  /** Takes the password away and invites anew. Errors: `web.unknown_user`, `web.last_owner`. */
  reset(id: string): Promise<Invited> {
    return this.#changeOne(id, (user) => {
      const invited = this.#invited({ ...user, password: null });
      return { user: invited.user, result: invited };
    });
  }

  /** Chooses the password that an invitation is for. Errors: `web.bad_invitation`, `web.weak_password`, `web.busy`. */
  accept(name: string, code: string, password: string): Promise<UserRecord> {
    return this.#hash(async () => {
      const user = this.#invitedBy(await this.list(), name, code);
      const record = await hashPassword(this.#deps.random, password);
      return this.#change(async (users) => {
        this.#invitedBy(users, name, code);
        const changed = { ...user, password: record, invitation: null };
        return { users: replaced(users, changed), result: changed };
      });
    });
  }

  /** Errors: `web.unknown_user`, `web.last_owner`. */
  change(id: string, { role, disabled }: UserChange): Promise<UserRecord> {
    return this.#changeOne(id, (user) => {
      const changed = { ...user, role: role ?? user.role, disabled: disabled ?? user.disabled };
      return { user: changed, result: changed };
    });
  }

  /** Errors: `web.unknown_user`, `web.last_owner`. */
  remove(id: string): Promise<UserRecord> {
    return this.#changeOne(id, (user) => ({ user: null, result: user }));
  }

  /** The user of a passkey. Errors: `web.bad_passkey` when he may not sign in. */
  async active(id: string): Promise<UserRecord> {
    const user = (await this.list()).find((each) => each.id === id && isActive(each));
    if (user !== undefined) return user;
    throw new AppError("web.bad_passkey", "this passkey does not open this box", {
      hint: "Ask the owner of this box.",
    });
  }

  /** A name for the audit trail: of a user that there is, else empty, since people type passwords into the wrong field. */
  async known(name: string): Promise<string> {
    return (await this.list()).some((user) => user.name === name) ? name : "";
  }

  /** Errors: `web.wrong_password`, `web.busy`. */
  checkPassword(id: string, password: string): Promise<void> {
    return this.#hash(async () => {
      const user = (await this.list()).find((each) => each.id === id);
      if (!(await verifyPassword(user?.password ?? this.#nobody, password))) throw wrongPassword();
    });
  }

  /** From the box's own command line. Errors: `web.unknown_user`, `web.weak_password`, `web.busy`. */
  setPassword(name: string, password: string): Promise<void> {
    return this.#hash(async () => {
      await this.#writing.run(() => setPassword({ ...this.#deps, user: name, password }));
    });
  }

  /** The user's own change. Errors: `web.unknown_user`, `web.wrong_password`, `web.weak_password`, `web.same_password`, `web.busy`. */
  changePassword(id: string, old: string, password: string): Promise<UserRecord> {
    return this.#hash(async () => {
      const user = (await this.list()).find((each) => each.id === id);
      if (!(await verifyPassword(user?.password ?? this.#nobody, old))) throw wrongPassword();
      if (old === password) {
        throw new AppError("web.same_password", "the new password is the old one", { hint: "Choose another one." });
      }
      const record = await hashPassword(this.#deps.random, password);
      return this.#changeOne(id, (known) => {
        const changed = { ...known, password: record };
        return { user: changed, result: changed };
      });
    });
  }

  stop(): void {
    this.#hashing.stop();
    this.#writing.stop();
  }

  #invited(user: UserRecord): Invited {
    const code = toBase64url(this.#deps.random.bytes(24));
    const expiresAt = this.#deps.clock.now() + INVITATION;
    return { user: { ...user, invitation: { hash: hashOfSecret(code), expires_at: expiresAt } }, code, expiresAt };
  }

  #invitedBy(users: readonly UserRecord[], name: string, code: string): UserRecord {
    const user = users.find((each) => each.name === name);
    const invitation = user?.invitation ?? { hash: hashOfSecret(""), expires_at: 0 };
    const isRight = isSecretOf(code, invitation.hash);
    if (isRight && user !== undefined && !user.disabled && invitation.expires_at > this.#deps.clock.now()) return user;
    throw new AppError("web.bad_invitation", "this invitation does not exist, was used or has expired", {
      hint: "Ask the owner of this box for a new one.",
    });
  }

  async #named(name: string): Promise<UserRecord> {
    const user = (await this.list()).find((each) => each.name === name);
    return user ?? unknownUser();
  }

  #changeOne<T>(
    id: string,
    change: (user: UserRecord) => { readonly user: UserRecord | null; readonly result: T },
  ): Promise<T> {
    return this.#change(async (users) => {
      const known = users.find((each) => each.id === id) ?? unknownUser();
      const { user, result } = change(known);
      const after = user === null ? users.filter((each) => each.id !== id) : replaced(users, user);
      checkOwnerLeft(after);
      return { users: after, result };
    });
  }

  #change<T>(
    change: (users: readonly UserRecord[]) => Promise<{ readonly users: readonly UserRecord[]; readonly result: T }>,
  ): Promise<T> {
    return this.#writing.run(async () => {
      const { users, result } = await change(await this.list());
      await writeUsers(this.#deps.settings, users);
      return result;
    });
  }

  #checkClaimCode(typed: string): void {
    const expected = this.#deps.claimCode;
    if (expected === undefined || equalBytes(utf8(bareCode(typed)), utf8(bareCode(expected)))) return;
    throw new AppError("web.wrong_claim_code", "the claim code is not this box's", {
      hint: "Type the code that the box shows on its screen and in the file CLAIM-CODE.txt of its card.",
    });
  }

  #hash<T>(task: () => Promise<T>): Promise<T> {
    if (this.#hashing.depth < this.#deps.limits.passwordQueue) return this.#hashing.run(task);
    const hint = "Try again in a few seconds.";
    return Promise.reject(new AppError("web.busy", "too many sign-ins at once", { retryable: true, hint }));
  }
}

const replaced = (users: readonly UserRecord[], user: UserRecord): readonly UserRecord[] =>
  users.map((each) => (each.id === user.id ? user : each));

/** As people type it: small letters, with or without the dash. */
const bareCode = (code: string): string => code.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");

export function unknownUser(): never {
  throw new AppError("web.unknown_user", "there is no such user", { hint: "Look at the list of users again." });
}

export function wrongPassword(): AppError {
  return new AppError("web.wrong_password", "the name or the password is not right", { hint: "Type both again." });
}

/** What everything but the set-up answers while the box has no owner. */
export function setupNeeded(): AppError {
  return new AppError("web.setup_needed", "this box has no owner yet", {
    hint: "Open the console in a browser and set the owner's password.",
  });
}
