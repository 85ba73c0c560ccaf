// What Raspberry Pi Imager lets a person choose before a card is written, in one form for the three that it writes: cloud-init
// (user-data, network-config), custom.toml, and firstrun.sh. Everything in it becomes a file of root's, so each value is held to the few
// characters that it needs. Each part is judged by itself: a faulty host name does not cost the Wi-Fi.

import { z } from "zod";
import { AppError, utf8 } from "../../../base/index.ts";
import { type Part, remedyOf } from "./remedies.ts";
import { readSshKeys } from "./ssh-keys.ts";

const hostName = z
  .string({ error: "a host name of letters, digits and dashes" })
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/, "a host name of letters, digits and dashes");

const timeZone = z
  .string({ error: "a time zone such as Europe/Berlin" })
  .regex(/^[A-Za-z0-9_+-]{1,40}(?:\/[A-Za-z0-9_+-]{1,40}){0,2}$/, "a time zone such as Europe/Berlin");
/** Whether a text may be the name of a time zone; it is a path below the folder of zones, too, and leads out of none. */
export const isZoneName = (text: unknown): text is string => timeZone.safeParse(text).success;

/** A passphrase, or the 64 hex digits that are made of it and the name (IEEE 802.11i, PBKDF2). */
const wifiKey = z
  .string({ error: "a Wi-Fi password of 8 to 63 characters, or 64 hex digits" })
  .regex(/^(?:[\x20-\x7e]{8,63}|[0-9a-fA-F]{64})$/, "a Wi-Fi password of 8 to 63 characters, or 64 hex digits");

const ssid = z
  .string({ error: "a Wi-Fi name of up to 32 bytes" })
  .min(1, "a Wi-Fi name of up to 32 bytes")
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  .refine((text) => utf8(text).length <= 32 && !/[\x00-\x1f\x7f]/.test(text), "a Wi-Fi name of up to 32 bytes");

const country = z.string({ error: "a country such as DE" }).regex(/^[A-Z]{2}$/, "a country such as DE");

const RESERVED = /^(?:root|daemon|bin|sys|nobody|sshd|_.*|systemd-.*|numberbox.*|mosquitto|asterisk)$/;
const userName = z
  .string({ error: "a user's name of small letters and digits" })
  .regex(/^[a-z][a-z0-9_-]{0,30}$/, "a user's name of small letters and digits")
  .refine((name) => !RESERVED.test(name), "a name that the system does not use itself");

/** As crypt(5) has it. */
const passwordHash = z
  .string({ error: "a password as crypt(5) keeps it" })
  .regex(/^\$(?:5|6|y|gy|2[aby])\$[./A-Za-z0-9$=,]{20,250}$/, "a password as crypt(5) keeps it");

export interface Customisation {
  readonly hostname: string | null;
  readonly timeZone: string | null;
  readonly wifi: { readonly ssid: string; readonly key: string | null; readonly hidden: boolean } | null;
  /** Of the Wi-Fi's channels. */
  readonly country: string | null;
  /** The hash is null for somebody who signs in by key only. */
  readonly user: { readonly name: string; readonly passwordHash: string | null } | null;
  readonly sshKeys: readonly string[];
}

/** What a reader of one of the forms has found, before anything of it is believed. */
export interface RawCustomisation {
  hostname?: unknown;
  timeZone?: unknown;
  wifi?: { ssid?: unknown; key?: unknown; hidden?: unknown; country?: unknown } | undefined;
  user?: { name?: unknown; passwordHash?: unknown } | undefined;
  sshKeys?: unknown;
  /** Whether SSH was to take the user's password. */
  sshPassword?: boolean;
  /** Places in the file that could not be read, such as `line 3`. */
  unread?: readonly string[];
  /** What was understood, and is not taken over: a part, and what is told of it. */
  leftOut?: readonly LeftOut[];
}

export type LeftOut = readonly [part: Part, what: string];

/** What is known of the machine that the choices are for. */
export interface MachineNames {
  /** Of the system's own users: whoever had such a name could never sign in. */
  readonly users: ReadonlySet<string>;
  readonly hasZone: (name: string) => boolean;
}

export const anyMachine: MachineNames = { users: new Set(), hasZone: () => true };

/** Where a form has each part, for who has to correct it. */
export type Places = Readonly<Partial<Record<Part, string>>>;

export interface Judged {
  /** What is good. */
  readonly customisation: Customisation;
  /** What is not, each `firstboot.bad_value` with name, place and remedy; values are not told: they may be secrets. */
  readonly problems: readonly AppError[];
}

const orNull = (value: unknown): unknown => (value === undefined || value === "" ? null : value);
const upper = (value: unknown): unknown => (typeof value === "string" ? value.toUpperCase() : value);

/** `machine`: left out, only the form of names counts. */
export function judgeCustomisation(
  raw: RawCustomisation,
  places: Places = {},
  machine: MachineNames = anyMachine,
): Judged {
  const problems: AppError[] = [];
  const report = (part: Part, wanted: string): void => {
    const place = places[part] === undefined ? "" : ` (${places[part]})`;
    problems.push(new AppError("firstboot.bad_value", `${part}${place}: ${wanted}`, { hint: remedyOf(part) }));
  };
  const good = (part: Part, schema: z.ZodType<string>, value: unknown): string | null => {
    if (orNull(value) === null) return null;
    const { success, data, error } = schema.safeParse(value);
    if (success) return data;
    report(part, `this should be ${error.issues[0]?.message ?? "something else"}`);
    return null;
  };
  const wifi = (given: NonNullable<RawCustomisation["wifi"]>): Customisation["wifi"] => {
    const before = problems.length;
    // A Wi-Fi without a name is none, but one was meant.
    const name = good("Wi-Fi name", ssid, orNull(given.ssid) ?? 0);
    const key = good("Wi-Fi password", wifiKey, given.key);
    return name === null || problems.length > before ? null : { ssid: name, key, hidden: given.hidden === true };
  };
  const user = (given: NonNullable<RawCustomisation["user"]>): Customisation["user"] => {
    const free = userName.refine((text) => !machine.users.has(text), "a name that the system does not use itself");
    const name = good("user", free, orNull(given.name) ?? 0);
    const hash = good("password of the user", passwordHash, given.passwordHash);
    return name === null ? null : { name, passwordHash: hash };
  };
  const { keys, bad } = readSshKeys(orNull(raw.sshKeys));
  const customisation: Customisation = {
    hostname: good("host name", hostName, raw.hostname),
    timeZone: good("time zone", timeZone.refine(machine.hasZone, "one that the system knows"), raw.timeZone),
    wifi: raw.wifi === undefined ? null : wifi(raw.wifi),
    country: good("Wi-Fi country", country, upper(raw.wifi?.country)),
    user: raw.user === undefined ? null : user(raw.user),
    sshKeys: keys,
  };
  if (bad.length > 0) report("SSH key", `number ${bad.slice(0, 5).join(", ")} of them is no public key`);
  if (raw.sshPassword === true) report("SSH by password", "the box takes keys only");
  for (const place of raw.unread ?? []) report("file", `${place} cannot be read`);
  for (const [part, what] of raw.leftOut ?? []) report(part, what);
  return { customisation, problems };
}
