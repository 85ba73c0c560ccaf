// The keys that a chat is told of: those of now, and those that `renter rent` makes while the bot runs.

import { type AppError, type Clock, isAppError, seconds } from "../../base/index.ts";
import type { RenterPlace } from "./renter-own-rentals.ts";
import type { NoticeSource } from "./telegram-sources.ts";

export interface TelegramKeysDeps {
  readonly clock: Clock;
  readonly places: () => Promise<readonly RenterPlace[]>;
  /** Rejects where a key or its mailbox cannot be opened. */
  readonly open: (place: RenterPlace) => Promise<readonly NoticeSource[]>;
  readonly problem: (error: AppError) => void;
}

const LOOK_AGAIN = seconds(30);

export class TelegramKeys {
  readonly #deps: TelegramKeysDeps;
  readonly #known = new Set<string>();
  /** Keys whose fault was told. */
  readonly #faulty = new Set<string>();

  constructor(deps: TelegramKeysDeps) {
    this.#deps = deps;
  }

  /** Those of now. Rejects as `open`. */
  async first(): Promise<readonly NoticeSource[]> {
    const { places, open } = this.#deps;
    const sources: NoticeSource[] = [];
    for (const place of await places()) {
      sources.push(...(await open(place)));
      this.#known.add(place.keyfile);
    }
    return sources;
  }

  /** Hands over those of keys that come later, until `signal` aborts; then resolves. A key that cannot be opened is tried again. */
  async watch(found: (source: NoticeSource) => void, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    for (;;) {
      // Aborting the wait is how it ends.
      await clock.sleep(LOOK_AGAIN, "looking for new keys", signal).catch(() => {});
      if (signal.aborted) return;
      for (const source of await this.#fresh()) found(source);
    }
  }

  async #fresh(): Promise<readonly NoticeSource[]> {
    const sources: NoticeSource[] = [];
    for (const place of await this.#places()) {
      const { keyfile } = place;
      if (this.#known.has(keyfile)) continue;
      try {
        sources.push(...(await this.#deps.open(place)));
        this.#known.add(keyfile);
      } catch (error) {
        this.#tell(keyfile, error);
      }
    }
    return sources;
  }

  async #places(): Promise<readonly RenterPlace[]> {
    try {
      return await this.#deps.places();
    } catch (error) {
      // An order that is being written just now is whole at the next look.
      this.#tell("", error);
      return [];
    }
  }

  #tell(what: string, error: unknown): void {
    if (!isAppError(error)) throw error;
    if (!this.#faulty.has(what)) this.#deps.problem(error);
    this.#faulty.add(what);
  }
}
