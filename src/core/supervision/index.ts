// Public face of `core/supervision`.

export * from "./fan.ts";
export * from "./fan-rules.ts";
export * from "./health-verdict.ts";
export * from "./host-console.ts";
export * from "./panel.ts";
export * from "./panel-rules.ts";
export * from "./ports-data-disk.ts";
export type * from "./ports-supervision.ts";
export * from "./ports-system.ts";
export * from "./supervisor.ts";
