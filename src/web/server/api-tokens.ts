// Bearer tokens for programs. Only SHA-256 hashes are stored: a token is 256 random bits, so that a slow hash would add nothing.

import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { AppError, type Random, toBase64url } from "../../base/index.ts";
import type { SettingStore } from "../../core/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import { type ApiScope, apiScope } from "../shared/scopes.ts";

const SETTING = "web.tokens";
const PREFIX = "nbx_";
const TOKEN = /^nbx_[A-Za-z0-9_-]{43}$/;
const NAME = /^[a-z0-9][a-z0-9._-]{0,31}$/;

/** Tokens of before the four scopes: `write` was all that changes anything. */
const storedScopes = z
  .array(z.union([apiScope, z.literal("write")]))
  .transform((scopes) => scopes.flatMap((scope): ApiScope[] => (scope === "write" ? ["operate", "manage"] : [scope])));

const tokenRecords = z.array(z.object({ name: z.string(), hash: z.string(), scopes: storedScopes }));
export type TokenRecord = z.infer<typeof tokenRecords>[number];

const hashOf = (token: string): Buffer => createHash("sha256").update(token, "utf8").digest();

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
}

/** Creates an API token and returns its text, which cannot be read back later. Errors: `web.bad_token_name`. */
export async function createApiToken(options: CreateTokenOptions): Promise<string> {
  const { settings, random, name, scopes } = options;
  if (!NAME.test(name)) {
    throw new AppError("web.bad_token_name", "an API token's name must be 1-32 of a-z 0-9 . _ -", {
      hint: "Choose another name, for instance `demo`.",
    });
  }
  const token = PREFIX + toBase64url(random.bytes(32));
  const others = (await readTokens(settings)).filter((record) => record.name !== name);
  const record: TokenRecord = { name, hash: hashOf(token).toString("base64url"), scopes: [...scopes] };
  await settings.setSetting(SETTING, JSON.stringify([...others, record]));
  return token;
}

/** The record of a token, or null. Compares with every record in constant time, so that timing names none. */
export async function findToken(settings: SettingStore, token: string): Promise<TokenRecord | null> {
  if (!TOKEN.test(token)) return null;
  const hash = hashOf(token);
  let found: TokenRecord | null = null;
  for (const record of await readTokens(settings)) {
    const stored = Buffer.from(record.hash, "base64url");
    if (stored.length === hash.length && timingSafeEqual(stored, hash)) found = record;
  }
  return found;
}
