// Which parts of which concatenated messages are here. Pure bookkeeping over sealed parts; nothing in it can be read.
//
// A message whose parts did not all come in time is delivered as it is, and its parts are kept for a while: a late part joins them, and
// the message is delivered again. `waiting` are parts that no delivery holds yet.

import { type LineId, type Millis, minutes, type UnixMs } from "../base/index.ts";
import type { DeliveredAs, SealedPart } from "./model.ts";

export interface OpenGroup {
  readonly group: string;
  readonly lineId: LineId;
  readonly total: number;
  /** When the first of the waiting parts came, null while none waits. */
  readonly waitingSince: UnixMs | null;
  /** The last delivery of this message, incomplete as it was; null for none. */
  readonly delivered: DeliveredAs | null;
  readonly parts: ReadonlyMap<number, SealedPart>;
}

export type OpenGroups = ReadonlyMap<string, OpenGroup>;

export interface PartStep {
  readonly groups: OpenGroups;
  /**
   * `held`: waits for others. `taken`: a part with this number is in the open group already. `other`: the open group is of another
   * message that had the same reference. `complete`: the whole message, which is no longer in `groups`.
   */
  readonly outcome:
    | { readonly kind: "held" }
    | { readonly kind: "taken"; readonly by: SealedPart; readonly open: OpenGroup }
    | { readonly kind: "other"; readonly open: OpenGroup }
    | { readonly kind: "complete"; readonly whole: OpenGroup };
}

/**
 * How far apart the service centre may have taken two parts of one message, counted to the nearest part that is here. Parts leave the
 * sender one after the other: a phone takes some seconds for each, or minutes when it has to try again. A sender's references come
 * round again (TS 23.040 9.2.3.24.1: modulo 256 or 65536), but hardly ever that soon.
 */
const SAME_MESSAGE: Millis = minutes(30);

/** Delivered messages of one line that are kept for late parts, at most. */
const KEPT_PER_LINE = 64;

/** Adds one part. Parts come in any order, and more than once. */
export function addPart(groups: OpenGroups, part: SealedPart): PartStep {
  const known = groups.get(part.group);
  if (known !== undefined && !belongs(known, part)) return { groups, outcome: { kind: "other", open: known } };
  const by = known?.parts.get(part.part);
  if (known !== undefined && by !== undefined) return { groups, outcome: { kind: "taken", by, open: known } };
  const next = groupOf(part, new Map(known?.parts).set(part.part, part));
  if (next.parts.size === part.total)
    return { groups: without(groups, next), outcome: { kind: "complete", whole: next } };
  return { groups: withGroup(groups, next), outcome: { kind: "held" } };
}

/**
 * Whether the part is of this message rather than of a later one with the same reference. By the service centre's time alone: a late
 * part has the time of its message, whenever it arrives. Without a time to go by, it is if the message was not delivered yet.
 */
function belongs(open: OpenGroup, { sentAt }: SealedPart): boolean {
  const known = [...open.parts.values()].flatMap((part) => part.sentAt ?? []);
  if (sentAt === null || known.length === 0) return open.delivered === null;
  return Math.min(...known.map((other) => Math.abs(sentAt - other))) <= SAME_MESSAGE;
}

/** A group from some of its parts, in order of arrival; `like` is any of them. */
export function groupOf(like: SealedPart, parts: ReadonlyMap<number, SealedPart>): OpenGroup {
  const all = [...parts.values()];
  return {
    group: like.group,
    lineId: like.lineId,
    total: like.total,
    waitingSince: all.find((part) => part.delivered === null)?.receivedAt ?? null,
    delivered: all.find((part) => part.delivered !== null)?.delivered ?? null,
    parts,
  };
}

/** Takes one group out. */
export function without(groups: OpenGroups, { group }: Pick<OpenGroup, "group">): OpenGroups {
  const kept = new Map(groups);
  kept.delete(group);
  return kept;
}

/** Puts one group in, in place of another of its name. */
export function withGroup(groups: OpenGroups, group: OpenGroup): OpenGroups {
  return new Map(groups).set(group.group, group);
}

/** The group with all its parts held by this delivery. */
export function deliveredGroup(open: OpenGroup, delivered: DeliveredAs): OpenGroup {
  const parts = new Map([...open.parts].map(([number, part]) => [number, { ...part, delivered }]));
  return { ...open, waitingSince: null, delivered, parts };
}

/** What no delivery holds yet, as a message by itself; null for nothing. */
export function waitingOnly(open: OpenGroup): OpenGroup | null {
  const parts = new Map([...open.parts].filter(([, part]) => part.delivered === null));
  const [first] = parts.values();
  return first === undefined ? null : groupOf(first, parts);
}

/** The parts in order of their numbers, and the numbers that are missing. */
export function contentsOf(open: OpenGroup): {
  readonly parts: readonly SealedPart[];
  readonly missing: readonly number[];
} {
  const parts = [...open.parts.values()].sort((a, b) => a.part - b.part);
  return {
    parts,
    missing: Array.from({ length: open.total }, (_, i) => i + 1).filter((part) => !open.parts.has(part)),
  };
}

/** The state after a restart, from the stored parts. */
export function restoreGroups(stored: readonly SealedPart[]): OpenGroups {
  const byGroup = new Map<string, Map<number, SealedPart>>();
  for (const part of stored) {
    const parts = byGroup.get(part.group) ?? new Map<number, SealedPart>();
    byGroup.set(part.group, parts.set(part.part, part));
  }
  const groups = [...byGroup.values()].flatMap((parts) => {
    const [first] = parts.values();
    return first === undefined ? [] : [groupOf(first, parts)];
  });
  return new Map(groups.map((group) => [group.group, group]));
}

// A time from the future means that the clock was wrong and has been set back: nothing must wait until that time comes.
const hasPassed = (since: UnixMs, now: UnixMs, span: Millis): boolean => Math.abs(now - since) >= span;

/** Whether parts have waited long enough for the others. */
export function isOverdue(group: OpenGroup, now: UnixMs, timeout: Millis): boolean {
  return group.waitingSince !== null && hasPassed(group.waitingSince, now, timeout);
}

/** The delivered messages that need not be kept for late parts any longer: their time is over, or their line has too many. */
export function expired(groups: OpenGroups, now: UnixMs, lateParts: Millis): readonly OpenGroup[] {
  const kept = [...groups.values()]
    .flatMap((group) => (group.waitingSince === null && group.delivered !== null ? { group, ...group.delivered } : []))
    .sort((a, b) => b.at - a.at);
  const perLine = new Map<LineId, number>();
  return kept.flatMap(({ group, at }) => {
    const count = (perLine.get(group.lineId) ?? 0) + 1;
    perLine.set(group.lineId, count);
    return count > KEPT_PER_LINE || hasPassed(at, now, lateParts) ? group : [];
  });
}
