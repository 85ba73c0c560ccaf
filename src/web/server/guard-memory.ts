// What the sign-in guard keeps over a restart: spans instead of times, since the monotonic clock begins anew and the wall clock may
// jump. Bounded: the addresses that wait longest, and the youngest of the rest.

import { z } from "zod";
import type { SettingStore } from "../../core/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";

const SETTING = "web.sign_in_guard";
const MOST_ADDRESSES = 300;
const MOST_NAME = 64;

const span = z.number().min(0);
const guardMemory = z.object({
  attempts: z.array(z.object({ key: z.string(), count: z.int().min(0), age: span, left: span })),
  accounts: z.array(z.object({ name: z.string(), count: z.int().min(0), age: span })),
  /** `account address` of those that signed in. */
  known: z.array(z.string()),
});
export type GuardMemory = z.infer<typeof guardMemory>;

export const EMPTY_GUARD: GuardMemory = { attempts: [], accounts: [], known: [] };

/** Errors: `web.guard_records` when it cannot be read. */
export async function readGuard(settings: SettingStore): Promise<GuardMemory> {
  const text = await settings.getSetting(SETTING);
  return text === null ? EMPTY_GUARD : parseJsonWith(guardMemory, text, "web.guard_records", "What the guard counted");
}

export async function writeGuard(settings: SettingStore, memory: GuardMemory): Promise<void> {
  const worstFirst = memory.attempts.toSorted((a, b) => b.left - a.left || a.age - b.age);
  const attempts = worstFirst.slice(0, MOST_ADDRESSES).filter(({ key }) => key.length <= MOST_NAME);
  const accounts = memory.accounts.filter(({ name }) => name.length <= MOST_NAME);
  await settings.setSetting(SETTING, JSON.stringify({ ...memory, attempts, accounts }));
}
