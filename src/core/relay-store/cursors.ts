// Which cursors are still good after a relay was restored from a backup: it then gives the same numbers a second time, to other messages.
// Pure. Each start of a relay is a run with a name of its own and remembers how far cursors had come; who keeps a cursor keeps the name of
// the run that he had it in. A store whose history does not know the run, or says that it ended earlier, has lost what the cursor counts.

/** Cursors by what they count. */
export type CursorKind = "mail" | "receipts";

/** One start of a relay over the store. */
export interface Run {
  readonly epoch: string;
  /** The last cursors that were given before it. */
  readonly mail: number;
  readonly receipts: number;
}

export interface KeptCursor {
  readonly after: number;
  /** Null of a client that does not say. */
  readonly epoch: string | null;
}

/** Runs that are remembered; who had his cursor before them begins anew. */
export const MAX_RUNS = 500;

/** Where reading goes on; 0 for the beginning. `runs`: oldest first. `last`: the last cursor of this kind that was given. */
export function resumeBehind(
  { after, epoch }: KeptCursor,
  kind: CursorKind,
  { runs, last }: { readonly runs: readonly Run[]; readonly last: number },
): number {
  const known = after > last ? 0 : after;
  if (epoch === null) return known;
  const at = runs.findLastIndex((run) => run.epoch === epoch);
  if (at === -1) return 0;
  const next = runs[at + 1];
  return next === undefined ? known : Math.min(after, next[kind]);
}
