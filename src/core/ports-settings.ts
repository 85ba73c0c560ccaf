// The box's settings as the console, REST and the command line reach them.

import type {
  SecretView,
  SettingsAppliedView,
  SettingsChange,
  SettingsHistoryView,
  SettingsPlanView,
  SettingsView,
} from "../protocol/index.ts";

export interface SettingsApply {
  readonly change: SettingsChange;
  /** Of the version that the change was made for; null to apply it to whatever there is. */
  readonly revision: string | null;
  /** Who does it, for the history. */
  readonly by: string;
  readonly summary?: string | undefined;
}

export interface SettingsConsole {
  view(): Promise<SettingsView>;
  /** JSON Schema of every setting: descriptions, defaults, ranges; `x-live` where no restart is needed. */
  schema(): object;
  /** What a change would do. Writes nothing. Errors: `settings.bad_path`, `settings.unknown_version`. */
  plan(change: SettingsChange): Promise<SettingsPlanView>;
  /**
   * Writes the change, and takes in what needs no restart. All or nothing.
   * Errors: `settings.conflict`, `settings.invalid`, `settings.bad_path`, `settings.unknown_version`, those of the disk.
   */
  apply(request: SettingsApply): Promise<SettingsAppliedView>;
  /** Newest first. */
  history(): Promise<SettingsHistoryView>;
  /** Back to the version before the present one. Errors: `settings.nothing_to_undo`, those of `apply`. */
  undo(request: Omit<SettingsApply, "change">): Promise<SettingsAppliedView>;
  /** Keeps a secret in a file of its own, which no route reads. */
  putSecret(name: string, value: string, by: string): Promise<SecretView>;
  /** Ends the box and starts it with what the file says; resolves before that begins. Errors: `box.cannot_restart`. */
  restart(by: string): Promise<void>;
}
