// Calls: what both ends must offer, the call's machine, who may dial what, what it costs.
export * from "./call.ts";
export * from "./call-book.ts";
export * from "./call-desk.ts";
export * from "./call-hub.ts";
export * from "./call-machine.ts";
export * from "./calls-console.ts";
export * from "./dial-policy.ts";
export { isEmergency } from "./emergency-check.ts";
export * from "./metering.ts";
export * from "./missed-calls.ts";
export { countryOf } from "./numbering-plan.ts";
export type * from "./ports-calls.ts";
export * from "./ports-calls-console.ts";
export * from "./ports-voice.ts";
export * from "./sip-accounts.ts";
export { type SipCredentials, sipCredentials } from "./sip-credentials.ts";
export { CHECK_FRAMES, checkFrame, isTone, levelsOf, SoundMeter, type SoundReport } from "./sound-check.ts";
export * from "./sound-checks.ts";
