// A renter's backup: the sealed identity, and beside it what only this device knows, sealed under the identity's seed. Readers of before
// pass the second over; backups of before have none.

import { AppError, type CryptoSuite, fromBase64url, isAppError, type Random, toBase64url } from "../base/index.ts";
import type { Identity } from "../envelope/index.ts";
import { type AccountData, accountBytes, readAccountData } from "./account-records.ts";
import { type LocalSeal, localSeal } from "./local-seal.ts";
import { isVault } from "./vault.ts";

/** What is read at most. */
export const MAX_BACKUP_BYTES = 8 * 1024 * 1024;
const DOMAIN = "numberbox/renter-backup/v1";
const MEMBER = "account";

export interface BackupParts {
  /** The sealed identity, or a key file. */
  readonly identity: string;
  /** Sealed; null where there is none. */
  readonly account: string | null;
}

interface SealDeps {
  readonly suite: CryptoSuite;
  readonly random: Random;
}

const sealOf = (deps: SealDeps, { seed }: Pick<Identity, "seed">): LocalSeal =>
  localSeal({ ...deps, seed, folder: { path: "the backup" } }, DOMAIN);

function membersOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The backup's text. `vault` is the sealed identity. */
export function backupText(
  deps: SealDeps,
  { vault, master, account }: { readonly vault: string; readonly master: Identity; readonly account: AccountData },
): string {
  const members = membersOf(vault);
  if (members === null) return vault;
  return JSON.stringify({ ...members, [MEMBER]: toBase64url(sealOf(deps, master).seal(accountBytes(account))) });
}

/** Takes a backup apart. What is none, such as a key file, is all identity. */
export function backupParts(text: string): BackupParts {
  const members = isVault(text) ? membersOf(text) : null;
  if (members === null) return { identity: text, account: null };
  const { [MEMBER]: account, ...vault } = members;
  return { identity: JSON.stringify(vault), account: typeof account === "string" ? account : null };
}

/** What the device knew that made the backup. Throws `renter.bad_backup`, `renter.state_version`. */
export function openBackupAccount(deps: SealDeps, master: Identity, account: string): AccountData {
  try {
    return readAccountData(sealOf(deps, master).open(fromBase64url(account)));
  } catch (cause) {
    if (!isAppError(cause) || cause.code === "renter.state_version") throw cause;
    throw new AppError("renter.bad_backup", "the orders in this backup were changed or are of another identity", {
      hint: "Choose another file.",
      cause,
    });
  }
}
