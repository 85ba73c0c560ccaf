// Bencode, as the NG protocol of rtpengine uses it: integers, byte strings, lists, dictionaries. What comes in is bounded. Pure.

export type Bencoded = number | string | readonly Bencoded[] | { readonly [key: string]: Bencoded };

/** Deeper or longer is nothing that rtpengine says. */
const MAX_DEPTH = 16;

function encoded(value: Bencoded): Buffer {
  if (typeof value === "number") return Buffer.from(`i${Math.trunc(value)}e`);
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "utf8");
    return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([Buffer.from("l"), ...value.map(encoded), Buffer.from("e")]);
  // The order of keys is that of their bytes.
  const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return Buffer.concat([
    Buffer.from("d"),
    ...entries.flatMap(([key, each]) => [encoded(key), encoded(each)]),
    Buffer.from("e"),
  ]);
}

export const bencode = (value: Bencoded): Buffer => encoded(value);

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Undefined for what is no value. */
  value(depth = 0): Bencoded | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const kind = String.fromCharCode(this.#bytes[this.#at] ?? 0);
    if (kind === "i") return this.#integer();
    if (kind === "l") return this.#list(depth);
    if (kind === "d") return this.#dictionary(depth);
    return this.#text();
  }

  #integer(): number | undefined {
    const end = this.#bytes.indexOf("e", this.#at);
    const digits = end < 0 ? "" : this.#bytes.toString("latin1", this.#at + 1, end);
    if (!/^-?\d{1,15}$/.test(digits)) return undefined;
    this.#at = end + 1;
    return Number(digits);
  }

  #text(): string | undefined {
    const colon = this.#bytes.indexOf(":", this.#at);
    const digits = colon < 0 ? "" : this.#bytes.toString("latin1", this.#at, Math.min(colon, this.#at + 8));
    if (!/^\d{1,6}$/.test(digits)) return undefined;
    const end = colon + 1 + Number(digits);
    if (end > this.#bytes.length) return undefined;
    this.#at = end;
    return this.#bytes.toString("utf8", colon + 1, end);
  }

  #list(depth: number): readonly Bencoded[] | undefined {
    const items: Bencoded[] = [];
    this.#at++;
    while (!this.#ends()) {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }

  #dictionary(depth: number): { readonly [key: string]: Bencoded } | undefined {
    const entries: [string, Bencoded][] = [];
    this.#at++;
    while (!this.#ends()) {
      const key = this.#text();
      const item = key === undefined ? undefined : this.value(depth + 1);
      if (key === undefined || item === undefined) return undefined;
      entries.push([key, item]);
    }
    return Object.fromEntries(entries);
  }

  #ends(): boolean {
    const ends = this.#bytes[this.#at] === 101;
    if (ends) this.#at++;
    return ends;
  }
}

/** Undefined for what is no bencode, or has more behind it. */
export function bdecode(bytes: Buffer): Bencoded | undefined {
  const reader = new Reader(bytes);
  const value = reader.value();
  return reader.isAtEnd ? value : undefined;
}
