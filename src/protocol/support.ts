// What the box shows of its log, and hands over to whoever helps.

import { z } from "zod";

const level = z.enum(["debug", "info", "warn", "error"]);

/** `GET /logs?after=&limit=&level=`: the newest lines behind `after`, oldest first. */
export const logsView = z.object({
  lines: z.array(
    z.object({
      seq: z.int(),
      at: z.int(),
      level,
      event: z.string(),
      fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    }),
  ),
  next: z.int(),
});
export type LogsView = z.infer<typeof logsView>;

export const SUPPORT_PARTS = [
  ...["versions", "doctor", "overview", "slots", "configuration", "events", "log"],
  "machine_log",
] as const;

/** `GET /support`: numbers, keys, passwords and texts of SMS are in none of the parts. */
export const supportView = z.object({
  made_at: z.int(),
  parts: z.array(z.object({ id: z.enum(SUPPORT_PARTS), content: z.unknown() })),
});
export type SupportView = z.infer<typeof supportView>;
