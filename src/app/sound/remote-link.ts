// A connection of Asterisk for the sound of a call, which the thread of the sound has.

import { concatBytes, type Disposer, type Millis } from "../../base/index.ts";
import type { ModemAudio } from "../../core/index.ts";
import type { AudioLink, MediaCounts, SoundSession } from "../../voice/index.ts";
import { FrameBelt } from "./messages.ts";
import { RemoteSound } from "./remote-sound.ts";
import type { SoundWire } from "./sound-wire.ts";

export class RemoteLink implements AudioLink {
  readonly number: number;
  readonly wire: SoundWire;
  readonly #onAudio = new Set<(pcm: Uint8Array) => void>();
  readonly #onClose = new Set<() => void>();
  /** Frames of the phone for a modem that is not in the thread. */
  readonly answers = new FrameBelt();
  #closed = false;

  constructor(wire: SoundWire, number: number) {
    this.wire = wire;
    this.number = number;
  }

  /** Always true: what Asterisk does not take is dropped in the thread. */
  send(pcm: Uint8Array): boolean {
    this.wire.post({ t: "send", link: this.number, pcm: pcm.slice() });
    return !this.#closed;
  }

  onAudio(listener: (pcm: Uint8Array) => void): Disposer {
    if (this.#onAudio.size === 0) this.wire.post({ t: "listen_to", link: this.number });
    this.#onAudio.add(listener);
    return () => {
      this.#onAudio.delete(listener);
    };
  }

  onClose(listener: () => void): Disposer {
    if (this.#closed) {
      listener();
      return () => {};
    }
    this.#onClose.add(listener);
    return () => {
      this.#onClose.delete(listener);
    };
  }

  close(): void {
    if (this.#closed) return;
    this.wire.post({ t: "close_link", link: this.number });
    this.closed();
  }

  heard(pcm: Uint8Array): void {
    for (const listener of [...this.#onAudio]) listener(pcm);
  }

  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    const listeners = [...this.#onClose];
    this.#onClose.clear();
    this.#onAudio.clear();
    for (const listener of listeners) listener();
  }
}

const COUNTS = 3;

export class RemoteSession implements SoundSession {
  readonly #link: RemoteLink;
  readonly #counts = new Int32Array(new SharedArrayBuffer(COUNTS * Int32Array.BYTES_PER_ELEMENT));
  #detach: Disposer = () => {};
  #closed = false;

  constructor(link: RemoteLink) {
    this.#link = link;
    link.wire.post({ t: "session", link: link.number, counts: this.#counts.buffer });
  }

  counts(): MediaCounts {
    const [lostUp = 0, dropped = 0, missing = 0] = this.#counts;
    return { lostUp, dropped, missing };
  }

  attach(audio: ModemAudio): void {
    const { number: link, wire, answers } = this.#link;
    if (this.#closed) return;
    this.#detach();
    this.#detach = () => {};
    if (audio instanceof RemoteSound) {
      wire.post({ t: "attach", link, sound: audio.number });
      return;
    }
    wire.post({ t: "attach_fed", link });
    this.#detach = audio.exchange((heard) => {
      wire.post({ t: "feed", link, pcm: heard.slice() });
      return answers.take();
    });
  }

  hold(held: boolean): void {
    this.#link.wire.post({ t: "hold", link: this.#link.number, held });
  }

  async say(frames: Iterator<Uint8Array, undefined>, length: Millis): Promise<void> {
    const { number: link, wire } = this.#link;
    if (this.#closed) return;
    const all: Uint8Array[] = [];
    for (let next = frames.next(); next.done !== true; next = frames.next()) all.push(next.value);
    const pcm = concatBytes(...all);
    // A thread that is gone says nothing more: the call ends by the end of its link.
    await wire.ask((ask) => ({ t: "say", link, ask, pcm, length })).catch(() => {});
  }

  async echo(): Promise<void> {
    const { number: link, wire } = this.#link;
    if (this.#closed) return;
    await wire.ask((ask) => ({ t: "echo", link, ask })).catch(() => {});
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#detach();
    this.#link.wire.post({ t: "end_session", link: this.#link.number });
    this.#link.close();
  }
}
