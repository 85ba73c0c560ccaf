// What all response parsers share: finding the information line of a command, and the error for a reply that makes no sense.

import { AppError } from "../base/index.ts";
import { type AtParameter, parseParameters } from "./parameters.ts";

const PREFIX = /^\s*([+^*#%$_!][A-Z][A-Z0-9_]*)\s*:(.*)$/is;

/** Splits `+CSQ: 17,99` into its upper-case prefix `+CSQ` and what follows the colon, trimmed; null for a line without a prefix. */
export function splitPrefix(line: string): { readonly prefix: string; readonly rest: string } | null {
  const found = PREFIX.exec(line);
  if (found === null) return null;
  return { prefix: (found[1] ?? "").toUpperCase(), rest: (found[2] ?? "").trim() };
}

/** `at.bad_response`: names the command and the problem, never what the modem sent (it may be an SMS). */
export function badResponse(command: string, problem: string): AppError {
  return new AppError("at.bad_response", `the reply to ${command} ${problem}`, {
    retryable: true,
    hint: "Repeat the command; if it fails again, note the modem's model and firmware and report them.",
    context: { command },
  });
}

/** What follows `prefix:` on each line that carries it. */
export function restsOf(lines: readonly string[], prefix: string): string[] {
  const rests: string[] = [];
  for (const line of lines) {
    const split = splitPrefix(line);
    if (split?.prefix === prefix) rests.push(split.rest);
  }
  return rests;
}

/** What follows `prefix:` on the first line that carries it; throws `at.bad_response` when none does. */
export function restOf(lines: readonly string[], prefix: string): string {
  const rest = restsOf(lines, prefix)[0];
  if (rest === undefined) throw badResponse(prefix, `has no ${prefix} line`);
  return rest;
}

/** The parameters of the first line with `prefix`; throws `at.bad_response` when there is none. */
export function parametersOf(lines: readonly string[], prefix: string): AtParameter[] {
  return parseParameters(restOf(lines, prefix));
}

/** `value`, or `at.bad_response` when it is null. */
export function required<T>(value: T | null, command: string, what: string): T {
  if (value === null) throw badResponse(command, `has no valid ${what}`);
  return value;
}
