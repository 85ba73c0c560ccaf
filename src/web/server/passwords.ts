// Passwords: Argon2id (RFC 9106) through node:crypto, with its parameters in the record so that they can grow later.

import { argon2 } from "node:crypto";
import { z } from "zod";
import { AppError, equalBytes, fromBase64url, type Random, toBase64url, wrapError } from "../../base/index.ts";
import { PASSWORD_MAX, PASSWORD_MIN, type PasswordFault, passwordFault } from "../shared/password-rules.ts";

// RFC 9106 section 4 scaled to a board with 1 GB: 32 MiB and three passes take about 0.3 s on a Raspberry Pi 4.
const MEMORY_KIB = 32 * 1024;
const PASSES = 3;

export const passwordRecord = z.object({
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

/** Constant-time comparison; takes about as long whether the password is right or wrong. */
export async function verifyPassword(record: PasswordRecord, password: string): Promise<boolean> {
  const hash = await derive(password, { ...record, salt: fromBase64url(record.salt) });
  return equalBytes(hash, fromBase64url(record.hash));
}

/** Errors: `web.weak_password` with `context.fault` when the password is refused. */
export function checkPassword(password: string): void {
  const fault = passwordFault(password);
  if (fault === null) return;
  throw new AppError("web.weak_password", FAULTS[fault], {
    hint: "Choose at least 10 characters, for instance four words that do not belong together.",
    context: { fault },
  });
}

/** A new record of a password. Errors: those of `checkPassword`. */
export async function hashPassword(random: Random, password: string): Promise<PasswordRecord> {
  checkPassword(password);
  const salt = random.bytes(16);
  const parameters = { memory_kib: MEMORY_KIB, passes: PASSES };
  const hash = await derive(password, { ...parameters, salt });
  return {
    ...{ v: 1, id: toBase64url(random.bytes(9)), algorithm: "argon2id", ...parameters },
    ...{ salt: toBase64url(salt), hash: toBase64url(hash) },
  };
}

/** A record that no password opens: whoever names an unknown user waits as long as for a wrong password. */
export function nobodysPassword(random: Random): PasswordRecord {
  const parameters = { memory_kib: MEMORY_KIB, passes: PASSES };
  const [id, salt, hash] = [9, 16, 32].map((length) => toBase64url(random.bytes(length)));
  return { v: 1, id: id ?? "", algorithm: "argon2id", ...parameters, salt: salt ?? "", hash: hash ?? "" };
}
