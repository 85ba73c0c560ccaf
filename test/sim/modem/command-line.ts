// V.250 command lines: one line into its commands (5.2.3, 5.4). Pure.

export type CommandKind = "action" | "read" | "test" | "set";

/** One command of a line, with its name in capitals: `E`, `&F`, `S3`, `D`, `+CMGL`. */
export interface Command {
  readonly name: string;
  readonly kind: CommandKind;
  /**
   * Values in order, quotes removed; `undefined` where one was left out. A basic command's number is the first value. A dial string that
   * ends with a semicolon, for a voice call, has it as its second (TS 27.007 6.2).
   */
  readonly values: readonly (string | undefined)[];
}

const EXTENDED = /^([+^#$%*!][A-Z][A-Z0-9!%\-./:_]*)(\?$|=\?$|=|$)/i;
const S_PARAMETER = /^S(\d+)(\?|=(\d*))?/i;
const BASIC = /^(&?[A-Z])(\d*)/i;

/** The commands of a line without its `AT` prefix, or `undefined` for a line that breaks the grammar. */
export function parseCommandLine(body: string): Command[] | undefined {
  const commands: Command[] = [];
  const parts = splitAtSemicolons(body);
  for (const [at, part] of parts.entries()) {
    let rest = part;
    while (rest !== "") {
      const taken = takeCommand(rest);
      if (taken === undefined) return undefined;
      const voice = taken.command.name === "D" && at < parts.length - 1;
      commands.push(voice ? { ...taken.command, values: [...taken.command.values, ";"] } : taken.command);
      rest = rest.slice(taken.length);
    }
  }
  return commands;
}

/** A whole number in [min, max]; `fallback` when the value was left out; `undefined` when it is anything else. */
export function wholeNumber(
  value: string | undefined,
  range: { readonly min: number; readonly max: number; readonly fallback?: number },
): number | undefined {
  if (value === undefined) return range.fallback;
  if (!/^\d{1,9}$/.test(value)) return undefined;
  const number = Number(value);
  return number >= range.min && number <= range.max ? number : undefined;
}

/** Splits outside of quotes and drops the spaces there, which V.250 5.4.1 lets a host write anywhere. */
function splitAtSemicolons(body: string): string[] {
  if (!body.includes(";") && !body.includes(" ")) return [body];
  const parts: string[] = [""];
  let quoted = false;
  for (const char of body) {
    if (char === '"') quoted = !quoted;
    if (!quoted && char === ";") parts.push("");
    else if (quoted || char !== " ") parts[parts.length - 1] += char;
  }
  return parts;
}

function takeCommand(text: string): { command: Command; length: number } | undefined {
  const extended = EXTENDED.exec(text);
  if (extended !== null) return { command: extendedCommand(extended, text), length: text.length };
  // The dial string may hold letters and signs that are commands elsewhere: D takes the rest (V.250 6.3.1).
  if (/^D/i.test(text)) {
    return { command: { name: "D", kind: "action", values: [text.slice(1)] }, length: text.length };
  }
  const register = S_PARAMETER.exec(text);
  if (register !== null) {
    const [whole, number, form = "", value = ""] = register;
    const kind = form === "" ? "action" : form === "?" ? "read" : "set";
    return { command: { name: `S${Number(number)}`, kind, values: [value || undefined] }, length: whole.length };
  }
  const basic = BASIC.exec(text);
  if (basic === null) return undefined;
  const [whole, name = "", number = ""] = basic;
  return { command: { name: name.toUpperCase(), kind: "action", values: [number || undefined] }, length: whole.length };
}

function extendedCommand(match: RegExpExecArray, text: string): Command {
  const [head, name = "", form = ""] = match;
  const kind = form === "" ? "action" : form === "?" ? "read" : form === "=?" ? "test" : "set";
  const values = kind === "set" ? splitValues(text.slice(head.length)) : [];
  return { name: name.toUpperCase(), kind, values };
}

function splitValues(text: string): (string | undefined)[] {
  const values: (string | undefined)[] = [];
  // A value is a quoted string (5.4.2.2) or anything up to the next comma.
  for (const match of text.matchAll(/(?:"([^"]*)"?|([^,]*))(?:,|$)/g)) {
    const [whole, quoted, plain] = match;
    values.push(quoted ?? (plain || undefined));
    if (!whole.endsWith(",")) break;
  }
  return values;
}
