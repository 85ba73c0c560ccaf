// Public face of `board`.

export { boardPosition, boardPositions, type PlacedPosition } from "./board-position.ts";
export type { Board, BoardPosition, PowerControl } from "./board-schema.ts";
export { parseBoard } from "./parse-board.ts";
export { type PowerBudget, powerBudget } from "./power-budget.ts";
export {
  boardUdevFile,
  brlttyUdevFile,
  modemUdevFile,
  type UdevFile,
  udevFiles,
  usualUpstreams,
} from "./udev-rules.ts";
