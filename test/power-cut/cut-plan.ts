// Where the power goes: at random, and beside every kind of thing that happens.

import { basename } from "node:path";
import type { SeededRandom } from "../sim/seeded-random.ts";
import type { DiskRecord } from "./disk-log.ts";

/** `count` numbers of records before which the power goes, ascending. Half of them stand before or behind a record of a kind that was drawn first. */
export function cutPoints(log: readonly DiskRecord[], count: number, random: SeededRandom): readonly number[] {
  const kinds = [...kindsOf(log).values()];
  const points = Array.from({ length: count }, (_, at) =>
    at % 2 === 0 || kinds.length === 0 ? random.int(0, log.length) : random.pick(random.pick(kinds)) + random.int(0, 1),
  );
  return points.sort((a, b) => a - b);
}

/** The records by what is done to which file. */
function kindsOf(log: readonly DiskRecord[]): ReadonlyMap<string, readonly number[]> {
  const files = new Map<number, string>();
  const kinds = new Map<string, number[]>();
  for (const [number, entry] of log.entries()) {
    if (entry.op === "open") files.set(entry.handle, basename(entry.path));
    const about = "handle" in entry ? files.get(entry.handle) : "to" in entry ? basename(entry.to) : "";
    const kind = `${entry.op} ${about}`;
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, [number]);
    else known.push(number);
  }
  return kinds;
}
