// Checks of a board that need more than one of its members: what hangs on what, and that no two positions share anything.

import type { Board, BoardPosition } from "./board-schema.ts";
import { hubAt, upstreamOf } from "./board-tree.ts";
import { parentOf } from "./usb-path.ts";
import { wirePlaces } from "./wiring.ts";

type Path = readonly (string | number)[];
/** Takes one problem and where it is. */
export type Complain = (path: Path, message: string) => void;

/** Complains of every key that an earlier entry has. */
function unique(entries: readonly (readonly [key: string, path: Path])[], what: string, complain: Complain): void {
  const seen = new Set<string>();
  for (const [key, path] of entries) {
    if (seen.has(key)) complain(path, `${what} is taken already`);
    seen.add(key);
  }
}

function checkNames(board: Board, complain: Complain): void {
  const named = (["upstreams", "hubs", "models", "parts"] as const).flatMap((list) =>
    board[list].map((item, at) => [item.id, [list, at, "id"]] as const),
  );
  unique(named, "the id", complain);
  const ports = new Set(board.upstreams.map((item) => item.id));
  for (const list of ["hubs", "positions"] as const) {
    board[list].forEach((item, at) => {
      if (item.upstream !== undefined && !ports.has(item.upstream))
        complain([list, at, "upstream"], `there is no upstream port "${item.upstream}"`);
    });
  }
  const models = new Set(board.models.map((item) => item.id));
  board.positions.forEach((item, at) => {
    if (item.position !== at + 1) complain(["positions", at, "position"], `must be ${at + 1}: positions count from 1`);
    item.models.forEach((model, which) => {
      if (!models.has(model)) complain(["positions", at, "models", which], `there is no model "${model}"`);
    });
  });
}

/** Every hub and position but the ones at an upstream port hangs on a port that its parent hub has. */
function checkTree(board: Board, complain: Complain): void {
  const nodes = (["hubs", "positions"] as const).flatMap((list) =>
    board[list].map((item, at) => ({ item, path: [list, at, "path"] as const })),
  );
  unique(
    nodes.map(({ item, path }) => [`${upstreamOf(board, item)}:${item.path}`, path]),
    "the USB path",
    complain,
  );
  for (const { item, path } of nodes) {
    const parent = parentOf(item.path);
    if (parent === null) continue;
    const hub = hubAt(board, item, parent.hub);
    if (hub === undefined) complain(path, `there is no hub at "${parent.hub}"`);
    else if (parent.port > hub.ports) complain(path, `hub ${hub.id} has ${hub.ports} ports`);
  }
}

/** What a power control holds on to; two positions with the same key would switch each other. */
function powerKey(board: Board, item: BoardPosition): string | null {
  const { power } = item;
  switch (power.kind) {
    case "uhubctl":
      return `${upstreamOf(board, item)}:${power.location}:${power.port}`;
    case "gpio":
      return `${power.chip}:${power.line}`;
    case "relay":
      return `${upstreamOf(board, item)}:${power.path}:${power.channel}`;
    case "none":
      return null;
  }
}

function checkPower(board: Board, complain: Complain): void {
  unique(
    board.positions.flatMap((item, at) => {
      const key = powerKey(board, item);
      return key === null ? [] : [[key, ["positions", at, "power"]] as const];
    }),
    "the power control",
    complain,
  );
  board.positions.forEach((item, at) => {
    const { power } = item;
    const parent = parentOf(item.path);
    if (power.kind !== "uhubctl") return;
    const place = ["positions", at, "power"] as const;
    if (parent === null || parent.hub !== power.location || parent.port !== power.port)
      complain(
        place,
        `does not feed ${item.path}: that hangs on ${parent === null ? "no hub of the board" : `port ${parent.port} of ${parent.hub}`}`,
      );
    const hub = hubAt(board, item, power.location);
    if (hub !== undefined && hub.switching !== "port")
      complain(place, `hub ${hub.id} cannot switch a single port (switching: ${hub.switching})`);
  });
}

function checkWiring(board: Board, complain: Complain): void {
  board.wiring.forEach((wire, at) => {
    for (const end of ["from", "to"] as const) {
      const places = wirePlaces(board, wire[end]);
      if (typeof places === "string") complain(["wiring", at, end], places);
    }
  });
}

/** Reports every problem that the schema alone does not see. */
export function checkBoard(board: Board, complain: Complain): void {
  checkNames(board, complain);
  checkTree(board, complain);
  checkPower(board, complain);
  checkWiring(board, complain);
}
