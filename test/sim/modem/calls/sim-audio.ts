// The audio port of one simulated modem: says a tone, an echo or silence in frames of 20 ms of its own clock while a call sounds, and
// measures what the host gives it.

import { AppError, type Clock, type Disposer, millis } from "../../../../src/base/index.ts";
import type { HostPort } from "../modem-options.ts";
import { ToneMeter, writeTone } from "./tone-meter.ts";

/** Level in dB below full scale. */
export type SimSound = "silence" | "echo" | { readonly hz: number; readonly dbfs: number };

export interface AudioHabits {
  says: SimSound;
  /** How much faster the modem's clock is: 0.01 for 1 %; negative when slower. */
  drift: number;
  /** Frames that leave in one piece, in so many times 20 ms. */
  burst: number;
  /** Longest piece in bytes; 0: whole bursts. */
  pieces: number;
}

const FRAME_MS = 20;
const FRAME_SAMPLES = 160;
const FRAME_BYTES = 2 * FRAME_SAMPLES;
/** What an echo keeps at most: a second. */
const MAX_ECHO = 50 * FRAME_BYTES;

export interface SimAudioDeps {
  readonly clock: Clock;
  readonly slot: number;
  /** Whether the modem is on the bus. */
  readonly present: () => boolean;
  /** Whether a call sounds. */
  readonly sounding: () => boolean;
}

export class SimAudio {
  readonly habits: AudioHabits = { says: "silence", drift: 0, burst: 1, pieces: 0 };
  /** What the host gave. */
  readonly heard: ToneMeter;
  /** Frames that were said to a host. */
  said = 0;
  /** By command, in modems that have one for it. */
  #switchedOn = true;
  readonly #deps: SimAudioDeps;
  readonly #samples = new Int16Array(FRAME_SAMPLES);
  #phase = 0;
  #echo: Buffer = Buffer.alloc(0);
  #host: HostPort | undefined;
  #cancel: Disposer | undefined;
  /** When the next burst is due, and until when none is made. */
  #dueAt = 0;
  #stalledUntil = 0;

  constructor(deps: SimAudioDeps) {
    this.#deps = deps;
    this.heard = new ToneMeter(() => deps.clock.monotonic());
  }

  get attached(): boolean {
    return this.#host !== undefined;
  }

  /** Whether frames leave now. */
  get flowing(): boolean {
    return this.#cancel !== undefined;
  }

  switch(on: boolean): void {
    this.#switchedOn = on;
    this.update();
  }

  /** No sound for `ms` from now on; what would have been said is lost. */
  stall(ms: number): void {
    this.#stalledUntil = this.#deps.clock.monotonic() + ms;
  }

  /** Connects a host, in place of the one before. Throws `modem.unplugged`. */
  attach(host: HostPort): Disposer {
    if (!this.#deps.present()) {
      throw new AppError("modem.unplugged", `the modem of slot ${this.#deps.slot} is unplugged`, {
        hint: "Plug it in.",
      });
    }
    const before = this.#host;
    this.#host = host;
    before?.onHangup();
    return () => {
      if (this.#host === host) this.#host = undefined;
    };
  }

  /** The modem left the bus. */
  hangup(): void {
    const host = this.#host;
    this.#host = undefined;
    host?.onHangup();
  }

  /** Sound from the host. */
  receive(bytes: Uint8Array): void {
    this.heard.push(bytes);
    if (this.habits.says === "echo" && this.#echo.length < MAX_ECHO) this.#echo = Buffer.concat([this.#echo, bytes]);
  }

  /** Begins or ends to speak, as the calls are now. */
  update(): void {
    const wanted = this.#switchedOn && this.#deps.sounding();
    if (wanted === this.flowing) return;
    this.#cancel?.();
    this.#cancel = undefined;
    if (!wanted) return;
    this.#echo = Buffer.alloc(0);
    this.#dueAt = this.#deps.clock.monotonic();
    this.#arm();
  }

  #arm(): void {
    const { burst, drift } = this.habits;
    this.#dueAt += (burst * FRAME_MS) / (1 + drift);
    const delay = millis(Math.max(0, this.#dueAt - this.#deps.clock.monotonic()));
    this.#cancel = this.#deps.clock.after(delay, "simulated modem speaks", () => {
      this.#speak(burst);
      this.#arm();
    });
  }

  #speak(burst: number): void {
    const host = this.#host;
    if (host === undefined || this.#deps.clock.monotonic() < this.#stalledUntil) return;
    const bytes = Buffer.concat(Array.from({ length: burst }, () => this.#frame()));
    this.said += burst;
    const size = this.habits.pieces === 0 ? bytes.length : this.habits.pieces;
    for (let at = 0; at < bytes.length; at += size) host.onData(bytes.subarray(at, at + size));
  }

  #frame(): Buffer {
    const { says } = this.habits;
    if (says === "silence") return Buffer.alloc(FRAME_BYTES);
    if (says === "echo") {
      const frame = Buffer.alloc(FRAME_BYTES);
      this.#echo.copy(frame, 0, 0, FRAME_BYTES);
      this.#echo = this.#echo.subarray(FRAME_BYTES);
      return frame;
    }
    this.#phase = writeTone(this.#samples, says, this.#phase);
    const frame = Buffer.alloc(FRAME_BYTES);
    for (let i = 0; i < FRAME_SAMPLES; i++) frame.writeInt16LE(this.#samples[i] ?? 0, 2 * i);
    return frame;
  }
}
