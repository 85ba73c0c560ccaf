// cloud-init as Imager writes it (src/customization_generator.cpp): user-data in YAML, and network-config in netplan's form.

import { z } from "zod";
import { AppError } from "../../../base/index.ts";
import { parseYaml } from "../../../config/index.ts";
import type { Places, RawCustomisation } from "./customisation.ts";

/** Of all that cloud-init knows, what a box takes over; the rest is Imager's for Raspberry Pi OS (packages, keyboard, runcmd). */
const userData = z.looseObject({
  hostname: z.unknown().optional(),
  timezone: z.unknown().optional(),
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
  user: "user-data, users: name",
  "password of the user": "user-data, users: passwd",
  "SSH key": "user-data, users: ssh_authorized_keys",
  "SSH by password": "user-data, ssh_pwauth",
  file: "user-data",
};
export const NETWORK_CONFIG_PLACES: Places = {
  "Wi-Fi name": "network-config, access-points",
  "Wi-Fi password": "network-config, password",
  "Wi-Fi country": "network-config, regulatory-domain",
};

const network = z.looseObject({
  hidden: z.unknown().optional(),
  password: z.unknown().optional(),
  auth: z.looseObject({ password: z.unknown().optional() }).optional(),
});
const wlan = z.looseObject({
  "regulatory-domain": z.unknown().optional(),
  "access-points": z.record(z.string(), network.nullable()).optional(),
});
const wifis = z.looseObject({ wifis: z.record(z.string(), wlan).optional() });
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

/** Whoever wrote `users` otherwise meant one, too: it is judged as a name that is none. */
function firstUser(users: unknown): z.infer<typeof person> | null {
  if (users === undefined || users === null) return null;
  const parsedList = z.array(z.union([z.string(), person])).safeParse(users);
  if (!parsedList.success) return { name: 0 };
  // `default` in the list stands for the user that the system brings along: here, nobody.
  const first = parsedList.data.find((each) => typeof each !== "string");
  return first === undefined || typeof first === "string" ? null : first;
}

/** Errors: `firstboot.bad_file`. */
export function readUserData(text: string): RawCustomisation {
  const { hostname, timezone, users, ...ssh } = parsed(userData, text, "user-data");
  const first = firstUser(users);
  return {
    ...{ hostname, timeZone: timezone, sshPassword: ssh.ssh_pwauth === true },
    sshKeys: first?.ssh_authorized_keys ?? ssh.ssh_authorized_keys,
    ...(first === null ? {} : { user: { name: first.name, passwordHash: first.passwd } }),
  };
}

/** The first network of the first device. Errors: `firstboot.bad_file`. */
export function readNetworkConfig(text: string): RawCustomisation {
  const [device] = Object.values(parsed(networkConfig.pipe(wifis), text, "network-config").wifis ?? {});
  const [found] = Object.entries(device?.["access-points"] ?? {});
  if (device === undefined || found === undefined) return {};
  const [ssid, point] = found;
  const key = point?.password ?? point?.auth?.password;
  return { wifi: { ssid, key, hidden: point?.hidden, country: device["regulatory-domain"] } };
}
