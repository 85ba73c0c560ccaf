// What a phone tells of itself: the app's health checks, in its `system:ping` events and at its own `/health`.

import { z } from "zod";
import type { PhoneView } from "../protocol/index.ts";

export interface PhoneHealth {
  readonly appVersion: string | null;
  readonly battery: PhoneView["battery"];
  readonly transport: PhoneView["transport"];
  readonly technology: string | null;
}

export const healthBody = z.object({
  version: z.string().max(64).nullish(),
  checks: z.record(z.string(), z.object({ observedValue: z.number() })).default({}),
});
export type HealthBody = z.infer<typeof healthBody>;

// One flag is set (the app's "Healthcheck" page); 1 stands for a network that it does not know.
const TRANSPORTS: Readonly<Record<number, NonNullable<PhoneView["transport"]>>> = {
  0: "none",
  1: "other",
  2: "cellular",
  4: "wifi",
  8: "ethernet",
};
/** Told only while the phone's own data go over the cellular network. */
const TECHNOLOGIES: Readonly<Record<number, string>> = { 2: "gsm", 3: "umts", 4: "lte", 5: "ng_ran" };

export function readHealth({ version, checks }: HealthBody): PhoneHealth {
  const value = (name: string): number | null => checks[name]?.observedValue ?? null;
  const level = value("battery:level");
  return {
    appVersion: version ?? null,
    battery:
      level === null
        ? null
        : {
            percent: Math.round(Math.min(100, Math.max(0, level))),
            // 1 charging, 2 and 4 plugged in: a full battery on the mains is not charging, and all is well.
            charging: (value("battery:charging") ?? 0) > 0,
          },
    transport: TRANSPORTS[value("connection:transport") ?? -1] ?? null,
    technology: TECHNOLOGIES[value("connection:cellular") ?? -1] ?? null,
  };
}

export const simCards = z
  .array(
    z.object({
      simNumber: z.int().min(1).max(8),
      phoneNumber: z.string().max(32).nullish(),
      carrierName: z.string().max(64).nullish(),
      iccid: z.string().max(32).nullish(),
    }),
  )
  .max(8);

export interface PhoneSim {
  readonly sim: number;
  readonly number: string | null;
  readonly operator: string | null;
  readonly iccid: string | null;
}

/** An ICCID that is not whole (by way of a cloud the app keeps its last digits only) is none. */
export function readSims(cards: z.infer<typeof simCards>): readonly PhoneSim[] {
  return cards.map(({ simNumber, phoneNumber, carrierName, iccid }) => ({
    sim: simNumber,
    number: phoneNumber || null,
    operator: carrierName || null,
    iccid: iccid != null && /^89[0-9A-F]{16,18}$/i.test(iccid) ? iccid.toUpperCase() : null,
  }));
}
