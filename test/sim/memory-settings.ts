// A SettingStore in memory that keeps the port's rules for keys and sizes.

import type { SettingStore } from "../../src/core/index.ts";

export class MemorySettings implements SettingStore {
  readonly values = new Map<string, string>();
  /** Set to make the next calls fail, as a locked or full database does. */
  failure: Error | null = null;

  async getSetting(key: string): Promise<string | null> {
    this.#check(key);
    return this.values.get(key) ?? null;
  }

  async setSetting(key: string, value: string): Promise<void> {
    this.#check(key);
    if (Buffer.byteLength(value) > 64 * 1024) throw new Error(`value of setting ${key} is larger than 64 KiB`);
    this.values.set(key, value);
  }

  #check(key: string): void {
    if (this.failure !== null) throw this.failure;
    if (!/^[a-z._]{1,64}$/.test(key)) throw new Error(`bad setting key ${key}`);
  }
}
