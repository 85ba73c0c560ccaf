// From a stream of any pieces to pieces of a fixed size, with word of which is the last: that is known one piece late.

import { concatBytes } from "../base/index.ts";

export interface Piece {
  readonly bytes: Uint8Array;
  readonly last: boolean;
}

/** Pieces of exactly `size` bytes; the last one has 0 to `size`, and always comes. */
export async function* piecesOf(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
): AsyncGenerator<Piece> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const bytes of source) {
    if (bytes.length === 0) continue;
    held.push(bytes);
    length += bytes.length;
    if (length <= size) continue;
    const all = concatBytes(...held);
    let at = 0;
    // One piece always stays back: it may be the last.
    for (; all.length - at > size; at += size) yield { bytes: all.subarray(at, at + size), last: false };
    held = [all.subarray(at)];
    length = all.length - at;
  }
  yield { bytes: concatBytes(...held), last: true };
}

/** Reads exact numbers of bytes off the front of a stream; what is left can be taken as a stream. */
export class ByteReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** Up to `length` bytes; fewer only at the end. */
  async take(length: number): Promise<Uint8Array> {
    const parts = [this.#held];
    let have = this.#held.length;
    while (have < length && !this.#ended) {
      const next = await this.#iterator.next();
      if (next.done === true) this.#ended = true;
      else {
        parts.push(next.value);
        have += next.value.length;
      }
    }
    const all = concatBytes(...parts);
    this.#held = all.subarray(Math.min(length, all.length));
    return all.subarray(0, Math.min(length, all.length));
  }

  /** Some bytes, at most `most`; null at the end. */
  async some(most: number): Promise<Uint8Array | null> {
    if (this.#held.length === 0) this.#held = await this.take(1).then((first) => concatBytes(first, this.#held));
    if (this.#held.length === 0) return null;
    const out = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(out.length);
    return out;
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    for (let part = await this.some(Number.MAX_SAFE_INTEGER); part !== null; ) {
      yield part;
      part = await this.some(Number.MAX_SAFE_INTEGER);
    }
  }

  /** Ends the source, read to its end or not. */
  async close(): Promise<void> {
    await this.#iterator.return?.(undefined);
  }
}
