// The sound of a modem: cuts what it says into frames of 20 ms and gives one back for each. The modem is the clock; nothing here has a
// timer, and nothing is allocated for a frame but what the link itself needs.

import { type Clock, type Disposer, type Logger, type Millis, messageOf, millis } from "../../base/index.ts";
import { type AudioCounts, type ModemAudio, PCM_FRAME_BYTES, type PcmExchange } from "../../core/index.ts";
import type { ByteLink } from "../byte-link.ts";

/** A gap that can be heard. */
const STALL_AFTER: Millis = millis(60);
/** A piece of a frame that is left over for so long is of another time: the modem begins anew with a whole frame. */
const PIECE_KEEP: Millis = millis(200);
/** Frames that come in one piece: what is beyond is of the past, because the box or the line stood still, and is not made up for. */
const MAX_AT_ONCE = 10;
/** Frames that the port has not taken yet; beyond it what is said is lost, as the port stands still. */
const MAX_UNSENT = 16;

/** Places of the counters of a call's sound. */
const HEARD = 0;
const SAID = 1;
const SILENCE = 2;
const STALLS = 3;

/** The counters of one call's sound. They lie in a memory that another thread may read. */
export class SoundCounters {
  static readonly BYTES = 16;
  readonly #at: Int32Array;

  constructor(memory: ArrayBuffer | SharedArrayBuffer = new ArrayBuffer(SoundCounters.BYTES)) {
    this.#at = new Int32Array(memory);
  }

  heard(): void {
    this.#count(HEARD);
  }

  said(isSilence: boolean): void {
    this.#count(SAID);
    if (isSilence) this.#count(SILENCE);
  }

  stalled(): void {
    this.#count(STALLS);
  }

  read(): AudioCounts {
    const [heard = 0, said = 0, silence = 0, stalls = 0] = this.#at;
    return { heard, said, silence, stalls };
  }

  #count(place: number): void {
    this.#at[place] = (this.#at[place] ?? 0) + 1;
  }
}

class CallSound implements ModemAudio {
  readonly counters: SoundCounters;
  exchangeWith: PcmExchange | null = null;

  constructor(counters: SoundCounters) {
    this.counters = counters;
  }

  exchange(with_: PcmExchange): Disposer {
    this.exchangeWith = with_;
    return () => {
      if (this.exchangeWith === with_) this.exchangeWith = null;
    };
  }

  counts(): AudioCounts {
    return this.counters.read();
  }
}

/** Sound for one call. */
export interface OpenSound {
  readonly audio: ModemAudio;
  readonly close: Disposer;
}

export interface PcmPumpDeps {
  readonly clock: Pick<Clock, "monotonic">;
  readonly log: Logger;
}

export class PcmPump {
  readonly #deps: PcmPumpDeps;
  readonly #frame = new Uint8Array(PCM_FRAME_BYTES);
  readonly #ring = Array.from({ length: MAX_UNSENT }, () => new Uint8Array(PCM_FRAME_BYTES));
  readonly #onSent = (): void => {
    this.#unsent = Math.max(0, this.#unsent - 1);
  };
  #filled = 0;
  #next = 0;
  #unsent = 0;
  #lastAt: Millis | null = null;
  #link: ByteLink | null = null;
  #detach: Disposer = () => {};
  #sound: CallSound | null = null;

  constructor(deps: PcmPumpDeps) {
    this.#deps = deps;
  }

  /** Takes over an open port; the one before is let go. */
  attach(link: ByteLink): void {
    this.detach();
    this.#link = link;
    this.#filled = 0;
    this.#unsent = 0;
    this.#lastAt = null;
    this.#detach = link.onData((chunk) => this.#onData(chunk));
  }

  /** Idempotent. */
  detach(): void {
    this.#detach();
    this.#detach = () => {};
    this.#link = null;
  }

  /** Sound for one call; what the modem says outside of calls is thrown away. A call that was not closed is silent from now on. */
  open(counters = new SoundCounters()): OpenSound {
    const sound = new CallSound(counters);
    this.#sound = sound;
    this.#lastAt = null;
    return {
      audio: sound,
      close: () => {
        sound.exchangeWith = null;
        if (this.#sound === sound) this.#sound = null;
      },
    };
  }

  #onData(chunk: Uint8Array): void {
    const now = this.#deps.clock.monotonic();
    const gap = this.#lastAt === null ? 0 : now - this.#lastAt;
    if (this.#filled > 0 && gap > PIECE_KEEP) this.#filled = 0;
    let passed = Math.floor((this.#filled + chunk.length) / PCM_FRAME_BYTES) - MAX_AT_ONCE;
    if (gap > STALL_AFTER) this.#sound?.counters.stalled();
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(PCM_FRAME_BYTES - this.#filled, chunk.length - at);
      this.#frame.set(taken === chunk.length ? chunk : chunk.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled < PCM_FRAME_BYTES) break;
      this.#filled = 0;
      if (passed-- <= 0) this.#onFrame();
    }
    this.#lastAt = now;
  }

  #onFrame(): void {
    const sound = this.#sound;
    if (sound === null) return;
    sound.counters.heard();
    const said = this.#exchange(sound);
    if (this.#link === null || this.#unsent >= MAX_UNSENT) return;
    // Its own memory: a link may keep what it was given until the port takes it.
    const out = this.#ring[this.#next++ % MAX_UNSENT];
    if (out === undefined) return;
    const isSilence = said?.length !== PCM_FRAME_BYTES;
    if (isSilence) out.fill(0);
    else out.set(said);
    sound.counters.said(isSilence);
    this.#unsent++;
    // A port that fails is closed by its owner.
    this.#link.write(out).then(this.#onSent, this.#onSent);
  }

  #exchange(sound: CallSound): Uint8Array | null {
    try {
      return sound.exchangeWith?.(this.#frame) ?? null;
    } catch (error) {
      // Its promise is not to throw: said once, then there is silence.
      sound.exchangeWith = null;
      this.#deps.log.error("pcm_exchange_failed", { reason: messageOf(error) });
      return null;
    }
  }
}
