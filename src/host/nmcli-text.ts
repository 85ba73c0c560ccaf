// What nmcli writes for programs (`-t -e yes`), and what of it means something here. Pure.
//
// A table has a line for each row: values between colons, with a backslash before each colon and backslash of a value. A listing of one thing
// (`device show`) has a line for each value, `NAME:value`, without any escaping, and an empty line between things (nmcli(1), OUTPUT).

import type { NetworkLink, WifiNetwork } from "../protocol/index.ts";

/** The values of one row. A backslash at the end of it is one. */
export function splitRow(line: string): readonly string[] {
  const values: string[] = [];
  let value = "";
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    if (letter === "\\" && at + 1 < line.length) {
      at += 1;
      value += line.charAt(at);
    } else if (letter === ":") {
      values.push(value);
      value = "";
    } else value += letter;
  }
  return [...values, value];
}

export const splitTable = (text: string): readonly (readonly string[])[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map(splitRow);

/** `NAME:value` lines by name, for each thing that there is; a list's values under its name, such as IP4.ADDRESS. */
export function splitListing(text: string): readonly ReadonlyMap<string, readonly string[]>[] {
  return text.split(/\n\s*\n/).flatMap((block) => {
    const values = new Map<string, string[]>();
    for (const line of block.split("\n")) {
      const at = line.indexOf(":");
      if (at <= 0) continue;
      const name = line.slice(0, at).replace(/\[\d+\]$/, "");
      const value = line.slice(at + 1);
      values.set(name, [...(values.get(name) ?? []), ...(value === "" ? [] : [value])]);
    }
    return values.size === 0 ? [] : [values];
  });
}

export const DEVICE_FIELDS =
  "GENERAL.DEVICE,GENERAL.TYPE,GENERAL.STATE,GENERAL.CONNECTION,IP4.ADDRESS,IP6.ADDRESS,WIFI-PROPERTIES.AP";

export interface Device extends Omit<NetworkLink, "network"> {
  /** The profile that it is used by; empty for none. */
  readonly profile: string;
  readonly canServe: boolean;
}

/** NMDeviceState: below 40 it is not used, at 100 it is in its network. */
function stateOf(text: string): NetworkLink["state"] {
  const number = Number(/^\d+/.exec(text)?.[0] ?? 0);
  if (number === 100) return "connected";
  return number >= 40 && number < 100 ? "connecting" : "off";
}

/** Cables and radios that NetworkManager looks after. */
export function devicesOf(text: string): readonly Device[] {
  return splitListing(text).flatMap((values): Device[] => {
    const first = (name: string): string => values.get(name)?.[0] ?? "";
    const kind = first("GENERAL.TYPE");
    // 10: somebody else looks after it, such as the box after its modems.
    if ((kind !== "ethernet" && kind !== "wifi") || /^10\b/.test(first("GENERAL.STATE"))) return [];
    const addresses = [...(values.get("IP4.ADDRESS") ?? []), ...(values.get("IP6.ADDRESS") ?? [])];
    return [
      {
        ...{ kind, name: first("GENERAL.DEVICE"), state: stateOf(first("GENERAL.STATE")) },
        addresses: addresses.map((address) => address.replace(/\/\d+$/, "")),
        profile: first("GENERAL.CONNECTION"),
        canServe: first("WIFI-PROPERTIES.AP") === "yes",
      },
    ];
  });
}

/** `nmcli -f WIFI-HW,WIFI radio`: the switch on the hardware, and the one of the system. */
export function radioIsOn(text: string): boolean {
  const [[hardware, software] = []] = splitTable(text.trim());
  return hardware === "enabled" && software === "enabled";
}

export const WIFI_FIELDS = "SSID,SIGNAL,SECURITY";

function securityOf(text: string): WifiNetwork["security"] {
  const kinds = text.split(" ").filter((kind) => kind !== "" && kind !== "--");
  if (kinds.includes("802.1X")) return "enterprise";
  if (kinds.some((kind) => kind === "WPA1" || kind === "WPA2")) return "wpa";
  if (kinds.includes("WPA3")) return "wpa3";
  // OWE encrypts without a password.
  if (kinds.length === 0 || kinds.every((kind) => kind.startsWith("OWE"))) return "open";
  return "old";
}

/** Each name once, as its strongest transmitter has it, the strongest first. Those without a name are left out. */
export function wifiNetworksOf(text: string): readonly WifiNetwork[] {
  const found = new Map<string, WifiNetwork>();
  for (const [ssid = "", signal = "", security = ""] of splitTable(text)) {
    const percent = Math.min(100, Math.max(0, Math.round(Number(signal))));
    const network = { ssid, signal: Number.isNaN(percent) ? 0 : percent, security: securityOf(security) };
    if (ssid === "" || network.signal <= (found.get(ssid)?.signal ?? -1)) continue;
    found.set(ssid, network);
  }
  return [...found.values()].sort((one, other) => other.signal - one.signal || (one.ssid < other.ssid ? -1 : 1));
}

export type JoinFailure = "wifi.wrong_password" | "wifi.not_found" | "wifi.no_address" | "wifi.failed";

/**
 * Why an activation failed, by what nmcli says last: the reason in words, in older versions with its number before it
 * (NMDeviceStateReason). A password that is refused reads as one that was not given: the network asks for another, and nobody answers.
 */
export function joinFailureOf(message: string): JoinFailure {
  const reason = Number(/activation failed: \((\d+)\)/.exec(message)?.[1] ?? 0);
  if ([7, 9, 10].includes(reason) || /secrets were required|supplicant (?:config )?failed/i.test(message))
    return "wifi.wrong_password";
  if (reason === 53 || /network could not be found|no network with ssid|ssid-not-found/i.test(message))
    return "wifi.not_found";
  if ([5, 6, 15, 16, 17].includes(reason) || /ip configuration|dhcp|ip config/i.test(message)) return "wifi.no_address";
  return "wifi.failed";
}

/** Of `iw dev … station dump`. */
export const stationsOf = (text: string): number => text.match(/^Station /gm)?.length ?? 0;
