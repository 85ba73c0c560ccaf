// Small named values.

import { AppError, utf8 } from "../base/index.ts";
import type { SettingStore } from "../core/index.ts";
import { rowParser, type SqliteDatabase } from "../sqlite/index.ts";

const KEY = /^[a-z._]{1,64}$/;
const MAX_VALUE_BYTES = 64 * 1024;

const valueRow = rowParser("settings", (row) => row.text("value"));

export function settingRepository(db: SqliteDatabase): SettingStore {
  return {
    getSetting: (key) => db.readOne("SELECT value FROM settings WHERE key = ?", [key], valueRow),
    setSetting: async (key, value) => {
      checkSetting(key, value);
      // Not REPLACE: that gives the row a new number, and so writes the page of the index too.
      const upsert =
        "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
      await db.write((tx) => tx.run(upsert, [key, value]));
    },
  };
}

/** Throws `store.bad_setting` for a key outside `[a-z._]{1,64}` or a value above 64 KiB. */
function checkSetting(key: string, value: string): void {
  if (KEY.test(key) && utf8(value).length <= MAX_VALUE_BYTES) return;
  throw new AppError("store.bad_setting", "a setting has a key of 1-64 of a-z . _ and a value of at most 64 KiB", {
    context: { keyLength: key.length, valueLength: value.length },
  });
}
