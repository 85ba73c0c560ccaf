// custom.toml, the form of Raspberry Pi OS before cloud-init: tables of strings, booleans and lists of strings, which is all of TOML that
// is read here.

import { AppError } from "../../../base/index.ts";
import type { RawCustomisation } from "./customisation.ts";

type TomlValue = string | boolean | number | readonly string[];
type Tables = ReadonlyMap<string, ReadonlyMap<string, TomlValue>>;

const bad = (line: number): AppError =>
  new AppError("firstboot.bad_file", `custom.toml cannot be read at line ${line}`, {
    hint: "Correct it, or write the card anew.",
  });

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", '"': '"', "\\": "\\" };

/** One string at the beginning of `text`, and what follows it; null where there is none. */
function takeString(text: string): { readonly value: string; readonly rest: string } | null {
  const literal = /^'([^'\n]*)'/.exec(text);
  if (literal !== null) return { value: literal[1] ?? "", rest: text.slice(literal[0].length) };
  const basic = /^"((?:[^"\\\n]|\\[ntrbf"\\]|\\u[0-9a-fA-F]{4})*)"/.exec(text);
  if (basic === null) return null;
  const value = (basic[1] ?? "").replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|(.))/g,
    (_all, hex: string | undefined, char: string) =>
      hex === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return { value, rest: text.slice(basic[0].length) };
}

const isEnd = (rest: string): boolean => /^\s*(?:#.*)?$/.test(rest);

function listOf(text: string): readonly string[] | null {
  const items: string[] = [];
  let rest = text.slice(1);
  for (;;) {
    rest = rest.replace(/^(?:\s|#[^\n]*\n|,)+/, "");
    if (rest.startsWith("]")) return isEnd(rest.slice(1)) ? items : null;
    const item = takeString(rest);
    if (item === null) return null;
    items.push(item.value);
    ({ rest } = item);
  }
}

function tomlValue(text: string): TomlValue | null {
  if (text.startsWith("[")) return listOf(text);
  const quoted = takeString(text);
  if (quoted !== null) return isEnd(quoted.rest) ? quoted.value : null;
  const [, word] = /^(true|false|-?\d{1,9})\s*(?:#.*)?$/.exec(text) ?? [];
  if (word === undefined) return null;
  return word === "true" || word === "false" ? word === "true" : Number(word);
}

/** Errors: `firstboot.bad_file`. */
export function parseToml(text: string): Tables {
  const tables = new Map<string, Map<string, TomlValue>>();
  let table = new Map<string, TomlValue>();
  tables.set("", table);
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = (lines[at] ?? "").trim();
    if (isEnd(line)) continue;
    const [, name] = /^\[([\w.-]+)\]\s*(?:#.*)?$/.exec(line) ?? [];
    if (name !== undefined) {
      table = tables.get(name) ?? new Map<string, TomlValue>();
      tables.set(name, table);
      continue;
    }
    const [, key = "", given] = /^([\w-]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (given === undefined) throw bad(at + 1);
    const first = at + 1;
    let whole = given;
    // A list may go on over lines.
    while (whole.startsWith("[") && tomlValue(whole) === null && at + 1 < lines.length) whole += `\n${lines[++at]}`;
    const value = tomlValue(whole);
    if (value === null) throw bad(first);
    table.set(key, value);
  }
  return tables;
}

/** Errors: `firstboot.bad_file`. */
export function readCustomToml(text: string): RawCustomisation {
  const tables = parseToml(text);
  const of = (table: string, key: string): TomlValue | undefined => tables.get(table)?.get(key);
  const raw: RawCustomisation = {
    hostname: of("system", "hostname"),
    timeZone: of("locale", "timezone"),
    sshKeys: of("ssh", "authorized_keys"),
  };
  if (of("user", "name") !== undefined) {
    // A password in clear is not taken over: only keys open SSH, and nobody signs in at the screen by it.
    const hash = of("user", "password_encrypted") === true ? of("user", "password") : undefined;
    raw.user = { name: of("user", "name"), passwordHash: hash };
  }
  if (of("wlan", "ssid") !== undefined) {
    raw.wifi = {
      ...{ ssid: of("wlan", "ssid"), key: of("wlan", "password") },
      ...{ hidden: of("wlan", "hidden"), country: of("wlan", "country") },
    };
  }
  return raw;
}
