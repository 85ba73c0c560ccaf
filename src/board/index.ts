// Public face of `board`.

export { boardPosition, boardPositions, type PlacedPosition } from "./board-position.ts";
export type { Board, BoardPosition, PowerControl } from "./board-schema.ts";
export { parseBoard } from "./parse-board.ts";
