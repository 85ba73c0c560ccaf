// Ends of wires: `part.pin` names a host, supply, hub or other part; `p3.pin` a position, `p1-8.pin` each of several.

import type { Board } from "./board-schema.ts";

export interface WirePlace {
  /** Id of a part or hub, or `p` and a position's number. */
  readonly node: string;
  readonly pin: string;
}

/** The places that one end of a wire stands for, or what is wrong with it. */
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
