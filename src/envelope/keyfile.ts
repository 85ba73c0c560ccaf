// Reads every key file the Privateness tools have written: G0 (NessNodeTester), G1 (one user, many pairs), G2 (many users), G2s (one
// user) and `encrypted-keys`. Private keys must be 32 bytes, and the public keys beside them must follow from them.

import { AppError, type CryptoSuite, equalBytes, type Secret } from "../base/index.ts";
import { type Identity, identityFromSeed } from "./identity.ts";
import { decryptKeyfiles } from "./keyfile-encrypted.ts";
import { bytesIn, type KeyfileObject, keyfileError, listIn, objectIn, textIn } from "./keyfile-fields.ts";

export type KeyfileFormat = "G0" | "G1" | "G2" | "G2s" | "encrypted-keys";

export interface Keyfile {
  readonly format: KeyfileFormat;
  /** At least one. A G1 or G0 user's pairs besides the current one are named `<user>-<index>`. */
  readonly identities: readonly Identity[];
  /** The identity that the file marks as in use. */
  readonly current: Identity;
}

export interface ParseKeyfileOptions {
  readonly suite: CryptoSuite;
  readonly text: string;
  /** For `encrypted-keys`: the password, or for a node backup its key text. */
  readonly password?: Secret<string>;
  /** The name of a G0 user, which stands only in the file's name. Default `user`. */
  readonly name?: string;
}

interface KeyMembers {
  readonly seed: unknown;
  readonly encrypt: unknown;
  readonly verify: unknown;
  readonly nonce: unknown;
}

interface Where {
  readonly suite: CryptoSuite;
  /** Gives a member's path for errors. */
  readonly path: (member: string) => string;
}

const MAX_LENGTH = 1_048_576;

function readIdentity(where: Where, name: string, members: KeyMembers): Identity {
  const { suite, path } = where;
  const seed = bytesIn(members.seed, path("private"), 32);
  const identity = identityFromSeed(suite, { name, seed, nonce: bytesIn(members.nonce, "nonce", 16) });
  const fits =
    equalBytes(bytesIn(members.encrypt, path("public"), 32), identity.encrypt) &&
    equalBytes(bytesIn(members.verify, path("verify"), 32), identity.verify);
  if (!fits) throw keyfileError("keyfile.mismatch", path("private"), "does not belong to the public keys beside it");
  return identity;
}

function readUser(suite: CryptoSuite, user: KeyfileObject, prefix: string): Identity {
  const name = textIn(user.username, `${prefix}username`);
  const members = { seed: user.private, encrypt: user.public, verify: user.verify, nonce: user.nonce };
  return readIdentity({ suite, path: (member) => `${prefix}${member}` }, name, members);
}

function readG2(suite: CryptoSuite, file: KeyfileObject): Keyfile {
  const users = Object.entries(objectIn(file.users, "users"));
  const identities = users.map(([name, user], i) => {
    const identity = readUser(suite, objectIn(user, `users[${i}]`), `users[${i}].`);
    if (identity.name !== name) throw keyfileError("keyfile.bad_shape", `users[${i}].username`, "differs from its key");
    return identity;
  });
  const current = identities.find((identity) => identity.name === textIn(file.current, "current"));
  if (current === undefined) throw keyfileError("keyfile.bad_shape", "current", "names no user of the file");
  return { format: "G2", identities, current };
}

function readPairs(suite: CryptoSuite, file: KeyfileObject, user: { name: string; format: "G0" | "G1" }): Keyfile {
  const keys = objectIn(file.keys, "keys");
  const encrypt = listIn(keys.public, "keys.public");
  const verify = listIn(keys.verify, "keys.verify");
  const identities = listIn(keys.private, "keys.private").map((seed, i) => {
    const members = { seed, encrypt: encrypt[i], verify: verify[i], nonce: file.nonce };
    const name = i === keys.current ? user.name : `${user.name}-${i}`;
    return readIdentity({ suite, path: (member) => `keys.${member}[${i}]` }, name, members);
  });
  const current = typeof keys.current === "number" ? identities[keys.current] : undefined;
  if (current === undefined) throw keyfileError("keyfile.bad_shape", "keys.current", "is no index of keys.private");
  return { format: user.format, identities, current };
}

/** Whether a packed file is about a user at all: settings, nodes and the like are packed with the keys. */
function isUserFile(file: KeyfileObject): boolean {
  if (file.filedata === undefined) return true;
  const { type, for: whose } = objectIn(file.filedata, "filedata");
  return type === "key" && whose === "user";
}

function readEncrypted(options: ParseKeyfileOptions, file: KeyfileObject): Keyfile {
  const packed = decryptKeyfiles(options.suite, file, options.password).map(parseObject).filter(isUserFile);
  const files = packed.map((inner) => readPlain(options, inner));
  const [first] = files;
  if (first === undefined) throw keyfileError("keyfile.no_identity", "keys", "holds no user's key");
  return {
    format: "encrypted-keys",
    identities: files.flatMap((inner) => inner.identities),
    current: first.current,
  };
}

function readPlain(options: ParseKeyfileOptions, file: KeyfileObject): Keyfile {
  const { suite, name = "user" } = options;
  if (!isUserFile(file)) throw keyfileError("keyfile.not_user", "filedata", "is not of a user's key");
  if (file.users !== undefined) return readG2(suite, file);
  if (file.private !== undefined) {
    const identity = readUser(suite, file, "");
    return { format: "G2s", identities: [identity], current: identity };
  }
  if (file.keys === undefined) throw keyfileError("keyfile.unknown_format", "(whole)", "is of no known format");
  return file.username === undefined
    ? readPairs(suite, file, { name, format: "G0" })
    : readPairs(suite, file, { name: textIn(file.username, "username"), format: "G1" });
}

function parseObject(text: string): KeyfileObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may be a key.
    throw keyfileError("keyfile.bad_json", "(whole)", "is not JSON");
  }
  return objectIn(value, "(whole)");
}

/**
 * Parses a key file of any generation. Throws `keyfile.too_long`, `bad_json`, `bad_shape`, `bad_key`, `mismatch`, `not_user`,
 * `unknown_format`, `needs_password`, `wrong_password`, `bad_cipher`, `no_identity`, or `identity.bad_name`; no error holds key
 * material.
 */
export function parseKeyfile(options: ParseKeyfileOptions): Keyfile {
  if (options.text.length > MAX_LENGTH) {
    throw new AppError("keyfile.too_long", `a key file must be shorter than ${MAX_LENGTH} characters`);
  }
  const file = parseObject(options.text);
  const encrypted = file.filedata !== undefined && objectIn(file.filedata, "filedata").type === "encrypted-keys";
  return encrypted ? readEncrypted(options, file) : readPlain(options, file);
}
