// What Raspberry Pi Imager lets a person choose before a card is written, in one form for the three that it writes: cloud-init
// (user-data, network-config), custom.toml, and firstrun.sh. Everything in it becomes a file of root's, so each value is held to the few
// characters that it needs.

import { z } from "zod";
import { AppError, utf8 } from "../../../base/index.ts";

const hostName = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/, "a host name of letters, digits and dashes");

const timeZone = z
  .string()
  .regex(/^[A-Za-z0-9_+-]{1,40}(?:\/[A-Za-z0-9_+-]{1,40}){0,2}$/, "a time zone such as Europe/Berlin");

/** A passphrase, or the 64 hex digits that are made of it and the name (IEEE 802.11i, PBKDF2). */
const wifiKey = z
  .string()
  .regex(/^(?:[\x20-\x7e]{8,63}|[0-9a-fA-F]{64})$/, "a Wi-Fi password of 8 to 63 characters, or 64 hex digits");

const wifi = z.strictObject({
  ssid: z
    .string()
    .min(1)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    .refine((text) => utf8(text).length <= 32 && !/[\x00-\x1f\x7f]/.test(text), "a Wi-Fi name of up to 32 bytes"),
  key: wifiKey.nullable(),
  hidden: z.boolean(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "a country such as DE")
    .nullable(),
});

const RESERVED = /^(?:root|daemon|bin|sys|nobody|sshd|_.*|systemd-.*|numberbox.*|mosquitto|asterisk)$/;
const user = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,30}$/, "a user's name of small letters and digits")
    .refine((name) => !RESERVED.test(name), "a name that the system does not use itself"),
  /** As crypt(5) has it; null for somebody who signs in by key only. */
  passwordHash: z
    .string()
    .regex(/^\$(?:5|6|y|gy|2[aby])\$[./A-Za-z0-9$=,]{20,250}$/, "a password as crypt(5) keeps it")
    .nullable(),
});

const sshKey = z
  .string()
  .regex(
    /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+/]{40,1500}={0,3}(?: [\x20-\x7e]{0,200})?$/,
    "a public key for SSH, as in authorized_keys",
  );

export const customisation = z.strictObject({
  hostname: hostName.nullable(),
  timeZone: timeZone.nullable(),
  wifi: wifi.nullable(),
  user: user.nullable(),
  sshKeys: z.array(sshKey).max(32),
});
export type Customisation = z.infer<typeof customisation>;

/** What a reader of one of the forms has found, before anything of it is believed. */
export interface RawCustomisation {
  hostname?: unknown;
  timeZone?: unknown;
  wifi?: { ssid?: unknown; key?: unknown; hidden?: unknown; country?: unknown } | undefined;
  user?: { name?: unknown; passwordHash?: unknown } | undefined;
  sshKeys?: unknown;
}

const orNull = (value: unknown): unknown => (value === undefined || value === "" ? null : value);

/** Errors: `firstboot.bad_value`, with what is wrong; values themselves are not told: they may be secrets. */
export function checkCustomisation(raw: RawCustomisation): Customisation {
  const { wifi: net, user: person } = raw;
  const parsed = customisation.safeParse({
    hostname: orNull(raw.hostname),
    timeZone: orNull(raw.timeZone),
    wifi:
      net === undefined
        ? null
        : {
            ssid: net.ssid,
            key: orNull(net.key),
            hidden: net.hidden === true,
            country: typeof net.country === "string" && net.country !== "" ? net.country.toUpperCase() : null,
          },
    user: person === undefined ? null : { name: person.name, passwordHash: orNull(person.passwordHash) },
    sshKeys: raw.sshKeys ?? [],
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new AppError("firstboot.bad_value", problems.slice(0, 5).join("; "), {
    hint: "Correct the file on this partition, or write the card anew with Raspberry Pi Imager.",
  });
}
