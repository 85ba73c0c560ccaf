// The people of a box as they are stored: one list in one setting. A box of before there were several has its owner's password alone,
// which reads as a list of one.

import { z } from "zod";
import { AppError, type Random } from "../../../base/index.ts";
import type { SettingStore } from "../../../core/index.ts";
import { parseJsonWith } from "../../../protocol/index.ts";
import { role } from "../../shared/scopes.ts";
import { hashPassword, passwordRecord } from "../passwords.ts";

const SETTING = "web.users";
const FIRST_SETTING = "web.password";

/** The name of the user that the first claim makes. */
export const OWNER = "owner";

const userRecord = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  role,
  disabled: z.boolean(),
  created_at: z.int(),
  /** Null until the invitation was accepted. */
  password: passwordRecord.nullable(),
  /** What lets its holder choose a password, once. Only the hash is stored. */
  invitation: z.object({ hash: z.string(), expires_at: z.int() }).nullable(),
});
export type UserRecord = z.infer<typeof userRecord>;

const userRecords = z.array(userRecord);

const firstOwner = (password: UserRecord["password"]): UserRecord => ({
  ...{ id: OWNER, name: OWNER, role: "owner", disabled: false, created_at: 0, password, invitation: null },
});

/** Errors: `web.user_records`, `web.password_record` when what is stored cannot be read. */
export async function readUsers(settings: SettingStore): Promise<readonly UserRecord[]> {
  const text = await settings.getSetting(SETTING);
  if (text !== null) return parseJsonWith(userRecords, text, "web.user_records", "The stored list of users");
  const first = await settings.getSetting(FIRST_SETTING);
  if (first === null) return [];
  return [firstOwner(parseJsonWith(passwordRecord, first, "web.password_record", "The stored password record"))];
}

/** Resolves after the list is durable. */
export async function writeUsers(settings: SettingStore, users: readonly UserRecord[]): Promise<void> {
  await settings.setSetting(SETTING, JSON.stringify(users));
}

export interface SetPasswordOptions {
  readonly settings: SettingStore;
  readonly random: Random;
  readonly password: string;
  /** Default `owner`, who is made where nobody is. */
  readonly user?: string;
}

/**
 * Sets or replaces a user's password, ends his sessions, and takes him in again if he was disabled: the way back in of whoever holds
 * the box's data. Resolves, with the new record's id, after it is durable. Errors: `web.weak_password`, `web.unknown_user`.
 */
export async function setPassword({ settings, random, password, user = OWNER }: SetPasswordOptions): Promise<string> {
  const record = await hashPassword(random, password);
  const users = await readUsers(settings);
  const known = users.find(({ name }) => name === user) ?? (user === OWNER ? firstOwner(null) : unknownUser(user));
  const changed = { ...known, password: record, invitation: null, disabled: false };
  await writeUsers(settings, [...users.filter(({ name }) => name !== user), changed]);
  return record.id;
}

function unknownUser(name: string): never {
  throw new AppError("web.unknown_user", "there is no such user", {
    hint: "`numberbox user list` names them.",
    context: { name },
  });
}
