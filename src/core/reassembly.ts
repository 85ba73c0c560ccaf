// Which parts of which concatenated messages are here. Pure bookkeeping over sealed parts; nothing in it can be read.

import type { Millis, UnixMs } from "../base/index.ts";
import type { SealedPart } from "./model.ts";

export interface OpenGroup {
  readonly group: string;
  readonly total: number;
  readonly firstAt: UnixMs;
  readonly parts: ReadonlyMap<number, SealedPart>;
}

export type OpenGroups = ReadonlyMap<string, OpenGroup>;

export interface PartStep {
  readonly groups: OpenGroups;
  /** `held`: waits for others. `taken`: a part with this number is in the open group already. `complete`: the whole message, in order. */
  readonly outcome:
    | { readonly kind: "held" }
    | { readonly kind: "taken"; readonly by: SealedPart; readonly open: OpenGroup }
    | { readonly kind: "complete"; readonly parts: readonly SealedPart[] };
}

/** Adds one part. Parts come in any order, and more than once. */
export function addPart(groups: OpenGroups, part: SealedPart): PartStep {
  const known = groups.get(part.group);
  const by = known?.parts.get(part.part);
  if (known !== undefined && by !== undefined) return { groups, outcome: { kind: "taken", by, open: known } };
  const parts = new Map(known?.parts).set(part.part, part);
  const next = new Map(groups);
  if (parts.size === part.total) {
    next.delete(part.group);
    return { groups: next, outcome: { kind: "complete", parts: inOrder(parts) } };
  }
  next.set(part.group, { group: part.group, total: part.total, firstAt: known?.firstAt ?? part.receivedAt, parts });
  return { groups: next, outcome: { kind: "held" } };
}

/** Takes one group out, complete or not. */
export function closeGroup(
  groups: OpenGroups,
  open: OpenGroup,
): { readonly groups: OpenGroups; readonly flushed: Flushed } {
  const kept = new Map(groups);
  kept.delete(open.group);
  const missing = Array.from({ length: open.total }, (_, i) => i + 1).filter((part) => !open.parts.has(part));
  return { groups: kept, flushed: { parts: inOrder(open.parts), missing } };
}

/** The state after a restart, from the stored parts. */
export function restoreGroups(stored: readonly SealedPart[]): OpenGroups {
  let groups: OpenGroups = new Map();
  for (const part of stored) groups = addPart(groups, part).groups;
  return groups;
}

export interface Flushed {
  readonly parts: readonly SealedPart[];
  /** Numbers of the parts that never came. */
  readonly missing: readonly number[];
}

/**
 * Whether a message has waited long enough for its parts. A first part from the future means that the clock was wrong and has been set
 * back: it must not wait until that time comes.
 */
export function isOverdue(group: OpenGroup, now: UnixMs, timeout: Millis): boolean {
  return Math.abs(now - group.firstAt) >= timeout;
}

function inOrder(parts: ReadonlyMap<number, SealedPart>): readonly SealedPart[] {
  return [...parts.values()].sort((a, b) => a.part - b.part);
}
