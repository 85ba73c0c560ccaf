// Turns the bytes of a modem port into lines, prompts and discarded junk. Pure: no timer and no port; the caller owns the
// inter-byte deadline and calls `flush()` when it has passed.

import { parseFinal } from "./final-result.ts";

/** Longest line kept, in bytes without its line end. The longest lawful line, `+COPS: (…)` of a busy city, is about 2 KiB. */
export const MAX_LINE_BYTES = 4096;

/** Why bytes were dropped: longer than `MAX_LINE_BYTES`, control characters inside a line, or a line that never ended. */
export type DiscardReason = "overlong" | "control" | "partial";

export type AtFrame =
  /** One non-empty line without its line end; each character is one byte (Latin-1). */
  | { readonly kind: "line"; readonly text: string }
  /** The modem waits for a PDU or a text (TS 27.005 4.3). */
  | { readonly kind: "prompt" }
  /** `length` bytes were dropped here. */
  | { readonly kind: "discarded"; readonly length: number; readonly reason: DiscardReason };

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const GREATER_THAN = 0x3e;
const DEL = 0x7f;

/**
 * Any split of the same bytes gives the same frames. CR and LF both end a line, because echoes end in CR alone and some modems
 * send LF alone. Control bytes other than TAB are removed from the line and reported. `> ` at the start of a line is a prompt at
 * once, as nothing but our own answer follows it; should text follow, it comes out as a line of its own.
 */
export class AtFramer {
  readonly #line = new Uint8Array(MAX_LINE_BYTES);
  #kept = 0;
  #stripped = 0;
  #prompted = false;
  /** Set while the rest of a broken line is thrown away up to its end. */
  #skipping: DiscardReason | null = null;
  #skipped = 0;

  push(chunk: Uint8Array): AtFrame[] {
    const frames: AtFrame[] = [];
    for (const byte of chunk) {
      if (byte === CR || byte === LF) this.#endLine(frames);
      else if (this.#skipping !== null) this.#skipped++;
      else if ((byte < SPACE && byte !== TAB) || byte === DEL) this.#stripped++;
      else this.#keep(byte, frames);
    }
    return frames;
  }

  /**
   * For the inter-byte deadline: a final result or a prompt that came without its end is a frame, anything else is discarded as
   * `partial`, and so is what still arrives of that line.
   */
  flush(): AtFrame[] {
    const frames: AtFrame[] = [];
    if (this.#skipping !== null) {
      this.#reportSkipped(this.#skipping, frames);
      return frames;
    }
    const text = this.#text();
    if (text === "" || parseFinal(text) !== null) {
      this.#emitLine(frames);
    } else if (text === ">" && !this.#prompted) {
      // Some modems leave out the space of TS 27.005 4.3.
      this.#kept = 0;
      this.#emitLine(frames);
      this.#prompt(frames);
    } else {
      this.#skip("partial");
      this.#reportSkipped("partial", frames);
    }
    return frames;
  }

  #keep(byte: number, frames: AtFrame[]): void {
    if (this.#kept === MAX_LINE_BYTES) {
      this.#skip("overlong");
      this.#skipped++;
      return;
    }
    this.#line[this.#kept++] = byte;
    if (!this.#prompted && this.#kept === 2 && byte === SPACE && this.#line[0] === GREATER_THAN) this.#prompt(frames);
  }

  #prompt(frames: AtFrame[]): void {
    frames.push({ kind: "prompt" });
    this.#kept = 0;
    this.#prompted = true;
  }

  #endLine(frames: AtFrame[]): void {
    if (this.#skipping === null) this.#emitLine(frames);
    else this.#reportSkipped(this.#skipping, frames);
    this.#skipping = null;
    this.#prompted = false;
  }

  #emitLine(frames: AtFrame[]): void {
    if (this.#stripped > 0) frames.push({ kind: "discarded", length: this.#stripped, reason: "control" });
    if (this.#kept > 0) frames.push({ kind: "line", text: this.#text() });
    this.#kept = 0;
    this.#stripped = 0;
  }

  #skip(reason: DiscardReason): void {
    this.#skipping = reason;
    this.#skipped = this.#kept + this.#stripped;
    this.#kept = 0;
    this.#stripped = 0;
  }

  #reportSkipped(reason: DiscardReason, frames: AtFrame[]): void {
    if (this.#skipped > 0) frames.push({ kind: "discarded", length: this.#skipped, reason });
    this.#skipped = 0;
  }

  #text(): string {
    return String.fromCharCode(...this.#line.subarray(0, this.#kept));
  }
}
