// How the machine is on the network, the Wi-Fi that its owner chooses, and the access point that it is set up over.

import { z } from "zod";
import { utf8 } from "../base/index.ts";

/** What a network asks of those who join. `old` is WEP, `enterprise` wants a user of its own: the box joins neither. */
export const wifiSecurity = z.enum(["open", "wpa", "wpa3", "enterprise", "old"]);
export type WifiSecurity = z.infer<typeof wifiSecurity>;

export const networkLink = z.object({
  kind: z.enum(["ethernet", "wifi"]),
  /** Of the interface, such as `eth0`. */
  name: z.string(),
  state: z.enum(["connected", "connecting", "off"]),
  /** Name of the Wi-Fi; null for a cable, and while there is none. */
  network: z.string().nullable(),
  addresses: z.array(z.string()),
});
export type NetworkLink = z.infer<typeof networkLink>;

const networkProblem = z.object({ code: z.string(), message: z.string(), hint: z.string().optional() });

/** `GET /network`. */
export const networkView = z.object({
  /** Whether the box looks after the network of its machine. */
  available: z.boolean(),
  /** `blocked`: switched off by rfkill. */
  radio: z.enum(["none", "blocked", "ready"]),
  links: z.array(networkLink),
  access_point: z.object({
    state: z.enum(["closed", "opening", "open", "closing"]),
    /** Null on a machine that cannot have one. */
    ssid: z.string().nullable(),
    /** The box's address in it. */
    address: z.string().nullable(),
  }),
  /** Name of the Wi-Fi that the box joins now. */
  joining: z.string().nullable(),
  /** Name of the Wi-Fi that it goes back to by itself. */
  saved: z.string().nullable(),
  /** Why the last Wi-Fi that was chosen did not come up. */
  problem: networkProblem.nullable(),
});
export type NetworkView = z.infer<typeof networkView>;

export const wifiNetwork = z.object({
  ssid: z.string(),
  /** In percent. */
  signal: z.int().min(0).max(100),
  security: wifiSecurity,
});
export type WifiNetwork = z.infer<typeof wifiNetwork>;

/** `GET /network/wifi`: what the radio heard last, strongest first. */
export const wifiScan = z.object({
  /** Milliseconds since 1970; null before the first look. */
  at: z.number().nullable(),
  networks: z.array(wifiNetwork),
});
export type WifiScan = z.infer<typeof wifiScan>;

const ssid = z
  .string()
  .min(1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  .refine((text) => utf8(text).length <= 32 && !/[\x00-\x1f\x7f]/.test(text), "a Wi-Fi name of up to 32 bytes");

/** `POST /network/wifi`. */
export const wifiJoinRequest = z.strictObject({
  ssid,
  /** A passphrase, or the 64 hex digits that are made of it and the name (IEEE 802.11i). Left out for an open network. */
  password: z
    .string()
    .regex(/^(?:[\x20-\x7e]{8,63}|[0-9a-fA-F]{64})$/, "a Wi-Fi password of 8 to 63 characters, or 64 hex digits")
    .optional(),
  /** Whether the network does not tell its name. */
  hidden: z.boolean().default(false),
  /** Where the machine is, in two letters: it says which channels are allowed. Left out: as before. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "a country such as DE")
    .optional(),
});
export type WifiJoinRequest = z.infer<typeof wifiJoinRequest>;

/** That it begins. What becomes of it is in `GET /network`. */
export const wifiJoinReply = z.object({
  joining: z.string(),
  /** Whether whoever asks loses the connection, since the same radio serves it. */
  leaves_access_point: z.boolean(),
});
export type WifiJoinReply = z.infer<typeof wifiJoinReply>;

/** `POST /network/access-point`. */
export const accessPointRequest = z.strictObject({ open: z.boolean() });
