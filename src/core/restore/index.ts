// Public face of `core/restore`.

export { CatchUp, type CatchUpDeps } from "./catch-up.ts";
export type * from "./ports-restore.ts";
export { TwinWatch, type TwinWatchDeps } from "./twin-watch.ts";
