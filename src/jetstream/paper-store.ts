// Small texts under names, over the bucket of state.

import type { UnixMs } from "../base/index.ts";
import type { Paper, PaperStore } from "../core/index.ts";
import type { StateBucket } from "./state-bucket.ts";
import type { StateMirror } from "./state-mirror.ts";
import { key, paperRow } from "./state-rows.ts";

type PaperRow = typeof paperRow._output;

const paperOf = (kind: string, id: string, row: PaperRow | null): Paper | null =>
  row === null
    ? null
    : { kind, id, text: row.text, at: row.at, ...(row.owner === undefined ? {} : { owner: row.owner }) };

export function paperStore(bucket: StateBucket, mirror: StateMirror): PaperStore {
  return {
    find: async (kind, id) => paperOf(kind, id, (await bucket.read(paperRow, key.paper(kind, id))).row),
    save: async ({ kind, id, text, at, owner }, decide) => {
      const written = await bucket.change<PaperRow>(paperRow, key.paper(kind, id), (row) =>
        decide(paperOf(kind, id, row)) ? { text, at, ...(owner === undefined ? {} : { owner }) } : undefined,
      );
      return written > 0;
    },
    load: async (kind, owner) => {
      const owners = [...mirror.paperOwners].filter(([name]) => name.startsWith(key.paper(kind, "")));
      return { all: owners.length, ofOwner: owners.filter(([, one]) => one === owner).length };
    },
    times: async (kind, ids) =>
      new Map(
        ids.flatMap((id) => {
          const at = mirror.papers.get(key.paper(kind, id));
          return at === undefined ? [] : [[id, at] as const];
        }),
      ),
  };
}

/** How many go in one turn. */
const SLICE = 100;

/** Up to one slice. Returns how many. */
export async function forgetPapers(
  { bucket, mirror }: { readonly bucket: StateBucket; readonly mirror: StateMirror },
  kind: string,
  savedBefore: UnixMs,
): Promise<number> {
  const old = [...mirror.papers].filter(([name, at]) => name.startsWith(key.paper(kind, "")) && at <= savedBefore);
  for (const [name] of old.slice(0, SLICE)) {
    const known = mirror.revision(name);
    await bucket.change<PaperRow>(paperRow, name, (row) => {
      if (row === null) mirror.missed(name, known);
      return row !== null && row.at <= savedBefore ? null : undefined;
    });
  }
  return Math.min(SLICE, old.length);
}
