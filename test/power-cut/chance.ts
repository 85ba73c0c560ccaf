// What decides how much of the unsynced survives a power cut.

import type { SeededRandom } from "../sim/seeded-random.ts";

export interface Chance {
  /** Bytes that the disk writes in one go. */
  readonly sector: 512 | 4096;
  /** How many of `count` successive changes have reached the disk: 0 to `count`. */
  version(count: number): number;
  /** Whether an unsynced change of a folder has. */
  entry(): boolean;
}

/** Nothing that was not synced survives. */
export const nothing: Chance = { sector: 512, version: () => 0, entry: () => false };

/** All of it does, as when only the process was killed. */
export const everything: Chance = { sector: 512, version: (count) => count, entry: () => true };

/** From cut to cut, nearly nothing to nearly everything. */
export function someOf(random: SeededRandom): Chance {
  const survival = random.pick([0.02, 0.3, 0.5, 0.7, 0.98]);
  return {
    sector: random.pick([512, 4096] as const),
    version: (count) => (random.chance(survival) ? count : random.int(0, Math.max(0, count - 1))),
    entry: () => random.chance(survival),
  };
}
