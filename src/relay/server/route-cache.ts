// Remembers which provider and renter a rental belongs to. That never changes while the rental is known; one that has been removed
// is found out when its message is stored, and forgotten here when its id is registered anew.

import type { RentalRoute } from "../../core/index.ts";
import type { SqliteDatabase } from "../../sqlite/index.ts";
import { findRoute } from "./rental-store.ts";

const MAX_ROUTES = 10_000;

export class RouteCache {
  readonly #database: SqliteDatabase;
  /** In the order of last use. */
  readonly #routes = new Map<string, RentalRoute>();

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /** Null when the relay does not know the rental. */
  async find(rentalId: string): Promise<RentalRoute | null> {
    const known = this.#routes.get(rentalId) ?? (await findRoute(this.#database, rentalId));
    if (known === null) return null;
    this.#routes.delete(rentalId);
    this.#routes.set(rentalId, known);
    const [oldest] = this.#routes.keys();
    if (this.#routes.size > MAX_ROUTES && oldest !== undefined) this.#routes.delete(oldest);
    return known;
  }

  forget(rentalId: string): void {
    this.#routes.delete(rentalId);
  }
}
