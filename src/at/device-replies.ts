// Replies about the modem itself: identity (TS 27.007 5.1-5.4, V.250 6.1.3), settings and the list of its commands.

import { countOf } from "./parameters.ts";
import { badResponse, parametersOf, required, splitPrefix } from "./reply.ts";

export type IdentityCommand = "+CGMI" | "+CGMM" | "+CGMR";

const unquoted = (text: string): string =>
  text
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .trim();

/**
 * Manufacturer, model or revision: the first line, with or without the command's prefix and quotes; a line with another prefix
 * belongs to something else. Throws `at.bad_response`.
 */
export function parseIdentity(command: IdentityCommand, lines: readonly string[]): string {
  for (const line of lines) {
    const split = splitPrefix(line);
    if (split !== null && split.prefix !== command) continue;
    const text = unquoted(split?.rest ?? line);
    if (text !== "") return text;
  }
  throw badResponse(command, "is empty");
}

/** The IMEI (15 digits), IMEISV (16) or IMEI without its check digit (14), with or without prefix; throws `at.bad_response`. */
export function parseCgsn(lines: readonly string[]): string {
  for (const line of lines) {
    const digits = /(?<!\d)\d{14,16}(?!\d)/.exec(line)?.[0];
    if (digits !== undefined) return digits;
  }
  throw badResponse("+CGSN", "has no IMEI");
}

/** Null where the modem does not tell. */
export interface ModemIdentity {
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly revision: string | null;
}

const LABEL = /^\s*(Manufacturer|Model|Revision)\s*:\s*(.*)$/i;

/**
 * `ATI` has no fixed form (V.250 6.1.3). Labelled lines are taken by label; of unlabelled ones, the first is the manufacturer and
 * the second the model, or a single one the model.
 */
export function parseAti(lines: readonly string[]): ModemIdentity {
  const labelled = new Map<string, string>();
  const bare: string[] = [];
  for (const line of lines) {
    const [, label, value] = LABEL.exec(line) ?? [];
    if (label !== undefined && value !== undefined) labelled.set(label.toLowerCase(), value.trim());
    else if (!line.includes(":") && line.trim() !== "") bare.push(line.trim());
  }
  const [manufacturer, model] = bare.length === 1 ? [undefined, bare[0]] : bare;
  return {
    manufacturer: labelled.get("manufacturer") ?? manufacturer ?? null,
    model: labelled.get("model") ?? model ?? null,
    revision: labelled.get("revision") ?? null,
  };
}

/** How the modem reports errors: 0 plain, 1 numeric, 2 verbose (TS 27.007 9.1); throws `at.bad_response`. */
export function parseCmee(lines: readonly string[]): number {
  return required(countOf(parametersOf(lines, "+CMEE")[0]), "+CMEE", "level");
}

/** The functionality level, 1 full, 0 and 4 radio off (TS 27.007 8.2); throws `at.bad_response`. */
export function parseCfun(lines: readonly string[]): number {
  return required(countOf(parametersOf(lines, "+CFUN")[0]), "+CFUN", "level");
}

/** The commands that the modem says it has (TS 27.007 8.37), in upper case, without `AT`. */
export function parseClac(lines: readonly string[]): readonly string[] {
  return lines
    .flatMap((line) => line.replace(/^\s*\+CLAC\s*:/i, "").split(","))
    .map((name) =>
      unquoted(name)
        .toUpperCase()
        .replace(/^AT(?=.)/, ""),
    )
    .filter((name) => name !== "");
}
