// Public face of what the doctor looks at around the box, within `core`.

export * from "./clock-checks.ts";
export * from "./machine-checks.ts";
export * from "./neighbour-checks.ts";
export * from "./port-checks.ts";
export type * from "./ports-health.ts";
export * from "./problem.ts";
export * from "./service-checks.ts";
