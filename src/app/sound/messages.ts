// What the box and the thread of its sound say to each other. Both ends are this program, of one version: nothing here comes from outside.

import type { ErrorCode, LogFields, LogLevel, Millis } from "../../base/index.ts";

/** Numbers that this side gave to what the other side makes: unique for as long as the thread lives. */
type Ask = number;
type LinkNumber = number;
type SoundNumber = number;
type PortNumber = number;

export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
}

/** To the thread. */
export type SoundOrder =
  | { readonly t: "listen"; readonly ask: Ask; readonly host: string; readonly port: number }
  | { readonly t: "unlisten"; readonly ask: Ask }
  | { readonly t: "expect"; readonly link: LinkNumber; readonly id: Uint8Array }
  | { readonly t: "cancel"; readonly link: LinkNumber }
  | { readonly t: "close_link"; readonly link: LinkNumber }
  /** Sound of the box's own for a link, and whether that of the link is wanted here. */
  | { readonly t: "send"; readonly link: LinkNumber; readonly pcm: Uint8Array }
  | { readonly t: "listen_to"; readonly link: LinkNumber }
  | { readonly t: "session"; readonly link: LinkNumber; readonly counts: SharedArrayBuffer }
  | { readonly t: "attach"; readonly link: LinkNumber; readonly sound: SoundNumber }
  /** The modem's sound comes from here, frame by frame. */
  | { readonly t: "attach_fed"; readonly link: LinkNumber }
  | { readonly t: "feed"; readonly link: LinkNumber; readonly pcm: Uint8Array }
  | { readonly t: "hold"; readonly link: LinkNumber; readonly held: boolean }
  | {
      readonly t: "say";
      readonly link: LinkNumber;
      readonly ask: Ask;
      readonly pcm: Uint8Array;
      readonly length: Millis;
    }
  | { readonly t: "echo"; readonly link: LinkNumber; readonly ask: Ask }
  | { readonly t: "end_session"; readonly link: LinkNumber }
  | { readonly t: "keep"; readonly port: PortNumber; readonly name: string }
  | { readonly t: "release"; readonly port: PortNumber; readonly ask: Ask }
  | {
      readonly t: "open_sound";
      readonly port: PortNumber;
      readonly sound: SoundNumber;
      readonly counters: SharedArrayBuffer;
    }
  | { readonly t: "close_sound"; readonly sound: SoundNumber }
  /** The frames of a sound are wanted here, and answered from here. */
  | { readonly t: "exchange"; readonly sound: SoundNumber }
  | { readonly t: "end_exchange"; readonly sound: SoundNumber }
  | { readonly t: "give"; readonly sound: SoundNumber; readonly pcm: Uint8Array }
  | { readonly t: "stop"; readonly ask: Ask };

/** From the thread. */
export type SoundNews =
  | { readonly t: "done"; readonly ask: Ask; readonly port?: number; readonly refused?: Refusal }
  | { readonly t: "link_open"; readonly link: LinkNumber }
  | { readonly t: "link_closed"; readonly link: LinkNumber }
  | { readonly t: "link_audio"; readonly link: LinkNumber; readonly pcm: Uint8Array }
  | { readonly t: "answered"; readonly link: LinkNumber; readonly pcm: Uint8Array }
  | { readonly t: "port"; readonly port: PortNumber; readonly open: boolean }
  | { readonly t: "heard"; readonly sound: SoundNumber; readonly pcm: Uint8Array }
  | { readonly t: "log"; readonly level: LogLevel; readonly event: string; readonly fields: LogFields };

/** Frames that go from thread to thread wait here for the modem's next one; more is delay. */
const MOST = 3;

/** A few frames on their way between the threads: the oldest goes when there are too many. */
export class FrameBelt {
  readonly #frames: Uint8Array[] = [];

  put(pcm: Uint8Array): void {
    this.#frames.push(pcm);
    if (this.#frames.length > MOST) this.#frames.shift();
  }

  take(): Uint8Array | null {
    return this.#frames.shift() ?? null;
  }
}
