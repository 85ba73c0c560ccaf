// Little-endian reading and writing of the coin's formats. Reading is bounded: nothing is allocated that the input does not hold.

import { type AppError, concatBytes, type MicroEmc } from "../base/index.ts";

/** Reads front to back; everything that is malformed throws what `fail` makes of it. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fail: (what: string) => AppError;
  #at = 0;

  constructor(bytes: Uint8Array, fail: (what: string) => AppError) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fail = fail;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** The offset of the next `length` bytes, which are passed. */
  #pass(length: number): number {
    if (length > this.remaining) throw this.#fail("it ends too early");
    const at = this.#at;
    this.#at += length;
    return at;
  }

  /** A copy of the next `length` bytes. */
  take(length: number): Uint8Array {
    const at = this.#pass(length);
    return this.#bytes.slice(at, at + length);
  }

  u8(): number {
    return this.#view.getUint8(this.#pass(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#pass(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#pass(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#pass(4), true);
  }

  /** Up to 2^53 - 1; larger ones, and with them negative amounts, are refused. */
  u64(): number {
    const value = this.#view.getBigUint64(this.#pass(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.#fail("a number in it is beyond 2^53");
    return Number(value);
  }

  /** An amount; `u64` keeps it a safe integer. */
  amount(): MicroEmc {
    return this.u64() as MicroEmc;
  }

  /** Bitcoin's CompactSize; the shortest form only (serialize.h refuses the others too). */
  compactSize(): number {
    const first = this.u8();
    if (first < 0xfd) return first;
    const [value, least] =
      first === 0xfd ? [this.u16(), 0xfd] : first === 0xfe ? [this.u32(), 0x10000] : [this.u64(), 0x100000000];
    if (value < least) throw this.#fail("a length in it is not in its shortest form");
    return value;
  }

  /** How many elements follow, each of at least `least` bytes: a count that cannot be true is refused at once. */
  count(least: number): number {
    const count = this.compactSize();
    if (count * least > this.remaining) throw this.#fail("it ends too early");
    return count;
  }

  /** Bytes with their length before them. */
  bytes(): Uint8Array {
    return this.take(this.compactSize());
  }

  /** Items with their count before them. */
  many<T>(least: number, read: () => T): T[] {
    return Array.from({ length: this.count(least) }, read);
  }

  /** The witness of one input. */
  witness(): Uint8Array[] {
    return this.many(1, () => this.bytes());
  }

  /** Refuses bytes behind the end. */
  end(): void {
    if (this.remaining > 0) throw this.#fail("something follows behind its end");
  }
}

function little(size: 2 | 4 | 8, set: (view: DataView) => void): Uint8Array {
  const out = new Uint8Array(size);
  set(new DataView(out.buffer));
  return out;
}

export const u16 = (value: number): Uint8Array => little(2, (view) => view.setUint16(0, value, true));
export const u32 = (value: number): Uint8Array => little(4, (view) => view.setUint32(0, value, true));
export const u64 = (value: number | bigint): Uint8Array =>
  little(8, (view) => view.setBigUint64(0, BigInt(value), true));

/** A length or count below 2^32. */
export function compactSize(value: number): Uint8Array {
  if (value < 0xfd) return Uint8Array.of(value);
  if (value < 0x10000) return concatBytes(Uint8Array.of(0xfd), u16(value));
  return concatBytes(Uint8Array.of(0xfe), u32(value));
}

/** Bytes with their length before them. */
export function sized(bytes: Uint8Array): Uint8Array {
  return concatBytes(compactSize(bytes.length), bytes);
}

/** Several with their count before them. */
export function counted(parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(compactSize(parts.length), ...parts);
}
