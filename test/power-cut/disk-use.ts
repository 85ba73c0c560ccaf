// What a process asks of its disk, from the log of the layer: for the "bytes written per SMS" and "fsyncs while idle".

import type { DiskRecord } from "./disk-log.ts";

export interface DiskUse {
  readonly bytes: number;
  readonly writes: number;
  readonly syncs: number;
}

/** Of the records from `from` to `to`, nanoseconds of the monotonic clock (`process.hrtime.bigint()`); all without them. */
export function diskUse(
  log: readonly DiskRecord[],
  { from = 0n, to = 2n ** 64n }: { readonly from?: bigint; readonly to?: bigint } = {},
): DiskUse {
  // Mapped memory with a file's name: never synced.
  const shared = new Set(
    log.flatMap((entry) => (entry.op === "open" && entry.path.endsWith("-shm") ? [entry.handle] : [])),
  );
  let [bytes, writes, syncs] = [0, 0, 0];
  for (const entry of log) {
    if (entry.nanoseconds < from || entry.nanoseconds >= to) continue;
    if (entry.op === "sync") syncs++;
    if (entry.op !== "write" || shared.has(entry.handle)) continue;
    writes++;
    bytes += entry.data.length;
  }
  return { bytes, writes, syncs };
}
