// Whether a series of samples rises, by least squares.

/** Rise of `values` for each step of 1 of `times`; NaN below three samples. */
export function slope(times: readonly number[], values: readonly number[]): number {
  const n = times.length;
  if (n < 3) return Number.NaN;
  const mean = (samples: readonly number[]): number => samples.reduce((sum, sample) => sum + sample, 0) / n;
  const [t, v] = [mean(times), mean(values)];
  const products = times.reduce((sum, time, i) => sum + (time - t) * ((values[i] ?? v) - v), 0);
  return products / times.reduce((sum, time) => sum + (time - t) ** 2, 0);
}

/** The smallest of each `size` samples in a row; what is left at the end counts when it is at least half of that. */
export function minima(samples: readonly number[], size: number): number[] {
  const groups = Array.from({ length: Math.ceil(samples.length / size) }, (_, at) =>
    samples.slice(at * size, (at + 1) * size),
  );
  return groups.filter((group) => group.length * 2 >= size).map((group) => Math.min(...group));
}
