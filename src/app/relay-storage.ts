// Where a relay keeps what it is given: in its own data folder, or in a cluster that it shares with other relays.

import { readFile } from "node:fs/promises";
import {
  type Clock,
  type CryptoSuite,
  type Logger,
  type Random,
  Secret,
  systemCodeOf,
  wrapError,
} from "../base/index.ts";
import type { NatsSection, RelayConfig } from "../config/index.ts";
import type { RelayStore } from "../core/index.ts";
import { type NatsLogin, type NatsTls, openJetStreamStore } from "../jetstream/index.ts";
import { inDataFolder } from "./in-data-folder.ts";

export interface RelayStorageDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
}

async function secretOf(folder: string, file: string): Promise<Secret<string>> {
  const path = inDataFolder(folder, file);
  try {
    return new Secret((await readFile(path, "utf8")).trim());
  } catch (cause) {
    throw wrapError(cause, "app.no_nats_secret", `the file ${path} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Check the section `nats` of the relay's configuration, and who may read the file.",
    });
  }
}

async function loginOf(section: NatsSection, folder: string): Promise<NatsLogin> {
  const { user, password_file: password, credentials_file: credentials, nkey_file: nkey } = section;
  if (user !== undefined && password !== undefined)
    return { kind: "password", user, password: await secretOf(folder, password) };
  if (credentials !== undefined) return { kind: "credentials", text: await secretOf(folder, credentials) };
  if (nkey !== undefined) return { kind: "nkey", seed: await secretOf(folder, nkey) };
  return { kind: "none" };
}

function tlsOf({ tls, ca_file: ca, cert_file: cert, key_file: key }: NatsSection, folder: string): NatsTls | null {
  if (!tls) return null;
  const path = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : inDataFolder(folder, file);
  return { caFile: path(ca), certFile: path(cert), keyFile: path(key) };
}

/** Null: the relay opens its own file. Errors: `app.no_nats_secret`, `store.away`, `store.no_replicas`. */
export async function openRelayStorage(
  { nats }: Pick<RelayConfig, "nats">,
  folder: string,
  deps: RelayStorageDeps,
): Promise<RelayStore | null> {
  if (nats === undefined) return null;
  const { servers, prefix, replicas, placement_tags: placementTags } = nats;
  return await openJetStreamStore({
    ...{ servers, prefix, replicas, placementTags },
    ...{ clock: deps.clock, random: deps.random, crypto: deps.suite, log: deps.log },
    login: await loginOf(nats, folder),
    tls: tlsOf(nats, folder),
  });
}
