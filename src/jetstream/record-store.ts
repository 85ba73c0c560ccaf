// Listing records and the boxes of providers over the bucket of state.

import type { ListingId, UnixMs } from "../base/index.ts";
import type { ProviderStore, RecordDecision, RecordStore, StoredRecord } from "../core/index.ts";
import type { StateBucket } from "./state-bucket.ts";
import type { StateMirror } from "./state-mirror.ts";
import { boxRow, key, recordRow } from "./state-rows.ts";

type RecordRow = typeof recordRow._output;

const storedOf = (listingId: string, { provider, commitment, rev, record }: RecordRow): StoredRecord => ({
  ...{ listingId, provider, commitment, rev, record },
});

export function recordStore(bucket: StateBucket, mirror: StateMirror): RecordStore {
  return {
    find: async (id: ListingId) => {
      const { row } = await bucket.read(recordRow, key.record(id));
      return row === null ? null : storedOf(id, row);
    },
    save: async (record: StoredRecord, now: UnixMs, decide) => {
      const { listingId, provider, commitment, rev, record: text } = record;
      let decision: RecordDecision = "unchanged";
      await bucket.change<RecordRow>(recordRow, key.record(listingId), (row) => {
        decision = decide(row === null ? null : storedOf(listingId, row));
        return decision === "unchanged" ? undefined : { provider, commitment, rev, record: text, stored_at: now };
      });
      return decision;
    },
    many: async (ids) => {
      const read = ids
        .filter((id) => mirror.hasRecord(id))
        .map(async (id) => {
          const { row } = await bucket.read(recordRow, key.record(id));
          return row === null ? [] : [storedOf(id, row)];
        });
      return (await Promise.all(read)).flat();
    },
    among: async (ids) => new Set(ids.filter((id) => mirror.hasRecord(id))),
    ids: async (after, limit) => mirror.recordIds(after, limit),
  };
}

export function providerStore(bucket: StateBucket): ProviderStore {
  return {
    box: async (provider) => (await bucket.read(boxRow, key.box(provider))).row?.instance ?? null,
    claim: async ({ provider, instance, at }) => {
      let told: "first" | "same" | "replaced" = "same";
      await bucket.change<typeof boxRow._output>(boxRow, key.box(provider), (row) => {
        if (row?.instance === instance) {
          told = "same";
          return undefined;
        }
        told = row === null ? "first" : "replaced";
        return { instance, since: at };
      });
      return told;
    },
  };
}
