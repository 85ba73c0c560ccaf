// `numberbox ptool …`: drop-in for the ecosystem's Python tools, with their flags, defaults, outputs and exit codes.

import { type Command, Option } from "commander";
import { Secret, toBase64url } from "../../base/index.ts";
import { systemCrypto as suite } from "../../base/system-crypto.ts";
import { canonicalJson, messageHash, openV1, type ReceiptTo, sealV1, signReceipt } from "../../envelope/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { confLine } from "./ptool-conf.ts";
import { key32, keyFrom, keyFromFile, readBase64, readBytes, seedOf, writeBytes } from "./ptool-keys.ts";

interface InOut {
  readonly in: string;
  readonly out: string;
}

/** The three options that name a key: as text, as a key file, and where in the key file. */
function keyOptions(
  command: Command,
  prefix: string,
  words: { readonly key: string; readonly field: string },
): Command {
  const fileAttribute = new Option(`--${prefix}-keyfile <file>`).attributeName();
  return command
    .addOption(new Option(`--${prefix}-b64 <key>`, `${words.key} (base64url)`).conflicts(fileAttribute))
    .addOption(new Option(`--${prefix}-keyfile <file>`, `JSON key file with the ${words.key}`))
    .option(`--${prefix}-field <path>`, "dot path to the key in the key file", words.field);
}

/** Wrong usage, as argparse ends it: exit code 2. */
function needOneOf(command: Command, options: readonly string[], values: readonly unknown[]): void {
  if (values.every((value) => value === undefined)) {
    command.error(`error: one of the arguments ${options.join(" ")} is required`, { exitCode: 2, code: "ptool.usage" });
  }
}

function inOut(command: Command, words: { readonly in: string; readonly out: string }): Command {
  return command.requiredOption("--in <file>", words.in).requiredOption("--out <file>", words.out);
}

function registerEncrypt(parent: Command, io: CliIo): void {
  const command = parent.command("encrypt").description("seal a file to a recipient's X25519 key (envelope v1)");
  keyOptions(command, "peer-pub", { key: "recipient's X25519 public key", field: "x25519.public" });
  inOut(command, { in: "plaintext file", out: "envelope file (base64url)" });
  command.action(async (options: InOut & { peerPubB64?: string; peerPubKeyfile?: string; peerPubField: string }) => {
    const { peerPubB64: text, peerPubKeyfile: file, peerPubField: field } = options;
    needOneOf(command, ["--peer-pub-b64", "--peer-pub-keyfile"], [text, file]);
    const plaintext = await readBytes(options.in);
    const recipient = key32(await keyFrom({ text, file, field, what: "--peer-pub-b64" }), "X25519 public key");
    await writeBytes(options.out, toBase64url(sealV1({ suite, random: io.random, recipient, plaintext })));
  });
}

interface PrivateKeyOptions {
  readonly privB64?: string;
  readonly privKeyfile?: string;
  readonly privField: string;
}

/** The key of the `--priv-…` options of `command`. */
function privateKey(command: Command, options: PrivateKeyOptions): Promise<Uint8Array> {
  const { privB64: text, privKeyfile: file, privField: field } = options;
  needOneOf(command, ["--priv-b64", "--priv-keyfile"], [text, file]);
  return keyFrom({ text, file, field, what: "--priv-b64" });
}

function registerDecrypt(parent: Command): void {
  const command = parent.command("decrypt").description("open an envelope v1 with the recipient's X25519 key");
  keyOptions(command, "priv", { key: "recipient's X25519 private key", field: "x25519.private" });
  inOut(command, { in: "envelope file (base64url)", out: "plaintext file" });
  command.action(async (options: InOut & PrivateKeyOptions) => {
    const secret = new Secret(key32(await privateKey(command, options), "X25519 private key"));
    await writeBytes(options.out, openV1({ suite, secret, envelope: await readBase64(options.in) }));
  });
}

function registerSign(parent: Command): void {
  const command = parent.command("sign").description("write the Ed25519 signature of a file");
  keyOptions(command, "priv", { key: "Ed25519 private key, 32 or 64 bytes", field: "ed25519.private" });
  inOut(command, { in: "message file", out: "signature file (base64url)" });
  command.action(async (options: InOut & PrivateKeyOptions) => {
    const seed = seedOf(await privateKey(command, options));
    await writeBytes(options.out, toBase64url(suite.ed25519Sign(seed, await readBytes(options.in))));
  });
}

function registerVerify(parent: Command, setExit: (code: ExitCode) => void): void {
  const command = parent.command("verify").description("check a signature: exit code 0 valid, 1 not");
  keyOptions(command, "pub", { key: "Ed25519 verify key", field: "ed25519.public" });
  command.requiredOption("--in <file>", "message file").requiredOption("--sig <file>", "signature file (base64url)");
  command.action(
    async (options: { in: string; sig: string; pubB64?: string; pubKeyfile?: string; pubField: string }) => {
      const { pubB64: text, pubKeyfile: file, pubField: field } = options;
      needOneOf(command, ["--pub-b64", "--pub-keyfile"], [text, file]);
      const key = key32(await keyFrom({ text, file, field, what: "--pub-b64" }), "Ed25519 public key");
      const message = await readBytes(options.in);
      setExit(suite.ed25519Verify(key, message, await readBase64(options.sig)) ? 0 : 1);
    },
  );
}

interface ReceiptOptions {
  readonly fromPrivB64?: string;
  readonly fromPrivKeyfile?: string;
  readonly fromPrivField: string;
  readonly fromPubB64?: string;
  readonly fromPubKeyfile?: string;
  readonly fromPubField: string;
  readonly toPubB64?: string;
  readonly toPubKeyfile?: string;
  readonly toPubField: string;
  readonly toId?: string;
  readonly envelope: string;
  readonly out: string;
}

/** Key texts are taken over as given, key files are written as base64url: so do the Python tools. */
async function publicText(text: string | undefined, file: string | undefined, field: string): Promise<string> {
  return file === undefined ? (text ?? "") : toBase64url(await keyFromFile(file, field));
}

async function receiptTo(options: ReceiptOptions): Promise<ReceiptTo> {
  const { toPubB64, toPubKeyfile, toPubField, toId } = options;
  if (toPubB64 === undefined && toPubKeyfile === undefined) return { listing: toId ?? "" };
  return publicText(toPubB64, toPubB64 === undefined ? toPubKeyfile : undefined, toPubField);
}

async function makeReceipt(io: CliIo, options: ReceiptOptions): Promise<string> {
  const { fromPrivB64: text, fromPrivKeyfile: file, fromPrivField: field } = options;
  const seed = new Secret(seedOf(await keyFrom({ text, file, field, what: "--from-priv-b64" })));
  const from = await publicText(options.fromPubB64, options.fromPubKeyfile, options.fromPubField);
  const msgHash = messageHash(suite, await readBase64(options.envelope));
  const to = await receiptTo(options);
  return canonicalJson(signReceipt({ suite, seed, from, to, msgHash, ts: io.clock.now() }));
}

function registerReceipt(parent: Command, io: CliIo): void {
  const command = parent.command("receipt").description("write a signed delivery receipt for an envelope");
  keyOptions(command, "from-priv", { key: "issuer's Ed25519 private key", field: "ed25519.private" });
  keyOptions(command, "from-pub", { key: "issuer's Ed25519 verify key", field: "ed25519.public" });
  command
    .addOption(new Option("--to-pub-b64 <key>", "counterparty's Ed25519 verify key (base64url)").conflicts("toId"))
    .option("--to-id <id>", "listing id, where the counterparty's key must not be known")
    .option("--to-pub-keyfile <file>", "JSON key file with the counterparty's verify key")
    .option("--to-pub-field <path>", "dot path to the key in the key file", "ed25519.public")
    .requiredOption("--envelope <file>", "envelope file (base64url)")
    .requiredOption("--out <file>", "receipt file (JSON)");
  command.action(async (options: ReceiptOptions) => {
    const { fromPrivB64, fromPrivKeyfile, fromPubB64, fromPubKeyfile, toPubB64, toId, toPubKeyfile } = options;
    needOneOf(command, ["--from-priv-b64", "--from-priv-keyfile"], [fromPrivB64, fromPrivKeyfile]);
    needOneOf(command, ["--from-pub-b64", "--from-pub-keyfile"], [fromPubB64, fromPubKeyfile]);
    needOneOf(command, ["--to-pub-b64", "--to-id", "--to-pub-keyfile"], [toPubB64, toId, toPubKeyfile]);
    await writeBytes(options.out, await makeReceipt(io, options));
  });
}

function registerConf(parent: Command, io: CliIo): void {
  parent
    .command("conf")
    .description("print the RPC settings of emercoin.conf as JSON")
    .option("--path <file>", "emercoin.conf; default is its usual place")
    .action(async (options: { path?: string }) => io.out(await confLine(io, options.path, process.platform)));
}

/** Adds `ptool` and its six commands. Failures reject with an `AppError`; wrong usage is commander's error. */
export function registerPtool(program: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  const ptool = program.command("ptool").description("the ecosystem's file tools: seal, open, sign, verify, receipts");
  registerEncrypt(ptool, io);
  registerDecrypt(ptool);
  registerSign(ptool);
  registerVerify(ptool, setExit);
  registerReceipt(ptool, io);
  registerConf(ptool, io);
}
