// What the relay forgets, and when: envelopes nobody fetched, rentals long over, tokens that expired.

import {
  type Clock,
  type Disposer,
  days,
  type Logger,
  type Millis,
  messageOf,
  minutes,
  type UnixMs,
} from "../../base/index.ts";
import { rowParser, type SqliteDatabase } from "../../sqlite/index.ts";
import type { Authentication } from "./authentication.ts";
import { type RelayTime, unixSecondsOf } from "./relay-time.ts";

export interface HousekeepingDeps {
  readonly database: SqliteDatabase;
  readonly authentication: Authentication;
  readonly time: RelayTime;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long an envelope waits for its renter. */
  readonly keepMessages: Millis;
}

const ROUND = minutes(10);
/** How long a renter may fetch what came before the rental's end, and at least how long a late message waits. */
const KEEP_AFTER_END = days(1);
/** How long a rental that is over is remembered: repetitions are recognised and receipts can be collected until then. */
const KEEP_RENTALS = days(30);
const KEEP_ORDERS = days(2);
// Small enough that no forward waits long for the writer.
const SLICE = 500;

const expiredRow = rowParser("messages", (row) => ({ cursor: row.integer("cursor"), renter: row.text("renter") }));
const orderRow = rowParser("orders", (row) => row.text("order_id"));
const rentalRow = rowParser("rentals", (row) => row.text("rental_id"));

/** Wipes up to one slice of envelopes that waited too long. Returns how many. */
function expireEnvelopes(database: SqliteDatabase, now: UnixMs, keep: Millis): Promise<number> {
  return database.write(async (tx) => {
    const rows = await tx.all(
      `SELECT cursor, renter FROM messages WHERE envelope IS NOT NULL AND stored_at <= ?1
       UNION SELECT m.cursor, m.renter FROM rentals r JOIN messages m ON m.rental_id = r.rental_id
         WHERE r.expires_at <= ?2 AND m.envelope IS NOT NULL AND m.stored_at <= ?3
       LIMIT ${SLICE}`,
      [now - keep, unixSecondsOf(now) - KEEP_AFTER_END / 1000, now - KEEP_AFTER_END],
      expiredRow,
    );
    if (rows.length === 0) return 0;
    const cursors = JSON.stringify(rows.map((row) => row.cursor));
    await tx.run("UPDATE messages SET envelope = NULL WHERE cursor IN (SELECT value FROM json_each(?))", [cursors]);
    await tx.run(
      `UPDATE mailboxes SET (waiting, bytes) = (SELECT count(*), coalesce(sum(size), 0) FROM messages m
         WHERE m.renter = mailboxes.renter AND m.envelope IS NOT NULL)
       WHERE renter IN (SELECT value FROM json_each(?))`,
      [JSON.stringify([...new Set(rows.map((row) => row.renter))])],
    );
    return rows.length;
  });
}

/** Removes one rental that is long over, with everything that hangs on it. Returns how many. */
function removeRental(database: SqliteDatabase, now: UnixMs): Promise<number> {
  return database.write(async (tx) => {
    const before = unixSecondsOf(now) - KEEP_RENTALS / 1000;
    const rows = await tx.all("SELECT rental_id FROM rentals WHERE expires_at <= ? LIMIT 1", [before], rentalRow);
    for (const rentalId of rows) {
      await tx.run("DELETE FROM receipts WHERE rental_id = ?", [rentalId]);
      await tx.run("DELETE FROM messages WHERE rental_id = ?", [rentalId]);
      await tx.run("DELETE FROM rentals WHERE rental_id = ?", [rentalId]);
    }
    if (rows.length > 0) await tx.run("DELETE FROM mailboxes WHERE renter NOT IN (SELECT renter FROM rentals)");
    return rows.length;
  });
}

/** Forgets up to one slice of old orders. What was granted lives on as a rental. Returns how many. */
function forgetOrders(database: SqliteDatabase, now: UnixMs): Promise<number> {
  return database.write(async (tx) => {
    const before = unixSecondsOf(now) - KEEP_ORDERS / 1000;
    const rows = await tx.all(`SELECT order_id FROM orders WHERE created_at <= ? LIMIT ${SLICE}`, [before], orderRow);
    const ids = JSON.stringify(rows);
    await tx.run("DELETE FROM order_requests WHERE order_id IN (SELECT value FROM json_each(?))", [ids]);
    await tx.run("DELETE FROM orders WHERE order_id IN (SELECT value FROM json_each(?))", [ids]);
    return rows.length;
  });
}

export class Housekeeping {
  readonly #deps: HousekeepingDeps;
  #cancel: Disposer = () => {};
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: HousekeepingDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#cancel = this.#deps.clock.after(ROUND, "relay housekeeping", () => {
      this.#round = this.#tidy().then(() => {
        if (!this.#stopped) this.start();
      });
    });
  }

  /** Resolves when the round under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#round;
  }

  async #tidy(): Promise<void> {
    const { database, authentication, time, clock, log, keepMessages } = this.#deps;
    try {
      const now = time.earliest();
      const expired = await this.#repeat(() => expireEnvelopes(database, now, keepMessages));
      const rentals = await this.#repeat(() => removeRental(database, now));
      const orders = await this.#repeat(() => forgetOrders(database, now));
      await authentication.sweep(clock.now());
      if (expired + rentals + orders > 0) log.info("relay_tidied", { expired, rentals, orders });
    } catch (error) {
      // The next round tries again: nothing depends on this one.
      log.warn("relay_tidy_failed", { reason: messageOf(error) });
    }
  }

  /** Runs `step` until it finds nothing to do or the relay stops. Returns the sum. */
  async #repeat(step: () => Promise<number>): Promise<number> {
    let sum = 0;
    for (let done = 1; done > 0 && !this.#stopped; sum += done) done = await step();
    return sum;
  }
}
