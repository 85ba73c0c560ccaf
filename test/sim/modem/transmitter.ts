// The modem's output line: everything written in one turn leaves as one piece, unless a fault cuts, holds, slows or soils it.

import { type Clock, type Disposer, millis } from "../../../src/base/index.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { FaultBox } from "./faults.ts";

export interface TransmitterDeps {
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly faults: FaultBox;
  /** Takes bytes to the host, or drops them when no host is there. */
  readonly deliver: (bytes: Uint8Array) => void;
}

interface Chunk {
  readonly bytes: Buffer;
  /** Wait before the next chunk may leave. */
  readonly restMs: number;
}

/** How often a paced line hands over bytes. */
const PACE_MS = 10;

export class Transmitter {
  readonly #deps: TransmitterDeps;
  readonly #chunks: Chunk[] = [];
  #text = "";
  #flushing = false;
  #cancelFlush: Disposer | undefined;
  #cancelRest: Disposer | undefined;

  constructor(deps: TransmitterDeps) {
    this.#deps = deps;
  }

  /** `text` holds one byte in each character. */
  send(text: string): void {
    this.#text += text;
    if (this.#flushing) return;
    this.#flushing = true;
    const merge = this.#deps.faults.any ? this.#deps.faults.strike("merge") : undefined;
    if (merge === undefined) queueMicrotask(() => this.#flush());
    else
      this.#cancelFlush = this.#deps.clock.after(millis(merge.ms), "simulated modem holds output", () => this.#flush());
  }

  /** Power is gone: what was written in this turn still leaves, what a fault held back or paced is lost. */
  cut(): void {
    if (this.#cancelFlush === undefined) this.#flush();
    this.#cancelFlush?.();
    this.#cancelRest?.();
    this.#cancelFlush = undefined;
    this.#cancelRest = undefined;
    this.#chunks.length = 0;
    this.#text = "";
    this.#flushing = false;
  }

  #flush(): void {
    // After a cut, the microtask that was queued before finds nothing to do.
    if (!this.#flushing) return;
    this.#flushing = false;
    this.#cancelFlush = undefined;
    const text = this.#text;
    this.#text = "";
    if (!this.#deps.faults.any && this.#cancelRest === undefined) {
      this.#deps.deliver(Buffer.from(text, "latin1"));
      return;
    }
    this.#chunks.push(...this.#cut(Buffer.from(this.#soil(text), "latin1")));
    if (this.#cancelRest === undefined) this.#drain();
  }

  #drain(): void {
    this.#cancelRest = undefined;
    for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
      this.#deps.deliver(chunk.bytes);
      if (chunk.restMs === 0) continue;
      this.#cancelRest = this.#deps.clock.after(millis(chunk.restMs), "simulated modem paces output", () =>
        this.#drain(),
      );
      return;
    }
  }

  #soil(text: string): string {
    const { faults, random } = this.#deps;
    let out = text;
    const garbage = faults.strike("garbage");
    if (garbage !== undefined) {
      const at = garbage.where === "between" ? 0 : insidePlace(out, random);
      out = out.slice(0, at) + noise(random, garbage.bytes) + out.slice(at);
    }
    for (let left = faults.strike("nul")?.bytes ?? 0; left > 0; left--) {
      const at = insidePlace(out, random);
      out = `${out.slice(0, at)}\0${out.slice(at)}`;
    }
    return out;
  }

  #cut(bytes: Buffer): Chunk[] {
    const { faults, random } = this.#deps;
    const slow = faults.strike("slow");
    if (slow !== undefined) {
      const size = Math.max(1, Math.round((slow.rate * PACE_MS) / 1000));
      return pieces(bytes, () => size).map((piece) => ({ bytes: piece, restMs: (piece.length * 1000) / slow.rate }));
    }
    const split = faults.strike("split");
    if (split === undefined) return [{ bytes, restMs: 0 }];
    return pieces(bytes, () => random.int(1, split.max)).map((piece) => ({ bytes: piece, restMs: split.ms }));
  }
}

function pieces(bytes: Buffer, size: () => number): Buffer[] {
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + size());
    out.push(bytes.subarray(at, end));
    at = end;
  }
  return out;
}

/** A place between two bytes of `text`. */
function insidePlace(text: string, random: SeededRandom): number {
  return text.length < 2 ? 0 : random.int(1, text.length - 1);
}

/** Bytes of every value but CR and LF, so that noise never ends a line by itself. */
function noise(random: SeededRandom, length: number): string {
  let out = "";
  while (out.length < length) {
    const code = random.int(0, 255);
    if (code !== 13 && code !== 10) out += String.fromCharCode(code);
  }
  return out;
}
