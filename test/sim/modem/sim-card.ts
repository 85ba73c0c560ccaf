// A SIM card: it keeps its identity, its messages and its PIN counters whatever happens to the modem around it.

import { type CardIdentity, cardIdentity } from "./identity.ts";
import { MessageStore } from "./message-store.ts";

/** TS 27.007 8.3. */
export type PinState = "READY" | "SIM PIN" | "SIM PUK";

/** The service centre of the simulated network, a fictitious number. */
export const SERVICE_CENTRE = "+15550100900";

const PIN_TRIES = 3;

export class SimCard {
  readonly identity: CardIdentity;
  readonly store: MessageStore;
  /** The service centre the card names; a host may change it with +CSCA. */
  serviceCentre = SERVICE_CENTRE;
  /** Empty: the card asks for no PIN. */
  readonly #pin: string;
  #tries = PIN_TRIES;
  #unlocked: boolean;

  constructor(options: { readonly number: string; readonly capacity?: number; readonly pin?: string }) {
    this.identity = cardIdentity(options.number);
    this.store = new MessageStore(options.capacity ?? 30);
    this.#pin = options.pin ?? "";
    this.#unlocked = this.#pin === "";
  }

  get pinState(): PinState {
    if (this.#unlocked) return "READY";
    return this.#tries === 0 ? "SIM PUK" : "SIM PIN";
  }

  /** Whether the card asks for its PIN after power-on. */
  get pinEnabled(): boolean {
    return this.#pin !== "";
  }

  get pinTries(): number {
    return this.#tries;
  }

  /** True for the right PIN. Each wrong one costs a try; the third locks the card for good (no PUK is simulated). */
  enterPin(pin: string): boolean {
    if (this.#tries === 0) return false;
    if (pin !== this.#pin) {
      this.#tries--;
      return false;
    }
    this.#tries = PIN_TRIES;
    this.#unlocked = true;
    return true;
  }

  /** The card lost power: an enabled PIN is asked for again. */
  powerCycle(): void {
    this.#unlocked = this.#pin === "";
  }
}
