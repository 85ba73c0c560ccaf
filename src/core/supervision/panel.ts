// Runs the light, the button and the battery's line of a box. What cannot be had (no such line, no program) is logged, and the box goes on.

import { type Clock, type Disposer, type Logger, type Millis, messageOf, millis, seconds } from "../../base/index.ts";
import type { EventLog } from "../event-log.ts";
import {
  type ButtonInput,
  type ButtonState,
  idleButton,
  type LightName,
  lightOf,
  type MainsState,
  type PanelFacts,
  stepButton,
  stepMains,
} from "./panel-rules.ts";
import type { SystemActions } from "./ports-system.ts";

/** A line of the machine's pins that is watched: active is pressed, or without mains. */
export interface InputLine {
  /**
   * Calls `onChange` with the level now and each that comes. `lasted`: how long the level before it was there, by the clock that saw both of
   * its ends as they came, however late that is told; null where nobody saw them.
   */
  watch(onChange: (active: boolean, lasted: Millis | null) => void): Disposer;
}

export interface OutputLight {
  /** Replaces what was shown before. Idempotent. */
  show(light: LightName): void;
  dark(): void;
}

export interface PanelDeps {
  readonly light: OutputLight | null;
  readonly button: InputLine | null;
  readonly mains: { readonly line: InputLine; readonly delay: Millis } | null;
  readonly facts: () => PanelFacts;
  readonly actions: SystemActions;
  readonly events: Pick<EventLog, "record">;
  readonly clock: Clock;
  readonly log: Logger;
}

const LOOK_EVERY = seconds(2);

export class Panel {
  readonly #deps: PanelDeps;
  #button: ButtonState = idleButton;
  /** Whether the button was seen at rest: one that is pressed from the start is shorted, or belongs to the press before. */
  #rested = false;
  #mains: MainsState = { lostAt: null };
  #warning = false;
  #disposers: Disposer[] = [];
  #timers = new Map<string, Disposer>();

  constructor(deps: PanelDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { button, mains } = this.#deps;
    if (button !== null) this.#disposers.push(button.watch((active, lasted) => this.#press(active, lasted)));
    if (mains !== null) this.#disposers.push(mains.line.watch((active) => this.#power(active)));
    this.#look();
  }

  /** Idempotent. */
  stop(): void {
    for (const dispose of [...this.#disposers.splice(0), ...this.#timers.values()]) dispose();
    this.#timers.clear();
    this.#deps.light?.dark();
  }

  #look(): void {
    this.#deps.light?.show(this.#warning ? "warning" : lightOf(this.#deps.facts()));
    this.#after("light", LOOK_EVERY, () => this.#look());
  }

  #press(active: boolean, lasted: Millis | null): void {
    if (!active) this.#rested = true;
    const { since } = this.#button;
    // A level that was there before is no press, and its end no release.
    if (!this.#rested || (!active && since === null)) return;
    if (active || since === null) return this.#buttonInput({ type: "pressed", at: this.#now() });
    // By the pin's own time: while the box was busy a short press seems a long one. One that nobody saw the ends of deletes nothing.
    this.#buttonInput({ type: "released", at: millis(since + (lasted ?? 0)) });
  }

  #buttonInput(input: ButtonInput): void {
    const { state, effects, wakeAt } = stepButton(this.#button, input);
    this.#button = state;
    for (const effect of effects) {
      this.#warning = effect === "warn";
      this.#look();
      if (effect === "factory_reset") this.#ask("factory_reset");
    }
    this.#timers.get("button")?.();
    if (wakeAt === null) return;
    const wait = millis(Math.max(0, wakeAt - this.#now()));
    this.#after("button", wait, () => this.#buttonInput({ type: "time", at: this.#now() }));
  }

  #power(lost: boolean): void {
    this.#mainsInput({ type: lost ? "pressed" : "released", at: this.#now() });
    const delay = this.#deps.mains?.delay ?? millis(0);
    this.#timers.get("mains")?.();
    if (lost) this.#after("mains", delay, () => this.#mainsInput({ type: "time", at: this.#now() }));
  }

  #mainsInput(input: ButtonInput): void {
    const { events, mains } = this.#deps;
    const { state, effects } = stepMains(this.#mains, input, mains?.delay ?? millis(0));
    this.#mains = state;
    for (const effect of effects) {
      if (effect === "power_off") this.#ask("power_off");
      else
        events.record({
          level: effect === "tell_lost" ? "warn" : "info",
          code: effect === "tell_lost" ? "host.on_battery" : "host.on_mains",
        });
    }
  }

  #ask(action: "factory_reset" | "power_off"): void {
    const { actions, events, log } = this.#deps;
    events.record({ level: "warn", code: action === "power_off" ? "host.battery_stop" : "host.button_reset" });
    actions.perform(action).catch((error) => log.error("panel_action_failed", { action, reason: messageOf(error) }));
  }

  #now(): Millis {
    return this.#deps.clock.monotonic();
  }

  #after(name: string, delay: Millis, task: () => void): void {
    this.#timers.get(name)?.();
    this.#timers.set(name, this.#deps.clock.after(delay, name, task));
  }
}
