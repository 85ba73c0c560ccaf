// Whose identity a command works with: the one of a key file of any generation, of a sealed backup, or of the box's keystore.

import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { currentIdentity, type KeystoreDeps, keysOfText, openKeystoreFile } from "../../app/index.ts";
import { AppError, fromUtf8, Secret, systemCodeOf, wrapError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { type BoxConfig, parseBoxConfig } from "../../config/index.ts";
import type { Identity } from "../../envelope/index.ts";
import type { CliIo } from "../cli-io.ts";
import { dataFolder, readConfigText } from "./data-option.ts";

export interface BoxKeyOptions {
  readonly data?: string;
  readonly config?: string;
}

export interface IdentityOptions extends BoxKeyOptions {
  readonly keyfile?: string;
  readonly user?: string;
  readonly passwordFile?: string;
}

export interface OpenIdentities {
  readonly identities: readonly Identity[];
  /** The one that was asked for by `--user`, else the one in use. */
  readonly chosen: Identity;
}

export function boxKeyOptions(command: Command): Command {
  return command
    .option("--data <folder>", "data folder of the box (default: NUMBERBOX_DATA)")
    .option("--config <file>", "the box's configuration, where it says how the keystore is unlocked");
}

export function identityOptions(command: Command): Command {
  return boxKeyOptions(
    command
      .option("--keyfile <file>", "a Privateness key file or a sealed backup, instead of the box's own identity")
      .option("--user <name>", "which identity of the file (default: the current one)")
      .option("--password-file <file>", "a file with the password (default: it is asked for)"),
  );
}

/** From a file, or typed twice for a new one. `option`: what names the file. Throws `identity.no_password`, `identity.passwords_differ`. */
export async function askPassword(
  io: CliIo,
  {
    passwordFile,
    fresh,
    option = "--password-file",
  }: { readonly passwordFile: string | undefined; readonly fresh: boolean; readonly option?: string },
): Promise<Secret<string>> {
  if (passwordFile !== undefined) {
    const [first = ""] = (await readConfigText(passwordFile)).split(/\r?\n/, 1);
    return new Secret(first);
  }
  const typed = (await io.readSecret?.(fresh ? "New password: " : "Password: ")) ?? "";
  if (typed === "") {
    throw new AppError("identity.no_password", "a password is needed", {
      hint: `Type it when asked, or name a file with it by ${option}.`,
    });
  }
  if (fresh && (await io.readSecret?.("The same again: ")) !== typed) {
    throw new AppError("identity.passwords_differ", "the two passwords are not the same", { hint: "Try again." });
  }
  return new Secret(typed);
}

async function readKeyText(file: string): Promise<string> {
  try {
    return fromUtf8(new Uint8Array(await readFile(file)));
  } catch (cause) {
    throw wrapError(cause, "identity.cannot_read", `key file ${file}: ${systemCodeOf(cause) ?? "not readable"}`, {
      hint: "Check the path and that you may read the file.",
    });
  }
}

async function fromFile(io: CliIo, file: string, options: IdentityOptions): Promise<OpenIdentities> {
  const { identities, current } = await keysOfText({
    suite: systemCrypto,
    text: await readKeyText(file),
    name: basename(file).replace(/(?:\.key)?\.json$/, ""),
    passphrase: async () => await askPassword(io, { passwordFile: options.passwordFile, fresh: false }),
  });
  return choose(identities, current, options.user);
}

function choose(identities: readonly Identity[], current: Identity, user: string | undefined): OpenIdentities {
  const chosen = user === undefined ? current : identities.find(({ name }) => name === user);
  if (chosen !== undefined) return { identities, chosen };
  throw new AppError("identity.no_user", "there is no identity of that name", {
    hint: `Use one of: ${identities.map(({ name }) => name).join(", ")}.`,
  });
}

/** How the box's keystore is reached. Errors: those of the configuration. */
export async function keystoreDeps(io: CliIo, { data, config: file }: BoxKeyOptions): Promise<KeystoreDeps> {
  const config: BoxConfig | null = file === undefined ? null : parseBoxConfig(await readConfigText(file), file);
  return {
    folder: dataFolder(io, data),
    unlock: config?.unlock ?? { key_file: "unlock.key" },
    credentials: io.env.CREDENTIALS_DIRECTORY,
    suite: systemCrypto,
    random: io.random,
  };
}

/** Errors: `identity.none`, `identity.no_user`, `identity.cannot_read`, and those of key file, keystore or configuration. */
export async function openIdentities(io: CliIo, options: IdentityOptions): Promise<OpenIdentities> {
  if (options.keyfile !== undefined) return await fromFile(io, resolve(options.keyfile), options);
  const deps = await keystoreDeps(io, options);
  const contents = await openKeystoreFile(deps);
  if (contents === null) {
    throw new AppError("identity.none", `there is no keystore in ${deps.folder}`, {
      hint: "Name a key file by --keyfile, or the box's folder by --data.",
    });
  }
  return choose(contents.identities, currentIdentity(contents), options.user);
}
