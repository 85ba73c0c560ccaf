// Whether the sound of a call has to go through the relay: where one side stands behind a router that the other cannot reach through. Pure.

import { isPrivate } from "./sdp.ts";

/** One side of a call, at the time when it is decided. */
export interface MediaParty {
  /** Where the relay sees it. */
  readonly seen: string;
  /** What it says its address is; null where it says a name or nothing. */
  readonly said: string | null;
}

export type MediaPolicy = "auto" | "always" | "never";

const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$/;

/** It says the address that it is seen at: no router in between. */
const isOpen = ({ said, seen }: MediaParty): boolean => said !== null && said === seen;

/** `auto`: directly where all are open, and where all are in one network behind one router or none. */
export function needsRelay(policy: MediaPolicy, parties: readonly MediaParty[]): boolean {
  if (policy !== "auto") return policy === "always";
  if (parties.every(isOpen)) {
    // A relay in the house sees private addresses: those reach each other, but nobody outside.
    const inside = parties.filter(({ seen }) => isPrivate(seen)).length;
    return inside > 0 && inside < parties.length;
  }
  return true;
}

/** An address as it is compared; null for a name. */
export function addressOf(host: string | null): string | null {
  if (host === null) return null;
  const plain = host
    .replace(/^\[|\]$/g, "")
    .replace(/^::ffff:(?=\d)/i, "")
    .toLowerCase();
  return ADDRESS.test(plain) ? plain : null;
}
