// Which key file and relay a renter uses: given by options, or remembered by `login` as paths and URLs, never as keys.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { AppError, type CryptoSuite, fromUtf8, Secret, systemCodeOf, utf8, wrapError } from "../base/index.ts";
import { type Identity, parseKeyfile } from "../envelope/index.ts";
import { parseJsonWith } from "../protocol/index.ts";
import type { Folder } from "../renter/index.ts";

export interface KeySource {
  /** Path of a Privateness key file of any generation. */
  readonly keyfile: string;
  /** Which of its users; null for the one it marks as current. */
  readonly user: string | null;
  /** Path of a file whose first line is the password of an encrypted key file. */
  readonly passwordFile: string | null;
}

const loginFile = z.object({
  v: z.literal(1),
  keyfile: z.string().min(1),
  user: z.string().nullable(),
  password_file: z.string().nullable(),
  relays: z.array(z.string()).min(1),
  mirrors: z.array(z.string()).default([]),
  socks5: z.string().nullable().default(null),
  pins: z.record(z.string(), z.string()).default({}),
});

/** Where a renter's relays are, and the way there. */
export interface RelayPlaces {
  readonly relays: readonly string[];
  /** Other addresses of the relay, where there is but one. */
  readonly mirrors: readonly string[];
  readonly socks5: string | null;
  readonly pins: Readonly<Record<string, string>>;
}

export interface RememberedLogin extends KeySource, RelayPlaces {}

const LOGIN_FILE = "login.json";

async function readText(file: string, what: string): Promise<string> {
  try {
    return fromUtf8(new Uint8Array(await readFile(file)));
  } catch (error) {
    throw wrapError(error, "renter.cannot_read", `${what} ${file}: ${systemCodeOf(error) ?? "not readable"}`, {
      hint: "Check the path and that you may read the file.",
    });
  }
}

/** Throws `renter.cannot_read`, `renter.no_user`, or what `parseKeyfile` throws. */
export async function loadIdentity(suite: CryptoSuite, source: KeySource): Promise<Identity> {
  const text = await readText(source.keyfile, "key file");
  const password = source.passwordFile === null ? null : await readText(source.passwordFile, "password file");
  const keyfile = parseKeyfile({
    suite,
    text,
    name: basename(source.keyfile).replace(/(?:\.key)?\.json$/, ""),
    ...(password === null ? {} : { password: new Secret(password.split(/\r?\n/, 1).join("")) }),
  });
  if (source.user === null) return keyfile.current;
  const identity = keyfile.identities.find(({ name }) => name === source.user);
  if (identity !== undefined) return identity;
  throw new AppError("renter.no_user", `key file ${source.keyfile} has no user of that name`, {
    hint: `Use one of: ${keyfile.identities.map(({ name }) => name).join(", ")}.`,
  });
}

/** What `login` remembered in this folder, or null. Throws `renter.bad_login_file` or `renter.state_io`. */
export async function readLogin(folder: Folder): Promise<RememberedLogin | null> {
  const bytes = await folder.read(LOGIN_FILE);
  if (bytes === null) return null;
  const file = `${folder.path}/${LOGIN_FILE}`;
  const { keyfile, user, password_file, ...places } = parseJsonWith(
    loginFile,
    fromUtf8(bytes),
    "renter.bad_login_file",
    file,
  );
  const { relays, mirrors, socks5, pins } = places;
  return { keyfile, user, passwordFile: password_file, relays, mirrors, socks5, pins };
}

export async function rememberLogin(folder: Folder, login: RememberedLogin): Promise<void> {
  const { keyfile, user, passwordFile, relays, mirrors, socks5, pins } = login;
  // What there is none of is left out: an older version reads the file too.
  const way = {
    ...(mirrors.length === 0 ? {} : { mirrors }),
    ...(socks5 === null ? {} : { socks5 }),
    ...(Object.keys(pins).length === 0 ? {} : { pins }),
  };
  const text = JSON.stringify({ v: 1, keyfile, user, password_file: passwordFile, relays, ...way }, null, 2);
  await folder.replace(LOGIN_FILE, utf8(`${text}\n`));
}
