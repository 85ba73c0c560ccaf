// A box and its modems for one measurement, each in its process, with every line rented and a relay that cannot be reached.

import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import sqlite3 from "sqlite3";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createIdentity, publicKeysToText } from "../../src/envelope/index.ts";
import type { BoxOperations } from "./box-worker.ts";
import type { ModemOperations } from "./modem-worker.ts";
import type { Worker } from "./worker.ts";

export interface BoxRig {
  readonly folder: string;
  readonly box: Worker<BoxOperations>;
  readonly modems: Worker<ModemOperations>;
  readonly slots: number;
  readonly ports: readonly string[];
}

/** Nothing listens on the discard port: messages stay in the outbox. */
const NO_RELAY = "http://127.0.0.1:9";

export const newRenter = (): ReturnType<typeof publicKeysToText> =>
  publicKeysToText(createIdentity(systemRandom, systemCrypto, "renter"));

export function boxConfig(ports: readonly string[], relay = NO_RELAY): string {
  const id = (at: number): string => String(at + 1);
  return JSON.stringify({
    slots: ports.map((port, at) => ({ id: id(at), port })),
    lines: ports.map((_, at) => ({ id: `line-${id(at)}`, number: `+1202555${1001 + at}`, slot: id(at) })),
    relay: { url: relay },
    web: { listen: "127.0.0.1:0" },
  });
}

/** Starts both and waits until every slot is ready. */
export async function openBoxRig(
  hire: <O extends object>(file: string) => Worker<O>,
  options: { readonly folder: string; readonly slots: number; readonly pages?: string },
): Promise<BoxRig> {
  const { slots, pages } = options;
  const folder = mkdtempSync(join(options.folder, "box-"));
  const modems = hire<ModemOperations>("modem-worker.ts");
  const box = hire<BoxOperations>("box-worker.ts");
  const ports = await modems.call("open", slots);
  await box.call("start", { folder, config: boxConfig(ports), ...(pages === undefined ? {} : { pages }) });
  await box.call("rent", newRenter());
  await box.call("ready");
  return { folder, box, modems, slots, ports };
}

/** Bytes of all rows that the intake has stored so far. */
export function storedBytes(folder: string): Promise<number> {
  const sql = `SELECT
    (SELECT coalesce(sum(length(id) + length(rental_id) + length(line_id) + length(listing_id) + length(envelope_hash)
       + length(signature) + length(envelope) + 24), 0) FROM outbox)
    + (SELECT coalesce(sum(length(hash) + length(location) + 10), 0) FROM seen) AS bytes`;
  return new Promise((resolve, reject) => {
    const db = new sqlite3.Database(join(folder, "box.db"), sqlite3.OPEN_READONLY);
    db.get<{ bytes: number }>(sql, (error, row) => {
      db.close();
      if (error === null) resolve(row.bytes);
      else reject(error);
    });
  });
}
