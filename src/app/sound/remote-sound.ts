// A modem's sound whose frames pass through the thread of the sound.

import type { Disposer } from "../../base/index.ts";
import type { AudioCounts, ModemAudio, PcmExchange } from "../../core/index.ts";
import { type OpenSound, SoundCounters, type SoundPort } from "../../modem/index.ts";
import type { SoundWire } from "./sound-wire.ts";

/** Who hears the frames of a sound here, by its number. */
export type SoundListeners = Map<number, (pcm: Uint8Array) => void>;

export class RemoteSound implements ModemAudio {
  readonly number: number;
  readonly #wire: SoundWire;
  readonly #listeners: SoundListeners;
  readonly #counters: SoundCounters;

  constructor(wire: SoundWire, listeners: SoundListeners, port: number) {
    this.number = wire.number();
    this.#wire = wire;
    this.#listeners = listeners;
    const memory = new SharedArrayBuffer(SoundCounters.BYTES);
    this.#counters = new SoundCounters(memory);
    wire.post({ t: "open_sound", port, sound: this.number, counters: memory });
  }

  /** Frames come here a moment later, and what is answered is said a frame later: for checks, not for calls. */
  exchange(with_: PcmExchange): Disposer {
    const { number: sound } = this;
    const listener = (heard: Uint8Array): void => {
      const pcm = with_(heard);
      if (pcm !== null) this.#wire.post({ t: "give", sound, pcm: pcm.slice() });
    };
    this.#listeners.set(sound, listener);
    this.#wire.post({ t: "exchange", sound });
    return () => {
      if (this.#listeners.get(sound) !== listener) return;
      this.#listeners.delete(sound);
      this.#wire.post({ t: "end_exchange", sound });
    };
  }

  counts(): AudioCounts {
    return this.#counters.read();
  }

  close(): void {
    this.#listeners.delete(this.number);
    this.#wire.post({ t: "close_sound", sound: this.number });
  }
}

export interface RemotePortDeps {
  readonly wire: SoundWire;
  readonly listeners: SoundListeners;
  readonly onChange: () => void;
}

/** A port that the thread keeps open. */
export class RemotePort implements SoundPort {
  readonly number: number;
  readonly pump: { open(): OpenSound };
  readonly #deps: RemotePortDeps;
  #name: string | null = null;
  #open = false;

  constructor(deps: RemotePortDeps) {
    this.#deps = deps;
    const { wire, listeners } = deps;
    this.number = wire.number();
    this.pump = {
      open: () => {
        const audio = new RemoteSound(wire, listeners, this.number);
        return { audio, close: () => audio.close() };
      },
    };
  }

  get open(): boolean {
    return this.#open;
  }

  keep(name: string): void {
    if (this.#name === name) return;
    this.#name = name;
    this.again();
  }

  /** Tells a new thread what the one before it was told. */
  again(): void {
    const { wire } = this.#deps;
    if (this.#name !== null) wire.post({ t: "keep", port: this.number, name: this.#name });
  }

  async close(): Promise<void> {
    if (this.#name === null) return;
    this.#name = null;
    await this.#deps.wire.ask((ask) => ({ t: "release", port: this.number, ask })).catch(() => {});
    this.is(false);
  }

  is(open: boolean): void {
    if (this.#open === open) return;
    this.#open = open;
    this.#deps.onChange();
  }
}
