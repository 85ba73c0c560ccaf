// cloud-init as Imager writes it (src/customization_generator.cpp): user-data in YAML, and network-config in netplan's form.

import { z } from "zod";
import { AppError } from "../../../base/index.ts";
import { parseYaml } from "../../../config/index.ts";
import type { LeftOut, Places, RawCustomisation } from "./customisation.ts";
import { ssidOfBytes } from "./ssid-bytes.ts";

/** Of all that cloud-init knows, what a box takes over; the rest is Imager's for Raspberry Pi OS (packages, keyboard, runcmd). */
const userData = z.looseObject({
  hostname: z.unknown().optional(),
  timezone: z.unknown().optional(),
  /** Imager since 2.0.9; before, it had a list. */
  user: z.unknown().optional(),
  users: z.unknown().optional(),
  ssh_pwauth: z.unknown().optional(),
  ssh_authorized_keys: z.unknown().optional(),
});
const person = z.looseObject({
  name: z.unknown().optional(),
  passwd: z.unknown().optional(),
  ssh_authorized_keys: z.unknown().optional(),
});
export const USER_DATA_PLACES: Places = {
  "host name": "user-data, hostname",
  "time zone": "user-data, timezone",
  user: "user-data, user: name",
  "more users": "user-data, users",
  "password of the user": "user-data, user: passwd",
  "SSH key": "user-data, user: ssh_authorized_keys",
  "SSH by password": "user-data, ssh_pwauth",
  "Raspberry Pi Connect": "user-data, rpi-connect",
  file: "user-data",
};
export const NETWORK_CONFIG_PLACES: Places = {
  "Wi-Fi name": "network-config, access-points",
  "Wi-Fi password": "network-config, password",
  "Wi-Fi country": "network-config, regulatory-domain",
  "more Wi-Fi": "network-config, access-points",
  addresses: "network-config, addresses",
};

const network = z.looseObject({
  hidden: z.unknown().optional(),
  password: z.unknown().optional(),
  auth: z.looseObject({ password: z.unknown().optional() }).optional(),
});
const device = z.looseObject({ addresses: z.unknown().optional() });
const wlan = device.extend({
  "regulatory-domain": z.unknown().optional(),
  "access-points": z.record(z.string(), network.nullable()).optional(),
});
const devices = z.looseObject({
  wifis: z.record(z.string(), wlan).optional(),
  ethernets: z.record(z.string(), device.nullable()).optional(),
});
/** Netplan's own files have a top, cloud-init's may do without. */
const networkConfig = z
  .looseObject({ network: z.unknown().optional() })
  .transform(({ network: inner, ...rest }) => inner ?? rest);

function parsed<T>(schema: z.ZodType<T>, text: string, file: string): T {
  const bad = (cause?: unknown): AppError =>
    new AppError("firstboot.bad_file", `${file} is not what Raspberry Pi Imager writes`, {
      hint: "Correct it, or write the card anew.",
      cause,
    });
  let value: unknown;
  try {
    value = parseYaml(text, file) ?? {};
  } catch (cause) {
    throw bad(cause);
  }
  const result = schema.safeParse(value);
  if (!result.success) throw bad();
  return result.data;
}

type Person = z.infer<typeof person>;

/** Whoever wrote `users` otherwise meant one, too: it is judged as a name that is none. */
function listed(users: unknown): readonly Person[] {
  if (users === undefined || users === null) return [];
  const parsedList = z.array(z.union([z.string(), person])).safeParse(users);
  if (!parsedList.success) return [{ name: 0 }];
  // `default` in the list stands for the user that the system brings along: here, nobody.
  return parsedList.data.filter((each) => typeof each !== "string");
}

/** `user`: its name alone, or what `users` has of each. */
function single(user: unknown): readonly Person[] {
  if (user === undefined || user === null) return [];
  if (typeof user === "string") return user === "default" ? [] : [{ name: user }];
  return [person.safeParse(user).data ?? { name: 0 }];
}

const listOf = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

/** Errors: `firstboot.bad_file`. */
export function readUserData(text: string): RawCustomisation {
  const { hostname, timezone, user, users, ...ssh } = parsed(userData, text, "user-data");
  const [first, ...others] = [...single(user), ...listed(users)];
  const keys = [...listOf(first?.ssh_authorized_keys), ...listOf(ssh.ssh_authorized_keys)];
  const leftOut: LeftOut[] = [];
  if (others.length > 0) leftOut.push(["more users", "only the first one is taken"]);
  if (text.includes("rpi-connect")) leftOut.push(["Raspberry Pi Connect", "the box does not have it"]);
  return {
    ...{ hostname, timeZone: timezone, sshPassword: ssh.ssh_pwauth === true, leftOut },
    ...(keys.length === 0 ? {} : { sshKeys: keys }),
    ...(first === undefined ? {} : { user: { name: first.name, passwordHash: first.passwd } }),
  };
}

/** Imager since 2.0.10 writes each byte of a name beyond ASCII as `\xHH`; YAML makes a character of each, which was none of the name's. */
function ssidOf(name: string, text: string): string | 0 {
  const isBytes = /\\x[89a-f][0-9a-f]/i.test(text) && /^[\0-\u00ff]*[\u0080-\u00ff][\0-\u00ff]*$/.test(name);
  return isBytes ? (ssidOfBytes(Uint8Array.from(name, (char) => char.charCodeAt(0))) ?? 0) : name;
}

/** The first network of the first device. Errors: `firstboot.bad_file`. */
export function readNetworkConfig(text: string): RawCustomisation {
  const { wifis = {}, ethernets = {} } = parsed(networkConfig.pipe(devices), text, "network-config");
  const radios = Object.values(wifis);
  const points = radios.flatMap((each) => Object.entries(each["access-points"] ?? {}));
  const leftOut: LeftOut[] = [];
  if (points.length > 1) leftOut.push(["more Wi-Fi", "only the first network is taken"]);
  if ([...radios, ...Object.values(ethernets)].some((each) => listOf(each?.addresses).length > 0))
    leftOut.push(["addresses", "these are not taken over"]);
  const [found] = points;
  if (found === undefined) return { leftOut };
  const [name, point] = found;
  const key = point?.password ?? point?.auth?.password;
  const country = radios[0]?.["regulatory-domain"];
  return { leftOut, wifi: { ssid: ssidOf(name, text), key, hidden: point?.hidden, country } };
}
