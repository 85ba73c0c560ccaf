// A data folder as a box leaves it: keys, database with rentals and messages, flows, boards and secrets.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type MakeBackup, makeBackup } from "../../../src/app/backup/make-backup.ts";
import { type RestoreFolder, restoreFolder } from "../../../src/app/backup/restore-folder.ts";
import { createKeystoreFile, type KeystoreDeps } from "../../../src/app/keystore-file.ts";
import { Secret, silentLogger } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemCrypto as suite } from "../../../src/base/system-crypto.ts";
import { systemRandom as random } from "../../../src/base/system-random.ts";
import { openBoxStore } from "../../../src/store/index.ts";
import { cheap, collect } from "../../archive/archive-rig.ts";
import { seedRentals } from "../../contract/box-store.ts";
import { provider } from "../../envelope/fixtures.ts";
import { intake, sampleMessage } from "../../sim/store-samples.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";

export const passphrase = new Secret("six words that nobody puts together");
const unlock = { key_file: "unlock.key" };

export function put(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

export function keysOf(folder: string): KeystoreDeps {
  return { folder, unlock, credentials: undefined, suite, random };
}

export interface BoxFolder {
  readonly folder: string;
  readonly configFile: string;
  readonly configText: string;
  /** Outside of the data folder. */
  readonly elsewhere: string;
}

export const FLOWS = '[{"id":"a","type":"tab"}]\n';

/** A box that was stopped: two rentals, three messages that no relay has taken. */
export async function boxFolder(): Promise<BoxFolder> {
  const folder = tempFolder();
  const elsewhere = tempFolder();
  await createKeystoreFile(keysOf(folder), provider);
  const store = await openBoxStore({ file: join(folder, "box.db"), clock: systemClock, log: silentLogger });
  await seedRentals(store, 2);
  await store.commitIntake(intake({ outbox: [sampleMessage(1, 1), sampleMessage(1, 2), sampleMessage(2, 1)] }));
  await store.close();
  put(folder, "node-red/flows.json", FLOWS);
  put(folder, "node-red/node_modules/big/index.js", "no part of a backup");
  put(folder, "boards/own.yaml", "name: own\n");
  put(folder, "secrets/node.password", "node-password\n");
  put(folder, "logs/box.log", "a log\n");
  put(folder, "local-access.json", "{}");
  const wallet = put(elsewhere, "wallet.pass", "wallet-passphrase\n");
  const configText = [
    "# the owner's own words",
    "relay: { url: 'http://127.0.0.1:9' }",
    "emercoin:",
    "  user: rpc",
    "  password_file: secrets/node.password # inside",
    `  passphrase_file: ${wallet}`,
    "",
  ].join("\n");
  return { folder, elsewhere, configText, configFile: put(elsewhere, "box.yaml", configText) };
}

export async function backupOf(box: BoxFolder, changes: Partial<MakeBackup> = {}): Promise<Uint8Array> {
  const made = await makeBackup({
    ...{ folder: box.folder, configText: box.configText, configFile: box.configFile, unlock, credentials: undefined },
    ...{ passphrase, version: "test", clock: systemClock, random, suite, argon2: cheap, ...changes },
  });
  try {
    const bytes = await collect(made.stream());
    if (bytes.length !== made.size) throw new RangeError(`${made.size} bytes were announced, ${bytes.length} came`);
    return bytes;
  } finally {
    await made.dispose();
  }
}

async function* streamed(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 60_000) yield bytes.subarray(at, at + 60_000);
}

export function restore(archive: Uint8Array, folder: string, changes: Partial<RestoreFolder> = {}) {
  return restoreFolder({
    ...{ source: streamed(archive), folder, unlock: null, credentials: undefined, passphrase, replace: false },
    ...{ suite, random, clock: systemClock, log: silentLogger, ...changes },
  });
}

/** Every file below with its digest: what must be the same where nothing was to change. */
export function digestsOf(folder: string, below = ""): Record<string, string> {
  return Object.fromEntries(
    readdirSync(join(folder, below))
      .sort()
      .flatMap((name) => {
        const path = below === "" ? name : `${below}/${name}`;
        if (statSync(join(folder, path)).isDirectory()) return Object.entries(digestsOf(folder, path));
        return [
          [
            path,
            createHash("sha256")
              .update(readFileSync(join(folder, path)))
              .digest("hex"),
          ],
        ];
      }),
  );
}
