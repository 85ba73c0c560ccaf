// `numberbox identity create|show|worm|export|import`: the keys that a provider, renter or relay is known by.

import { resolve } from "node:path";
import type { Command } from "commander";
import { importIdentity, openDataFolder, sealIdentities } from "../../app/index.ts";
import { isAppError, toBase64, toBase64url } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import {
  createIdentity,
  type Identity,
  publicKeysToText,
  serialiseG2,
  serialiseG2s,
  wormName,
  wormXml,
} from "../../envelope/index.ts";
import { overview } from "../../protocol/index.ts";
import { visibleLine } from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";
import { registerIdentityPublish } from "./identity-publish.ts";
import {
  askPassword,
  boxKeyOptions,
  type IdentityOptions,
  identityOptions,
  keystoreDeps,
  openIdentities,
} from "./identity-source.ts";
import { writeNewFile } from "./renter-new-file.ts";

interface WriteOptions {
  readonly out?: string;
  readonly single?: boolean;
  readonly encrypt?: boolean;
  readonly newPasswordFile?: string;
  readonly json?: boolean;
}

type ExportOptions = IdentityOptions & WriteOptions;

interface WormOptions extends IdentityOptions {
  readonly name?: boolean;
  readonly newline?: boolean;
}

interface ImportOptions extends IdentityOptions {
  readonly replace?: boolean;
  readonly json?: boolean;
}

const writeOptions = (command: Command): Command =>
  command
    .option("--single", "write one identity with the members that the network's guides name (ed25519, x25519)")
    .option("--encrypt", "seal the file with a password (Argon2id, XChaCha20-Poly1305)")
    .option("--new-password-file <file>", "with --encrypt: a file with the password (default: it is asked for)")
    .option("--json", "one JSON object per line");

function publicView(identity: Identity) {
  const { verify, encrypt } = publicKeysToText(identity);
  return { name: identity.name, verify, encrypt, nonce: toBase64(identity.nonce), worm_name: wormName(identity) };
}

/** The text of the new file. One password seals all of it. */
async function fileText(
  io: CliIo,
  identities: readonly Identity[],
  chosen: Identity,
  options: WriteOptions,
): Promise<string> {
  if (options.encrypt !== true)
    return options.single === true ? serialiseG2s(chosen) : serialiseG2(identities, chosen.name);
  const passphrase = await askPassword(io, { passwordFile: options.newPasswordFile, fresh: true });
  const all = options.single === true ? [chosen] : identities;
  const deps = { suite: systemCrypto, random: io.random };
  return await sealIdentities(deps, { identities: all, current: chosen.name, passphrase });
}

async function write(
  io: CliIo,
  identities: readonly Identity[],
  chosen: Identity,
  options: WriteOptions,
): Promise<void> {
  const file = resolve(options.out ?? `${encodeURIComponent(chosen.name)}.key.json`);
  await writeNewFile(file, await fileText(io, identities, chosen, options), "identity.cannot_write");
  if (options.json === true) return io.out(`${JSON.stringify({ file, ...publicView(chosen) })}\n`);
  const care = options.encrypt === true ? "Keep its password apart from it." : "It holds a private key in clear.";
  io.out(`Wrote ${file} for ${visibleLine(chosen.name)}. ${care} Keep a copy, show it to nobody.\n`);
}

function tell(io: CliIo, identity: Identity, isChosen: boolean, json: boolean | undefined): void {
  const view = publicView(identity);
  if (json === true) return io.out(`${JSON.stringify({ ...view, current: isChosen })}\n`);
  io.out(`${visibleLine(view.name)}${isChosen ? " (in use)" : ""}\n`);
  io.out(`  verify   ${view.verify}\n  encrypt  ${view.encrypt}\n  chain    ${visibleLine(view.worm_name)}\n`);
}

/** The verify key of the box: of the running one, else of its keystore. Errors: `app.not_running` where there is neither. */
async function showBox(io: CliIo, options: IdentityOptions & { readonly json?: boolean }): Promise<void> {
  const show = (verify: string): void =>
    io.out(options.json === true ? `${JSON.stringify({ verify })}\n` : `${verify}\n`);
  try {
    const api = await openBoxApi(io, dataFolder(io, options.data));
    return show((await api.call({ method: "GET", path: "overview", reply: overview })).provider);
  } catch (error) {
    if (!isAppError(error) || error.code !== "app.not_running") throw error;
    const offline = await openIdentities(io, options).catch((cause: unknown) => {
      throw isAppError(cause) && cause.code === "identity.none" ? error : cause;
    });
    show(toBase64url(offline.chosen.verify));
  }
}

async function runShow(io: CliIo, options: IdentityOptions & { readonly json?: boolean }): Promise<void> {
  if (options.keyfile === undefined && options.user === undefined) return await showBox(io, options);
  const { identities, chosen } = await openIdentities(io, options);
  const shown = options.user === undefined ? identities : [chosen];
  for (const identity of shown) tell(io, identity, identity === chosen, options.json);
}

async function runImport(io: CliIo, file: string, options: ImportOptions): Promise<void> {
  const { chosen } = await openIdentities(io, { ...options, keyfile: file });
  const deps = await keystoreDeps(io, options);
  const folder = await openDataFolder(deps.folder);
  try {
    const done = await importIdentity(deps, chosen, { replace: options.replace === true });
    if (options.json === true) return io.out(`${JSON.stringify({ ...done, ...publicView(chosen) })}\n`);
    const said = { created: "now has", replaced: "now has", same: "had" }[done.outcome];
    io.out(`The box ${said} the identity ${visibleLine(chosen.name)}, verify key ${toBase64url(chosen.verify)}.\n`);
    if (done.kept !== null) {
      io.out(
        `Its old one is kept as ${visibleLine(done.kept)}. Tell relays the new verify key, and publish the new WORM.\n`,
      );
    }
  } finally {
    await folder.release();
  }
}

export function registerIdentity(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  const identity = program.command("identity").description("the keys that a box or a person is known by");
  writeOptions(identity.command("create").description("make a new identity and write its key file"))
    .argument("<name>", "1-63 of a-z 0-9 . _ -; it becomes part of a public name")
    .option("--out <file>", "the key file to make (default: NAME.key.json)")
    .action(async (name: string, options: WriteOptions) => {
      const made = createIdentity(io.random, systemCrypto, name);
      await write(io, [made], made, options);
    });
  identityOptions(identity.command("show").description("the box's verify key, or the public keys of a key file"))
    .option("--json", "one JSON object per line")
    .action(async (options: IdentityOptions & { json?: boolean }) => await runShow(io, options));
  identityOptions(identity.command("worm").description("the WORM record that publishes an identity, byte for byte"))
    .option("--name", "the name that it is published under, instead of the record")
    .option("--newline", "with a line feed behind it, as the reference tool prints it")
    .action(async (options: WormOptions) => {
      const { chosen } = await openIdentities(io, options);
      const text = options.name === true ? wormName(chosen) : wormXml(chosen);
      io.out(options.newline === true ? `${text}\n` : text);
    });
  writeOptions(identityOptions(identity.command("export").description("write a key file with the private keys")))
    .option("--out <file>", "the key file to make (default: NAME.key.json)")
    .action(async (options: ExportOptions) => {
      const { identities, chosen } = await openIdentities(io, options);
      await write(io, identities, chosen, options);
    });
  boxKeyOptions(identity.command("import").description("give a stopped box the identity of a key file"))
    .argument("<file>", "a Privateness key file of any generation, or a sealed backup")
    .option("--user <name>", "which identity of the file (default: the current one)")
    .option("--password-file <file>", "a file with the password (default: it is asked for)")
    .option("--replace", "in place of the identity that the box has; the old one is kept for its receipts")
    .option("--json", "one JSON object per line")
    .action(async (file: string, options: ImportOptions) => await runImport(io, file, options));
  registerIdentityPublish(identity, io);
}
