// What is in the air around a simulated machine: Wi-Fi networks with their passwords.

import { pbkdf2Sync } from "node:crypto";
import type { WifiNetwork } from "../../src/protocol/index.ts";

export interface AirNetwork extends WifiNetwork {
  /** Null for an open one. */
  readonly password: string | null;
  /** Whether it tells its name. */
  readonly hidden?: boolean;
  /** Whether it gives addresses. */
  readonly silent?: boolean;
}

export const HOME: AirNetwork = { ssid: "Home: 2.4\\5 GHz", signal: 71, security: "wpa", password: "correct horse" };
export const AIR: readonly AirNetwork[] = [
  HOME,
  { ssid: "Café über uns", signal: 44, security: "open", password: null },
  { ssid: "Newest", signal: 60, security: "wpa3", password: "three three three" },
  { ssid: "Hidden", signal: 50, security: "wpa", password: "nobody sees", hidden: true },
  { ssid: "Silent", signal: 33, security: "wpa", password: "no address here", silent: true },
  { ssid: "Office", signal: 20, security: "enterprise", password: "x" },
];

/** As a card of WPA2 keeps a password (IEEE 802.11-2020, J.4.1). */
export const wpaKey = (password: string, ssid: string): string =>
  pbkdf2Sync(password, ssid, 4096, 32, "sha1").toString("hex");
