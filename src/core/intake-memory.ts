// What the intake remembers between two batches. It can be thrown away at any time: all of it is rebuilt from the store, but for the
// confirmed deletions, which only the modems know.

import type { FingerprintDeps } from "./fingerprints.ts";
import { pduHash } from "./fingerprints.ts";
import type { IntakeContext } from "./intake-plan.ts";
import type { SeenPdu } from "./model.ts";
import type { IncomingPdu, IntakeTicket } from "./ports.ts";
import type { IntakeCommit, IntakeStore, RentalStore } from "./ports-store.ts";
import { type OpenGroups, restoreGroups } from "./reassembly.ts";

export interface IntakeMemoryDeps {
  readonly store: Pick<IntakeStore, "openParts" | "findSeen"> & Pick<RentalStore, "lastSequences">;
  readonly fingerprints: FingerprintDeps;
}

type Remembered = Omit<IntakeContext, "seen">;

export class IntakeMemory {
  readonly #deps: IntakeMemoryDeps;
  /** Deletions the modems confirmed, not yet durable. */
  readonly #confirmed = new Map<string, IntakeTicket>();
  #remembered: Remembered | null = null;
  /** Hashes of the commit in flight; null while nothing is being written. */
  #inFlight: ReadonlySet<string> | null = null;

  constructor(deps: IntakeMemoryDeps) {
    this.#deps = deps;
  }

  /** Whether a commit is in flight. */
  get writing(): boolean {
    return this.#inFlight !== null;
  }

  /** As of the last batch. */
  get groups(): OpenGroups {
    return this.#remembered?.groups ?? new Map();
  }

  /** Deletions that the next commit must make durable. */
  get confirmed(): readonly IntakeTicket[] {
    return [...this.#confirmed.values()];
  }

  confirm(ticket: IntakeTicket): void {
    this.#confirmed.set(keyOf(ticket), ticket);
  }

  /** Reads everything from the store, anew after a commit that failed: what was planned on top of it never happened. */
  async load(): Promise<Remembered> {
    const { store } = this.#deps;
    const [parts, sequences] = await Promise.all([store.openParts(), store.lastSequences()]);
    this.#remembered = { groups: restoreGroups(parts), sequences };
    return this.#remembered;
  }

  /** `commit` is being written, and the next batch is planned as if it were stored already. */
  begin(commit: IntakeCommit, { groups, sequences }: IntakeContext): void {
    this.#remembered = { groups, sequences };
    this.#inFlight = new Set(commit.seen.map((row) => row.hash));
  }

  /** The commit in flight has ended. `stored` is what it made durable, null when it failed. */
  end(stored: IntakeCommit | null): void {
    this.#inFlight = null;
    for (const ticket of stored?.deleted ?? []) this.#confirmed.delete(keyOf(ticket));
  }

  /** What the next batch builds on; knows no rows yet. */
  async context(): Promise<IntakeContext> {
    return { ...(this.#remembered ?? (await this.load())), seen: new Map() };
  }

  hashOf({ lineId, pdu }: IncomingPdu): string {
    return pduHash(this.#deps.fingerprints, lineId, pdu);
  }

  /** What is stored of each hash. `settled` resolves when the commit in flight, if there is one, has ended. */
  async rowsOf(hashes: readonly string[], settled: Promise<unknown>): Promise<ReadonlyMap<string, readonly SeenPdu[]>> {
    // Those that share a hash with the commit in flight must see its outcome; others need not wait.
    if (hashes.some((hash) => this.#inFlight?.has(hash))) await settled;
    const rows = new Map<string, readonly SeenPdu[]>(hashes.map((hash) => [hash, []]));
    // As of now: a deletion that becomes durable while the rows are read is confirmed no more, yet the rows may not show it.
    const confirmed = new Set(this.#confirmed.keys());
    for (const row of rows.size === 0 ? [] : await this.#deps.store.findSeen([...rows.keys()])) {
      const known = confirmed.has(keyOf(row)) ? { ...row, deleted: true } : row;
      rows.set(row.hash, [...(rows.get(row.hash) ?? []), known]);
    }
    return rows;
  }
}

const keyOf = (row: { readonly hash: string; readonly occurrence: number }): string => `${row.hash}/${row.occurrence}`;
