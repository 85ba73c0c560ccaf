// How long the box keeps what has happened.

import { z } from "zod";
import { duration } from "./values.ts";

export const eventsSection = z.strictObject({
  keep: z.int().min(500).max(200_000).default(20_000).describe("Most events that are kept in the database."),
  keep_for: duration("1d", "3650d", "90d").describe("How long an event is kept."),
});
