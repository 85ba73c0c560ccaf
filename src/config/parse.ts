// Configuration text to typed values. All problems are reported at once, each with its path; unknown keys are problems.

import { parseDocument } from "yaml";
import { z } from "zod";
import { AppError } from "../base/index.ts";
import { type BoxConfig, boxConfig } from "./box-schema.ts";
import { type RelayConfig, relayConfig } from "./relay-schema.ts";

function issuePath(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "(top level)" : path.map(String).join(".");
}

function explain(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `${[...issue.path, key].map(String).join(".")}: unknown key`).join("; ");
  return `${issuePath(issue.path)}: ${issue.message}`;
}

/** The value of a YAML text; `source` names it in errors. Errors: `config.syntax`. */
export function parseYaml(text: string, source: string): unknown {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  // A warning is a tag that nobody understands: its value would not be what the owner meant.
  const [error = document.warnings[0]] = document.errors;
  if (error !== undefined) throw unreadable(source, error.linePos?.[0].line ?? 0, error.code);
  try {
    return document.toJS({ maxAliasCount: 20 }) ?? {};
  } catch {
    // An alias to nothing, or so many that they would fill the memory.
    throw unreadable(source, 0, "ALIAS");
  }
}

function unreadable(source: string, line: number, reason: string): AppError {
  const place = line === 0 ? source : `${source}, line ${line}`;
  return new AppError("config.syntax", `${place}: the YAML cannot be read (${reason})`, {
    hint: "Correct the line; indentation and quotes are the usual causes.",
    context: { source, line },
  });
}

function parse<T>(schema: z.ZodType<T>, text: string, source: string): T {
  const result = schema.safeParse(parseYaml(text, source));
  if (result.success) return result.data;
  const problems = result.error.issues.map(explain);
  throw new AppError("config.invalid", `${source} has ${problems.length} problem(s):\n  ${problems.join("\n  ")}`, {
    hint: "Correct what is listed; `numberbox config schema` prints all settings with their ranges.",
    context: { source, problems: problems.length },
  });
}

/** `source` names the text in errors, usually its path. Errors: `config.syntax`, `config.invalid`. */
export function parseBoxConfig(text: string, source: string): BoxConfig {
  return parse(boxConfig, text, source);
}

/** Errors: `config.syntax`, `config.invalid`. */
export function parseRelayConfig(text: string, source: string): RelayConfig {
  return parse(relayConfig, text, source);
}

/** JSON Schema of a role's configuration, for editors and forms. */
export function configSchema(role: "box" | "relay"): object {
  return z.toJSONSchema(role === "box" ? boxConfig : relayConfig, { io: "input", unrepresentable: "any" });
}
