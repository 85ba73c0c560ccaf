// The vertical stretches of wires: one track per net in every gap between columns that it crosses. What passes a column goes along a
// rail above the cards.

import type { WireNet, WirePlace } from "./wiring.ts";
import { type Card, pinY } from "./wiring-card.ts";

/** One net in the gap right of a column, and the heights that its track connects. */
export interface Crossing {
  readonly net: WireNet;
  readonly gap: number;
  /** Heights of pins at the gap's left and right side. */
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** Height of the rail by which it leaves or enters the gap: negative, above the cards. */
  readonly rail: number | null;
}

export interface TrackedCrossing extends Crossing {
  /** Number of the track in its gap, from the left. */
  readonly track: number;
}

const RAIL = 10;

export function heightsOf(crossing: Crossing): readonly number[] {
  return [...crossing.left, ...crossing.right, ...(crossing.rail === null ? [] : [crossing.rail])];
}

function crossingsOf(net: WireNet, cards: ReadonlyMap<string, Card>, nextRail: () => number): readonly Crossing[] {
  const ends = (places: readonly WirePlace[], side: "left" | "right") =>
    places.flatMap((place) => {
      const card = cards.get(place.node);
      if (card === undefined) return [];
      return [{ gap: side === "right" ? card.column : card.column - 1, y: pinY(card, place.pin, side) }];
    });
  const [from, to] = [ends(net.from, "right"), ends(net.to, "left")];
  const gaps = [...new Set([...from, ...to].map((end) => end.gap))].sort((one, other) => one - other);
  const rail = gaps.length > 1 ? nextRail() : null;
  const heights = (list: typeof from, gap: number): readonly number[] =>
    list.flatMap((end) => (end.gap === gap ? [end.y] : []));
  return gaps.map((gap) => ({ net, gap, left: heights(from, gap), right: heights(to, gap), rail }));
}

/** Crossings whose heights overlap, directly or through others: only they must keep out of each other's way. */
function clusters(crossings: readonly Crossing[]): readonly (readonly Crossing[])[] {
  const sorted = [...crossings].sort((one, other) => Math.min(...heightsOf(one)) - Math.min(...heightsOf(other)));
  const result: Crossing[][] = [];
  let bottom = Number.NEGATIVE_INFINITY;
  for (const crossing of sorted) {
    const heights = heightsOf(crossing);
    if (Math.min(...heights) > bottom + 4) result.push([]);
    result.at(-1)?.push(crossing);
    bottom = Math.max(bottom, ...heights);
  }
  return result;
}

const mean = (values: readonly number[], fallback: number): number =>
  values.length === 0 ? fallback : values.reduce((total, value) => total + value, 0) / values.length;

/** Of those that go down an upper one passes right of a lower one, and the other way up, so that few wires cross. */
function byDirection(cluster: readonly Crossing[]): readonly Crossing[] {
  return cluster
    .map((crossing) => {
      const start = mean(crossing.left, crossing.rail ?? 0);
      return { crossing, start, down: mean(crossing.right, crossing.rail ?? 0) >= start };
    })
    .sort((one, other) => {
      if (one.down !== other.down) return one.down ? 1 : -1;
      return one.down ? other.start - one.start : one.start - other.start;
    })
    .map(({ crossing }) => crossing);
}

/** Whether `one` comes from the left where `other` goes on to the right: with tracks the other way round they would lie on each other. */
function mustPrecede(one: Crossing, other: Crossing): boolean {
  return one !== other && one.left.some((y) => other.right.some((height) => Math.abs(y - height) < 4));
}

/** Tracks from left to right: by direction, as far as that leads no wire along another. */
function inTrackOrder(cluster: readonly Crossing[]): readonly Crossing[] {
  const waiting = [...byDirection(cluster)];
  const placed: Crossing[] = [];
  while (waiting.length > 0) {
    const free = waiting.findIndex((crossing) => !waiting.some((other) => mustPrecede(other, crossing)));
    placed.push(...waiting.splice(Math.max(0, free), 1));
  }
  return placed;
}

/** All crossings with their tracks. `above` is the height of the rails. */
export function trackWires(
  cards: readonly Card[],
  nets: readonly WireNet[],
): { readonly crossings: readonly TrackedCrossing[]; readonly above: number } {
  const byId = new Map(cards.map((card) => [card.id, card]));
  let above = 0;
  const nextRail = (): number => {
    above += RAIL;
    return -above;
  };
  const all = nets.flatMap((net) => crossingsOf(net, byId, nextRail));
  const gaps = [...new Set(all.map((crossing) => crossing.gap))];
  const crossings = gaps.flatMap((gap) =>
    clusters(all.filter((crossing) => crossing.gap === gap)).flatMap((cluster) =>
      inTrackOrder(cluster).map((crossing, track) => ({ ...crossing, track })),
    ),
  );
  return { crossings, above: above === 0 ? 0 : above + RAIL };
}
