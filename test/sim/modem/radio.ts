// The radio side: functionality level, registration and a signal that drifts a little, as real ones do.

import { type Clock, type Disposer, millis } from "../../../src/base/index.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { Registration } from "./settings.ts";

/** TS 27.007 8.5: 0 to 31 (-113 dBm + 2 dB a step), 99 not known. */
export type Rssi = number;

export interface RadioDeps {
  readonly clock: Clock;
  readonly random: SeededRandom;
  /** Called after each change of the registration. */
  readonly onRegistration: () => void;
}

const REGISTER_MS = 500;
/** The signal moves at most one step in this time. */
const DRIFT_MS = 5_000;
/** Farthest from the level that was set. */
const DRIFT_STEPS = 3;

export class Radio {
  /** The network the simulated modem is in: the test network of TS 23.003. */
  readonly operator = { long: "Testnet", short: "TEST", numeric: "00101" };
  readonly #deps: RadioDeps;
  /** What the network would grant; a test or the control port sets it. */
  #granted: Registration = 1;
  #registration: Registration = 1;
  #on = true;
  #rssiBase: Rssi = 21;
  #rssi: Rssi = 21;
  #driftedAt: number;
  #cancel: Disposer | undefined;
  ber = 99;

  constructor(deps: RadioDeps) {
    this.#deps = deps;
    this.#driftedAt = deps.clock.monotonic();
  }

  get registration(): Registration {
    return this.#registration;
  }

  /** Whether messages can come and go. */
  get registered(): boolean {
    return this.#registration === 1 || this.#registration === 5;
  }

  get on(): boolean {
    return this.#on;
  }

  get rssi(): Rssi {
    return this.registered ? this.#drift() : 99;
  }

  /** Sets the level around which the signal drifts: 0-31, or 99. */
  setSignal(rssi: Rssi): void {
    this.#rssiBase = rssi;
    this.#rssi = rssi;
    this.#driftedAt = this.#deps.clock.monotonic();
  }

  /** What the network says to this subscriber from now on. */
  grant(registration: Registration): void {
    this.#granted = registration;
    if (this.#on) this.#become(registration);
  }

  /** Switches the radio off at once, or on, after which it searches for a while. */
  power(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    this.#cancel?.();
    this.#cancel = undefined;
    if (!on) {
      this.#become(0);
      return;
    }
    this.#become(2);
    this.#cancel = this.#deps.clock.after(millis(REGISTER_MS), "simulated modem registers", () =>
      this.#become(this.#granted),
    );
  }

  #become(registration: Registration): void {
    if (registration === this.#registration) return;
    this.#registration = registration;
    this.#deps.onRegistration();
  }

  #drift(): Rssi {
    const now = this.#deps.clock.monotonic();
    if (this.#rssiBase > 31 || now - this.#driftedAt < DRIFT_MS) return this.#rssi;
    this.#driftedAt = now;
    const low = Math.max(0, this.#rssiBase - DRIFT_STEPS);
    const high = Math.min(31, this.#rssiBase + DRIFT_STEPS);
    this.#rssi = Math.min(high, Math.max(low, this.#rssi + this.#deps.random.int(-1, 1)));
    return this.#rssi;
  }
}
