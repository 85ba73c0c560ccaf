// One box after another in the same process: each restart reads the configuration anew. A configuration that cannot start does not
// leave the owner without a box: the last one that could is taken instead, and the box says so.

import { join } from "node:path";
import {
  type BackoffPolicy,
  backoffDelay,
  deferred,
  isAppError,
  messageOf,
  millis,
  randomFraction,
  seconds,
} from "../base/index.ts";
import { type BoxConfig, checkBoxText, parseBoxConfig } from "../config/index.ts";
import type { ProblemBody } from "../protocol/index.ts";
import { type BoxDeps, type BoxHandle, startBox } from "./box.ts";
import { LAST_GOOD, openDataFolder } from "./data-folder.ts";
import { LiveConfig } from "./live-config.ts";
import { publishLocalAccess } from "./local-access.ts";
import { diskFiles } from "./settings-files.ts";
import { SettingsService } from "./settings-service.ts";

export interface BoxRunnerDeps extends Omit<BoxDeps, "config" | "settings" | "live"> {
  /** Made with nothing in it where there is none. */
  readonly configFile: string;
  /** Where commands find the way to the box; the data folder unless given. */
  readonly accessFolder?: string;
  readonly onLogLevel?: (level: BoxConfig["log"]["level"]) => void;
  /** Told of every box that starts. */
  readonly onUp?: (box: BoxHandle, config: BoxConfig) => void;
  /** Told of every box that is about to stop. */
  readonly onDown?: () => void;
}

/** The path of the file that it was. */
const GOOD_SOURCE = "last-good.source";
/** For the answer to whoever asked for the restart. */
const BEFORE_STOP = millis(400);
const RETRY: BackoffPolicy = { first: seconds(1), max: seconds(15) };
const ATTEMPTS = 6;

interface Running {
  readonly box: BoxHandle;
  readonly removeAccess: () => Promise<void>;
}

interface Candidate {
  readonly text: string;
  /** Why it is not the file's own. */
  readonly problem: ProblemBody | null;
}

export class BoxRunner {
  readonly settings: SettingsService;
  readonly #deps: BoxRunnerDeps;
  readonly #abort = new AbortController();
  readonly #failed = deferred<never>();
  #running: Running | null = null;
  #restarting: Promise<void> | null = null;

  constructor(deps: BoxRunnerDeps) {
    this.#deps = deps;
    const { configFile: file } = deps;
    this.settings = new SettingsService({ ...deps, file, files: diskFiles });
    // Nobody may be waiting when it happens.
    this.#failed.promise.catch(() => {});
  }

  /** The box that runs; null amid a restart. */
  get box(): BoxHandle | null {
    return this.#running?.box ?? null;
  }

  /** Rejects when a restart has left no box behind, after it was tried again and again. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Errors: those of `startBox` and of the configuration, when also the last good one does not start. */
  async start(): Promise<BoxHandle> {
    await this.#checkFirst();
    // Makes the folder, or refuses one that another box holds, before anything is written to it.
    const folder = await openDataFolder(this.#deps.dataFolder);
    let text: string;
    try {
      text = await this.settings.open();
    } finally {
      await folder.release();
    }
    const box = await this.#bringUp(text);
    this.settings.onRestart(() => void this.restart());
    return box;
  }

  /** A box that never ran with another configuration tells what is wrong with this one before it touches anything. */
  async #checkFirst(): Promise<void> {
    const { configFile } = this.#deps;
    const [text, good] = [await diskFiles.read(configFile), await diskFiles.read(this.#lastGood)];
    if (text !== null && good === null) parseBoxConfig(text, configFile);
  }

  /** Resolves when the next box runs. Calls amid a restart wait for it. */
  restart(): Promise<void> {
    this.#restarting ??= this.#restartOnce().finally(() => {
      this.#restarting = null;
    });
    return this.#restarting;
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#restarting?.catch(() => {});
    await this.#takeDown();
  }

  async #restartOnce(): Promise<void> {
    const { clock, log, random } = this.#deps;
    const { signal } = this.#abort;
    await clock.sleep(BEFORE_STOP, "restart", signal).catch(() => {});
    if (signal.aborted) return;
    await this.#takeDown();
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        // Finishes a restore that was decided: the configuration may be another one now.
        await (await openDataFolder(this.#deps.dataFolder)).release();
        await this.#bringUp(await this.settings.open());
        return;
      } catch (error) {
        log.error("restart_failed", { attempt, reason: messageOf(error) });
        if (attempt === ATTEMPTS) return this.#failed.reject(error);
        await clock.sleep(backoffDelay(RETRY, attempt, randomFraction(random)), "restart", signal).catch(() => {});
      }
    }
  }

  async #bringUp(text: string): Promise<BoxHandle> {
    try {
      return await this.#startWith({ text, problem: null });
    } catch (error) {
      const good = await this.#goodText();
      if (good === null || good === text || this.#abort.signal.aborted) throw error;
      const problem = problemOf(error);
      this.#deps.log.error("configuration_not_usable", { code: problem.code, reason: problem.message });
      try {
        return await this.#startWith({ text: good, problem });
      } catch (again) {
        this.#deps.log.error("last_good_not_usable", { reason: messageOf(again) });
        throw error;
      }
    }
  }

  async #startWith({ text, problem }: Candidate): Promise<BoxHandle> {
    const { log, clock, random, accessFolder = this.#deps.dataFolder, configFile, onLogLevel } = this.#deps;
    const config = parseBoxConfig(text, problem === null ? configFile : LAST_GOOD);
    const live = new LiveConfig(config, { log, values: checkBoxText(text).effective });
    live.register({ paths: ["log.level"], reload: ({ log: { level } }) => onLogLevel?.(level) });
    onLogLevel?.(config.log.level);
    const storedConfig = (): Promise<BoxConfig | null> => this.settings.stored();
    const box = await startBox({ ...this.#deps, config, live, settings: this.settings, storedConfig });
    try {
      const local = await publishLocalAccess(accessFolder, box.consoleUrl, { settings: box.store, random });
      this.#running = { box, removeAccess: local.remove };
      if (problem === null) await this.#keepGood(text);
    } catch (error) {
      await this.#takeDown(box);
      throw error;
    }
    const fallback = problem === null ? null : { at: clock.now(), problem };
    this.settings.attach({ live, record: box.record, fallback });
    if (problem !== null) box.record({ level: "error", code: "settings.fallback", details: { reason: problem.code } });
    this.#deps.onUp?.(box, config);
    return box;
  }

  async #keepGood(text: string): Promise<void> {
    const { configFile } = this.#deps;
    if ((await diskFiles.read(this.#goodSource)) !== configFile) await diskFiles.replace(this.#goodSource, configFile);
    if ((await diskFiles.read(this.#lastGood)) !== text) await diskFiles.replace(this.#lastGood, text);
  }

  /** Only of the same file: who names another one is told what is wrong with it. */
  async #goodText(): Promise<string | null> {
    const source = await diskFiles.read(this.#goodSource);
    return source === null || source === this.#deps.configFile ? await diskFiles.read(this.#lastGood) : null;
  }

  get #goodSource(): string {
    return join(this.#deps.dataFolder, GOOD_SOURCE);
  }

  get #lastGood(): string {
    return join(this.#deps.dataFolder, LAST_GOOD);
  }

  async #takeDown(box = this.#running?.box): Promise<void> {
    const running = this.#running;
    this.#running = null;
    this.#deps.onDown?.();
    this.settings.attach(null);
    await running
      ?.removeAccess()
      .catch((error) => this.#deps.log.warn("access_file_stays", { reason: messageOf(error) }));
    await box?.stop();
  }
}

function problemOf(error: unknown): ProblemBody {
  if (isAppError(error)) return error.toJSON();
  return { code: "box.cannot_start", message: "the box could not start with this configuration" };
}
