// One call of a modem, as the rest of the box has it: passes on what it is asked for, and tells what happens, in order and to the end.

import { type Disposer, type Logger, messageOf, SerialQueue, type SlotId } from "../../base/index.ts";
import type { ModemAudio, ModemCall, ModemCallEvent } from "../../core/index.ts";
import { callOver } from "./voice-errors.ts";

export interface CallActions {
  answer(): Promise<void>;
  hangUp(): Promise<void>;
  sendDigit(digit: string): Promise<void>;
}

export interface TrackedCallOptions {
  readonly slot: SlotId;
  readonly direction: "in" | "out";
  readonly number: string | null;
  readonly audio: ModemAudio;
  readonly actions: CallActions;
  readonly log: Logger;
}

export class TrackedCall implements ModemCall {
  readonly slot: SlotId;
  readonly direction: "in" | "out";
  readonly number: string | null;
  readonly audio: ModemAudio;
  readonly #options: TrackedCallOptions;
  readonly #listeners = new Set<(event: ModemCallEvent) => void>();
  /** One key after the other, none twice. */
  readonly #keys = new SerialQueue("keys of a call");
  /** What happened before anybody listened. */
  #backlog: ModemCallEvent[] = [];
  #ended: ModemCallEvent | null = null;

  constructor(options: TrackedCallOptions) {
    this.slot = options.slot;
    this.direction = options.direction;
    this.number = options.number;
    this.audio = options.audio;
    this.#options = options;
  }

  get over(): boolean {
    return this.#ended !== null;
  }

  /** The first listener hears of all that has happened; one that comes after the end hears of the end. Always in a later turn. */
  onEvent(listener: (event: ModemCallEvent) => void): Disposer {
    this.#listeners.add(listener);
    if (this.#backlog.length > 0) queueMicrotask(() => this.#replay());
    else if (this.#ended !== null) {
      const ended = this.#ended;
      queueMicrotask(() => this.#listeners.has(listener) && this.#tell(listener, ended));
    }
    return () => {
      this.#listeners.delete(listener);
    };
  }

  answer(): Promise<void> {
    return this.over ? Promise.reject(callOver()) : this.#options.actions.answer();
  }

  async hangUp(): Promise<void> {
    if (!this.over) await this.#options.actions.hangUp();
  }

  sendDigit(digit: string): Promise<void> {
    return this.#keys.run(async () => {
      if (this.over) throw callOver();
      await this.#options.actions.sendDigit(digit);
    });
  }

  /** Nothing follows `ended`. */
  emit(event: ModemCallEvent): void {
    if (this.over) return;
    if (event.type === "ended") this.#ended = event;
    if (this.#listeners.size === 0 || this.#backlog.length > 0) this.#backlog.push(event);
    else for (const listener of [...this.#listeners]) this.#tell(listener, event);
  }

  #replay(): void {
    if (this.#listeners.size === 0) return;
    for (const event of this.#backlog.splice(0)) {
      for (const listener of [...this.#listeners]) this.#tell(listener, event);
    }
  }

  #tell(listener: (event: ModemCallEvent) => void, event: ModemCallEvent): void {
    try {
      listener(event);
    } catch (error) {
      this.#options.log.error("listener_failed", { component: "call of a modem", reason: messageOf(error) });
    }
  }
}
