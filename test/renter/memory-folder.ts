// A folder in memory that dies at a chosen write, as a process does in a power cut. What was written before stays in `disk`.

import { AppError, concatBytes } from "../../src/base/index.ts";
import type { AsyncDisposer, Folder } from "../../src/renter/index.ts";

export type Disk = Map<string, Uint8Array>;

/** Thrown by the write at which the process dies and by all after it. Not an `AppError`: nothing may handle it. */
export class PowerCut extends Error {}

export interface PowerCutPlan {
  /** Which write (counting from 1) is cut. */
  readonly at: number;
  /** How much of an append that is cut reaches the disk, 0-1; 1 means all of it. */
  readonly share: number;
}

export class MemoryFolder implements Folder {
  readonly path = "/memory";
  readonly #disk: Disk;
  readonly #plan: PowerCutPlan | undefined;
  #writes = 0;
  #full = false;

  constructor(disk: Disk = new Map(), plan?: PowerCutPlan) {
    this.#disk = disk;
    this.#plan = plan;
  }

  /** Writes so far. */
  get writes(): number {
    return this.#writes;
  }

  /** Whether writes fail half-way with `renter.state_io` from now on. */
  set full(full: boolean) {
    this.#full = full;
  }

  async read(name: string): Promise<Uint8Array | null> {
    return this.#disk.get(name)?.slice() ?? null;
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    // A rename happens or does not: a share of one half and more is a cut right after it.
    const { cut, share } = this.#step();
    if (!cut || share >= 0.5) this.#disk.set(name, bytes.slice());
    if (cut) throw new PowerCut();
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    const { cut, share } = this.#step(() => this.#grow(name, bytes.subarray(0, bytes.length >> 1)));
    this.#grow(name, bytes.subarray(0, Math.floor(bytes.length * share)));
    if (cut) throw new PowerCut();
  }

  async truncate(name: string, size: number): Promise<void> {
    const { cut } = this.#step();
    if (cut) throw new PowerCut();
    this.#disk.set(name, (this.#disk.get(name) ?? new Uint8Array(0)).slice(0, size));
  }

  async lock(): Promise<AsyncDisposer | null> {
    return async () => {};
  }

  #grow(name: string, bytes: Uint8Array): void {
    this.#disk.set(name, concatBytes(this.#disk.get(name) ?? new Uint8Array(0), bytes));
  }

  #step(beforeFull: () => void = () => {}): { readonly cut: boolean; readonly share: number } {
    this.#writes++;
    if (this.#full) {
      beforeFull();
      throw new AppError("renter.state_io", "disk full");
    }
    const plan = this.#plan;
    if (plan === undefined || this.#writes < plan.at) return { cut: false, share: 1 };
    if (this.#writes > plan.at) throw new PowerCut();
    return { cut: true, share: plan.share };
  }
}
