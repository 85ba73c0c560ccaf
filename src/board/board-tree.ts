// The USB tree of a board: which upstream port something is behind, and which hub it hangs on.

import type { Board, BoardHub } from "./board-schema.ts";
import { parentOf } from "./usb-path.ts";

/** A hub or position, as far as its place goes. */
export interface Placed {
  readonly upstream?: string | undefined;
  readonly path: string;
}

/** Id of the upstream port that a hub or position is behind. */
export function upstreamOf(board: Board, item: Omit<Placed, "path">): string {
  return item.upstream ?? board.upstreams[0]?.id ?? "";
}

/** The board's hub at a path behind the same upstream port as `item`. */
export function hubAt(board: Board, item: Omit<Placed, "path">, path: string): BoardHub | undefined {
  const upstream = upstreamOf(board, item);
  return board.hubs.find((hub) => hub.path === path && upstreamOf(board, hub) === upstream);
}

/** The hub that something hangs on, and the port there; undefined at an upstream port, and where no such hub is described. */
export function portOf(board: Board, item: Placed): { readonly hub: BoardHub; readonly port: number } | undefined {
  const parent = parentOf(item.path);
  const hub = parent === null ? undefined : hubAt(board, item, parent.hub);
  return hub === undefined || parent === null ? undefined : { hub, port: parent.port };
}
