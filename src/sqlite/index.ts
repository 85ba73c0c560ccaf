// Public face of `sqlite`: generic access to one SQLite file. `store` and `relay` put their schemas and queries on top.

export { snapshotSqlite } from "./backup.ts";
export type { SqlValue } from "./connection.ts";
export { openSqlite, type SqliteDatabase, type SqliteOptions, type SqliteStats } from "./database.ts";
export { LISTING_INDEX_TABLES, listingIndexStore } from "./listing-index-store.ts";
export type { Migration, Schema } from "./migrate.ts";
export { badRow, type Row, type RowParser, rowParser } from "./row.ts";
export type { Statement } from "./script.ts";
export { type DayCodec, TREE_TABLES, treeStore } from "./tree-store.ts";
export type { Script, ScriptJob, Transaction } from "./writer.ts";
