// Which line of +CLCC is the call that is known, and which are others. Pure.

import type { CallEntry } from "../../at/index.ts";

export interface KnownCall {
  readonly direction: "in" | "out";
  /** Of the last list that it was in. */
  readonly id: number | null;
  /** The caller as +CLCC had it. */
  readonly listed: string | null;
  readonly connected: boolean;
}

export const rings = ({ state }: CallEntry): boolean => state === "incoming" || state === "waiting";
const speaks = ({ state }: CallEntry): boolean => state === "active" || state === "held";

/** Connections to the Internet, which some modems list too, are none of ours. */
export const voiceCalls = (entries: readonly CallEntry[]): readonly CallEntry[] =>
  entries.filter(({ mode }) => mode === "voice" || mode === "unknown");

/** Numbers are given anew as soon as they are free, so what a call was before decides too: one that was answered never rings again. */
function maybe(call: KnownCall, entry: CallEntry): boolean {
  if (entry.direction !== call.direction || (call.connected && !speaks(entry))) return false;
  return call.direction === "out" || call.listed === null || entry.number === null || entry.number === call.listed;
}

/** The line of `call`: that of its number if it can be it, else the first that can. */
export function entryOfCall(call: KnownCall, entries: readonly CallEntry[]): CallEntry | null {
  const candidates = entries.filter((entry) => maybe(call, entry));
  return candidates.find(({ id }) => id === call.id) ?? candidates[0] ?? null;
}
