// Settings files in memory. A write may die before or after it has reached the disk, which is all that a replaced file can do.

import type { SettingsFiles } from "../../src/app/index.ts";

export class PowerCut extends Error {}

export class MemorySettingsFiles implements SettingsFiles {
  readonly files = new Map<string, string>();
  /** Steps (a write has two: before and behind it) until the power is cut; null for never. */
  cutIn: number | null = null;

  async read(file: string): Promise<string | null> {
    return this.files.get(file) ?? null;
  }

  async replace(file: string, text: string): Promise<void> {
    this.#step();
    this.files.set(file, text);
    this.#step();
  }

  async remove(file: string): Promise<void> {
    this.#step();
    this.files.delete(file);
    this.#step();
  }

  async list(folder: string): Promise<readonly string[]> {
    const below = [...this.files.keys()].filter((file) => file.startsWith(`${folder}/`));
    return below.map((file) => file.slice(folder.length + 1)).sort();
  }

  async writtenAt(): Promise<number> {
    return 0;
  }

  #step(): void {
    if (this.cutIn === null) return;
    if (this.cutIn === 0) throw new PowerCut("the power is cut");
    this.cutIn--;
  }
}
