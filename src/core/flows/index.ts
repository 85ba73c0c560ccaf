// Public face of `core/flows`.

export * from "./flows-console.ts";
export * from "./node-red-machine.ts";
export * from "./node-red-supervisor.ts";
export * from "./node-red-watch.ts";
