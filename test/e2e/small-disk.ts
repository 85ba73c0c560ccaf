// A disk small enough to be filled up: a tmpfs of its own, for root only.

import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemCodeOf } from "../../src/base/index.ts";

const PIECE = Buffer.alloc(64 * 1024, 0x55);

export class SmallDisk {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Null when this user may not mount, or the system has no tmpfs. */
  static mount(folder: string, mebibytes: number): SmallDisk | null {
    mkdirSync(folder, { recursive: true });
    const options = `size=${mebibytes}m,mode=0700`;
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
    return status === 0 ? new SmallDisk(folder) : null;
  }

  /** Whether `mount` works here: found out by doing it. */
  static available(): boolean {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-disk-"));
    try {
      const disk = SmallDisk.mount(folder, 1);
      disk?.unmount();
      return disk !== null;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  get #ballast(): string {
    return join(this.#folder, "ballast");
  }

  /** Writes a file until no byte is free. */
  fill(): void {
    const file = openSync(this.#ballast, "w");
    try {
      for (;;) writeSync(file, PIECE);
    } catch (error) {
      if (systemCodeOf(error) !== "ENOSPC") throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  /** At once, even when somebody still holds a file. Idempotent. */
  unmount(): void {
    spawnSync("umount", ["-l", this.#folder], { stdio: "ignore" });
  }
}
