// What the box asks of whoever runs the machine's networks, and what the console asks of the box.

import type { Secret } from "../../base/index.ts";
import type {
  NetworkLink,
  NetworkView,
  WifiJoinReply,
  WifiJoinRequest,
  WifiNetwork,
  WifiScan,
} from "../../protocol/index.ts";

export interface NetworkFacts {
  readonly radio: NetworkView["radio"];
  /** Interface of the radio; null without one. */
  readonly wifi: string | null;
  /** Whether that radio can be an access point. */
  readonly canServe: boolean;
  /** Cables and Wi-Fi; the own access point is none of them. */
  readonly links: readonly NetworkLink[];
  /** Whether the own access point is open. */
  readonly serving: boolean;
  /** How many devices are in it. */
  readonly stations: number;
  /** Name of the Wi-Fi that is gone back to by itself; null for none. */
  readonly saved: string | null;
}

/** The access point as it is opened; the same over restarts, so that a phone knows it again. */
export interface AccessPoint {
  readonly ssid: string;
  readonly key: Secret<string>;
  /** The box's address in it. */
  readonly address: string;
}

export interface WifiChoice {
  readonly ssid: string;
  /** Null for an open network. */
  readonly password: Secret<string> | null;
  readonly hidden: boolean;
  readonly security: WifiNetwork["security"];
}

/** One call at a time. All of them end within a minute. Errors: `wifi.no_radio`, `wifi.blocked`, those of running a program. */
export interface NetworkPort {
  facts(signal: AbortSignal): Promise<NetworkFacts>;
  /** Listens anew; takes some seconds. Strongest first, each name once. */
  scan(signal: AbortSignal): Promise<readonly WifiNetwork[]>;
  /** Idempotent, as `close`. */
  open(point: AccessPoint, signal: AbortSignal): Promise<void>;
  close(signal: AbortSignal): Promise<void>;
  /**
   * Resolves once the box has an address there; from then on it comes back to it by itself. What was saved before stays where it fails.
   * Errors besides: `wifi.wrong_password`, `wifi.not_found`, `wifi.no_address`, `wifi.failed`, `wifi.unsupported`.
   */
  join(choice: WifiChoice, signal: AbortSignal): Promise<void>;
  /** Forgets all of them. Idempotent. */
  forget(signal: AbortSignal): Promise<void>;
}

export interface NetworkConsole {
  view(): Promise<NetworkView>;
  wifi(): WifiScan;
  /** Errors: `wifi.serving` while the radio is the access point, those of the port. */
  scan(): Promise<WifiScan>;
  /** Errors: `wifi.busy`, `wifi.password_needed`, `wifi.unsupported`, `wifi.no_radio`, `wifi.blocked`. */
  join(request: WifiJoinRequest): Promise<WifiJoinReply>;
  /** Errors: `wifi.busy`, those of the port. */
  forget(): Promise<NetworkView>;
  /** Errors: `wifi.access_point_off`, `wifi.busy`, `wifi.no_radio`, `wifi.blocked`. */
  openAccessPoint(open: boolean): Promise<NetworkView>;
}
