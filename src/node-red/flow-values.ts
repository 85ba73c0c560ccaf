// Values that a flow gives: settings of the editor are text, and what a message carries goes before them.

import { z } from "zod";
import { parseWith } from "../protocol/index.ts";
import type { RedMessage } from "./red-api.ts";

/** A filter or a name; empty for all, or for none. */
export const optionalText = z.string().trim().max(200).default("");

/** A number that the editor or an environment variable of the flow wrote as text. */
export const numberText = (min: number, max: number, standard: number) =>
  z
    .union([
      z.number(),
      z
        .string()
        .trim()
        .regex(/^\d{1,9}(\.\d+)?$/, "a number")
        .transform(Number),
    ])
    .pipe(z.number().min(min).max(max))
    .default(standard);

/** The members of a message that a node reads; the others are left alone. */
export function membersOf<T>(message: RedMessage, schema: z.ZodType<T>): T {
  return parseWith(schema, message, "node_red.bad_message", "the message");
}

export const path = (text: string): string => encodeURIComponent(text);
