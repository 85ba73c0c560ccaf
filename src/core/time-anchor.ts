// The last time that was known for sure, kept while the box goes by the word of one voice alone (a network, or the relay). However often such
// a voice speaks, and over however many starts, it moves the box only so far from here; see `agreedTime`.

import { type Logger, messageOf, SerialQueue, type UnixMs, unixMs } from "../base/index.ts";
import type { SettingStore } from "./ports-store.ts";

const ANCHOR = "time.anchor";

export class TimeAnchor {
  readonly #settings: SettingStore;
  readonly #log: Logger;
  readonly #writing = new SerialQueue("time anchor");
  #at: UnixMs | null;

  private constructor(settings: SettingStore, log: Logger, at: UnixMs | null) {
    this.#settings = settings;
    this.#log = log;
    this.#at = at;
  }

  /** Errors: those of the settings. */
  static async open(settings: SettingStore, log: Logger): Promise<TimeAnchor> {
    const text = await settings.getSetting(ANCHOR);
    return new TimeAnchor(settings, log, text !== null && /^\d{1,15}$/.test(text) ? unixMs(Number(text)) : null);
  }

  /** From where it counts how far a voice would move the box: `known` where nobody's lone word was taken since. */
  reference(known: UnixMs): UnixMs {
    return this.#at ?? known;
  }

  /** A lone word is about to be taken: what is known now counts until somebody confirms it. */
  hold(known: UnixMs): void {
    if (this.#at !== null) return;
    this.#at = known;
    this.#save(String(known));
  }

  /** A time server, or a second voice, says that the clock is right. */
  release(): void {
    if (this.#at === null) return;
    this.#at = null;
    this.#save("");
  }

  /** Written in the background: nobody who tells the time waits for the disk. */
  #save(text: string): void {
    this.#writing
      .run(() => this.#settings.setSetting(ANCHOR, text))
      .catch((error: unknown) => this.#log.warn("time_anchor_not_saved", { reason: messageOf(error) }));
  }
}
