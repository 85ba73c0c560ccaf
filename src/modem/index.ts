// Public face of `modem`.

export type { ByteLink, OpenLink } from "./byte-link.ts";
export { LinkEmitter } from "./link-emitter.ts";
export { createOpenLink } from "./open-link.ts";
export { profileOfUsb } from "./profiles/index.ts";
export { type SlotDeps, type SlotOptions, SlotRunner } from "./slot-runner.ts";
export { AudioPort, type AudioPortDeps, type SoundPort } from "./voice/audio-port.ts";
export { type OpenSound, SoundCounters } from "./voice/pcm-pump.ts";
export type { SoundPortMaker } from "./voice/slot-voice.ts";
