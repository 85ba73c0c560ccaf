// Sessions of signed-in browsers: hashes of random cookies, kept in memory and written through, so that a restart signs nobody out.

import { createHash } from "node:crypto";
import { z } from "zod";
import { type Clock, type Logger, minutes, type Random, SerialQueue, toBase64url } from "../../base/index.ts";
import type { SettingStore } from "../../core/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import type { WebLimits } from "./limits.ts";

const SETTING = "web.sessions";
// The last use is written at most this often: a flash card is not worn out by a page that is merely open.
const WRITE_USE_AFTER = minutes(10);

const sessionRecord = z.object({
  hash: z.string(),
  password_id: z.string(),
  created_at: z.number().int(),
  used_at: z.number().int(),
});
const sessionRecords = z.array(sessionRecord);
type SessionRecord = z.infer<typeof sessionRecord>;

export interface SessionsDeps {
  readonly settings: SettingStore;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: Pick<WebLimits, "sessionIdle" | "sessionAge" | "sessions">;
}

const hashOf = (token: string): string => createHash("sha256").update(token, "utf8").digest("base64url");

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
  async create(passwordId: string): Promise<string> {
    const token = toBase64url(this.#deps.random.bytes(32));
    const now = this.#deps.clock.now();
    const record = { hash: hashOf(token), password_id: passwordId, created_at: now, used_at: now };
    this.#records.set(record.hash, record);
    this.#prune(passwordId);
    await this.#write();
    return token;
  }

  /** True while the cookie's session is open under the password in force; counts as a use. */
  touch(token: string, passwordId: string): boolean {
    const record = this.#records.get(hashOf(token));
    if (record === undefined || !this.#isOpen(record, passwordId)) return false;
    const now = this.#deps.clock.now();
    this.#records.set(record.hash, { ...record, used_at: now });
    if (Math.abs(now - this.#writtenAt) >= WRITE_USE_AFTER) {
      this.#writtenAt = now;
      this.#write().catch(() => this.#deps.log.warn("web_session_not_saved"));
    }
    return true;
  }

  async remove(token: string): Promise<void> {
    if (this.#records.delete(hashOf(token))) await this.#write();
  }

  stop(): void {
    this.#queue.stop();
  }

  #isOpen(record: SessionRecord, passwordId: string): boolean {
    const now = this.#deps.clock.now();
    const inTime =
      now - record.used_at < this.#deps.limits.sessionIdle && now - record.created_at < this.#deps.limits.sessionAge;
    return inTime && record.password_id === passwordId;
  }

  #prune(passwordId: string): void {
    for (const record of this.#records.values()) {
      if (!this.#isOpen(record, passwordId)) this.#records.delete(record.hash);
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
