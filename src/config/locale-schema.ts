// Where the box is, for what it says by itself and for what follows the clock of its owner.

import { z } from "zod";

function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // Intl has no other way to tell.
    return false;
  }
}

export const localeSection = z.strictObject({
  language: z
    .enum(["en", "ru", "es", "de"])
    .default("en")
    .describe("Of what the box says by itself, such as alerts; each browser has its own."),
  time_zone: z
    .string()
    .max(64)
    .refine(isZone, "a name of the IANA database such as Europe/Madrid")
    .default("UTC")
    .describe("Of quiet hours and times of day, such as Europe/Madrid."),
});
