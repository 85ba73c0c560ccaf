// cloud-init as Imager writes it (src/customization_generator.cpp): user-data in YAML, and network-config in netplan's form.

import { z } from "zod";
import { AppError } from "../../../base/index.ts";
import { parseYaml } from "../../../config/index.ts";
import type { RawCustomisation } from "./customisation.ts";

/** Of all that cloud-init knows, what a box takes over; the rest is Imager's for Raspberry Pi OS (packages, keyboard, runcmd). */
const userData = z.looseObject({
  hostname: z.unknown().optional(),
  timezone: z.unknown().optional(),
  users: z
    .array(
      z.union([
        z.string(),
        z.looseObject({
          name: z.unknown().optional(),
          passwd: z.unknown().optional(),
          ssh_authorized_keys: z.unknown().optional(),
        }),
      ]),
    )
    .optional(),
});

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

/** Errors: `firstboot.bad_file`. */
export function readUserData(text: string): RawCustomisation {
  const { hostname, timezone, users = [] } = parsed(userData, text, "user-data");
  // `default` in the list stands for the user that the system brings along: here, nobody.
  const first = users.find((each) => typeof each !== "string");
  if (first === undefined || typeof first === "string") return { hostname, timeZone: timezone };
  return {
    ...{ hostname, timeZone: timezone },
    user: { name: first.name, passwordHash: first.passwd },
    sshKeys: first.ssh_authorized_keys,
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
