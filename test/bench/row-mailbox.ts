// Paging through a mailbox of 100,000 messages: a page at its beginning, in its middle and at its end, and one of a rental that has only the
// last of them, beside a mailbox that holds no more than such a page.

import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import sqlite3 from "sqlite3";
import { fromBase64url } from "../../src/base/index.ts";
import { mailboxPage } from "../../src/protocol/index.ts";
import type { LoadOperations } from "./load-worker.ts";
import { against, type BenchOptions, machineTime, quantile, type Row, spread } from "./measure.ts";
import type { RelayOperations } from "./relay-worker.ts";
import { signIn } from "./socket-worker.ts";
import { withWorkers } from "./worker.ts";

const PAGE = 50;

/**
 * Of two renters with PAGE messages each, makes one with `count` messages before what was there: all of the first rental. The second rental
 * becomes his as well; the third, with its renter, stays as it is.
 */
function fillSql(count: number): string {
  return `
    CREATE TEMP TABLE ends AS SELECT rental_id, renter, row_number() OVER (ORDER BY rental_id) AS place FROM rentals;
    CREATE TEMP TABLE big AS SELECT * FROM ends WHERE place = 1;
    UPDATE rentals SET renter = (SELECT renter FROM big) WHERE rental_id = (SELECT rental_id FROM ends WHERE place = 2);
    UPDATE messages SET cursor = cursor + ${count};
    UPDATE messages SET renter = (SELECT renter FROM big) WHERE rental_id = (SELECT rental_id FROM ends WHERE place = 2);
    WITH RECURSIVE at (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM at WHERE n < ${count})
    INSERT INTO messages (cursor, id, rental_id, renter, seq, v, ts, hash, scope, signature, stored_at, size, envelope)
    SELECT n, lower(hex(randomblob(16))), m.rental_id, m.renter, 1000 + n, m.v, m.ts, lower(hex(randomblob(32))), m.scope, m.signature,
      m.stored_at, m.size, m.envelope
    FROM at, (SELECT * FROM messages WHERE rental_id = (SELECT rental_id FROM big) LIMIT 1) AS m;`;
}

async function fill(
  file: string,
  count: number,
): Promise<readonly { readonly rental: string; readonly renter: string }[]> {
  const db = new sqlite3.Database(file);
  const done = (work: (settle: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => work((error) => (error == null ? resolve() : reject(error))));
  await done((settle) => db.exec(`BEGIN; ${fillSql(count)} COMMIT;`, settle));
  const rows = await new Promise<{ rental: string; renter: string }[]>((resolve, reject) =>
    db.all<{ rental: string; renter: string }>(
      "SELECT rental_id AS rental, renter FROM ends ORDER BY place",
      (error, all) => (error === null ? resolve(all) : reject(error)),
    ),
  );
  await done((settle) => db.close(settle));
  return rows;
}

export async function mailboxRow(options: BenchOptions): Promise<Row> {
  const count = options.quick ? 20_000 : 100_000;
  const repetitions = options.quick ? 15 : 60;
  return await withWorkers(async (hire) => {
    const folder = mkdtempSync(join(options.folder, "mailbox-"));
    const load = hire<LoadOperations>("load-worker.ts");
    const verify = await load.call("makeRentals", 3);
    const maker = hire<RelayOperations>("relay-worker.ts");
    const first = await maker.call("start", { folder, verify });
    await load.call("register", first);
    await load.call("prepare", PAGE);
    await load.call("run", first);
    await maker.call("stop");
    const [big, late, small] = await fill(join(folder, "relay.sqlite"), count);
    const relay = hire<RelayOperations>("relay-worker.ts");
    const port = await relay.call("start", { folder, verify });
    const tokens = new Map<string, string>();
    for (const seed of await load.call("renterSeeds")) {
      const { token, pubkey } = await signIn(port, fromBase64url(seed));
      tokens.set(pubkey, token);
    }
    const page = async (renter: string | undefined, query: string): Promise<number> => {
      const headers = { authorization: `Bearer ${tokens.get(renter ?? "")}` };
      const start = machineTime();
      const reply = await fetch(`http://127.0.0.1:${port}/sms?limit=${PAGE}&${query}`, { headers });
      const body: unknown = await reply.json();
      if (reply.status !== 200) throw new Error(`the relay answered ${reply.status}: ${JSON.stringify(body)}`);
      const took = machineTime() - start;
      const { messages } = mailboxPage.parse(body);
      if (messages.length !== PAGE) throw new Error(`a page holds ${messages.length} messages: ${query}`);
      return took;
    };
    const places: readonly (readonly [what: string, query: string])[] = [
      ["its first page", "after=0"],
      ["a page in its middle", `after=${Math.floor(count / 2)}`],
      ["its last page", `after=${count}`],
      ["of a rental that has only the last", `after=0&rental_id=${late?.rental}`],
    ];
    const times = new Map<string, { readonly own: number[]; readonly floor: number[] }>();
    // The first turns warm up the compiler.
    for (let turn = -5; turn < repetitions; turn++)
      for (const [what, query] of places) {
        const floor = await page(small?.renter, "after=0");
        const own = await page(big?.renter, query);
        const of = times.get(what) ?? { own: [], floor: [] };
        times.set(what, of);
        if (turn < 0) continue;
        of.own.push(own);
        of.floor.push(floor);
      }
    await relay.call("stop");
    const figures = [...times].map(([what, { own, floor }]) => ({
      ...{ what, unit: "ms", value: spread([quantile(own, 0.5), Math.min(...own), Math.max(...own)]) },
      floor: against("a mailbox of one page", own, floor),
      target: "as long as a mailbox of one page",
    }));
    return { name: "mailbox", figures, facts: { messages: count, page: PAGE } };
  });
}
