// What the bench measures and how it is summed up. The machine is shared and noisy: every figure is the median of several
// repetitions with its extremes, and a ratio is taken between neighbours in time.

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly value: Spread;
  /** What the same work costs without us, measured in turn with `value`. */
  readonly floor?: { readonly name: string; readonly value: Spread; readonly ratio: Spread };
  /** In words; only the reader judges. */
  readonly target?: string;
}

export interface Row {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** What the run was made of: counts, sizes, CPU times. */
  readonly facts: Readonly<Record<string, number | string>>;
}

/** What cannot be measured on this machine, and why. */
export class Skipped extends Error {}

export interface BenchOptions {
  readonly quick: boolean;
  /** Calls of ten minutes, for what only shows with time. */
  readonly long?: boolean;
  /** Temporary data goes into this folder: its disk is the one measured. */
  readonly folder: string;
}

export function spread(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (place: number): number => sorted[place] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

/** The `share` quantile (0-1) of `samples` by nearest rank. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** `samples` against `floor`, pair by pair. */
export function against(
  name: string,
  samples: readonly number[],
  floor: readonly number[],
): NonNullable<Figure["floor"]> {
  const ratios = samples.map((sample, i) => sample / (floor[i] ?? Number.NaN));
  return { name, value: spread(floor), ratio: spread(ratios) };
}

/** Milliseconds of the monotonic clock that all processes of a machine share. */
export function machineTime(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** How often per second `work` runs, called for about `ms` milliseconds. */
export function perSecond(work: () => unknown, ms: number): number {
  const start = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < ms) {
    for (let i = 0; i < 20; i++) work();
    count += 20;
    elapsed = performance.now() - start;
  }
  return (count * 1000) / elapsed;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
