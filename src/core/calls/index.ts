// Calls: what both ends must offer, the call's machine, who may dial what, what it costs.
export * from "./ports-voice.ts";
