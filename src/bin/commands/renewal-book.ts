// The plans of a machine's renter, one file each: which rentals are renewed by themselves, and how often they still may be.

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, type Clock, fromUtf8, millis, utf8 } from "../../base/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import { type Folder, type RenewalPlan, renewalPlan } from "../../renter/index.ts";
import { openDiskFolder } from "../../renter-node/index.ts";

const FOLDER = "renewals";
const TRIES = 50;
const PAUSE = millis(100);

export class RenewalBook {
  readonly #folder: Folder;
  readonly #clock: Clock;

  private constructor(folder: Folder, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** `root`: the renter's state folder. Errors: `renter.state_io`. */
  static async open(root: string, clock: Clock): Promise<RenewalBook> {
    return new RenewalBook(await openDiskFolder(join(root, FOLDER)), clock);
  }

  /** By rental. Errors: `renter.bad_state`. */
  async all(): Promise<readonly RenewalPlan[]> {
    const names = await readdir(this.#folder.path).catch(() => []);
    const ids = names.flatMap((name) => /^([0-9a-f]{32})\.json$/.exec(name)?.[1] ?? []).toSorted();
    const plans = await Promise.all(ids.map((id) => this.plan(id)));
    return plans.filter((plan) => plan !== null);
  }

  async plan(rental: string): Promise<RenewalPlan | null> {
    const bytes = await this.#folder.read(`${rental}.json`);
    if (bytes === null) return null;
    return parseJsonWith(renewalPlan, fromUtf8(bytes), "renter.bad_state", `${this.#folder.path}/${rental}.json`);
  }

  /**
   * Makes of the plan what `decide` says; null ends it, undefined leaves it. One process at a time. Resolves with what stands there now.
   * Errors: `renter.in_use`, `renter.state_io`.
   */
  async change(
    rental: string,
    decide: (plan: RenewalPlan | null) => RenewalPlan | null | undefined,
  ): Promise<RenewalPlan | null> {
    const unlock = await this.#lock();
    try {
      const plan = await this.plan(rental);
      const next = decide(plan);
      if (next === undefined) return plan;
      if (next === null) await rm(join(this.#folder.path, `${rental}.json`), { force: true });
      else await this.#folder.replace(`${rental}.json`, utf8(`${JSON.stringify(next, null, 2)}\n`));
      return next;
    } finally {
      await unlock();
    }
  }

  async #lock(): Promise<() => Promise<void>> {
    for (let tries = 0; tries < TRIES; tries++) {
      const unlock = await this.#folder.lock();
      if (unlock !== null) return unlock;
      await this.#clock.sleep(PAUSE, "the folder of renewals");
    }
    throw new AppError("renter.in_use", "another process changes the renewals", {
      hint: "Try again.",
      retryable: true,
    });
  }
}
