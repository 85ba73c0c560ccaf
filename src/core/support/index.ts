// Public face of `core/support`.

export { type LogLine, LogRing } from "./log-ring.ts";
export { maskData, maskText } from "./mask.ts";
export { maskMachineLine } from "./mask-machine.ts";
export { type SupportSource, supportBundle } from "./support-bundle.ts";
