// Sessions of signed-in browsers: hashes of random cookies, kept in memory and written through, so that a restart signs nobody out. A
// session names the password that opened it, and through it its user: a new password ends them all.

import { z } from "zod";
import { type Clock, type Logger, minutes, type Random, SerialQueue, toBase64url } from "../../base/index.ts";
import type { SettingStore } from "../../core/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import type { WebLimits } from "./limits.ts";
import { hashOfSecret } from "./secret-hash.ts";

const SETTING = "web.sessions";
// The last use is written at most this often: a flash card is not worn out by a page that is merely open.
const WRITE_USE_AFTER = minutes(10);

const sessionRecord = z.object({
  hash: z.string(),
  password_id: z.string(),
  created_at: z.number().int(),
  used_at: z.number().int(),
  /** What the browser said that it is, and where it was last: for its user's list only. */
  device: z.string().default(""),
  address: z.string().default(""),
});
const sessionRecords = z.array(sessionRecord);
export type SessionRecord = z.infer<typeof sessionRecord>;

/** Where a session is opened or used. */
export interface Visit {
  readonly device: string;
  readonly address: string;
}

export interface SessionsDeps {
  readonly settings: SettingStore;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: Pick<WebLimits, "sessionIdle" | "sessionAge" | "sessions">;
}

/** How a session is named in lists: nothing that opens it. */
export const sessionId = (record: Pick<SessionRecord, "hash">): string => record.hash.slice(0, 16);

export class Sessions {
  readonly #deps: SessionsDeps;
  readonly #queue = new SerialQueue("session store");
  readonly #records = new Map<string, SessionRecord>();
  #writtenAt = 0;

  constructor(deps: SessionsDeps) {
    this.#deps = deps;
  }

  /** Reads what an earlier run left. A list that cannot be read is dropped: its owners sign in again. */
  async load(): Promise<void> {
    const text = (await this.#deps.settings.getSetting(SETTING)) ?? "[]";
    try {
      for (const record of parseJsonWith(sessionRecords, text, "web.session_records", "The stored list of sessions")) {
        this.#records.set(record.hash, record);
      }
    } catch {
      this.#deps.log.warn("web_sessions_unreadable");
    }
  }

  /** Opens a session for the password named; returns the cookie's value after the session is durable. */
  async create(passwordId: string, { device, address }: Visit = { device: "", address: "" }): Promise<string> {
    const token = toBase64url(this.#deps.random.bytes(32));
    const now = this.#deps.clock.now();
    const times = { created_at: now, used_at: now };
    const record = { hash: hashOfSecret(token), password_id: passwordId, ...times, device, address };
    this.#records.set(record.hash, record);
    this.#prune();
    await this.#write();
    return token;
  }

  /** The password that the cookie's session was opened with; null once the session has ended. */
  passwordOf(token: string): string | null {
    const record = this.#records.get(hashOfSecret(token));
    return record === undefined || !this.#isInTime(record) ? null : record.password_id;
  }

  /** True while the cookie's session is open under the password in force; counts as a use. */
  touch(token: string, passwordId: string, address = ""): boolean {
    const record = this.#records.get(hashOfSecret(token));
    if (record === undefined || !this.#isInTime(record) || record.password_id !== passwordId) return false;
    const now = this.#deps.clock.now();
    this.#records.set(record.hash, { ...record, used_at: now, address: address === "" ? record.address : address });
    if (Math.abs(now - this.#writtenAt) >= WRITE_USE_AFTER) {
      this.#writtenAt = now;
      this.#write().catch(() => this.#deps.log.warn("web_session_not_saved"));
    }
    return true;
  }

  /** The open sessions, used last first. */
  list(): readonly SessionRecord[] {
    const open = [...this.#records.values()].filter((record) => this.#isInTime(record));
    return open.sort((a, b) => b.used_at - a.used_at);
  }

  async remove(token: string): Promise<void> {
    if (this.#records.delete(hashOfSecret(token))) await this.#write();
  }

  /** Ends every session that `which` names; returns how many. */
  async end(which: (record: SessionRecord) => boolean): Promise<number> {
    const ended = [...this.#records.values()].filter(which);
    for (const { hash } of ended) this.#records.delete(hash);
    if (ended.length > 0) await this.#write();
    return ended.length;
  }

  stop(): void {
    this.#queue.stop();
  }

  #isInTime(record: SessionRecord): boolean {
    const now = this.#deps.clock.now();
    return (
      now - record.used_at < this.#deps.limits.sessionIdle && now - record.created_at < this.#deps.limits.sessionAge
    );
  }

  #prune(): void {
    for (const record of this.#records.values()) {
      if (!this.#isInTime(record)) this.#records.delete(record.hash);
    }
    const oldestFirst = [...this.#records.values()].sort((a, b) => a.used_at - b.used_at);
    for (const record of oldestFirst.slice(0, Math.max(0, oldestFirst.length - this.#deps.limits.sessions))) {
      this.#records.delete(record.hash);
    }
  }

  #write(): Promise<void> {
    return this.#queue.run(() => this.#deps.settings.setSetting(SETTING, JSON.stringify([...this.#records.values()])));
  }
}
