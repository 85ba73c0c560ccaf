// Browsing a relay with 100,000 listings: the first page of a filter that few of them fit, all of which have deliveries behind them, where
// nothing of them was looked at before, and once more; the same by reputation.

import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import sqlite3 from "sqlite3";
import { provider, verifyOf } from "../relay/fixtures.ts";
import { recordOf } from "../relay/market-fixtures.ts";
import { type BenchOptions, machineTime, quantile, type Row, spread } from "./measure.ts";
import type { RelayOperations } from "./relay-worker.ts";
import { withWorkers } from "./worker.ts";

/** Prices of a day, in thousandths of an EMC: one of them is under the filter's. */
const PRICES = 100;
/** One listing in a hundred. */
const FILTER = "tier=sms_only&duration=daily&max_price=0.0015&limit=50";
/** The same ones: the others have no reputation. */
const BY_REPUTATION = "min_reputation=500&limit=50";
/** Rentals that ended of each listing that the filters find, and messages of each of these. */
const RENTALS = 3;
const DELIVERIES = 150;
const DAY_S = 86_400;

const LISTED = "INSERT OR IGNORE INTO listings VALUES (?1, 'provider')";
const RENTED = `
  INSERT INTO rentals (rental_id, listing_id, provider, renter, expires_at, rev, credit, grant_json, accepted, last_seq)
  VALUES (?1, ?2, 'provider', 'renter', ?3, 1, NULL, '{}', ${DELIVERIES}, ${DELIVERIES})`;
const DELIVERED = `
  WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < ${DELIVERIES})
  INSERT INTO messages (id, rental_id, renter, seq, v, ts, hash, scope, signature, stored_at, size, envelope)
  SELECT lower(hex(randomblob(16))), ?1, 'renter', seq, 1, ?2 - seq * 7200, lower(hex(randomblob(22))), 'message',
    lower(hex(randomblob(43))), 0, 700, NULL FROM n`;
const ACKNOWLEDGED = `
  INSERT INTO receipts (message_id, rental_id, provider, receipt_json)
  SELECT id, rental_id, 'provider', lower(hex(randomblob(170))) FROM messages WHERE rental_id = ?1 AND seq % 10 > 0`;

const idOf = (at: number): string => Math.imul(at, 0x9e3779b1).toString(16).replace("-", "f").padStart(16, "0");

/** Puts `count` records into the relay's database, as if they had been taken in, and deliveries of those that the filters find. */
async function fill(file: string, count: number): Promise<void> {
  const db = new sqlite3.Database(file);
  const done = (work: (settle: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => work((error) => (error == null ? resolve() : reject(error))));
  const texts = Array.from({ length: PRICES }, (_, at) => {
    const listing = `${at}`.padStart(16, "0");
    return { listing, text: recordOf({ listing, daily: ((at + 1) / 1000).toFixed(3) }).text };
  });
  await done((settle) => db.exec("BEGIN", settle));
  const insert = db.prepare("INSERT OR REPLACE INTO listing_records VALUES (?, 'provider', ?, 1, ?, 0)");
  for (let at = 0; at < count; at++) {
    const { listing, text } = texts[at % PRICES] ?? { listing: "", text: "" };
    const id = idOf(at);
    insert.run(id, id.padStart(64, "0"), text.replaceAll(listing, id));
  }
  await done((settle) => insert.finalize(settle));
  const run = (sql: string, ...values: readonly (string | number)[]) => done((settle) => db.run(sql, values, settle));
  const ended = Math.floor(Date.now() / 1000) - 3 * DAY_S;
  for (let at = 0; at < count; at += PRICES) {
    await run(LISTED, idOf(at));
    for (let n = 0; n < RENTALS; n++) {
      const rental = `${idOf(at)}${n}`.padEnd(32, "0");
      await run(RENTED, rental, idOf(at), ended);
      await run(DELIVERED, rental, ended);
      await run(ACKNOWLEDGED, rental);
    }
  }
  await done((settle) => db.exec("COMMIT", settle));
  await done((settle) => db.close(settle));
}

export async function listingsRow(options: BenchOptions): Promise<Row> {
  const count = options.quick ? 20_000 : 100_000;
  const places = options.quick ? 8 : 32;
  return await withWorkers(async (hire) => {
    const folder = mkdtempSync(join(options.folder, "listings-"));
    const maker = hire<RelayOperations>("relay-worker.ts");
    await maker.call("start", { folder, verify: verifyOf(provider) });
    await maker.call("stop");
    await fill(join(folder, "relay.sqlite"), count);
    const relay = hire<RelayOperations>("relay-worker.ts");
    const port = await relay.call("start", { folder, verify: verifyOf(provider) });
    const found: number[] = [];
    const page = async (query: string): Promise<number> => {
      const start = machineTime();
      const reply = await fetch(`http://127.0.0.1:${port}/listings/available?${query}`);
      if (reply.status !== 200) throw new Error(`the relay answered ${reply.status}`);
      const { listings } = (await reply.json()) as { readonly listings: readonly unknown[] };
      found.push(listings.length);
      return machineTime() - start;
    };
    // What the first request of a process costs its own side.
    await fetch(`http://127.0.0.1:${port}/health`);
    const first = await page(FILTER);
    const [cold, warm, byReputation]: number[][] = [[], [], []];
    // Each at another place of the list, so that none has been looked at.
    for (let at = 1; at < places; at++) {
      const after = Math.floor((at / places) * 0x100000000)
        .toString(16)
        .padStart(16, "0");
      cold?.push(await page(`${FILTER}&after=${after}`));
      warm?.push(await page(`${FILTER}&after=${after}`));
      byReputation?.push(await page(`${BY_REPUTATION}&after=${after}`));
    }
    await relay.call("stop");
    const times = (what: string, all: readonly number[] = []) => ({
      ...{ what, unit: "ms", value: spread([quantile(all, 0.5), Math.min(...all), Math.max(...all)]) },
      target: "< 100 ms",
    });
    return {
      name: "listings",
      figures: [
        { what: "first page after a start", unit: "ms", value: spread([first]), target: "< 100 ms" },
        times("filtered page, nothing known", cold),
        times("the same once more", warm),
        times("page by reputation", byReputation),
      ],
      facts: {
        listings: count,
        deliveries: (count / PRICES) * RENTALS * DELIVERIES,
        found_in_a_page: spread(found).median,
      },
    };
  });
}
