// When a fan runs. Pure.

export interface FanLimits {
  /** Degrees Celsius from which on it runs. */
  readonly onAt: number;
  /** Degrees Celsius from which down it rests; below `onAt`, or it would start and stop all the time. */
  readonly offAt: number;
}

/** `running`: as it is, null before the first decision. In doubt it runs: noise harms nobody, and a machine without a sensor gets hot, too. */
export function fanRuns(running: boolean | null, temperatureC: number | null, { onAt, offAt }: FanLimits): boolean {
  if (temperatureC === null || temperatureC >= onAt) return true;
  if (temperatureC <= offAt) return false;
  return running ?? true;
}
