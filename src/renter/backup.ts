// A renter's backup: the sealed identity, and beside it what only this device knows, sealed under the identity's seed. Readers of before
// pass the second over; backups of before have none.

import { z } from "zod";
import {
  AppError,
  type CryptoSuite,
  fromBase64url,
  fromUtf8,
  isAppError,
  type Random,
  toBase64url,
  utf8,
} from "../base/index.ts";
import type { Identity } from "../envelope/index.ts";
import { MAX_ESCROW_TEXT, parseJsonWith } from "../protocol/index.ts";
import { type AccountData, accountBytes, readAccountData } from "./account-records.ts";
import { type LocalSeal, localSeal } from "./local-seal.ts";
import { orderFile } from "./order-file.ts";
import { isVault } from "./vault.ts";

/** What is read at most. */
export const MAX_BACKUP_BYTES = 8 * 1024 * 1024;
/** By their members: of the renter's pages, and of a command line. */
const DOMAINS = { account: "numberbox/renter-backup/v1", machine: "numberbox/renter-backup-machine/v1" } as const;
type Member = keyof typeof DOMAINS;

export interface BackupParts {
  /** The sealed identity, or a key file. */
  readonly identity: string;
  /** Orders and escrows of the pages, sealed; null where there are none. */
  readonly account: string | null;
  /** Those of a command line, sealed; null where there are none. */
  readonly machine: string | null;
}

const orderKept = z.object({
  order: orderFile,
  /** Text of its key file; null where its key is the backup's identity. */
  key: z.string().nullable(),
  /** The escrow that pays for it. */
  escrow: z.string().max(MAX_ESCROW_TEXT).nullable(),
});

const machineData = z.object({
  v: z.literal(1),
  /** Where the renter was signed in. */
  places: z
    .object({
      relays: z.array(z.string()).min(1),
      mirrors: z.array(z.string()),
      socks5: z.string().nullable(),
      pins: z.record(z.string(), z.string()),
    })
    .nullable(),
  orders: z.array(orderKept),
});
/** What a command line keeps of a renter beside his mailboxes. */
export type MachineData = z.infer<typeof machineData>;

interface SealDeps {
  readonly suite: CryptoSuite;
  readonly random: Random;
}

const sealOf = (deps: SealDeps, { seed }: Pick<Identity, "seed">, member: Member): LocalSeal =>
  localSeal({ ...deps, seed, folder: { path: "the backup" } }, DOMAINS[member]);

function membersOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function withMember(
  deps: SealDeps,
  {
    vault,
    master,
    member,
    bytes,
  }: { readonly vault: string; readonly master: Identity; readonly member: Member; readonly bytes: Uint8Array },
): string {
  const members = membersOf(vault);
  if (members === null) return vault;
  return JSON.stringify({ ...members, [member]: toBase64url(sealOf(deps, master, member).seal(bytes)) });
}

/** The backup's text. `vault` is the sealed identity. */
export function backupText(
  deps: SealDeps,
  { vault, master, account }: { readonly vault: string; readonly master: Identity; readonly account: AccountData },
): string {
  return withMember(deps, { vault, master, member: "account", bytes: accountBytes(account) });
}

/** That of a command line. */
export function machineBackupText(
  deps: SealDeps,
  { vault, master, machine }: { readonly vault: string; readonly master: Identity; readonly machine: MachineData },
): string {
  return withMember(deps, { vault, master, member: "machine", bytes: utf8(JSON.stringify(machine)) });
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** Takes a backup apart. What is none, such as a key file, is all identity. */
export function backupParts(text: string): BackupParts {
  const members = isVault(text) ? membersOf(text) : null;
  if (members === null) return { identity: text, account: null, machine: null };
  const { account, machine, ...vault } = members;
  return { identity: JSON.stringify(vault), account: textOrNull(account), machine: textOrNull(machine) };
}

function opened(deps: SealDeps, master: Identity, member: Member, sealed: string): Uint8Array {
  try {
    return sealOf(deps, master, member).open(fromBase64url(sealed));
  } catch (cause) {
    if (!isAppError(cause)) throw cause;
    throw new AppError("renter.bad_backup", "the orders in this backup were changed or are of another identity", {
      hint: "Choose another file.",
      cause,
    });
  }
}

/** What the device knew that made the backup. Throws `renter.bad_backup`, `renter.state_version`. */
export function openBackupAccount(deps: SealDeps, master: Identity, account: string): AccountData {
  return readAccountData(opened(deps, master, "account", account));
}

/** As `openBackupAccount`, of a command line. */
export function openBackupMachine(deps: SealDeps, master: Identity, machine: string): MachineData {
  const text = fromUtf8(opened(deps, master, "machine", machine));
  return parseJsonWith<MachineData>(machineData, text, "renter.state_version", "the orders in the backup");
}
