// Public face of `board`.

export { boardPosition, boardPositions, type PlacedPosition } from "./board-position.ts";
export type { Board, BoardPosition, PowerControl } from "./board-schema.ts";
export { boardSheet } from "./board-sheet.ts";
export { parseBoard } from "./parse-board.ts";
export { type PowerBudget, powerBudget } from "./power-budget.ts";
export { boardUdevFile, udevFiles } from "./udev-rules.ts";
export type { UdevFile } from "./udev-text.ts";
export { wiringSvg } from "./wiring-svg.ts";
