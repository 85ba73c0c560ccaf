// Public face of `at`: the AT grammar of 3GPP TS 27.005, TS 27.007 and ITU-T V.250, as bytes in, typed values out.

export {
  CALL_STATES,
  type CallChange,
  type CallEntry,
  type CallReport,
  type CallState,
  callerNumber,
  type DigitReport,
  parseClcc,
} from "./call-replies.ts";
export * from "./command-forms.ts";
export * from "./commands.ts";
export * from "./device-replies.ts";
export * from "./error-codes.ts";
export * from "./final-result.ts";
export * from "./forbidden.ts";
export * from "./framer.ts";
export * from "./network-replies.ts";
export { type AtParameter, parseParameters } from "./parameters.ts";
export * from "./registration.ts";
export { splitPrefix } from "./reply.ts";
export * from "./signal-replies.ts";
export * from "./sim-files.ts";
export * from "./sim-replies.ts";
export * from "./sms-replies.ts";
export * from "./storage-replies.ts";
export * from "./urc.ts";
export type { BootStage, CallEnd } from "./urc-names.ts";
export { UssdLines } from "./ussd-lines.ts";
export * from "./vendor-status.ts";
