// The box's way to Emercoin: client, wallet lock, and whatever is published or paid through them.

import { readFile } from "node:fs/promises";
import {
  type Clock,
  isAppError,
  type Logger,
  messageOf,
  Secret,
  seconds,
  systemCodeOf,
  wrapError,
} from "../base/index.ts";
import { createEmercoinNode, createWalletGate, type EmercoinNode, httpTransport } from "../chain/index.ts";
import type { EmercoinSection } from "../config/index.ts";
import { type ChainConsole, createChainConsole, type WalletGate } from "../core/index.ts";
import { type Socks5Proxy, socks5ProxyOf } from "../net/index.ts";
import { inDataFolder } from "./in-data-folder.ts";

export interface ChainDeps {
  readonly section: EmercoinSection;
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ChainLink {
  readonly node: EmercoinNode;
  readonly gate: WalletGate;
  readonly console: ChainConsole;
  /** Takes the wallet's passphrase from its file, where one is configured, as soon as the node can try it. */
  start(): void;
  stop(): void;
}

const AGAIN = seconds(30);

async function readSecret(folder: string, file: string, what: string): Promise<string> {
  const path = inDataFolder(folder, file);
  try {
    return (await readFile(path, "utf8")).replace(/\r?\n$/, "");
  } catch (cause) {
    throw wrapError(
      cause,
      "emercoin.no_credentials",
      `${what} ${path} cannot be read (${systemCodeOf(cause) ?? "?"})`,
      {
        hint: "Check the section `emercoin` of the configuration, and who may read the file.",
        retryable: true,
      },
    );
  }
}

/** Read anew for each call: the node makes a new cookie at each start, and a password may be changed. */
function credentialsOf({ section, dataFolder }: ChainDeps): () => Promise<Secret<string>> {
  const { user, password_file: password, cookie_file: cookie } = section;
  return async () => {
    if (cookie !== undefined) return new Secret((await readSecret(dataFolder, cookie, "the cookie file")).trim());
    return new Secret(`${user ?? ""}:${await readSecret(dataFolder, password ?? "", "the password file")}`);
  };
}

export function proxyOf(text: string | undefined): Socks5Proxy | undefined {
  return text === undefined ? undefined : socks5ProxyOf(text);
}

/** Takes the wallet's passphrase from its file, where one is configured. Errors: `emercoin.no_credentials`, those of `WalletGate`. */
export async function rememberFromFile(
  deps: Pick<ChainDeps, "section" | "dataFolder">,
  gate: WalletGate,
): Promise<void> {
  const { passphrase_file: file } = deps.section;
  if (file === undefined) return;
  await gate.remember(new Secret(await readSecret(deps.dataFolder, file, "the passphrase file")), null);
}

/** After a power cut the box is up long before the node, which first checks its blocks. */
async function openWallet(deps: ChainDeps, gate: WalletGate, signal: AbortSignal): Promise<void> {
  const { clock, log } = deps;
  while (!signal.aborted) {
    try {
      return await rememberFromFile(deps, gate);
    } catch (error) {
      if (signal.aborted) return;
      log.warn("wallet_not_opened", { reason: messageOf(error) });
      // A wrong passphrase shows wherever something waits for the wallet.
      if (!isAppError(error) || !error.retryable) return;
    }
    // Aborting the wait is how it ends.
    await clock.sleep(AGAIN, "opening the wallet", signal).catch(() => {});
  }
}

/** Makes the client; asks the node nothing yet. Errors: `emercoin.no_credentials` for a missing certificate. */
export async function openChain(deps: ChainDeps): Promise<ChainLink> {
  const { section, dataFolder, clock, log } = deps;
  const ca =
    section.ca_file === undefined ? undefined : await readSecret(dataFolder, section.ca_file, "the certificate");
  const transport = httpTransport({
    url: section.url,
    credentials: credentialsOf(deps),
    ca,
    socks5: proxyOf(section.socks5),
  });
  const node = createEmercoinNode({ transport: transport.send, clock, wallet: section.wallet });
  const gate = createWalletGate({ session: node.session, clock, log });
  const abort = new AbortController();
  return {
    node,
    gate,
    console: createChainConsole({ node, gate, clock }),
    start: () => void openWallet(deps, gate, abort.signal),
    stop: () => {
      abort.abort();
      node.stop();
      transport.close();
    },
  };
}
