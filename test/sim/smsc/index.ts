// Public face of the simulated message centre.

export * from "./sim-smsc.ts";
export * from "./smsc-bytes.ts";
export * from "./smsc-links.ts";
