// Public face of `core/restore`.

export type { AdoptedMessage, RestoreMark, RestoreStore } from "./ports-restore.ts";
