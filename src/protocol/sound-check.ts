// A look at the sound of calls, over REST and in the console.

import { z } from "zod";
import { problemBody } from "./box.ts";

const ms = z.number().min(0);
const count = z.int().min(0);
const dbfs = z.number().max(20);

export const soundReport = z.object({
  /** Enough of the tones came back. */
  good: z.boolean(),
  /** Tones that were sent, and that came back. */
  tones: count,
  found: count,
  /** From sending a tone to hearing it, in ms; null where none came back. */
  roundTrip: z.object({ median: ms, longest: ms }).nullable(),
  /** dBFS of the tones that came back; they were sent at -12. */
  level: dbfs.nullable(),
  /** Frames of 20 ms. */
  frames: z.object({ sent: count, heard: count }),
  longestGap: ms,
  /** What was heard over time, in dBFS: all sound, and the tone alone. */
  heard: z.array(z.object({ at: ms, all: dbfs, tone: dbfs })).max(1000),
  sentAt: z.array(ms).max(100),
});

/** `GET …/calls/check`. */
export const soundCheckView = z.object({
  state: z.enum(["idle", "running", "done", "failed"]),
  /** `loop`: through Asterisk and back; `call`: through a modem and the telephone network, to a number of this box. */
  kind: z.enum(["loop", "call"]).nullable(),
  slot: z.string().nullable(),
  step: z.enum(["dialling", "sound"]).nullable(),
  at: z.int().min(0).nullable(),
  problem: problemBody.nullable(),
  report: soundReport.nullable(),
});
export type SoundCheckView = z.infer<typeof soundCheckView>;

/** `POST …/calls/check`. A call costs what the SIM's operator asks for: `number` is typed by whoever wants it. */
export const soundCheckRequest = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("loop") }),
  z.strictObject({
    kind: z.literal("call"),
    slot: z.string().min(1).max(32),
    number: z.string().regex(/^\+[1-9]\d{4,14}$/, "a number with + and country"),
  }),
]);
export type SoundCheckRequest = z.infer<typeof soundCheckRequest>;
