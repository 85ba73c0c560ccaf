// Whether a configuration text is one, with every problem at its place.

import type { z } from "zod";
import { AppError, isAppError } from "../base/index.ts";
import { type BoxConfig, boxConfig } from "./box-schema.ts";
import { configSchema, parseYaml } from "./parse.ts";
import { type SettingSchema, withDefaults } from "./settings-defaults.ts";
import type { SettingPath } from "./settings-path.ts";

export interface SettingProblem {
  /** Empty: the text as a whole. */
  readonly path: SettingPath;
  readonly message: string;
}

export interface CheckedText {
  /** What the text says; null for one that is no YAML. */
  readonly values: unknown;
  /** With the defaults in their places, as owners write them. */
  readonly effective: unknown;
  readonly config: BoxConfig | null;
  readonly problems: readonly SettingProblem[];
}

const plainPath = (path: readonly PropertyKey[]): SettingPath =>
  path.map((key) => (typeof key === "number" ? key : String(key)));

function problemsOf(issue: z.core.$ZodIssue, depth = 0): readonly SettingProblem[] {
  const path = plainPath(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path: [...path, key], message: "unknown key" }));
  // Of several forms, the one whose problems are the deepest is what was meant.
  if (issue.code === "invalid_union" && depth < 8) {
    const forms = issue.errors.map((issues) => issues.flatMap((each) => problemsOf(each, depth + 1)));
    const deepest = forms
      .filter((problems) => problems.some((each) => each.path.length > 0))
      .toSorted((a, b) => a.length - b.length)[0];
    if (deepest !== undefined) return deepest.map((each) => ({ ...each, path: [...path, ...each.path] }));
  }
  return [{ path, message: issue.message }];
}

/** The box's settings as JSON Schema. */
export const settingsSchema = (): SettingSchema => configSchema("box") as SettingSchema;

/** Never throws for what a text can say. `schema`: that of the settings, for those who check often. */
export function checkBoxText(text: string, schema: SettingSchema = settingsSchema()): CheckedText {
  let values: unknown;
  try {
    values = parseYaml(text, "the configuration");
  } catch (error) {
    const message = isAppError(error) ? error.message : "the YAML cannot be read";
    return { values: null, effective: null, config: null, problems: [{ path: [], message }] };
  }
  const result = boxConfig.safeParse(values);
  const effective = withDefaults(schema, values);
  if (result.success) return { values, effective, config: result.data, problems: [] };
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue));
  return { values, effective, config: null, problems };
}

/** The typed configuration of plain values. Errors: `config.invalid`. */
export function boxConfigOf(values: unknown): BoxConfig {
  const result = boxConfig.safeParse(values);
  if (result.success) return result.data;
  throw new AppError("config.invalid", "the settings do not fit together", { hint: "Read them again." });
}
