// One life of the box: from a start to the moment at which it was killed.

import { type Chance, everything } from "./chance.ts";
import { Disk, type Image } from "./disk.ts";
import type { DiskRecord } from "./disk-log.ts";
import type { Deletion } from "./ledger.ts";

export interface Life {
  /** The data folder at its start. */
  readonly before: Image;
  readonly log: readonly DiskRecord[];
  /** What each AT+CMGD of the log deleted, by its record. */
  readonly deletions: ReadonlyMap<number, Deletion>;
}

/**
 * The disk at the end of a life. The replay of all records must give `real`, the folder as it is: the layer has then missed nothing.
 * Throws when it does not.
 */
export function replay(root: string, { before, log }: Life, real: Image): Disk {
  const disk = new Disk(root, before);
  for (const entry of log.slice(0, -1)) disk.apply(entry);
  // The kill may have come between the last record and what it records.
  const early = differences(disk.afterCut(everything), real);
  for (const entry of log.slice(-1)) disk.apply(entry);
  const late = differences(disk.afterCut(everything), real);
  if (early.length > 0 && late.length > 0) throw new Error(`the log does not tell all of ${late.join(", ")}`);
  return disk;
}

/** Names of the files that differ. What is in mapped memory (-shm) no log can tell. */
function differences(replayed: Image, real: Image): readonly string[] {
  const names = new Set([...replayed.keys(), ...real.keys()].filter((name) => !name.endsWith("-shm")));
  const same = (name: string): boolean => {
    const [a, b] = [replayed.get(name), real.get(name)];
    return a === b || (a instanceof Buffer && b instanceof Buffer && a.equals(b));
  };
  return [...names].filter((name) => !same(name));
}

/** A moment at which the power may go. */
export interface Cut {
  readonly name: string;
  /** What may be left of the folder. */
  readonly image: Image;
  /** Everything that a modem was told to delete before. */
  readonly told: readonly Deletion[];
}

/** The cuts before the given records of a life, ascending. `earlier` are the deletions of the lives before. */
export function* cutsOf(
  root: string,
  { before, log, deletions }: Life,
  how: { readonly points: readonly number[]; readonly earlier: readonly Deletion[]; readonly chance: () => Chance },
): Generator<Cut> {
  const disk = new Disk(root, before);
  let done = 0;
  for (const point of how.points) {
    for (const entry of log.slice(done, point)) disk.apply(entry);
    done = point;
    const now = [...deletions].filter(([record]) => record < point).map(([, deletion]) => deletion);
    yield { name: `record ${point}`, image: disk.afterCut(how.chance()), told: [...how.earlier, ...now] };
  }
}
