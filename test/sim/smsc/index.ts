// Public face of the simulated message centre.

export * from "./run-simulate-smsc.ts";
export * from "./sim-smsc.ts";
export * from "./smsc-bytes.ts";
export * from "./smsc-control.ts";
export * from "./smsc-links.ts";
