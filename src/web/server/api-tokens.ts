// Bearer tokens for programs. Only SHA-256 hashes are stored.

import { z } from "zod";
import { AppError, type Clock, type Logger, minutes, type Random, SerialQueue, toBase64url } from "../../base/index.ts";
import type { SettingStore } from "../../core/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import { type ApiScope, apiScope } from "../shared/scopes.ts";
import { hashOfSecret, isSecretOf } from "./secret-hash.ts";

const SETTING = "web.tokens";
/** Apart from the list itself, which commands and other services of the box write too. */
const USES = "web.token_uses";
const PREFIX = "nbx_";
const TOKEN = /^nbx_[A-Za-z0-9_-]{43}$/;
const NAME = /^[a-z0-9][a-z0-9._-]{0,31}$/;
const MOST_TOKENS = 64;
// A program may ask every second: its last use is written at most this often.
const WRITE_USE_AFTER = minutes(10);

/** Tokens of before the four scopes: `write` was all that changes anything. */
const storedScopes = z
  .array(z.union([apiScope, z.literal("write")]))
  .transform((scopes) => scopes.flatMap((scope): ApiScope[] => (scope === "write" ? ["operate", "manage"] : [scope])));

const tokenRecords = z.array(
  z.object({
    name: z.string(),
    hash: z.string(),
    scopes: storedScopes,
    created_at: z.int().nullable().default(null),
    /** Null: until it is revoked. */
    expires_at: z.int().nullable().default(null),
    /** Made by the box for a part of itself, anew at each start. */
    internal: z.boolean().default(false),
  }),
);
export type TokenRecord = z.infer<typeof tokenRecords>[number];

const uses = z.record(z.string(), z.int());

/** How a token is told from an earlier one of the same name: nothing that opens anything. */
export const tokenId = (record: Pick<TokenRecord, "hash">): string => record.hash.slice(0, 16);

async function readTokens(settings: SettingStore): Promise<readonly TokenRecord[]> {
  const text = await settings.getSetting(SETTING);
  return text === null ? [] : parseJsonWith(tokenRecords, text, "web.token_records", "The stored list of API tokens");
}

export interface CreateTokenOptions {
  readonly settings: SettingStore;
  readonly random: Random;
  /** 1-32 of a-z 0-9 . _ -; a token of the same name is replaced. */
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly createdAt?: number;
  readonly expiresAt?: number | null;
  /** For a part of the box itself: lists show it as such, and nobody revokes it. */
  readonly internal?: boolean;
}

/** Creates an API token and returns its text, which cannot be read back later. Errors: `web.bad_token_name`, `web.too_many_tokens`. */
export async function createApiToken(options: CreateTokenOptions): Promise<string> {
  const { settings, random, name, scopes, createdAt = null, expiresAt = null, internal = false } = options;
  if (!NAME.test(name)) {
    throw new AppError("web.bad_token_name", "an API token's name must be 1-32 of a-z 0-9 . _ -", {
      hint: "Choose another name, for instance `demo`.",
    });
  }
  const token = PREFIX + toBase64url(random.bytes(32));
  const others = (await readTokens(settings)).filter((record) => record.name !== name);
  if (others.length >= MOST_TOKENS) {
    throw new AppError("web.too_many_tokens", `a box has at most ${MOST_TOKENS} API tokens`, {
      hint: "Revoke one that nobody needs.",
    });
  }
  const times = { created_at: createdAt, expires_at: expiresAt };
  const record: TokenRecord = { name, hash: hashOfSecret(token), scopes: [...scopes], ...times, internal };
  await settings.setSetting(SETTING, JSON.stringify([...others, record]));
  return token;
}

/** Those that people made are gone; the box's own stay. In a box that does not run. */
export async function forgetTokens(settings: SettingStore): Promise<void> {
  const own = (await readTokens(settings)).filter(({ internal }) => internal);
  await settings.setSetting(SETTING, JSON.stringify(own));
}

/** The record of a token, or null. Compares with every record in constant time, so that timing names none. */
export async function findToken(settings: SettingStore, token: string): Promise<TokenRecord | null> {
  if (!TOKEN.test(token)) return null;
  let found: TokenRecord | null = null;
  for (const record of await readTokens(settings)) if (isSecretOf(token, record.hash)) found = record;
  return found;
}

export interface ApiTokensDeps {
  readonly settings: SettingStore;
  readonly random: Random;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ListedToken extends TokenRecord {
  readonly used_at: number | null;
}

/** The tokens of a running box. */
export class ApiTokens {
  readonly #deps: ApiTokensDeps;
  readonly #queue = new SerialQueue("API tokens");
  readonly #usedAt = new Map<string, number>();
  readonly #writtenAt = new Map<string, number>();

  constructor(deps: ApiTokensDeps) {
    this.#deps = deps;
  }

  /** Reads when each token was used last; without that they are only listed without it. */
  async load(): Promise<void> {
    const text = (await this.#deps.settings.getSetting(USES)) ?? "{}";
    try {
      const known = parseJsonWith(uses, text, "web.token_records", "The last uses of API tokens");
      for (const [id, at] of Object.entries(known)) this.#usedAt.set(id, at);
    } catch {
      this.#deps.log.warn("web_token_uses_unreadable");
    }
  }

  /** The record of a token that may still be used, or null; counts as a use. */
  async find(token: string): Promise<TokenRecord | null> {
    const record = await findToken(this.#deps.settings, token);
    if (record === null || !this.#isInTime(record)) return null;
    this.#used(tokenId(record));
    return record;
  }

  /** Whether a token that was found earlier may still be used. */
  async isValid(id: string): Promise<boolean> {
    return (await readTokens(this.#deps.settings)).some((record) => tokenId(record) === id && this.#isInTime(record));
  }

  async list(): Promise<readonly ListedToken[]> {
    const records = await readTokens(this.#deps.settings);
    return records.map((record) => ({ ...record, used_at: this.#usedAt.get(tokenId(record)) ?? null }));
  }

  /** Errors: `web.token_exists`, and those of `createApiToken`. */
  create(name: string, scopes: readonly ApiScope[], expiresAt: number | null): Promise<string> {
    return this.#queue.run(async () => {
      const { settings, random, clock } = this.#deps;
      if ((await readTokens(settings)).some((record) => record.name === name)) {
        throw new AppError("web.token_exists", "there is an API token of that name", {
          hint: "Choose another name, or revoke that one first.",
        });
      }
      return createApiToken({ settings, random, name, scopes, expiresAt, createdAt: clock.now() });
    });
  }

  /** Errors: `web.unknown_token`, `web.internal_token`. */
  revoke(name: string): Promise<void> {
    return this.#queue.run(async () => {
      const records = await readTokens(this.#deps.settings);
      const record = records.find((each) => each.name === name);
      if (record === undefined) {
        throw new AppError("web.unknown_token", "there is no API token of that name", {
          hint: "Look at the list again.",
        });
      }
      if (record.internal) {
        throw new AppError("web.internal_token", "this API token belongs to a part of the box itself", {
          hint: "It is made anew at each start of the box.",
        });
      }
      await this.#deps.settings.setSetting(SETTING, JSON.stringify(records.filter((each) => each !== record)));
    });
  }

  stop(): void {
    this.#queue.stop();
  }

  #isInTime({ expires_at: expiresAt }: TokenRecord): boolean {
    return expiresAt === null || this.#deps.clock.now() < expiresAt;
  }

  #used(id: string): void {
    const now = this.#deps.clock.now();
    this.#usedAt.set(id, now);
    const written = this.#writtenAt.get(id);
    if (written !== undefined && Math.abs(now - written) < WRITE_USE_AFTER) return;
    this.#writtenAt.set(id, now);
    this.#queue.run(() => this.#writeUses()).catch(() => this.#deps.log.warn("web_token_use_not_saved"));
  }

  async #writeUses(): Promise<void> {
    const known = new Set((await readTokens(this.#deps.settings)).map(tokenId));
    for (const id of this.#usedAt.keys()) if (!known.has(id)) this.#usedAt.delete(id);
    await this.#deps.settings.setSetting(USES, JSON.stringify(Object.fromEntries(this.#usedAt)));
  }
}
