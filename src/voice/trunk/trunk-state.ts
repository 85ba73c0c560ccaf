// Why there is no trunk, in codes and words.

import { AppError, isAppError } from "../../base/index.ts";
import type { LinkEnd } from "./trunk-link.ts";

export type TrunkState =
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly code: string; readonly hint: string };

const HINTS: Readonly<Record<string, string>> = {
  "voice.relay_unreachable":
    "Check the relay's URL, that its TCP port for trunks is open, and the network. The box tries again by itself.",
  "voice.relay_none": "Name a relay (`relay.url`), or take another sip_edge.",
  "voice.relay_no_calls":
    "Ask the relay's operator to set up calls (`voice` in its configuration), or take another sip_edge.",
  "voice.relay_refused": "Ask the relay's operator to enter this box's key under `providers`.",
  "voice.relay_certificate":
    "Somebody stands between box and relay, or the relay has a new certificate that it does not tell yet. The box tries again.",
  "voice.relay_other_host": "Make voice.host the name that the relay's gateway calls itself.",
  "voice.relay_lost": "The box connects again by itself; calls that are on wait for it for half a minute.",
  "voice.relay_proxy": "Check voice.relay.socks5, and that the proxy runs.",
};

/** An error of the trunk, with the hint that goes with its code. */
export function trunkError(code: keyof typeof HINTS & `voice.${string}`, message: string, cause?: unknown): AppError {
  return new AppError(code, message, { retryable: true, hint: HINTS[code] ?? "", cause });
}

const down = (code: string, hint: string): TrunkState => ({ kind: "down", code, hint });
const UNREACHABLE = "voice.relay_unreachable";

export const TRUNK_STATES = {
  starting: down("voice.edge_starting", "Wait: the connection to the relay is being made."),
  stopped: down("voice.edge_stopped", "Start the box."),
  lost: (end: LinkEnd | null): AppError =>
    trunkError("voice.relay_lost", `the connection to the relay was lost (${end ?? "closed"})`),
  of: (error: unknown): TrunkState => {
    const code = isAppError(error) && HINTS[error.code] !== undefined ? error.code : UNREACHABLE;
    return down(code, HINTS[code] ?? "");
  },
} as const;
