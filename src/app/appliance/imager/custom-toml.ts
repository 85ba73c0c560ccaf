// custom.toml, the form of Raspberry Pi OS before cloud-init: tables of strings, booleans and lists of strings, which is all of TOML that
// is read here.

import type { Places, RawCustomisation } from "./customisation.ts";
import { ssidOfHex } from "./ssid-bytes.ts";

type TomlValue = string | boolean | number | readonly string[];
type Tables = ReadonlyMap<string, ReadonlyMap<string, TomlValue>>;

export const CUSTOM_TOML_PLACES: Places = {
  "host name": "custom.toml, [system] hostname",
  "time zone": "custom.toml, [locale] timezone",
  "Wi-Fi name": "custom.toml, [wlan] ssid",
  "Wi-Fi password": "custom.toml, [wlan] password",
  "Wi-Fi country": "custom.toml, [wlan] country",
  user: "custom.toml, [user] name",
  "password of the user": "custom.toml, [user] password",
  "SSH key": "custom.toml, [ssh] authorized_keys",
  "SSH by password": "custom.toml, [ssh] password_authentication",
  "Raspberry Pi Connect": "custom.toml, [connect]",
  file: "custom.toml",
};

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

export interface Toml {
  readonly tables: Tables;
  /** Lines that are none of this, counted from 1; they are passed over. */
  readonly unread: readonly number[];
}

export function parseToml(text: string): Toml {
  const tables = new Map<string, Map<string, TomlValue>>();
  const unread: number[] = [];
  let table = new Map<string, TomlValue>();
  tables.set("", table);
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
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
    const found = given === undefined ? null : valueAt(lines, at, given);
    if (found === null) {
      unread.push(at + 1);
      continue;
    }
    table.set(key, found.value);
    at = found.last;
  }
  return { tables, unread };
}

/** A list may go on over lines; one without an end costs only the line that it begins in. */
function valueAt(lines: readonly string[], at: number, given: string) {
  let whole = given;
  let last = at;
  while (whole.startsWith("[") && tomlValue(whole) === null && last + 1 < lines.length) whole += `\n${lines[++last]}`;
  const value = tomlValue(whole);
  return value === null ? null : { value, last };
}

export function readCustomToml(text: string): RawCustomisation {
  const { tables, unread } = parseToml(text);
  const of = (table: string, key: string): TomlValue | undefined => tables.get(table)?.get(key);
  const raw: RawCustomisation = {
    hostname: of("system", "hostname"),
    timeZone: of("locale", "timezone"),
    sshKeys: of("ssh", "authorized_keys"),
    sshPassword: of("ssh", "enabled") !== false && of("ssh", "password_authentication") === true,
    unread: unread.map((line) => `line ${line}`),
  };
  if (of("user", "name") !== undefined) {
    // A password in clear is not taken over: only keys open SSH, and nobody signs in at the screen by it.
    const hash = of("user", "password_encrypted") === true ? of("user", "password") : undefined;
    raw.user = { name: of("user", "name"), passwordHash: hash };
  }
  const hex = of("wlan", "ssid_hex");
  if (of("wlan", "ssid") !== undefined || hex !== undefined) {
    raw.wifi = {
      ...{ ssid: of("wlan", "ssid") ?? ssidOfHex(String(hex)) ?? 0, key: of("wlan", "password") },
      ...{ hidden: of("wlan", "hidden"), country: of("wlan", "country") },
    };
  }
  if (of("connect", "enabled") === true) raw.leftOut = [["Raspberry Pi Connect", "the box does not have it"]];
  return raw;
}
