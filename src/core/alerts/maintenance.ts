// While somebody works on the box or on a slot nothing is told of it.

import { z } from "zod";
import { type UnixMs, unixMs } from "../../base/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import type { SettingStore } from "../ports-store.ts";

/** Until when a subject is worked on, by subject; the empty subject is the whole box. */
export type Maintenance = ReadonlyMap<string, UnixMs>;

const SETTING = "alerts.maintenance";
const stored = z.record(z.string(), z.int().min(0));

export function inMaintenance(maintenance: Maintenance, subject: string, at: UnixMs): boolean {
  return ["", subject].some((each) => at < (maintenance.get(each) ?? 0));
}

/** With one subject worked on until then, or no longer (null); without those that are over. */
export function withMaintenance(
  maintenance: Maintenance,
  subject: string,
  until: UnixMs | null,
  at: UnixMs,
): Maintenance {
  const running = [...maintenance].filter(([each, end]) => each !== subject && end > at);
  return new Map(until === null ? running : [...running, [subject, until]]);
}

export async function loadMaintenance(store: SettingStore): Promise<Maintenance> {
  const text = await store.getSetting(SETTING);
  if (text === null) return new Map();
  const all = parseJsonWith(stored, text, "store.bad_row", "the maintenance of alerts");
  return new Map(Object.entries(all).map(([subject, until]) => [subject, unixMs(until)]));
}

export async function saveMaintenance(store: SettingStore, maintenance: Maintenance): Promise<void> {
  await store.setSetting(SETTING, JSON.stringify(Object.fromEntries(maintenance)));
}
