// The owner's password: Argon2id (RFC 9106) through node:crypto, with its parameters in the record so that they can grow later.

import { argon2 } from "node:crypto";
import { z } from "zod";
import { AppError, equalBytes, fromBase64url, type Random, toBase64url, wrapError } from "../../base/index.ts";
import type { SettingStore } from "../../core/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import { PASSWORD_MAX, PASSWORD_MIN, type PasswordFault, passwordFault } from "../shared/password-rules.ts";

const SETTING = "web.password";

// RFC 9106 section 4 scaled to a board with 1 GB: 32 MiB and three passes take about 0.3 s on a Raspberry Pi 4.
const MEMORY_KIB = 32 * 1024;
const PASSES = 3;

const passwordRecord = z.object({
  v: z.literal(1),
  /** New with each password: sessions name it, so that a new password ends them all. */
  id: z.string().min(1),
  algorithm: z.literal("argon2id"),
  memory_kib: z.int().min(8),
  passes: z.int().min(1),
  salt: z.string(),
  hash: z.string(),
});
export type PasswordRecord = z.infer<typeof passwordRecord>;

type HashInput = Pick<PasswordRecord, "memory_kib" | "passes"> & { readonly salt: Uint8Array };

function derive(password: string, input: HashInput): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    argon2(
      "argon2id",
      {
        // The same letters typed on another keyboard may come composed otherwise.
        message: Buffer.from(password.normalize("NFC"), "utf8"),
        nonce: input.salt,
        parallelism: 1,
        tagLength: 32,
        memory: input.memory_kib,
        passes: input.passes,
      },
      (error, hash) => {
        if (error === null) resolve(new Uint8Array(hash));
        else reject(wrapError(error, "web.password_hash", "the password could not be hashed"));
      },
    );
  });
}

const FAULTS: Readonly<Record<PasswordFault, string>> = {
  too_short: `the password is shorter than ${PASSWORD_MIN} characters`,
  too_long: `the password is longer than ${PASSWORD_MAX} characters`,
  too_simple: "the password repeats or counts: it would be guessed at once",
  too_common: "the password is one of the most used ones",
};

/** The stored record, or null before the first password was set. Errors: `web.password_record` when it cannot be read. */
export async function readPassword(settings: SettingStore): Promise<PasswordRecord | null> {
  const text = await settings.getSetting(SETTING);
  return text === null
    ? null
    : parseJsonWith(passwordRecord, text, "web.password_record", "The stored password record");
}

/** Constant-time comparison; takes about as long whether the password is right or wrong. */
export async function verifyPassword(record: PasswordRecord, password: string): Promise<boolean> {
  const hash = await derive(password, { ...record, salt: fromBase64url(record.salt) });
  return equalBytes(hash, fromBase64url(record.hash));
}

export interface SetPasswordOptions {
  readonly settings: SettingStore;
  readonly random: Random;
  readonly password: string;
}

/**
 * Sets or replaces the owner's password and thereby ends every session. Resolves, with the new record's id, after it is durable.
 * Errors: `web.weak_password` with `context.fault` when the password is refused.
 */
export async function setPassword(options: SetPasswordOptions): Promise<string> {
  const fault = passwordFault(options.password);
  if (fault !== null) {
    throw new AppError("web.weak_password", FAULTS[fault], {
      hint: "Choose at least 10 characters, for instance four words that do not belong together.",
      context: { fault },
    });
  }
  const salt = options.random.bytes(16);
  const parameters = { memory_kib: MEMORY_KIB, passes: PASSES };
  const hash = await derive(options.password, { ...parameters, salt });
  const record: PasswordRecord = {
    v: 1,
    id: toBase64url(options.random.bytes(9)),
    algorithm: "argon2id",
    ...parameters,
    salt: toBase64url(salt),
    hash: toBase64url(hash),
  };
  await options.settings.setSetting(SETTING, JSON.stringify(record));
  return record.id;
}
