// The floor of a relay: bare `node:http`, JSON, one Ed25519 check and one SQLite group commit, nothing else.

import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import sqlite3 from "sqlite3";
import { serve } from "./worker.ts";

interface Message {
  readonly v: number;
  readonly id: string;
  readonly listing_id: string;
  readonly rental_id: string;
  readonly seq: number;
  readonly ts: number;
  readonly envelope: string;
  readonly signature: string;
}

/** Stores what came while the commit before was written; one statement for all rows, as the relay itself does. */
class GroupCommit {
  readonly #db: sqlite3.Database;
  readonly #insert: sqlite3.Statement;
  #waiting: { readonly message: Message; readonly done: () => void }[] = [];
  #busy = false;

  constructor(db: sqlite3.Database) {
    this.#db = db;
    this.#insert = db.prepare("INSERT INTO messages SELECT value ->> 0, value ->> 1 FROM json_each(?)");
  }

  store(message: Message): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ message, done });
      if (!this.#busy) this.#commit();
    });
  }

  #commit(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#busy = batch.length > 0;
    if (!this.#busy) return;
    const rows = batch.map(({ message }) => [message.id, JSON.stringify(message)]);
    this.#db.exec("BEGIN IMMEDIATE", () => {
      this.#insert.run(JSON.stringify(rows), () => {
        this.#db.exec("COMMIT", (error) => {
          if (error !== null) throw error;
          for (const { done } of batch) done();
          this.#commit();
        });
      });
    });
  }
}

function isSigned(key: KeyObject, message: Message): boolean {
  const { id, listing_id, rental_id, seq, ts, v, envelope, signature } = message;
  const envelope_sha256 = hash("sha256", Buffer.from(envelope, "base64url"), "base64url");
  // In the order of canonical JSON.
  const text = JSON.stringify({ envelope_sha256, id, listing_id, rental_id, seq, ts, v });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, "base64url"));
}

function listen(key: KeyObject, commits: GroupCommit): Promise<number> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const message = JSON.parse(Buffer.concat(chunks).toString()) as Message;
      const answer = (status: number, text: string): void => {
        response.writeHead(status, { "content-type": "application/json", "content-length": text.length });
        response.end(text);
      };
      if (isSigned(key, message)) void commits.store(message).then(() => answer(200, '{"status":"queued"}'));
      else answer(403, "{}");
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

export const bareRelayOperations = {
  async start(order: { readonly folder: string; readonly verify: string }): Promise<number> {
    const db = new sqlite3.Database(join(order.folder, "bare.db"));
    await new Promise<void>((resolve) => {
      const sql =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE messages (id TEXT PRIMARY KEY, message TEXT)";
      db.exec(sql, () => resolve());
    });
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: order.verify }, format: "jwk" });
    return await listen(key, new GroupCommit(db));
  },
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

export type BareRelayOperations = typeof bareRelayOperations;

if (process.send !== undefined) serve(bareRelayOperations);
