// The second factors of users and their passkeys as they are stored, each in one setting.

import { z } from "zod";
import type { SettingStore } from "../../../core/index.ts";
import { parseJsonWith } from "../../../protocol/index.ts";

const FACTORS = "web.factors";
const PASSKEYS = "web.passkeys";

const factorRecords = z.array(
  z.object({
    user: z.string(),
    /** The app's secret, sealed under the box's storage key. */
    sealed: z.string(),
    last_step: z.int(),
    /** Hashes of the codes that are left, each for one use. */
    recovery: z.array(z.string()),
    created_at: z.int(),
  }),
);
export type FactorRecord = z.infer<typeof factorRecords>[number];

const passkeyRecords = z.array(
  z.object({
    /** The credential's id, base64url. */
    id: z.string(),
    user: z.string(),
    name: z.string(),
    /** The host name that it was made for, and works at. */
    rp_id: z.string(),
    /** COSE, base64url. */
    public_key: z.string(),
    counter: z.int().min(0),
    transports: z.array(z.string()),
    created_at: z.int(),
    used_at: z.int().nullable(),
  }),
);
export type PasskeyRecord = z.infer<typeof passkeyRecords>[number];

/** Errors: `web.factor_records`: unreadable second factors are no reason to do without them. */
export async function readFactors(settings: SettingStore): Promise<readonly FactorRecord[]> {
  const text = await settings.getSetting(FACTORS);
  return text === null ? [] : parseJsonWith(factorRecords, text, "web.factor_records", "The stored second factors");
}

export async function writeFactors(settings: SettingStore, records: readonly FactorRecord[]): Promise<void> {
  await settings.setSetting(FACTORS, JSON.stringify(records));
}

/** Errors: `web.factor_records`. */
export async function readPasskeys(settings: SettingStore): Promise<readonly PasskeyRecord[]> {
  const text = await settings.getSetting(PASSKEYS);
  return text === null ? [] : parseJsonWith(passkeyRecords, text, "web.factor_records", "The stored passkeys");
}

export async function writePasskeys(settings: SettingStore, records: readonly PasskeyRecord[]): Promise<void> {
  await settings.setSetting(PASSKEYS, JSON.stringify(records));
}
