// The box's settings: one file, changed whole or not at all, its earlier versions beside it. Lives as long as the process does; the
// boxes that are started in it come and go.

import { join } from "node:path";
import { AppError, type Clock, type CryptoSuite, SerialQueue, toHex, utf8 } from "../base/index.ts";
import {
  type BoxConfig,
  type CheckedText,
  changedPaths,
  checkBoxText,
  editYaml,
  isCovered,
  maskSecrets,
  pathText,
  type SettingChange,
  type SettingPath,
  type SettingSchema,
  settingsSchema,
  unifiedDiff,
  unmask,
  unmaskValue,
} from "../config/index.ts";
import type { EventInput, SettingsApply, SettingsConsole } from "../core/index.ts";
import type {
  ProblemBody,
  SecretView,
  SettingsAppliedView,
  SettingsChange,
  SettingsHistoryView,
  SettingsPlanView,
  SettingsView,
} from "../protocol/index.ts";
import type { LiveConfig } from "./live-config.ts";
import type { SettingsFiles } from "./settings-files.ts";
import { SettingsHistory, type SettingsVersion } from "./settings-history.ts";

export interface SettingsServiceDeps {
  readonly clock: Clock;
  readonly suite: Pick<CryptoSuite, "sha256">;
  readonly files: SettingsFiles;
  /** The configuration. */
  readonly file: string;
  readonly dataFolder: string;
}

/** The box that runs. */
export interface SettingsRun {
  readonly live: LiveConfig;
  readonly record: (event: EventInput) => void;
  /** Why it is not the configuration in the file that it runs with. */
  readonly fallback: { readonly at: number; readonly problem: ProblemBody } | null;
}

const EMPTY = `# The configuration of this Numberbox. Left out: everything that is as it is anyway.
# The console's page "Settings" changes this file and keeps your comments.
# \`numberbox config schema\` prints what it may hold, \`numberbox config check\` what is wrong in it.
`;
const SECRETS = "secrets";

export class SettingsService implements SettingsConsole {
  readonly #deps: SettingsServiceDeps;
  readonly #history: SettingsHistory;
  readonly #writes = new SerialQueue("settings");
  #run: SettingsRun | null = null;
  #restart: (() => void) | null = null;
  #restarting = false;
  /** Made of the whole configuration, which takes a while. */
  #schema: SettingSchema | null = null;

  constructor(deps: SettingsServiceDeps) {
    this.#deps = deps;
    this.#history = new SettingsHistory(deps.files, deps.dataFolder);
  }

  /** The file's text; made with nothing in it where there is none. What changed outside of the box becomes a version. */
  async open(): Promise<string> {
    const { files, file } = this.#deps;
    const known = await files.read(file);
    if (known === null) await files.replace(file, EMPTY);
    const text = known ?? EMPTY;
    await this.#remember(text);
    return text;
  }

  /** What the file holds now, whether the box has taken it in or not; null when that is no configuration. */
  async stored(): Promise<BoxConfig | null> {
    return this.#check(await this.#text()).config;
  }

  /** A box has started, or with null: none runs. */
  attach(run: SettingsRun | null): void {
    this.#run = run;
    if (run !== null) this.#restarting = false;
  }

  /** How the box is started anew. */
  onRestart(restart: () => void): void {
    this.#restart = restart;
  }

  schema(): object {
    this.#schema ??= settingsSchema();
    return { ...this.#schema, "x-live": this.#run?.live.paths ?? [] };
  }

  async view(): Promise<SettingsView> {
    const text = await this.#text();
    const { values, effective, problems } = this.#check(text);
    return {
      revision: this.#revision(text),
      text: maskSecrets(text),
      values: masked(values),
      effective: masked(effective),
      problems: problems.map(plainProblem),
      live: [...(this.#run?.live.paths ?? [])],
      pending: this.#pending(effective).map((path) => [...path]),
      fallback: this.#run?.fallback ?? null,
      restarting: this.#restarting,
      secrets: [...(await this.#secrets())],
    };
  }

  async plan(change: SettingsChange): Promise<SettingsPlanView> {
    const text = await this.#text();
    const next = await this.#changed(text, change);
    const checked = this.#check(next);
    return {
      revision: this.#revision(text),
      problems: checked.problems.map(plainProblem),
      diff: unifiedDiff(text, next),
      changes: this.#changes(this.#check(text), checked),
    };
  }

  apply(request: SettingsApply): Promise<SettingsAppliedView> {
    return this.#writes.run(() => this.#apply(request));
  }

  async history(): Promise<SettingsHistoryView> {
    const revision = this.#revision(await this.#text());
    const versions = await this.#history.versions();
    // A text that came back is the newest of its versions.
    const current = versions.find((each) => each.revision === revision);
    return {
      versions: versions.map(({ text: _, ...each }) => ({
        ...each,
        current: each === undefined ? false : each.id === current?.id,
      })),
    };
  }

  undo(request: Omit<SettingsApply, "change">): Promise<SettingsAppliedView> {
    return this.#writes.run(async () => {
      const before = await this.#versionBefore(this.#revision(await this.#text()));
      return await this.#apply({ ...request, change: { restore: before.id } });
    });
  }

  async putSecret(name: string, value: string, by: string): Promise<SecretView> {
    const { files, dataFolder } = this.#deps;
    const file = join(dataFolder, SECRETS, name);
    await this.#writes.run(() => files.replace(file, value));
    this.#run?.record({ level: "info", code: "settings.secret_kept", details: { name, by } });
    return { name, file: `${SECRETS}/${name}`, at: await files.writtenAt(file) };
  }

  async restart(by: string): Promise<void> {
    if (this.#restart === null)
      throw new AppError("box.cannot_restart", "this box was not started in a way that it can be started anew", {
        hint: "End the program and start it again.",
      });
    if (this.#restarting) return;
    this.#restarting = true;
    this.#run?.record({ level: "info", code: "box.restarting", details: { by } });
    this.#restart();
  }

  async #apply({ change, revision, by, summary }: SettingsApply): Promise<SettingsAppliedView> {
    const { files, file } = this.#deps;
    const text = await this.#text();
    if (revision !== null && revision !== this.#revision(text)) throw conflict();
    const next = await this.#changed(text, change);
    const checked = this.#check(next);
    if (checked.config === null) throw invalid(checked);
    const changes = this.#changes(this.#check(text), checked);
    if (next !== text) {
      await this.#remember(text);
      await this.#addVersion(next, by, summary ?? summaryOf(change, changes));
      await files.replace(file, next);
    }
    this.#run?.live.update(checked.effective);
    const pending = this.#pending(checked.effective);
    if (next !== text) {
      const details = { by, settings: changes.length, waiting: pending.length };
      this.#run?.record({ level: "info", code: "settings.changed", details });
    }
    return { revision: this.#revision(next), changes, restart: pending.length > 0 };
  }

  async #changed(text: string, change: SettingsChange): Promise<string> {
    if (change.restore !== undefined) return (await this.#history.version(change.restore)).text;
    if (change.text !== undefined) {
      const shown = unmask(change.text, text);
      if (shown !== null) return shown;
      throw maskedNothing();
    }
    const changes = (change.patch ?? []).map((each) =>
      "delete" in each ? { path: each.path } : { path: each.path, value: each.value },
    );
    return editYaml(text, unmaskChanges(changes, this.#check(text).values));
  }

  #changes(before: CheckedText, after: CheckedText): SettingsPlanView["changes"] {
    if (after.effective === null) return [];
    return changedPaths(before.effective ?? {}, after.effective).map((path) => ({
      path: [...path],
      restart: !(this.#run?.live.paths ?? []).some((pattern) => isCovered(path, pattern)),
    }));
  }

  #pending(effective: unknown): readonly SettingPath[] {
    return effective === null || this.#run === null ? [] : this.#run.live.pending(effective);
  }

  #check(text: string): CheckedText {
    this.#schema ??= settingsSchema();
    return checkBoxText(text, this.#schema);
  }

  async #text(): Promise<string> {
    return (await this.#deps.files.read(this.#deps.file)) ?? EMPTY;
  }

  #revision(text: string): string {
    return toHex(this.#deps.suite.sha256(utf8(text))).slice(0, 32);
  }

  async #remember(text: string): Promise<void> {
    const [newest] = await this.#history.versions();
    if (newest?.revision === this.#revision(text)) return;
    await this.#addVersion(text, "file", newest === undefined ? "as it was found" : "changed outside of the console");
  }

  async #addVersion(text: string, by: string, summary: string): Promise<void> {
    await this.#history.add({ revision: this.#revision(text), at: this.#deps.clock.now(), by, summary, text });
  }

  async #versionBefore(revision: string): Promise<SettingsVersion> {
    const versions = await this.#history.versions();
    const current = versions.findIndex((each) => each.revision === revision);
    const before = versions.slice(current + 1).find((each) => each.revision !== revision);
    if (before !== undefined) return before;
    throw new AppError("settings.nothing_to_undo", "there is no earlier version of the configuration", {
      hint: "The history lists all that are kept.",
    });
  }

  async #secrets(): Promise<readonly SecretView[]> {
    const { files, dataFolder } = this.#deps;
    const folder = join(dataFolder, SECRETS);
    const names = (await files.list(folder)).filter((name) => !name.endsWith(".new"));
    return await Promise.all(
      names.map(async (name) => ({ name, file: `${SECRETS}/${name}`, at: await files.writtenAt(join(folder, name)) })),
    );
  }
}

const plainProblem = ({ path, message }: CheckedText["problems"][number]) => ({ path: [...path], message });

/** Passwords in addresses never leave the box, also not as values. */
function masked(value: unknown): unknown {
  return value === null
    ? null
    : (JSON.parse(JSON.stringify(value), (_key, each: unknown) =>
        typeof each === "string" ? maskSecrets(each) : each,
      ) as unknown);
}

function summaryOf(change: SettingsChange, changes: SettingsPlanView["changes"]): string {
  if (change.restore !== undefined) return `back to version ${change.restore}`;
  const names = [...new Set(changes.map(({ path }) => pathText(path)))];
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return names.length === 0 ? "comments only" : `${names.slice(0, 3).join(", ")}${more}`.slice(0, 200);
}

function conflict(): AppError {
  return new AppError("settings.conflict", "somebody else has changed the settings in the meantime", {
    hint: "Read them again, and make your change once more.",
  });
}

function invalid({ problems }: CheckedText): AppError {
  const told = problems.slice(0, 5).map(({ path, message }) => `${pathText(path)}: ${message}`);
  return new AppError("settings.invalid", `the settings have ${problems.length} problem(s): ${told.join("; ")}`, {
    hint: "Correct what is listed; nothing was changed.",
    context: { problems: problems.length },
  });
}

function maskedNothing(): AppError {
  return new AppError("settings.bad_path", "a masked secret stands where there was none", {
    hint: "Write what it is, or leave what is masked as it is.",
  });
}

/** A list that is sent back whole holds its secrets masked, as they were shown. */
function unmaskChanges(changes: readonly SettingChange[], values: unknown): readonly SettingChange[] {
  return changes.map(({ path, value }) => {
    if (value === undefined) return { path };
    const plain = unmaskValue(value, values);
    if (plain === undefined) throw maskedNothing();
    return { path, value: plain };
  });
}
