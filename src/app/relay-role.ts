// The relay role: one relay process over its data folder.

import { readFile } from "node:fs/promises";
import {
  AppError,
  type Clock,
  type CryptoSuite,
  type Logger,
  type Random,
  Secret,
  systemCodeOf,
  wrapError,
} from "../base/index.ts";
import type { RelayConfig } from "../config/index.ts";
import { type RelayHandle, type RelayImprint, type RelayLimits, startRelay } from "../relay/index.ts";
import { type ChainLink, openChain } from "./chain-services.ts";
import { openDataFolder } from "./data-folder.ts";
import { inDataFolder } from "./in-data-folder.ts";
import { openRelayStorage } from "./relay-storage.ts";
import { type RelayVoiceService, startRelayVoice } from "./relay-voice.ts";

export interface RelayRoleDeps {
  readonly dataFolder: string;
  readonly config: RelayConfig;
  readonly version: string;
  /** Folder with the built pages for renters. */
  readonly dashboard?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
}

/** The token that metrics are read with; null where none is set up. */
async function tokenOf(file: string | undefined, folder: string): Promise<Secret<string> | null> {
  if (file === undefined) return null;
  const path = inDataFolder(folder, file);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw wrapError(cause, "app.no_token", `the token file ${path} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Check `metrics` in the relay's configuration, and who may read the file.",
    });
  });
  if (text.trim().length >= 16) return new Secret(text.trim());
  throw new AppError("app.no_token", `the token in ${path} is shorter than 16 characters`, {
    hint: "Make one: openssl rand -hex 24",
  });
}

function limitsOf({ limits, keep }: RelayConfig): Partial<RelayLimits> {
  return {
    authPerMinute: limits.auth_per_minute,
    failuresPerHour: limits.failures_per_hour,
    connectionsPerAddress: limits.connections_per_address,
    socketsPerAddress: limits.sockets_per_address,
    sockets: limits.sockets,
    workBits: limits.work_bits,
    forwardsPerMinute: limits.forward_per_minute,
    // As many as may come in, a renter may acknowledge.
    receiptsPerMinute: limits.forward_per_minute,
    readsPerMinute: limits.read_per_minute,
    keepMessages: keep,
  };
}

function imprintOf({ operator, abuse_contact, region }: RelayConfig): RelayImprint {
  return {
    ...(operator === undefined ? {} : { operator }),
    ...(abuse_contact === undefined ? {} : { abuse_contact }),
    ...(region === undefined ? {} : { region }),
  };
}

/** Errors: `app.no_token`, `app.folder_in_use`, `app.no_folder`, those of the database and of listening. */
export async function startRelayRole(deps: RelayRoleDeps): Promise<RelayHandle> {
  const { config, suite } = deps;
  const folder = await openDataFolder(deps.dataFolder);
  let chain: ChainLink | null = null;
  let voice: RelayVoiceService | null = null;
  try {
    if (config.emercoin !== undefined) {
      chain = await openChain({ section: config.emercoin, dataFolder: folder.path, clock: deps.clock, log: deps.log });
    }
    voice = await startRelayVoice(config.voice, { ...deps, providers: config.providers, dataFolder: folder.path });
    const calls = voice;
    const metricsToken = await tokenOf(config.metrics?.token_file, folder.path);
    // From here on the relay closes it, also where it does not start.
    const store = await openRelayStorage(config, folder.path, deps);
    const relay = await startRelay({
      ...deps,
      crypto: suite,
      dataFolder: folder.path,
      keyFile: inDataFolder(folder.path, config.key_file),
      ...(store === null ? {} : { store }),
      listen: config.listen,
      providers: config.providers,
      trustLocalProxy: config.trust_local_proxy,
      voice: () => calls?.info() ?? null,
      ...(metricsToken === null ? {} : { metricsToken }),
      ...(chain === null ? {} : { names: chain.node }),
      publicUrls: config.public_urls,
      ...(config.public_host === undefined ? {} : { publicHost: config.public_host }),
      imprint: imprintOf(config),
      limits: limitsOf(config),
    });
    return {
      url: relay.url,
      stop: async () => {
        try {
          await calls?.stop();
          await relay.stop();
        } finally {
          chain?.stop();
          await folder.release();
        }
      },
    };
  } catch (error) {
    await voice?.stop();
    chain?.stop();
    await folder.release();
    throw error;
  }
}
