// Where everything in the wiring diagram goes: columns by distance from the sources, cards within a column near what they connect to.

import type { Board } from "./board-schema.ts";
import { type WireNet, type WireNode, wireNets, wireNodes } from "./wiring.ts";
import { type Card, cardOf } from "./wiring-card.ts";
import { type TrackedCrossing, trackWires } from "./wiring-tracks.ts";

const CARD_GAP = 10;
/** Room at both sides of a gap's tracks: the left one holds the wires' numbers. */
export const TRACKS_BEGIN = 40;
const TRACKS_END = 18;
export const TRACK = 9;

export interface Layout {
  readonly cards: readonly Card[];
  readonly nets: readonly WireNet[];
  readonly crossings: readonly TrackedCrossing[];
  /** Height of what is above the cards, at negative heights. */
  readonly above: number;
  readonly width: number;
  readonly height: number;
}

/** Longest way from a node without inputs; a loop, which no drawing from left to right can show, stops growing at the node count. */
function columnsOf(nodes: readonly WireNode[], nets: readonly WireNet[]): ReadonlyMap<string, number> {
  const columns = new Map(nodes.map((node) => [node.id, 0]));
  const edges = nets.flatMap((net) => net.from.flatMap((from) => net.to.map((to) => [from.node, to.node] as const)));
  for (let round = 0; round < nodes.length; round++) {
    for (const [from, to] of edges)
      columns.set(to, Math.min(nodes.length, Math.max(columns.get(to) ?? 0, (columns.get(from) ?? 0) + 1)));
  }
  return columns;
}

/** Puts cards of one column one below the other, each as near to its wish as the others leave room. */
function stack(cards: readonly Card[], wish: (card: Card) => number): readonly Card[] {
  let bottom = 0;
  return cards
    .map((card, at) => ({ card, at, middle: wish(card) }))
    .sort((one, other) => one.middle - other.middle || one.at - other.at)
    .map(({ card, middle }) => {
      const y = Math.round(Math.max(bottom, middle - card.height / 2));
      bottom = y + card.height + CARD_GAP;
      return { ...card, y };
    });
}

/** Middle of the placed cards that a card is connected to; the top where there are none. */
function middleOfNeighbours(card: Card, placed: ReadonlyMap<string, Card>, nets: readonly WireNet[]): number {
  const others = nets.flatMap((net) => {
    const ends = [...net.from, ...net.to].map((place) => place.node);
    return ends.includes(card.id) ? ends.flatMap((id) => placed.get(id) ?? []) : [];
  });
  if (others.length === 0) return 0;
  return others.reduce((total, other) => total + other.y + other.height / 2, 0) / others.length;
}

/** The tallest column first, then outwards to both sides. */
function placeRows(columns: readonly (readonly Card[])[], nets: readonly WireNet[]): readonly (readonly Card[])[] {
  const heights = columns.map((cards) => cards.reduce((total, card) => total + card.height + CARD_GAP, 0));
  const tallest = heights.indexOf(Math.max(...heights));
  const placed = new Map<string, Card>();
  const result = [...columns];
  const order = columns.map((_, at) => at).sort((one, other) => Math.abs(one - tallest) - Math.abs(other - tallest));
  for (const at of order) {
    const cards = stack(columns[at] ?? [], (card) => (at === tallest ? 0 : middleOfNeighbours(card, placed, nets)));
    for (const card of cards) placed.set(card.id, card);
    result[at] = cards;
  }
  return result;
}

/** Lays out a board's wiring; the same board always gives the same drawing. */
export function layOut(board: Board): Layout {
  const nets = wireNets(board);
  const nodes = wireNodes(board);
  const columns = columnsOf(nodes, nets);
  const levels = [...new Set(columns.values())].sort((one, other) => one - other);
  const sized = levels.map((level, at) =>
    nodes.filter((node) => columns.get(node.id) === level).map((node) => cardOf(node, at, nets)),
  );
  const rows = placeRows(sized, nets);
  const { crossings, above } = trackWires(rows.flat(), nets);
  let x = 0;
  const cards = rows.flatMap((column, at) => {
    const width = Math.max(...column.map((card) => card.width));
    const placed = column.map((card) => ({ ...card, x, width }));
    const tracks = Math.max(0, ...crossings.flatMap((crossing) => (crossing.gap === at ? [crossing.track] : [])));
    x += width + TRACKS_BEGIN + tracks * TRACK + TRACKS_END;
    return placed;
  });
  const [width, height] = [
    Math.max(...cards.map((card) => card.x + card.width)),
    Math.max(...cards.map((card) => card.y + card.height)),
  ];
  return { cards, nets, crossings, above, width, height };
}
