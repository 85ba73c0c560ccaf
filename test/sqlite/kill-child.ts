// Writes one row after another and prints each number once its commit has resolved, until it is killed.
// Usage: node kill-child.ts FILE

import { writeSync } from "node:fs";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { openSqlite } from "../../src/sqlite/index.ts";

const [file = ""] = process.argv.slice(2);
const db = await openSqlite({
  file,
  clock: systemClock,
  log: silentLogger,
  applicationId: 0x54455354,
  migrations: [{ name: "rows", sql: "CREATE TABLE rows (n INTEGER PRIMARY KEY) STRICT" }],
});

async function writer(first: number, step: number): Promise<never> {
  for (let n = first; ; n += step) {
    await db.write((tx) => tx.run("INSERT INTO rows (n) VALUES (?)", [n]));
    writeSync(1, `${n}\n`);
  }
}

await Promise.all([0, 1, 2, 3].map((first) => writer(first, 4)));
