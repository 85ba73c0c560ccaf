// The box's way to Emercoin: client, wallet lock, and whatever is published or paid through them.

import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { type Clock, type Logger, messageOf, Secret, systemCodeOf, wrapError } from "../base/index.ts";
import {
  createEmercoinNode,
  createWalletGate,
  type EmercoinNode,
  httpTransport,
  type Socks5Proxy,
} from "../chain/index.ts";
import type { EmercoinSection } from "../config/index.ts";
import { type ChainConsole, createChainConsole, type WalletGate } from "../core/index.ts";

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
  /** Takes the wallet's passphrase from its file, where one is configured. Never rejects. */
  start(): Promise<void>;
  stop(): void;
}

async function readSecret(folder: string, file: string, what: string): Promise<string> {
  const path = isAbsolute(file) ? file : join(folder, file);
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

function proxyOf(text: string | undefined): Socks5Proxy | undefined {
  if (text === undefined) return undefined;
  const { hostname: host, port, username, password } = new URL(text);
  const account = username === "" ? {} : { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) || 1080, ...account };
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
  const { passphrase_file: file } = section;
  return {
    node,
    gate,
    console: createChainConsole({ node, gate, clock }),
    start: async () => {
      if (file === undefined) return;
      try {
        await gate.remember(new Secret(await readSecret(dataFolder, file, "the passphrase file")), null);
      } catch (error) {
        // A node that is away comes back; a wrong passphrase shows wherever something waits for the wallet.
        log.warn("wallet_not_opened", { reason: messageOf(error) });
      }
    },
    stop: () => {
      node.stop();
      transport.close();
    },
  };
}
