// Backups of a running box: by the clock to their places, into an owner's browser, and back.

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  AppError,
  type Clock,
  type CryptoSuite,
  type Logger,
  type Random,
  Secret,
  toBase64url,
  type UnixMs,
  unixMs,
  wrapError,
} from "../../base/index.ts";
import type { BoxConfig } from "../../config/index.ts";
import {
  type BackupConsole,
  type BackupSchedule,
  type BackupSource,
  Backups,
  type EventLog,
  type SettingStore,
  zoneOffset,
} from "../../core/index.ts";
import type { Identity } from "../../envelope/index.ts";
import type { BackupOnStick, BackupView } from "../../protocol/index.ts";
import { HandedInFile } from "../handed-in-file.ts";
import type { Machine } from "../service-deps.ts";
import { HANDED_IN, READY } from "./backup-files.ts";
import { placeOfBackup, readSecret } from "./backup-places.ts";
import { type MadeBackup, makeBackup } from "./make-backup.ts";
import { inspectBackup, stageRestore } from "./restore-box.ts";
import { stampOf } from "./restore-folder.ts";
import { decideRestore } from "./restore-switch.ts";
import { contentOf, type StickBackup, stickBackups } from "./stick-backups.ts";

export interface BackupServicesDeps {
  readonly config: BoxConfig;
  readonly dataFolder: string;
  /** Null where the box was not started from a file. */
  readonly configFile: string | null;
  readonly credentials: string | undefined;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
  readonly events: EventLog;
  readonly store: SettingStore;
  readonly identity: Identity;
  readonly machine: Machine;
  readonly now: () => UnixMs;
  /** Starts the box anew in this process. Null where it cannot be. */
  readonly restart: ((by: string) => Promise<void>) | null;
}

export interface BackupServices {
  readonly backups: Backups;
  readonly console: BackupConsole;
}

/** More than a card holds; what is handed in is checked before anything else. */
const MAX_HANDED_IN = 64 * 1024 ** 3;

/** What local time is ahead of UTC then, in minutes. */
function scheduleOf({ every, at }: BoxConfig["backup"]): BackupSchedule | null {
  if (every !== undefined) return { kind: "every", every };
  if (at === undefined) return null;
  const [hour = 0, minute = 0] = at.split(":").map(Number);
  return { kind: "daily", minute: hour * 60 + minute };
}

const scheduleText = ({ every, at }: BoxConfig["backup"]): string | null =>
  at !== undefined ? `daily at ${at}` : every !== undefined ? `every ${every / 3_600_000} h` : null;

async function sha256Of(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of content) hash.update(bytes);
  return hash.digest("hex");
}

class BoxBackups implements BackupConsole {
  readonly #deps: BackupServicesDeps;
  readonly #backups: Backups;
  /** One backup is made at a time: they share a folder. */
  #busy = false;

  constructor(deps: BackupServicesDeps) {
    this.#deps = deps;
    const { config } = deps;
    this.#backups = new Backups({
      ...{
        ...deps,
        keep: config.backup.keep,
        schedule: scheduleOf(config.backup),
        offset: zoneOffset(config.locale.time_zone),
      },
      destinations: config.backup.destinations.map((place) => placeOfBackup(place, deps)),
      source: this.#source(),
    });
  }

  get backups(): Backups {
    return this.#backups;
  }

  view(): BackupView {
    const { running, destinations } = this.#backups.status();
    const { backup } = this.#deps.config;
    return {
      running: running || this.#busy,
      schedule: scheduleText(backup),
      keep: backup.keep,
      destinations: destinations.map((each) => ({
        ...{ id: each.id, place: each.place, failures: each.failures, problem: each.problem },
        ...{ last_success: each.lastSuccess, last_attempt: each.lastAttempt, next_at: each.nextAt },
        ...{ last_name: each.lastName, last_size: each.lastSize },
      })),
    };
  }

  run(): void {
    this.#backups.run();
  }

  async download(passphrase: string): Promise<{ fileName: string; content: AsyncIterable<Uint8Array> }> {
    const made = await this.#make(new Secret(passphrase));
    this.#deps.events.record({ level: "info", code: "backup.downloaded" });
    const content = async function* (end: () => Promise<void>): AsyncGenerator<Uint8Array> {
      try {
        yield* made.stream();
      } finally {
        await end();
      }
    };
    return { fileName: made.fileName, content: content(() => this.#done(made)) };
  }

  async accept(offset: number, content: AsyncIterable<Uint8Array>): Promise<{ size: number }> {
    return await this.#handedInFile.accept(offset, content);
  }

  async onSticks(): Promise<readonly BackupOnStick[]> {
    const found = await this.#stickBackups();
    return found.map(({ id, name, size, stick }) => ({ id, name, size, stick }));
  }

  async takeFromStick(id: string): Promise<{ size: number }> {
    return await this.accept(0, contentOf(await this.#stickBackups(), id));
  }

  #stickBackups(): Promise<readonly StickBackup[]> {
    const { machine, config } = this.#deps;
    return stickBackups(machine, config.backup.destinations);
  }

  async check(passphrase: string) {
    const { suite, identity } = this.#deps;
    const { size } = await this.#handedInStat();
    const manifest = await inspectBackup({
      source: createReadStream(this.#handedIn),
      passphrase: new Secret(passphrase),
      suite,
    });
    return {
      ...{
        id: manifest.id,
        created_at: manifest.created_at,
        version: manifest.box.version,
        identity: manifest.identity,
        size,
      },
      same_identity: manifest.identity.verify === toBase64url(identity.verify),
      entries: manifest.entries.map(({ name, size: bytes }) => ({ name, size: bytes })),
      missing: manifest.missing,
    };
  }

  async restore(wish: {
    readonly id: string;
    readonly passphrase: string;
    readonly confirm: string;
    readonly by: string;
  }): Promise<void> {
    const { restart, dataFolder: folder, now, events } = this.#deps;
    if (restart === null) {
      throw new AppError("box.cannot_restart", "this box was not started in a way that it can be started anew", {
        hint: "Stop it and run `numberbox restore`.",
      });
    }
    const contents = await this.check(wish.passphrase);
    if (contents.id !== wish.id) {
      throw new AppError("backup.other_one", "another backup was handed in meanwhile", {
        hint: "Check it again, then restore.",
      });
    }
    if (wish.confirm !== contents.identity.name) {
      throw new AppError("backup.not_confirmed", "the name of the backup's identity was not typed", {
        hint: "Type the name exactly as it is shown.",
      });
    }
    const config = await this.#placeOfConfig();
    const { manifest } = await stageRestore({
      ...{ ...this.#deps, folder, source: createReadStream(this.#handedIn), passphrase: new Secret(wish.passphrase) },
      unlock: config.takes ? null : this.#deps.config.unlock,
      alsoAs: config.inside,
    });
    await decideRestore(folder, { stamp: stampOf(now()), config: config.takes ? config.outside : null });
    events.record({
      level: "warn",
      code: "restore.decided",
      details: { by: wish.by, entries: manifest.entries.length },
    });
    await restart(wish.by);
  }

  get #handedInFile(): HandedInFile {
    return new HandedInFile({ file: this.#handedIn, max: MAX_HANDED_IN, area: "backup" });
  }

  get #handedIn(): string {
    return join(this.#deps.dataFolder, HANDED_IN, "backup");
  }

  async #handedInStat() {
    return await stat(this.#handedIn).catch((cause) => {
      throw wrapError(cause, "backup.none_handed_in", "no backup was handed in", {
        hint: "Choose the file of the backup first.",
      });
    });
  }

  /** The configuration of the backup is the box's from then on, wherever its file is; one that cannot be written stays. */
  async #placeOfConfig(): Promise<{
    readonly takes: boolean;
    readonly inside: string | null;
    readonly outside: string | null;
  }> {
    const { configFile, dataFolder } = this.#deps;
    if (configFile === null) return { takes: false, inside: null, outside: null };
    const below = relative(dataFolder, configFile);
    if (!below.startsWith("..") && !below.includes("/")) return { takes: true, inside: below, outside: null };
    return { takes: true, inside: null, outside: configFile };
  }

  #source(): BackupSource {
    return {
      digest: sha256Of,
      make: async () => {
        const { dataFolder, config } = this.#deps;
        const made = await this.#make(await readSecret(dataFolder, config.backup.passphrase_file));
        const file = join(dataFolder, READY);
        const dispose = (): Promise<void> => rm(file, { force: true });
        try {
          await pipeline(made.stream(), createWriteStream(file, { mode: 0o600 }));
          const { size, fileName: name } = made;
          const createdAt = unixMs(made.manifest.created_at);
          const content = (): AsyncIterable<Uint8Array> => createReadStream(file);
          return { name, size, createdAt, content, dispose, sha256: await sha256Of(content()) };
        } catch (error) {
          await dispose();
          throw error;
        } finally {
          await this.#done(made);
        }
      },
    };
  }

  async #make(passphrase: Secret<string>): Promise<MadeBackup> {
    const { config, dataFolder, configFile, credentials } = this.#deps;
    if (this.#busy) throw new AppError("backup.running", "a backup is being made already", { retryable: true });
    this.#busy = true;
    try {
      const excluded = config.backup.destinations.flatMap((place) => (place.kind === "folder" ? [place.folder] : []));
      const configText = configFile === null ? null : await readFile(configFile, "utf8");
      return await makeBackup({
        ...this.#deps,
        folder: dataFolder,
        passphrase,
        configText,
        unlock: config.unlock,
        credentials,
        excluded,
      });
    } catch (error) {
      this.#busy = false;
      throw error;
    }
  }

  async #done(made: MadeBackup): Promise<void> {
    await made.dispose();
    this.#busy = false;
  }
}

/** What a killed box left of backups under way, and what was handed in long ago. */
export async function clearBackupWork(dataFolder: string): Promise<void> {
  for (const name of [HANDED_IN, READY, "backup-work"])
    await rm(join(dataFolder, name), { recursive: true, force: true });
}

export function createBackups(deps: BackupServicesDeps): BackupServices {
  const made = new BoxBackups(deps);
  return { backups: made.backups, console: made };
}
