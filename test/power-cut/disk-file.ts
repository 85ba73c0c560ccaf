// One file as a disk may hold it after a power cut: what was synced for certain, and of each sector that was written since any one of
// its versions. Sectors and the size reach the disk one by one and in no order, so that pages come out torn.

import type { Chance } from "./chance.ts";

/** A write, or with `data` null a new size. `record` is its number in the log. */
interface Change {
  readonly record: number;
  readonly offset: number;
  readonly data: Buffer | null;
}

export class DiskFile {
  #synced: Buffer;
  #size: number;
  #changes: Change[] = [];

  constructor(content: Buffer = Buffer.alloc(0)) {
    this.#synced = Buffer.from(content);
    this.#size = content.length;
  }

  write(record: number, offset: number, data: Buffer): void {
    this.#changes.push({ record, offset, data });
  }

  resize(record: number, size: number): void {
    this.#changes.push({ record, offset: size, data: null });
  }

  /** An fsync that vouches for the records before `covers` has returned. */
  sync(covers: number): void {
    const done = this.#changes.filter((change) => change.record < covers);
    this.#changes = this.#changes.filter((change) => change.record >= covers);
    for (const { offset, data } of done) {
      if (data === null) {
        this.#synced.fill(0, Math.min(offset, this.#size), this.#size);
        this.#size = offset;
      } else {
        this.#grow(offset + data.length);
        data.copy(this.#synced, offset);
        this.#size = Math.max(this.#size, offset + data.length);
      }
    }
  }

  #grow(size: number): void {
    if (size <= this.#synced.length) return;
    const larger = Buffer.alloc(2 * size);
    this.#synced.copy(larger, 0, 0, this.#size);
    this.#synced = larger;
  }

  /** The content after a power cut now. */
  afterCut(chance: Chance): Buffer {
    const extents = extentsOf(this.#size, this.#changes);
    const content = Buffer.alloc(Math.max(this.#size, ...extents));
    this.#synced.copy(content, 0, 0, this.#size);
    const pieces = this.#changes.flatMap((change, at) => piecesOf(change, extents[at] ?? 0, chance.sector));
    const counts = new Map<number, number>();
    for (const { sector } of pieces) counts.set(sector, (counts.get(sector) ?? 0) + 1);
    const left = new Map([...counts].map(([sector, count]) => [sector, chance.version(count)]));
    for (const { sector, from, data, to } of pieces) {
      const versions = left.get(sector) ?? 0;
      if (versions === 0) continue;
      left.set(sector, versions - 1);
      if (data === null) content.fill(0, from, to);
      else data.copy(content, from);
    }
    const sizes = [this.#size, ...sizesOf(this.#size, this.#changes)];
    return content.subarray(0, sizes[chance.version(sizes.length - 1)]);
  }
}

/** The file's size after each change. */
function sizesOf(before: number, changes: readonly Change[]): readonly number[] {
  let size = before;
  return changes.map(({ offset, data }) => {
    size = data === null ? offset : Math.max(size, offset + data.length);
    return size;
  });
}

/** How far the file reached at most, up to each change. */
function extentsOf(before: number, changes: readonly Change[]): readonly number[] {
  let extent = before;
  return sizesOf(before, changes).map((size) => {
    extent = Math.max(extent, size);
    return extent;
  });
}

interface Piece {
  readonly sector: number;
  readonly from: number;
  readonly to: number;
  readonly data: Buffer | null;
}

/** A change cut into its sectors. A new size wipes what lay behind it. */
function piecesOf({ offset, data }: Change, extent: number, size: number): readonly Piece[] {
  const end = data === null ? extent : offset + data.length;
  const pieces: Piece[] = [];
  for (let from = offset; from < end; ) {
    const sector = Math.floor(from / size);
    const to = Math.min(end, (sector + 1) * size);
    pieces.push({ sector, from, to, data: data?.subarray(from - offset, to - offset) ?? null });
    from = to;
  }
  return pieces;
}
