// Takes a user's second factor and passkeys away, in a box that does not run.

import type { SettingStore } from "../../../core/index.ts";
import { readFactors, readPasskeys, writeFactors, writePasskeys } from "./factor-records.ts";
import { readUsers } from "./user-records.ts";

/** Does nothing for a user that there is not. */
export async function forgetFactors(settings: SettingStore, name: string): Promise<void> {
  const id = (await readUsers(settings)).find((user) => user.name === name)?.id;
  const isOther = ({ user }: { readonly user: string }): boolean => user !== id;
  await writeFactors(settings, (await readFactors(settings)).filter(isOther));
  await writePasskeys(settings, (await readPasskeys(settings)).filter(isOther));
}
