// What is told of the network, and what becomes of a choice. Pure.

import { AppError, assertNever, Secret } from "../../base/index.ts";
import type { NetworkView, WifiJoinRequest, WifiNetwork } from "../../protocol/index.ts";
import type { AccessPointState } from "./access-point-rules.ts";
import type { AccessPoint, NetworkFacts, WifiChoice } from "./ports-network.ts";

/** Of a machine that tells nothing. */
export const noFacts: NetworkFacts = {
  ...{ radio: "none", wifi: null, canServe: false, links: [], serving: false, stations: 0, saved: null },
};

/** An address that a machine gives itself leads nowhere. */
const isOfANetwork = (address: string): boolean => !/^(?:169\.254\.|fe80:)/i.test(address);

export const hasWay = ({ links }: Pick<NetworkFacts, "links">): boolean =>
  links.some(({ state, addresses }) => state === "connected" && addresses.some(isOfANetwork));

function stateOf({ phase }: AccessPointState): NetworkView["access_point"]["state"] {
  switch (phase) {
    case "open":
    case "parting":
      return "open";
    case "scanning":
    case "opening":
      return "opening";
    case "closing":
      return "closing";
    case "watching":
    case "joining":
      return "closed";
    default:
      return assertNever(phase, "phase");
  }
}

/** `parting` is open only where it was open when the Wi-Fi was chosen. */
export function accessPointOf(state: AccessPointState, point: AccessPoint | null): NetworkView["access_point"] {
  const isParting = state.phase === "parting" && !state.served;
  return {
    state: isParting ? "closed" : stateOf(state),
    ssid: point?.ssid ?? null,
    address: point?.address ?? null,
  };
}

/** What is to be joined, by what was typed and what was heard. Errors: `wifi.password_needed`, `wifi.unsupported`. */
export function choiceOf(request: WifiJoinRequest, known: WifiNetwork | undefined): WifiChoice {
  const { ssid, hidden, password } = request;
  const security = known?.security ?? (password === undefined ? "open" : "wpa");
  if (security === "enterprise" || security === "old") {
    throw new AppError("wifi.unsupported", "the box cannot join a Wi-Fi of this kind", {
      hint: "Take one that is protected by WPA2 or WPA3 with a password.",
    });
  }
  if (security !== "open" && password === undefined) {
    throw new AppError("wifi.password_needed", "this Wi-Fi has a password", { hint: "Type it." });
  }
  return {
    ...{ ssid, hidden, security },
    password: security === "open" || password === undefined ? null : new Secret(password),
  };
}
