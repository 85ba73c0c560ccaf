// The lines of the wires, from the tracks that the layout has given them.

import type { WireKind, WireNet } from "./wiring.ts";
import { type Layout, TRACK, TRACKS_BEGIN } from "./wiring-layout.ts";
import { heightsOf } from "./wiring-tracks.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Route {
  readonly kind: WireKind;
  readonly lines: readonly (readonly [Point, Point])[];
  /** Where a net branches. */
  readonly dots: readonly Point[];
  /** Numbers of the wires in the table, and where they stand. */
  readonly label: string;
  readonly labelAt: Point;
}

const flat = (y: number, one: number, other: number): readonly [Point, Point] => [
  { x: Math.min(one, other), y },
  { x: Math.max(one, other), y },
];

/** The way of one net. */
function routeOf({ cards, crossings }: Layout, net: WireNet): Route {
  const edge = (column: number, side: "left" | "right"): number => {
    const card = cards.find((item) => item.column === column);
    return card === undefined ? 0 : card.x + (side === "right" ? card.width : 0);
  };
  const lines: (readonly [Point, Point])[] = [];
  const dots: Point[] = [];
  const rail: number[] = [];
  const mine = crossings.filter((crossing) => crossing.net === net).sort((one, other) => one.gap - other.gap);
  for (const crossing of mine) {
    const x = edge(crossing.gap, "right") + TRACKS_BEGIN + crossing.track * TRACK;
    const ys = heightsOf(crossing);
    const [low, high] = [Math.min(...ys), Math.max(...ys)];
    if (high > low)
      lines.push([
        { x, y: low },
        { x, y: high },
      ]);
    lines.push(...crossing.left.map((y) => flat(y, edge(crossing.gap, "right"), x)));
    lines.push(...crossing.right.map((y) => flat(y, edge(crossing.gap + 1, "left"), x)));
    const branches = [...crossing.left, ...crossing.right].filter((y) => y > low && y < high);
    dots.push(...branches.map((y) => ({ x, y })));
    if (crossing.rail !== null) rail.push(x);
  }
  const height = mine[0]?.rail ?? null;
  if (height !== null) lines.push(flat(height, Math.min(...rail), Math.max(...rail)));
  const start = { x: edge(mine[0]?.gap ?? 0, "right"), y: mine[0]?.left[0] ?? 0 };
  return { kind: net.kind, lines, dots, label: net.wires.join(", "), labelAt: { x: start.x + 4, y: start.y - 3 } };
}

/** Ways of all nets. */
export function routeWires(layout: Layout): readonly Route[] {
  return layout.nets.map((net) => routeOf(layout, net));
}
