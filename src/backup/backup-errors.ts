// What goes wrong at a place for backups, said once for all kinds.

import {
  AppError,
  type Clock,
  type Millis,
  minutes,
  seconds,
  stoppedError,
  systemCodeOf,
  withDeadline,
} from "../base/index.ts";

/** For one question and its answer. */
export const ANSWER: Millis = seconds(60);
/** Between two pieces of a file. */
export const STALL: Millis = minutes(2);

export function unreachable(place: string, cause: unknown): AppError {
  return new AppError("backup.unreachable", `${place} cannot be reached (${systemCodeOf(cause) ?? "no answer"})`, {
    retryable: true,
    hint: "Check the network and whether the server runs; it is tried again by itself.",
    cause,
  });
}

export function placeFull(place: string, cause: unknown): AppError {
  return new AppError("backup.place_full", `${place} has no room for the backup`, {
    retryable: true,
    hint: "Make room there, or keep fewer backups.",
    cause,
  });
}

export function refused(place: string, cause: unknown): AppError {
  return new AppError("backup.refused", `${place} does not let the box in, or not write`, {
    hint: "Check user, password or key, and the rights on the folder.",
    cause,
  });
}

export function failed(place: string, cause: unknown): AppError {
  return new AppError("backup.place_failed", `${place} could not be written or read`, {
    retryable: true,
    hint: "Look at the server or disk behind this place; it is tried again by itself.",
    cause,
  });
}

/** Hands the pieces on as long as they keep coming. Rejects with `base.timeout` when they stall, `base.stopped` on abort. */
export async function* flowing(
  source: AsyncIterable<Uint8Array>,
  { clock, signal, what }: { readonly clock: Clock; readonly signal: AbortSignal; readonly what: string },
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      if (signal.aborted) throw stoppedError(what);
      const next = await withDeadline(iterator.next(), { clock, timeout: STALL, what, signal });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not waited for: a source that hangs does so here too.
    void iterator.return?.().catch(() => {});
  }
}
