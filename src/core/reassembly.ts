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
  /** `held`: waits for others. `taken`: a part with this number is here already. `complete`: `parts` is the whole message in order. */
  readonly outcome:
    | { readonly kind: "held" }
    | { readonly kind: "taken"; readonly by: SealedPart }
    | { readonly kind: "complete"; readonly parts: readonly SealedPart[] };
}

/** Adds one part. Parts come in any order, and more than once. */
export function addPart(groups: OpenGroups, part: SealedPart): PartStep {
  const known = groups.get(part.group);
  const by = known?.parts.get(part.part);
  if (by !== undefined) return { groups, outcome: { kind: "taken", by } };
  const parts = new Map(known?.parts).set(part.part, part);
  const next = new Map(groups);
  if (parts.size === part.total) {
    next.delete(part.group);
    return { groups: next, outcome: { kind: "complete", parts: inOrder(parts) } };
  }
  next.set(part.group, { group: part.group, total: part.total, firstAt: known?.firstAt ?? part.receivedAt, parts });
  return { groups: next, outcome: { kind: "held" } };
}

/** Takes one group out, complete or not: its sender has begun another message with the same reference. */
export function closeGroup(
  groups: OpenGroups,
  group: string,
): { readonly groups: OpenGroups; readonly flushed: Flushed | null } {
  const open = groups.get(group);
  if (open === undefined) return { groups, flushed: null };
  const kept = new Map(groups);
  kept.delete(group);
  return { groups: kept, flushed: asFlushed(open) };
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

/** Takes out the groups whose first part is older than `timeout`: they are delivered as they are, with what is missing named. */
export function flushGroups(
  groups: OpenGroups,
  now: UnixMs,
  timeout: Millis,
): { readonly groups: OpenGroups; readonly flushed: readonly Flushed[] } {
  const kept = new Map(groups);
  const flushed: Flushed[] = [];
  for (const group of groups.values()) {
    if (now - group.firstAt < timeout) continue;
    kept.delete(group.group);
    flushed.push(asFlushed(group));
  }
  return { groups: kept, flushed };
}

function asFlushed(group: OpenGroup): Flushed {
  const missing = Array.from({ length: group.total }, (_, i) => i + 1).filter((part) => !group.parts.has(part));
  return { parts: inOrder(group.parts), missing };
}

function inOrder(parts: ReadonlyMap<number, SealedPart>): readonly SealedPart[] {
  return [...parts.values()].sort((a, b) => a.part - b.part);
}
