// A position of a board as the running box needs it: where its modem is in sysfs, and what switches its power.

import { AppError } from "../base/index.ts";
import type { Board, BoardPosition, PowerControl } from "./board-schema.ts";
import { upstreamOf } from "./board-tree.ts";
import { depthOf, joinUsbPath, parseUpstreams } from "./usb-path.ts";

export interface PlacedPosition {
  readonly position: number;
  /** Sysfs name of the modem's USB device, such as `1-1.4.2`. */
  readonly usbPath: string;
  /** As in the board's file, but with `location` and `path` absolute: `uhubctl -l 1-1.4 -p 2`. */
  readonly power: PowerControl;
  readonly uart: BoardPosition["uart"];
}

/** The absolute path behind each upstream port, by its id. Throws `board.bad_upstream`. */
export function placeUpstreams(board: Board, upstream: string | readonly string[]): ReadonlyMap<string, string> {
  const depth = Math.max(...board.positions.map((item) => depthOf(item.path)));
  const paths = parseUpstreams(upstream, board.upstreams.length, depth);
  return new Map(board.upstreams.map((item, at) => [item.id, paths[at] ?? ""]));
}

function placePower(power: PowerControl, upstream: string): PowerControl {
  switch (power.kind) {
    case "uhubctl":
      return { ...power, location: joinUsbPath(upstream, power.location) };
    case "relay":
      return { ...power, path: joinUsbPath(upstream, power.path) };
    case "gpio":
    case "none":
      return power;
  }
}

/** All positions, in order. `upstream` as for `boardPosition`. */
export function boardPositions(board: Board, upstream: string | readonly string[]): readonly PlacedPosition[] {
  const bases = placeUpstreams(board, upstream);
  return board.positions.map((item) => {
    const base = bases.get(upstreamOf(board, item)) ?? "";
    return {
      position: item.position,
      usbPath: joinUsbPath(base, item.path),
      power: placePower(item.power, base),
      uart: item.uart,
    };
  });
}

/**
 * One position (from 1). `upstream` is the sysfs name of the port that the board is plugged into, `1-1`; for a board with several
 * upstream ports a list, or text with commas, in the board's order. Throws `board.bad_upstream`, `board.no_position`.
 */
export function boardPosition(board: Board, position: number, upstream: string | readonly string[]): PlacedPosition {
  const placed = boardPositions(board, upstream).find((item) => item.position === position);
  if (placed !== undefined) return placed;
  throw new AppError(
    "board.no_position",
    `board ${board.id} has positions 1 to ${board.positions.length}, not ${position}`,
    {
      hint: "Correct the slot's position.",
      context: { board: board.id, position },
    },
  );
}
