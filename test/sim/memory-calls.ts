// Calls on a disk in memory: passes the contract suite of the real one, and can be full.

import { AppError, type MicroEmc, microEmc, type RentalId, type UnixMs } from "../../src/base/index.ts";
import type {
  CallMoney,
  CallQuery,
  CallStore,
  CallUsage,
  IssuedCall,
  IssuedCalls,
  StoredCall,
} from "../../src/core/index.ts";

const SLICE = 64;

export class MemoryCalls implements CallStore {
  readonly rows = new Map<string, StoredCall & { readonly cursor: number }>();
  readonly #listingOf: (rental: RentalId) => string;
  /** Writes fail while this is set. */
  fault: "store.full" | null = null;
  writes = 0;

  constructor(listingOf: (rental: RentalId) => string) {
    this.#listingOf = listingOf;
  }

  async saveCall(call: StoredCall): Promise<void> {
    if (this.fault !== null) throw new AppError(this.fault, "the disk is full", { retryable: true });
    this.writes++;
    const known = this.rows.get(call.id);
    const { answeredAt, endedAt, duration, minutes, included, cost, lastCost, cause, record } = call;
    const changes = { answeredAt, endedAt, duration, minutes, included, cost, lastCost, cause, record };
    this.rows.set(call.id, { ...(known ?? { ...call, cursor: this.rows.size + 1 }), ...changes });
  }

  async openCalls(): Promise<readonly StoredCall[]> {
    return [...this.rows.values()].filter(({ endedAt }) => endedAt === null).map(({ cursor: _, ...call }) => call);
  }

  async calls({ before, limit, line, rental }: CallQuery) {
    return [...this.rows.values()]
      .filter((row) => (before === null || row.cursor < before) && (line === null || row.lineId === line))
      .filter((row) => rental === null || row.rentalId === rental)
      .reverse()
      .slice(0, limit);
  }

  async callUsage(since: UnixMs): Promise<ReadonlyMap<RentalId, CallUsage>> {
    const found = new Map<RentalId, CallUsage>();
    for (const { rentalId, minutes, included, cost, direction, answeredAt } of this.rows.values()) {
      if (rentalId === null) continue;
      const known = found.get(rentalId) ?? { calls: 0, minutes: 0, included: 0, cost: microEmc(0), dialledSince: 0 };
      const dialled = direction === "out" && answeredAt !== null && answeredAt >= since ? minutes : 0;
      found.set(rentalId, {
        ...{ calls: known.calls + 1, minutes: known.minutes + minutes, included: known.included + included },
        ...{ cost: microEmc(known.cost + cost), dialledSince: known.dialledSince + dialled },
      });
    }
    return found;
  }

  readonly issued: IssuedCalls = {
    ended: async ({ after, from, to, rentalId }) => {
      const [at = from, position = 0] = after === "" ? [] : after.split(".").map(Number);
      const rows = [...this.rows.values()]
        .filter((row) => this.#issued(row) !== null && (rentalId === null || row.rentalId === rentalId))
        .filter(({ endedAt, cursor }) => {
          const end = endedAt ?? 0;
          return (end > at || (end === at && cursor > position)) && end < to;
        })
        .sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0) || a.cursor - b.cursor)
        .slice(0, SLICE);
      const last = rows.at(-1);
      const next = last === undefined || rows.length < SLICE ? null : `${last.endedAt}.${last.cursor}`;
      return { rows: rows.flatMap((row) => this.#issued(row) ?? []), next };
    },
    endedAs: async (hash) => {
      const row = [...this.rows.values()].find(({ record }) => record?.hash === hash);
      return row === undefined ? null : this.#issued(row);
    },
  };

  #issued({ rentalId, record, answeredAt, endedAt, direction, duration }: StoredCall): IssuedCall | null {
    if (rentalId === null || record === null || answeredAt === null || endedAt === null) return null;
    return {
      hash: record.hash,
      listingId: this.#listingOf(rentalId),
      direction,
      start: answeredAt,
      duration,
      at: endedAt,
    };
  }
}

/** A rental's money without a ledger: refuses a charge of the same minute twice, as the journal does. */
export class MemoryMoney implements CallMoney {
  readonly charges = new Map<string, MicroEmc>();
  left: MicroEmc | null;

  constructor(left: number | null) {
    this.left = left === null ? null : microEmc(left);
  }

  credit(): MicroEmc | null {
    return this.left;
  }

  async charge({ call, upTo, cost }: Parameters<CallMoney["charge"]>[0]): Promise<void> {
    const key = `${call}:${upTo}`;
    if (this.charges.has(key)) throw new AppError("store.conflict", "an entry under this key exists");
    this.charges.set(key, cost);
    if (this.left !== null) this.left = microEmc(this.left - cost);
  }
}
