// Switches a fan by the machine's hottest sensor.

import { type Clock, type Disposer, type Logger, type Millis, messageOf, minutes, seconds } from "../../base/index.ts";
import type { MachinePort } from "../ports-machine.ts";
import { type FanLimits, fanRuns } from "./fan-rules.ts";

/** A line of the machine's pins that is held. */
export interface OutputLine {
  /** Holds it at that level. Idempotent. */
  hold(active: boolean): void;
  /** Gives it back; what it then does is up to what is wired to it. Idempotent. */
  release(): void;
}

export interface FanDeps {
  readonly line: OutputLine;
  readonly limits: FanLimits;
  readonly machine: MachinePort;
  readonly clock: Clock;
  readonly log: Logger;
}

const LOOK_EVERY: Millis = seconds(10);
/** A sensor that has not answered for so long does not tell any more. */
const STALE_AFTER: Millis = minutes(1);

export class Fan {
  readonly #deps: FanDeps;
  #running: boolean | null = null;
  #cancel: Disposer = () => {};
  #watchdog: Disposer = () => {};
  #stopped = false;

  constructor(deps: FanDeps) {
    this.#deps = deps;
  }

  /** Whether it was told to run; null before the start and after the stop. */
  get running(): boolean | null {
    return this.#running;
  }

  /** It runs until a temperature says otherwise. */
  start(): void {
    this.#turn(true);
    this.#look();
  }

  /**
   * Idempotent. The line is given back, as no program outlives the box: with a driver whose input is pulled to "on" the fan then runs, which
   * is the safe side for a machine whose box is gone, and is why hardware/README.md wires it so.
   */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.#watchdog();
    this.#running = null;
    this.#deps.line.release();
  }

  #look(): void {
    const { clock, machine, limits, log } = this.#deps;
    this.#watchdog();
    this.#watchdog = clock.after(STALE_AFTER, "fan without a sensor", () => this.#turn(true));
    const next = (temperatureC: number | null): void => {
      if (this.#stopped) return;
      this.#turn(fanRuns(this.#running, temperatureC, limits));
      this.#cancel = clock.after(LOOK_EVERY, "fan", () => this.#look());
    };
    machine.facts().then(
      (facts) => next(facts.temperatureC),
      (error) => {
        log.warn("fan_without_sensor", { reason: messageOf(error) });
        next(null);
      },
    );
  }

  #turn(on: boolean): void {
    if (this.#stopped || this.#running === on) return;
    this.#running = on;
    this.#deps.line.hold(on);
    this.#deps.log.info("fan", { on });
  }
}
