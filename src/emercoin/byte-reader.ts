// Reads the little-endian fields and counted lists of the coin's binary formats. Every read is bounded by what is there.

import { AppError } from "../base/index.ts";

function tooShort(): AppError {
  return new AppError("emercoin.bad_transaction", "the bytes end before the transaction does");
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw tooShort();
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  #skip(length: number): number {
    if (length > this.left) throw tooShort();
    this.#at += length;
    return this.#at - length;
  }

  byte(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  /** A 64-bit amount. Throws `emercoin.bad_transaction` beyond 2^53: more than there will ever be. */
  int64(): number {
    const value = this.#view.getBigInt64(this.#skip(8), true);
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new AppError("emercoin.bad_transaction", "an amount is larger than all coins");
  }

  /** CompactSize; only the shortest form, as the node demands. */
  compact(): number {
    const first = this.byte();
    if (first < 0xfd) return first;
    const size = first === 0xfd ? 2 : first === 0xfe ? 4 : 8;
    const at = this.#skip(size);
    const value =
      size === 2 ? this.#view.getUint16(at, true) : size === 4 ? this.#view.getUint32(at, true) : Number.MAX_VALUE;
    if (size === 8 || value < (size === 2 ? 0xfd : 0x1_0000)) {
      throw new AppError("emercoin.bad_transaction", "a length is not in its shortest form, or absurdly long");
    }
    return value;
  }

  counted(): Uint8Array {
    return this.take(this.compact());
  }

  /** A counted list; `least` is the size of its smallest item, so that a count alone allocates nothing. */
  list<T>(least: number, read: () => T): T[] {
    const count = this.compact();
    if (count * least > this.left) throw tooShort();
    return Array.from({ length: count }, read);
  }
}

export function uint32Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function int64Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
  return bytes;
}

export function compactBytes(value: number): Uint8Array {
  if (value < 0xfd) return Uint8Array.of(value);
  if (value < 0x1_0000) return Uint8Array.of(0xfd, value & 255, value >>> 8);
  return Uint8Array.of(0xfe, ...uint32Bytes(value));
}

export function countedBytes(data: Uint8Array): Uint8Array {
  const head = compactBytes(data.length);
  const out = new Uint8Array(head.length + data.length);
  out.set(head);
  out.set(data, head.length);
  return out;
}
