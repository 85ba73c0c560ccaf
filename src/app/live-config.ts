// The configuration that a running box uses. Settings that somebody has said to take in at once change under it; the others wait for
// the next start.

import { type Logger, messageOf } from "../base/index.ts";
import {
  type BoxConfig,
  boxConfigOf,
  changedPaths,
  isCovered,
  type SettingPath,
  valueAt,
  withValue,
} from "../config/index.ts";

/** A part that takes in settings while it runs. */
export interface Reloadable {
  /** Keys with dots between, `*` for any: `lines.*.sender_policy`. */
  readonly paths: readonly string[];
  /** Told after a change of them; left out by parts that ask `current` each time. */
  readonly reload?: (config: BoxConfig) => void;
}

export class LiveConfig {
  readonly #log: Logger;
  readonly #parts: Reloadable[] = [];
  #config: BoxConfig;
  #values: unknown;

  /** `values`: what `config` was made of, with its defaults. Without them nothing is taken in while the box runs. */
  constructor(config: BoxConfig, options: { readonly log: Logger; readonly values?: unknown }) {
    this.#config = config;
    this.#log = options.log;
    this.#values = options.values;
  }

  get current(): BoxConfig {
    return this.#config;
  }

  /** Every path that some part takes in at once. */
  get paths(): readonly string[] {
    return [...new Set(this.#parts.flatMap(({ paths }) => paths))].sort();
  }

  register(part: Reloadable): void {
    this.#parts.push(part);
  }

  takes(path: SettingPath): boolean {
    return this.paths.some((pattern) => isCovered(path, pattern));
  }

  /** Where what is asked for differs from what is used. */
  pending(values: unknown): readonly SettingPath[] {
    return changedPaths(this.#values, values);
  }

  /** Takes in of `values` what can be; returns what was. Settings that only make sense with others that cannot be wait with them. */
  update(values: unknown): readonly SettingPath[] {
    const wanted = this.pending(values).filter((path) => this.takes(path));
    if (wanted.length === 0) return [];
    const next = wanted.reduce((tree, path) => withValue(tree, path, valueAt(values, path)), this.#values);
    try {
      this.#config = boxConfigOf(next);
    } catch {
      return [];
    }
    this.#values = next;
    for (const { paths, reload } of this.#parts)
      if (wanted.some((path) => paths.some((pattern) => isCovered(path, pattern)))) this.#tell(reload);
    return wanted;
  }

  #tell(reload: Reloadable["reload"]): void {
    try {
      reload?.(this.#config);
    } catch (error) {
      this.#log.error("settings_not_taken_in", { reason: messageOf(error) });
    }
  }
}
