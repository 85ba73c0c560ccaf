// Takes a user's second factor and passkeys away, or everybody, in a box that does not run.

import type { SettingStore } from "../../../core/index.ts";
import { forgetTokens } from "../api-tokens.ts";
import { readFactors, readPasskeys, writeFactors, writePasskeys } from "./factor-records.ts";
import { readUsers, writeUsers } from "./user-records.ts";

/** Does nothing for a user that there is not. */
export async function forgetFactors(settings: SettingStore, name: string): Promise<void> {
  const id = (await readUsers(settings)).find((user) => user.name === name)?.id;
  const isOther = ({ user }: { readonly user: string }): boolean => user !== id;
  await writeFactors(settings, (await readFactors(settings)).filter(isOther));
  await writePasskeys(settings, (await readPasskeys(settings)).filter(isOther));
}

/** Nobody owns the box any more: it is claimed anew. Sessions end with the passwords that opened them. */
export async function forgetUsers(settings: SettingStore): Promise<void> {
  await writeFactors(settings, []);
  await writePasskeys(settings, []);
  await forgetTokens(settings);
  await writeUsers(settings, []);
}
