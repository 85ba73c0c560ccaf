// Public face of `modem`.

export type { ByteLink, OpenLink } from "./byte-link.ts";
export { LinkEmitter } from "./link-emitter.ts";
export { createOpenLink } from "./open-link.ts";
export { profileOfUsb } from "./profiles/index.ts";
export { type SlotDeps, type SlotOptions, SlotRunner } from "./slot-runner.ts";
