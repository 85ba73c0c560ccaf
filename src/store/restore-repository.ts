// What a restore changes in the database: the mark, doubts about the chain, and what the relay knows better.

import { unixMs } from "../base/index.ts";
import type { AdoptedMessage, PendingGrant, Rental, RestoreMark, RestoreStore } from "../core/index.ts";
import { rowParser, type SqliteDatabase, type Transaction } from "../sqlite/index.ts";
import { addCounts } from "./intake-repository.ts";
import { saveRental } from "./rental-repository.ts";

const MARK = "restore.mark";
/** Names one run of a database: a restored one is another box to its relay. */
const INSTANCE = "box.instance";

// A message in the outbox leaves it as the relay says "duplicate"; one that was refused is known too.
const ADOPT = `
  INSERT OR IGNORE INTO forwarded (id, rental_id, seq, envelope_hash, status, forwarded_at)
  SELECT value ->> 0, ?, value ->> 1, value ->> 2, 'adopted', value ->> 3 FROM json_each(?)
  WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = value ->> 0)`;
const COUNT = `
  UPDATE rental_counts SET last_seq = max(last_seq, ?), messages = messages + ? WHERE rental_id = ?`;

const markRow = rowParser("settings", (row) => row.parsed("value", readMark));

function readMark(text: string): RestoreMark {
  const [, backupAt = "", restoredAt = ""] = /^(\d{1,15}) (\d{1,15})$/.exec(text) ?? [];
  return { backupAt: unixMs(Number(backupAt)), restoredAt: unixMs(Number(restoredAt)) };
}

export function restoreRepository(db: SqliteDatabase): RestoreStore {
  return {
    markRestored: (mark) => db.write((tx) => markRestored(tx, mark)),
    restoreMark: () => db.readOne("SELECT value FROM settings WHERE key = ?", [MARK], markRow),
    adoptRental: (rental, grant) => db.write((tx) => adoptRental(tx, rental, grant)),
    adoptMessages: (id, messages, lastSeq) => db.write((tx) => adoptMessages(tx, id, { messages, lastSeq })),
    clearRestoreMark: async () => {
      await db.write((tx) => tx.run("DELETE FROM settings WHERE key = ?", [MARK]));
    },
  };
}

async function markRestored(tx: Transaction, { backupAt, restoredAt }: RestoreMark): Promise<void> {
  await tx.run("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", [MARK, `${backupAt} ${restoredAt}`]);
  await tx.run("DELETE FROM settings WHERE key = ?", [INSTANCE]);
  // The old box may have sent what waited at the time of the backup.
  await tx.run("UPDATE publications SET in_doubt = 1 WHERE state = 'waiting'");
}

async function adoptRental(tx: Transaction, rental: Rental, pending: PendingGrant): Promise<void> {
  await saveRental(tx, rental, pending);
  await tx.run("UPDATE grants SET registered = 1 WHERE rental_id = ?", [rental.id]);
}

async function adoptMessages(
  tx: Transaction,
  rental: string,
  { messages, lastSeq }: { readonly messages: readonly AdoptedMessage[]; readonly lastSeq: number },
): Promise<number> {
  const rows = messages.map(({ id, seq, hash, storedAt }) => [id, seq, hash, storedAt]);
  const adopted = rows.length === 0 ? 0 : await tx.run(ADOPT, [rental, JSON.stringify(rows)]);
  const highest = messages.reduce((high, { seq }) => Math.max(high, seq), lastSeq);
  await tx.run(COUNT, [highest, adopted, rental]);
  await addCounts(tx, { received: adopted, forwarded: adopted });
  return adopted;
}
