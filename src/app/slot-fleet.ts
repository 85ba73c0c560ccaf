// All slots of the box: those of the configuration, and those that joined while it ran.

import { AppError, type Disposer, type SlotId } from "../base/index.ts";
import type { SlotDriver } from "../core/index.ts";

export class SlotFleet {
  readonly #drivers = new Map<SlotId, SlotDriver>();
  readonly #listeners = new Set<(driver: SlotDriver) => void>();
  #running = false;

  /** Told of every slot that joins from now on, before it starts. */
  onAdded(listener: (driver: SlotDriver) => void): Disposer {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Takes a slot in, and starts it when the others run. */
  add(id: SlotId, driver: SlotDriver): void {
    this.#drivers.set(id, driver);
    for (const listener of this.#listeners) listener(driver);
    if (this.#running) driver.start();
  }

  /** Stops a slot and forgets it. */
  async remove(id: SlotId): Promise<void> {
    const driver = this.#drivers.get(id);
    this.#drivers.delete(id);
    await driver?.stop();
  }

  has(id: SlotId): boolean {
    return this.#drivers.has(id);
  }

  /** Throws `slot.unknown`. */
  get(id: SlotId): SlotDriver {
    const driver = this.#drivers.get(id);
    if (driver !== undefined) return driver;
    throw new AppError("slot.unknown", "the box has no such slot", {
      hint: "List the slots and take an id from there.",
      context: { slot: id },
    });
  }

  list(): readonly SlotDriver[] {
    return [...this.#drivers.values()];
  }

  start(): void {
    this.#running = true;
    for (const driver of this.list()) driver.start();
  }

  /** Resolves when nothing of any slot runs any more. */
  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.list().map((driver) => driver.stop()));
  }
}
