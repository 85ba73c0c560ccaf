// The box's one owner: claims it once with a first password, then signs in with it. All hashing goes through one queue: a hash
// takes 32 MiB and a thread of the pool that also carries the store's fsyncs, so never more than one runs.

import { AppError, equalBytes, type Random, SerialQueue, utf8 } from "../../base/index.ts";
import type { SettingStore } from "../../core/index.ts";
import type { WebLimits } from "./limits.ts";
import { readPassword, setPassword, verifyPassword } from "./passwords.ts";

export interface OwnerDeps {
  readonly settings: SettingStore;
  readonly random: Random;
  readonly limits: Pick<WebLimits, "passwordQueue">;
  /** Printed on the box's label or screen; the first visitor must type it. Undefined: the first visitor in time claims the box. */
  readonly claimCode: string | undefined;
}

export class Owner {
  readonly #deps: OwnerDeps;
  readonly #queue = new SerialQueue("password check");

  constructor(deps: OwnerDeps) {
    this.#deps = deps;
  }

  get needsClaimCode(): boolean {
    return this.#deps.claimCode !== undefined;
  }

  /** Names the password in force, for sessions; null while the box is unclaimed. */
  async passwordId(): Promise<string | null> {
    return (await readPassword(this.#deps.settings))?.id ?? null;
  }

  /**
   * Sets the first password; returns its id. Of any number of claims at the same time exactly one succeeds. Errors:
   * `web.already_set_up`, `web.wrong_claim_code`, `web.weak_password`, `web.busy`.
   */
  claim(password: string, code: string | undefined): Promise<string> {
    return this.#enqueue(async () => {
      if ((await this.passwordId()) !== null) {
        throw new AppError("web.already_set_up", "this box already has an owner", {
          hint: "Sign in with the owner's password. If it was not you who set it, reset the box at once.",
        });
      }
      this.#checkClaimCode(code ?? "");
      return setPassword({ settings: this.#deps.settings, random: this.#deps.random, password });
    });
  }

  /** The id of the password when `password` is right, else null. Errors: `web.setup_needed`, `web.busy`. */
  verify(password: string): Promise<string | null> {
    return this.#enqueue(async () => {
      const record = await readPassword(this.#deps.settings);
      if (record === null) throw setupNeeded();
      return (await verifyPassword(record, password)) ? record.id : null;
    });
  }

  stop(): void {
    this.#queue.stop();
  }

  #checkClaimCode(typed: string): void {
    const expected = this.#deps.claimCode;
    if (expected === undefined || equalBytes(utf8(typed.trim()), utf8(expected))) return;
    throw new AppError("web.wrong_claim_code", "the claim code is not this box's", {
      hint: "Type the code printed on the box's label or shown on its screen.",
    });
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    if (this.#queue.depth >= this.#deps.limits.passwordQueue) {
      return Promise.reject(
        new AppError("web.busy", "too many sign-ins at once", { retryable: true, hint: "Try again in a few seconds." }),
      );
    }
    return this.#queue.run(task);
  }
}

/** What everything but the set-up answers while the box has no owner. */
export function setupNeeded(): AppError {
  return new AppError("web.setup_needed", "this box has no owner yet", {
    hint: "Open the console in a browser and set the owner's password.",
  });
}
