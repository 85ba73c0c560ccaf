// The Emercoin node that a command asks without a box: `--node`, else the environment, else what emercoin.conf of this machine says. A
// password never stands in the command line, where every user of the machine reads it.

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { AppError, Secret, systemCodeOf, wrapError } from "../../base/index.ts";
import { createEmercoinNode, createWalletGate, type EmercoinNode, httpTransport } from "../../chain/index.ts";
import type { WalletGate } from "../../core/index.ts";
import type { CliIo } from "../cli-io.ts";

export interface NodeOptions {
  readonly node?: string;
  readonly nodePasswordFile?: string;
  readonly nodeCookie?: string;
}

export interface OpenNode {
  readonly node: EmercoinNode;
  readonly gate: WalletGate;
  close(): void;
}

interface NodeAddress {
  /** `http://host:port`. */
  readonly url: string;
  /** Name of the wallet, from a path `/wallet/NAME`; undefined for the node's only one. */
  readonly wallet: string | undefined;
  readonly user: string;
  readonly password: Secret<string> | null;
}

const RPC_PORT = 6662;

/** Adds `--node`, `--node-password-file` and `--node-cookie` to a command. */
export function nodeOption(command: Command): Command {
  return command
    .option(
      "--node <url>",
      "the Emercoin node, such as http://USER@127.0.0.1:6662/wallet/NAME (default: NUMBERBOX_EMERCOIN_URL, else this machine's emercoin.conf)",
    )
    .option("--node-password-file <file>", "a file with the node's RPC password (or set NUMBERBOX_EMERCOIN_PASSWORD)")
    .option("--node-cookie <file>", "the node's cookie file (default: .cookie in ~/.emercoin)");
}

/** Whether the options or the environment name a node, so that a command need not ask the box. */
export function namesNode(io: CliIo, options: NodeOptions): boolean {
  return options.node !== undefined || io.env.NUMBERBOX_EMERCOIN_URL !== undefined;
}

/** Close it when done. Errors: `bin.bad_node`, `bin.password_in_argv`, `bin.unreadable`; the node itself is asked later. */
export async function openNode(io: CliIo, options: NodeOptions): Promise<OpenNode> {
  const { url, wallet, credentials } = await findNode(io, options);
  const transport = httpTransport({ url, credentials });
  const node = createEmercoinNode({ transport: transport.send, clock: io.clock, wallet });
  const stop = (): void => node.stop();
  io.signal.addEventListener("abort", stop, { once: true });
  const gate = createWalletGate({ session: node.session, clock: io.clock, log: io.log });
  return {
    node,
    gate,
    close: () => {
      io.signal.removeEventListener("abort", stop);
      node.stop();
      transport.close();
    },
  };
}

/** Where the node is. Errors: `bin.bad_node`, `bin.password_in_argv`. */
export async function nodeUrl(io: CliIo, options: NodeOptions): Promise<string> {
  return (await findNode(io, options)).url;
}

interface FoundNode extends Pick<NodeAddress, "url" | "wallet"> {
  readonly credentials: () => Promise<Secret<string>>;
}

async function findNode(io: CliIo, options: NodeOptions): Promise<FoundNode> {
  const folder = join(io.env.HOME ?? homedir(), ".emercoin");
  const conf = await readConf(join(folder, "emercoin.conf"));
  const address = await addressOf(io, options, conf);
  const { url, wallet } = address;
  if (address.password !== null) {
    const secret = new Secret(`${address.user}:${address.password.reveal()}`);
    return { url, wallet, credentials: async () => secret };
  }
  const cookie = options.nodeCookie ?? join(folder, networkFolder(conf), ".cookie");
  return { url, wallet, credentials: async () => new Secret((await readText(cookie, "the node's cookie")).trim()) };
}

async function addressOf(io: CliIo, options: NodeOptions, conf: Conf): Promise<NodeAddress> {
  const { node, nodePasswordFile } = options;
  if (node !== undefined && parseUrl(node).password !== null) {
    throw new AppError("bin.password_in_argv", "the node's password must not stand in the command line", {
      hint: "Write http://USER@HOST:PORT and give the password by --node-password-file or NUMBERBOX_EMERCOIN_PASSWORD.",
    });
  }
  const text = node ?? io.env.NUMBERBOX_EMERCOIN_URL;
  const found = text === undefined ? confAddress(conf) : parseUrl(text);
  return { ...found, password: (await separatePassword(io, nodePasswordFile)) ?? found.password };
}

async function separatePassword(io: CliIo, file: string | undefined): Promise<Secret<string> | null> {
  if (file !== undefined) return new Secret((await readText(file, "the password file")).replace(/\r?\n$/, ""));
  const text = io.env.NUMBERBOX_EMERCOIN_PASSWORD;
  return text === undefined ? null : new Secret(text);
}

function parseUrl(text: string): NodeAddress {
  if (!URL.canParse(text) || !/^https?:\/\//.test(text)) throw badNode();
  const { origin, username, password, pathname } = new URL(text);
  const [, wallet] = /^\/wallet\/([^/]*)\/?$/.exec(pathname) ?? [];
  if (pathname !== "/" && wallet === undefined) throw badNode();
  return {
    url: origin,
    wallet: wallet === undefined ? undefined : decodeURIComponent(wallet),
    user: decodeURIComponent(username),
    password: password === "" ? null : new Secret(decodeURIComponent(password)),
  };
}

function badNode(): AppError {
  return new AppError("bin.bad_node", "the address of the Emercoin node cannot be used", {
    hint: "Write it as http://USER@HOST:PORT, with /wallet/NAME behind it where the node has several wallets.",
  });
}

type Conf = ReadonlyMap<string, string>;

/** `key=value` lines; those of a section [test] or [regtest] count where the file chooses that network. */
async function readConf(file: string): Promise<Conf> {
  const text = await readFile(file, "utf8").catch(() => "");
  const all = new Map<string, string>();
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    const [, named] = /^\s*\[(\w+)\]/.exec(line) ?? [];
    section = named === undefined ? section : `${named}.`;
    const [, key, value] = /^\s*([a-z]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && !all.has(section + key)) all.set(section + key, value);
  }
  const network = all.get("regtest") === "1" ? "regtest." : all.get("testnet") === "1" ? "test." : "main.";
  const own = [...all]
    .filter(([key]) => key.startsWith(network))
    .map(([key, value]) => [key.slice(network.length), value] as const);
  return new Map([...all, ...own]);
}

function networkFolder(conf: Conf): string {
  if (conf.get("regtest") === "1") return "regtest";
  return conf.get("testnet") === "1" ? "testnet" : "";
}

function confAddress(conf: Conf): NodeAddress {
  const password = conf.get("rpcpassword");
  return {
    url: `http://${conf.get("rpcconnect") ?? "127.0.0.1"}:${conf.get("rpcport") ?? RPC_PORT}`,
    wallet: undefined,
    user: conf.get("rpcuser") ?? "",
    password: password === undefined ? null : new Secret(password),
  };
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw wrapError(cause, "bin.unreadable", `${what} ${file} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Give the node by --node and its password by --node-password-file or NUMBERBOX_EMERCOIN_PASSWORD.",
    });
  }
}
