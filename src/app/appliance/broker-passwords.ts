// The password file of mosquitto (mosquitto_passwd(1)): a line for each user, `name:$7$iterations$salt$hash`, PBKDF2 with HMAC-SHA-512.

import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import type { Random } from "../../base/index.ts";

/** By name, as they stand in the file. */
export type BrokerPasswords = ReadonlyMap<string, string>;

const ROUNDS = 101;
const SALT = 12;
const HASH = 64;
const LINE = /^([a-z][a-z0-9_-]{0,31}):(\$7\$\d+\$[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+)$/;

const stretch = promisify(pbkdf2);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** What stands in the file for `password`. The box's passwords are drawn, not thought up: mosquitto's own number of rounds is enough. */
export async function hashed(password: string, random: Random): Promise<string> {
  const salt = random.bytes(SALT);
  return `$7$${ROUNDS}$${base64(salt)}$${base64(await stretch(password, salt, ROUNDS, HASH, "sha512"))}`;
}

/** Lines that are none are left out: whoever they were for is not let in. */
export function parsePasswords(text: string): BrokerPasswords {
  return new Map(
    text.split("\n").flatMap((line): [string, string][] => {
      const [, name, hash] = LINE.exec(line.trim()) ?? [];
      return name === undefined || hash === undefined ? [] : [[name, hash]];
    }),
  );
}

export function passwordFile(passwords: BrokerPasswords): string {
  return [...passwords].map(([name, hash]) => `${name}:${hash}\n`).join("");
}
