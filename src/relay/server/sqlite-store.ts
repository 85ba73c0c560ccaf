// The relay's storage in one SQLite file: what `core` asks of it, put together from the queries of its tables.

import type { Random } from "../../base/index.ts";
import type { RelayListener, RelayStore, RelayStoreState } from "../../core/index.ts";
import type { SqliteDatabase } from "../../sqlite/index.ts";
import { acceptedStore } from "./accepted-store.ts";
import { findGrant, grantsOfListing, readCourse } from "./course-store.ts";
import { deliverySums } from "./delivery-sums.ts";
import { storeForwards } from "./forward-store.ts";
import { findReceived, readMailbox, readReceipts, readRentals, saveAcknowledgements } from "./mailbox-store.ts";
import {
  findOrder,
  openOrders,
  orderOfRequest,
  pendingOf,
  saveAnswer,
  saveRequest,
  waitingRequests,
} from "./order-store.ts";
import { paperStore } from "./paper-store.ts";
import { claimBox, readBox, readProviderMessages, readProviderRentals } from "./provider-store.ts";
import { findRecord, findRecords, recordIds, recordsOf, rentedOf, saveRecord } from "./record-store.ts";
import { findRoutesOfListing, isKnownListing, saveGrant } from "./rental-store.ts";
import { RouteCache } from "./route-cache.ts";
import { SqliteCursors } from "./run-store.ts";
import { SqliteSessions } from "./session-store.ts";
import { upkeepStore } from "./upkeep-store.ts";

const NOBODY: RelayListener = { stored: () => false, requested: () => {}, answered: () => {}, granted: () => {} };

export class SqliteRelayStore implements RelayStore {
  readonly mail: RelayStore["mail"];
  readonly rentals: RelayStore["rentals"];
  readonly providers: RelayStore["providers"];
  readonly records: RelayStore["records"];
  readonly orders: RelayStore["orders"];
  readonly papers: RelayStore["papers"];
  readonly sessions: SqliteSessions;
  readonly accepted: RelayStore["accepted"];
  readonly upkeep: RelayStore["upkeep"];
  readonly cursors: SqliteCursors;
  readonly #database: SqliteDatabase;
  #listener: RelayListener = NOBODY;

  constructor(database: SqliteDatabase, random: Random) {
    this.#database = database;
    this.sessions = new SqliteSessions(database, random);
    this.cursors = new SqliteCursors(database, random);
    this.mail = {
      together: 1,
      store: (batch) => storeForwards(database, batch, (renter, message) => this.#listener.stored(renter, message)),
      page: (renter, request) => readMailbox(database, renter, request),
      received: (renter, hashes) => findReceived(database, renter, hashes),
      acknowledge: (renter, entries) => saveAcknowledgements(database, renter, entries),
      course: (rentalId, request) => readCourse(database, rentalId, request),
      sums: (listingIds) => deliverySums(database, listingIds),
      receipts: (provider, request) => readReceipts(database, provider, request),
    };
    this.rentals = this.#rentalsOf(database);
    this.providers = { box: (provider) => readBox(database, provider), claim: (claim) => claimBox(database, claim) };
    this.records = {
      find: (id) => findRecord(database, id),
      save: (record, now, decide) => saveRecord(database, record, now, decide),
      many: (ids) => findRecords(database, ids),
      among: (ids) => recordsOf(database, ids),
      ids: (after, limit) => recordIds(database, after, limit),
    };
    this.orders = this.#ordersOf(database);
    this.papers = paperStore(database);
    this.accepted = acceptedStore(database);
    this.upkeep = upkeepStore(database, (expiredBefore) => this.sessions.forget(expiredBefore));
  }

  listen(listener: RelayListener): void {
    this.#listener = listener;
  }

  /** Nobody else has the file. */
  async issuer(verify: string): Promise<string> {
    return verify;
  }

  probe(): Promise<void> {
    return this.#database.probe();
  }

  async state(): Promise<RelayStoreState> {
    const { commits, jobs, waiting, bytes } = await this.#database.stats();
    return { kind: "sqlite", ok: true, figures: { commits, jobs, waiting, bytes } };
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #ordersOf(database: SqliteDatabase): RelayStore["orders"] {
    return {
      find: (id) => findOrder(database, id),
      open: (provider) => openOrders(database, provider),
      pending: (orderId) => pendingOf(database, orderId),
      waiting: (provider, after) => waitingRequests(database, provider, after),
      save: async (question, order, decide) => {
        const asked = await saveRequest(database, question, order, decide);
        if (asked) this.#listener.requested(question.provider);
        return asked;
      },
      orderOf: (requestId) => orderOfRequest(database, requestId),
      answer: async (requestId, answer) => {
        await saveAnswer(database, requestId, answer);
        this.#listener.answered(answer.order_id);
      },
    };
  }

  #rentalsOf(database: SqliteDatabase): RelayStore["rentals"] {
    const routes = new RouteCache(database);
    return {
      route: (rentalId) => routes.find(rentalId),
      routesOfListing: (listingId, now) => findRoutesOfListing(database, listingId, now),
      isKnownListing: (listingId) => isKnownListing(database, listingId),
      rentedOf: (ids, now) => rentedOf(database, ids, now),
      save: async (entry, decide) => {
        const decision = await saveGrant(database, entry, decide);
        const { rental_id, renter } = entry.grant;
        if (decision === "created") routes.forget(rental_id);
        if (decision !== "unchanged") this.#listener.granted(renter.verify, rental_id);
        return decision;
      },
      find: (rentalId) => findGrant(database, rentalId),
      ofListing: (listingId) => grantsOfListing(database, listingId),
      ofRenter: (renter) => readRentals(database, renter),
      ofProvider: (provider, request) => readProviderRentals(database, provider, request),
      messages: (provider, request) => readProviderMessages(database, provider, request),
    };
  }
}
