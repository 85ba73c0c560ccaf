// The box's settings over REST: `/api/v1/settings`, and the restart that some of them need.

import { z } from "zod";
import { problemBody } from "./box.ts";

const unixMs = z.number().int().min(0);

/** Keys and, in lists, positions: `["slots", 0, "port"]`. */
export const settingPath = z.array(z.union([z.string().min(1).max(200), z.int().min(0).max(9999)])).max(16);

const MOST_DEPTH = 16;

/** A value that is nested without end would fill the stack of whoever walks it. */
function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_DEPTH) return false;
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return true;
}

const settingValue = z
  .unknown()
  .refine((value) => value !== undefined, "a value")
  .refine(isShallow, "nested too deep");

const place = settingPath.min(1);
/** A value for a setting, or its end: then its default counts. */
export const settingChange = z.union([
  z.strictObject({ path: place, delete: z.literal(true) }),
  z.strictObject({ path: place, value: settingValue }),
]);
export type SettingChangeRequest = z.infer<typeof settingChange>;

const revision = z.string().regex(/^[0-9a-f]{32}$/, "a revision");

/** What is to become of the configuration: some settings, another text, or an earlier version. */
export const settingsChange = z
  .strictObject({
    patch: z.array(settingChange).max(500).optional(),
    text: z.string().max(400_000).optional(),
    restore: z.int().min(1).optional(),
  })
  .refine((asked) => Object.values(asked).filter((each) => each !== undefined).length === 1, {
    error: "exactly one of patch, text and restore",
  });
export type SettingsChange = z.infer<typeof settingsChange>;

/** `PATCH …/settings`. `revision`: what the change was made for; the header If-Match says the same. */
export const settingsPatchRequest = z.strictObject({
  change: settingsChange,
  revision: revision.optional(),
  /** What the history shows; made of the changed settings unless given. */
  summary: z.string().max(200).optional(),
});
export const settingsPlanRequest = z.strictObject({ change: settingsChange });
/** `POST …/settings/undo`: back to the version before, or to `to`. */
export const settingsUndoRequest = z.strictObject({ revision: revision.optional(), to: z.int().min(1).optional() });

export const secretName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "1-64 of a-z 0-9 . _ -");
/** `PUT …/settings/secrets/{name}`. It can be replaced, never read. */
export const secretRequest = z.strictObject({
  value: z
    .string()
    .min(1)
    .max(16_384)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what cannot stand in a password or a certificate
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, "text without control characters"),
});
export const secretView = z.object({
  name: z.string(),
  /** What a setting such as `password_file` says to use it. */
  file: z.string(),
  at: unixMs,
});
export type SecretView = z.infer<typeof secretView>;

export const settingProblem = z.object({ path: settingPath, message: z.string() });
/** A setting that differs. `restart`: the box takes it in only when it starts. */
export const changedSetting = z.object({ path: settingPath, restart: z.boolean() });

export const settingsView = z.object({
  revision,
  /** The file's text, passwords in it masked. */
  text: z.string(),
  /** What the file says; null when it is no YAML. */
  values: z.unknown(),
  /** With the defaults in their places, in the form that owners write. */
  effective: z.unknown(),
  problems: z.array(settingProblem),
  /** Settings that the box takes in without a restart, such as `lines.*.sender_policy`. */
  live: z.array(z.string()),
  /** What the file says and the running box does not use yet. */
  pending: z.array(settingPath),
  /** Why the box runs with an earlier configuration: it could not start with this one. */
  fallback: z.object({ at: unixMs, problem: problemBody }).nullable(),
  restarting: z.boolean(),
  secrets: z.array(secretView),
});
export type SettingsView = z.infer<typeof settingsView>;

export const settingsPlanView = z.object({
  revision,
  problems: z.array(settingProblem),
  /** Unified, passwords masked; empty when nothing changes. */
  diff: z.string(),
  changes: z.array(changedSetting),
});
export type SettingsPlanView = z.infer<typeof settingsPlanView>;

export const settingsAppliedView = z.object({
  revision,
  changes: z.array(changedSetting),
  /** Whether anything waits for a restart, from now or from before. */
  restart: z.boolean(),
});
export type SettingsAppliedView = z.infer<typeof settingsAppliedView>;

export const settingsVersion = z.object({
  id: z.int(),
  revision,
  at: unixMs,
  /** The person or token, or `file` for what was not changed by the box. */
  by: z.string(),
  summary: z.string(),
  current: z.boolean(),
});
export const settingsHistoryView = z.object({ versions: z.array(settingsVersion) });
export type SettingsHistoryView = z.infer<typeof settingsHistoryView>;

export const restartView = z.object({ restarting: z.literal(true) });
