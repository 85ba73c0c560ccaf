// The wiring as a graph: parts, hubs and positions with their pins, and the nets between them. What the drawing is laid out from.

import type { Board, BoardHub, BoardPosition, BoardWire } from "./board-schema.ts";
import { portOf, upstreamOf } from "./board-tree.ts";

export interface WirePlace {
  /** Id of a part or hub, or `p` and a position's number. */
  readonly node: string;
  readonly pin: string;
}

export type WireKind = BoardWire["kind"];

/** Pins that are one electrical or logical connection; a hub's port and what hangs on it is one too. */
export interface WireNet {
  readonly kind: WireKind;
  readonly from: readonly WirePlace[];
  readonly to: readonly WirePlace[];
  /** Numbers (from 1) of the wires in the board's file that make the net; none for what the USB tree says. */
  readonly wires: readonly number[];
}

export interface WireNode {
  readonly id: string;
  readonly kind: Board["parts"][number]["kind"] | "hub" | "position";
  readonly title: string;
  /** Lines below the title. */
  readonly details: readonly string[];
}

/** Words of a text in lines of at most `chars` characters; a longer word stands alone. */
export function wrap(text: string, chars: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > chars) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Characters in a line of a card. */
const DETAIL_CHARS = 46;

/** `p1-8.pin` stands for each of several positions: the places that one end means, or what is wrong with it. */
export function wirePlaces(board: Board, end: string): readonly WirePlace[] | string {
  const [, node = "", pin = ""] = /^([a-z0-9-]+)\.(\S(?:.*\S)?)$/.exec(end) ?? [];
  if (node === "") return "part.pin, for instance psu.5V or p1-8.VBUS";
  const [, first = "", last = first] = /^p(\d+)(?:-(\d+))?$/.exec(node) ?? [];
  if (first === "") {
    const known = [...board.parts, ...board.hubs].some((item) => item.id === node);
    return known ? [{ node, pin }] : `there is no part or hub "${node}"`;
  }
  const [from, to] = [Number(first), Number(last)];
  if (from < 1 || to > board.positions.length || from > to) return `positions are 1 to ${board.positions.length}`;
  return Array.from({ length: to - from + 1 }, (_, at) => ({ node: `p${from + at}`, pin }));
}

/** What switches a position, in few words. */
export function powerLabel(power: BoardPosition["power"]): string {
  switch (power.kind) {
    case "uhubctl":
      return `uhubctl ${power.location} port ${power.port}`;
    case "gpio":
      return `${power.chip} line ${power.line}`;
    case "relay":
      return `relay at ${power.path}, channel ${power.channel}`;
    case "none":
      return "no power switch";
  }
}

/** A path as the drawing shows it, with its upstream port where the board has several. */
export function pathLabel(board: Board, item: BoardHub | BoardPosition): string {
  const port = board.upstreams.length > 1 ? `${upstreamOf(board, item)} ` : "";
  return item.path === "." ? `${port}upstream port` : `${port}${item.path}`;
}

const SWITCHING = { port: "switches each port", gang: "switches all ports at once", none: "no port power" } as const;

function positionDetail(board: Board, item: BoardPosition): string {
  return `USB ${pathLabel(board, item)} · ${item.sim} · ${item.antenna} · ${powerLabel(item.power)}`;
}

/** Every node that a wire can end at, in the order of the file: parts, hubs, positions. */
export function wireNodes(board: Board): readonly WireNode[] {
  return [
    ...board.parts.map(({ id, kind, name }) => ({ id, kind, title: name, details: [kind] })),
    ...board.hubs.map((hub) => ({
      id: hub.id,
      kind: "hub" as const,
      title: hub.name,
      details: [`${hub.usb} at ${pathLabel(board, hub)}`, SWITCHING[hub.switching]],
    })),
    ...board.positions.map((item) => ({
      id: `p${item.position}`,
      kind: "position" as const,
      title: `Position ${item.position} · ${item.models.join(" / ").toUpperCase()}`,
      details: wrap(positionDetail(board, item), DETAIL_CHARS),
    })),
  ];
}

/** Nets of the USB tree: each port of a hub, and what hangs on it. */
function treeNets(board: Board): readonly WireNet[] {
  const children = [
    ...board.hubs.map((item) => ({ item, place: { node: item.id, pin: "UP" } })),
    ...board.positions.map((item) => ({ item, place: { node: `p${item.position}`, pin: "USB" } })),
  ];
  return children.flatMap(({ item, place }) => {
    const above = portOf(board, item);
    if (above === undefined) return [];
    return [
      { kind: "usb" as const, from: [{ node: above.hub.id, pin: `port ${above.port}` }], to: [place], wires: [] },
    ];
  });
}

/** All nets; wires of the file that start at the same pin are one. */
export function wireNets(board: Board): readonly WireNet[] {
  const nets = new Map<string, WireNet>();
  board.wiring.forEach((wire, at) => {
    const [from, to] = [wirePlaces(board, wire.from), wirePlaces(board, wire.to)];
    if (typeof from === "string" || typeof to === "string") return;
    const known = nets.get(wire.from);
    const net = { kind: wire.kind, from, to: [...(known?.to ?? []), ...to], wires: [...(known?.wires ?? []), at + 1] };
    nets.set(wire.from, net);
  });
  return [...treeNets(board), ...nets.values()];
}
