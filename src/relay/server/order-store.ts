// Orders and the questions about them, until the provider has answered.

import { unixSecondsOf } from "../../base/index.ts";
import type { NewOrder, NewRequest, OrderLoad, StoredOrder, WaitingRequest } from "../../core/index.ts";
import { type OrderAnswer, orderAnswer, providerRequest, rentRequest } from "../../protocol/index.ts";
import { badRow, rowParser, type SqliteDatabase, type Transaction } from "../../sqlite/index.ts";

function parsed<T>(schema: { parse(value: unknown): T }, column: string, text: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw badRow("orders", column, "is not of the known form");
  }
}

const ORDER = "order_id, provider, renter, request_json, answer_json";
const orderRow = rowParser("orders", (row): StoredOrder => {
  const requestText = row.text("request_json");
  const answer = row.textOrNull("answer_json");
  return {
    id: row.text("order_id"),
    provider: row.text("provider"),
    renter: row.text("renter"),
    requestText,
    request: parsed(rentRequest, "request_json", requestText),
    answer: answer === null ? null : parsed(orderAnswer, "answer_json", answer),
  };
});
const countRow = rowParser("orders", (row) => row.integer("count"));
const orderIdRow = rowParser("order_requests", (row) => row.text("order_id"));
const waitingRow = rowParser(
  "order_requests",
  (row): WaitingRequest => ({
    cursor: row.integer("cursor"),
    request: parsed(providerRequest, "body_json", row.text("body_json")),
  }),
);

const OPEN = "state IN ('requested', 'quoted', 'paying', 'paid')";

export function findOrder(database: SqliteDatabase, id: string): Promise<StoredOrder | null> {
  return database.readOne(`SELECT ${ORDER} FROM orders WHERE order_id = ?`, [id], orderRow);
}

/** Orders of a provider that are not over and were answered at least once. */
export function openOrders(database: SqliteDatabase, provider: string): Promise<readonly StoredOrder[]> {
  const sql = `SELECT ${ORDER} FROM orders WHERE provider = ? AND answer_json IS NOT NULL AND ${OPEN}
    ORDER BY created_at LIMIT 500`;
  return database.read(sql, [provider], orderRow);
}

/** How many questions about an order have no answer. */
export async function pendingOf(database: SqliteDatabase, orderId: string): Promise<number> {
  const sql = "SELECT count(*) AS count FROM order_requests WHERE order_id = ? AND body_json IS NOT NULL";
  return (await database.readOne(sql, [orderId], countRow)) ?? 0;
}

export function waitingRequests(
  database: SqliteDatabase,
  provider: string,
  after: number,
): Promise<readonly WaitingRequest[]> {
  // A cursor that was never given is one of a relay that was restored since: the box has all to see.
  const sql = `SELECT cursor, body_json FROM order_requests
    WHERE provider = ?1 AND body_json IS NOT NULL AND cursor > iif(
      ?2 > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'order_requests'), 0), 0, ?2
    ) ORDER BY cursor LIMIT 20`;
  return database.read(sql, [provider, after], waitingRow);
}

async function count(tx: Transaction, from: string, parameters: readonly string[]): Promise<number> {
  const [found = 0] = await tx.all(`SELECT count(*) AS count FROM ${from}`, [...parameters], countRow);
  return found;
}

/**
 * Lets `decide` judge, then stores the question and, with `order`, its order, in one transaction. A throw of `decide` changes nothing, and
 * so does its `false`. A question that was answered is asked anew; one that waits is not asked twice.
 */
export function saveRequest(
  database: SqliteDatabase,
  { request, provider }: NewRequest,
  order: NewOrder | null,
  decide: (load: OrderLoad) => boolean,
): Promise<boolean> {
  return database.write(async (tx) => {
    const { id, order_id: orderId, kind } = request;
    const [stored = null] = await tx.all(`SELECT ${ORDER} FROM orders WHERE order_id = ?`, [orderId], orderRow);
    const renter = order?.renter ?? stored?.renter ?? "";
    const go = decide({
      stored,
      openOfRenter: await count(tx, `orders WHERE renter = ? AND ${OPEN}`, [renter]),
      waitingForProvider: await count(tx, "order_requests WHERE provider = ? AND body_json IS NOT NULL", [provider]),
      asked: await count(tx, "order_requests WHERE order_id = ?", [orderId]),
    });
    if (!go) return false;
    if (order !== null) {
      await tx.run(
        `INSERT INTO orders (order_id, provider, renter, request_json, state, created_at)
         VALUES (?, ?, ?, ?, 'requested', ?)`,
        [orderId, provider, renter, order.text, unixSecondsOf(order.now)],
      );
    }
    await tx.run("DELETE FROM order_requests WHERE id = ? AND body_json IS NULL", [id]);
    await tx.run(
      `INSERT INTO order_requests (id, order_id, provider, kind, body_json) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
      [id, orderId, provider, kind, JSON.stringify(request)],
    );
    return true;
  });
}

/** The order that a question is about, whether or not it was answered. */
export function orderOfRequest(database: SqliteDatabase, id: string): Promise<string | null> {
  return database.readOne("SELECT order_id FROM order_requests WHERE id = ?", [id], orderIdRow);
}

/** Keeps the provider's word and forgets the question's body. */
export async function saveAnswer(database: SqliteDatabase, id: string, answer: OrderAnswer): Promise<void> {
  await database.write(async (tx) => {
    await tx.run("UPDATE orders SET answer_json = ?, state = ? WHERE order_id = ?", [
      JSON.stringify(answer),
      answer.state,
      answer.order_id,
    ]);
    await tx.run("UPDATE order_requests SET body_json = NULL WHERE id = ?", [id]);
  });
}
