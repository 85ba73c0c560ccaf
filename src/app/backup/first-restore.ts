// A new box with nobody at its console: a stick with a backup, and its passphrase in a file beside it, makes it the box of the backup.

import { lstat, open, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, type Clock, isAppError, type Logger, messageOf, seconds } from "../../base/index.ts";
import type { BackupConsole, EventLog, SettingStore } from "../../core/index.ts";
import { usbVolumes } from "../../host/index.ts";
import { readUsers } from "../../web/index.ts";
import type { Machine } from "../service-deps.ts";
import { stickBackups } from "./stick-backups.ts";

export interface FirstRestoreDeps {
  readonly machine: Machine;
  readonly settings: SettingStore;
  readonly backups: Pick<BackupConsole, "takeFromStick" | "check" | "restore">;
  readonly clock: Clock;
  readonly events: Pick<EventLog, "record">;
  readonly log: Logger;
}

/** With the passphrase in its first line; editors give it one ending or two. */
const ASKED = /^numberbox-restore(?:\.txt){0,2}$/i;
/** What became of it, beside it. */
const TOLD = "numberbox-restore-done.txt";
const LOOK_EVERY = seconds(10);
/** No passphrase is longer. */
const MOST_BYTES = 1024;

interface Wish {
  readonly folder: string;
  readonly file: string;
  readonly name: string;
  readonly passphrase: string;
}

async function firstLine(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_BYTES));
    // Windows' editor begins with a byte order mark.
    const [line = ""] = buffer
      .toString("utf8", 0, bytesRead)
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/);
    return line;
  } finally {
    await handle.close();
  }
}

export class FirstRestore {
  readonly #deps: FirstRestoreDeps;
  readonly #stopping = new AbortController();
  /** Each file once; one that was changed is another. */
  readonly #tried = new Set<string>();
  #looking: Promise<void> = Promise.resolve();

  constructor(deps: FirstRestoreDeps) {
    this.#deps = deps;
  }

  /** Looks until somebody owns the box. */
  start(): void {
    this.#looking = this.#look();
  }

  /** Resolves when what goes on has come to an end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { clock, log, settings } = this.#deps;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        if ((await readUsers(settings)).some(({ password }) => password !== null)) return;
        for (const wish of await this.#wishes()) if (await this.#fulfil(wish)) return;
      } catch (error) {
        log.warn("first_restore_not_looked_for", { reason: messageOf(error) });
      }
      await clock.sleep(LOOK_EVERY, "first restore", signal).catch(() => {});
    }
  }

  async #wishes(): Promise<readonly Wish[]> {
    const { sys, dev, proc = "/proc" } = this.#deps.machine;
    const volumes = await usbVolumes({ sys, dev, mounts: join(proc, "self", "mountinfo") });
    const found = await Promise.all(volumes.map(({ path }) => this.#wishesIn(path)));
    return found.flat();
  }

  async #wishesIn(folder: string): Promise<readonly Wish[]> {
    const names = (await readdir(folder).catch(() => [])).filter((each) => ASKED.test(each));
    const found = await Promise.all(names.map((name) => this.#wish(folder, name)));
    return found.filter((wish) => wish !== null);
  }

  /** Null for one that was tried, or cannot be read now. */
  async #wish(folder: string, name: string): Promise<Wish | null> {
    const file = join(folder, name);
    try {
      const facts = await lstat(file);
      const key = `${file} ${facts.mtimeMs} ${facts.size}`;
      if (!facts.isFile() || this.#tried.has(key)) return null;
      const passphrase = await firstLine(file);
      this.#tried.add(key);
      return { folder, file, name, passphrase };
    } catch (error) {
      this.#deps.log.warn("first_restore_not_read", { reason: messageOf(error) });
      return null;
    }
  }

  /** Whether the box starts anew as another one. */
  async #fulfil(wish: Wish): Promise<boolean> {
    const { events } = this.#deps;
    try {
      await this.#restore(wish);
      return true;
    } catch (error) {
      const code = isAppError(error) ? error.code : "restore.failed";
      events.record({ level: "warn", code: "restore.stick_failed", details: { reason: code } });
      const hint = isAppError(error) ? (error.hint ?? "") : "";
      await this.#tell(wish, `Nothing was restored. ${code}: ${messageOf(error)}. ${hint}`);
      return false;
    }
  }

  async #restore(wish: Wish): Promise<void> {
    const { machine, backups } = this.#deps;
    const [newest] = (await stickBackups(machine, [])).filter(({ path }) => path.startsWith(`${wish.folder}/`));
    if (newest === undefined) {
      throw new AppError("backup.none_on_stick", "there is no backup on this stick", {
        hint: "Put it beside this file, or into the folder `numberbox`.",
      });
    }
    await backups.takeFromStick(newest.id);
    const { passphrase } = wish;
    const { id, identity } = await backups.check(passphrase);
    await backups.restore({ id, passphrase, confirm: identity.name, by: wish.name });
    await this.#putAway(wish, `Restored: ${identity.name}, from ${newest.name}.`);
  }

  /** The passphrase does not stay on a stick that lies about. */
  async #putAway(wish: Wish, text: string): Promise<void> {
    try {
      await writeFile(wish.file, " ".repeat(MOST_BYTES), { flag: "r+", flush: true });
      await rename(wish.file, join(wish.folder, TOLD));
    } catch (error) {
      this.#deps.log.warn("passphrase_stays_on_stick", { reason: messageOf(error) });
    }
    await this.#tell(wish, text);
  }

  async #tell({ folder }: Wish, text: string): Promise<void> {
    await writeFile(join(folder, TOLD), `${text}\n`, { flush: true }).catch((error) =>
      this.#deps.log.warn("stick_not_written", { reason: messageOf(error) }),
    );
  }
}
