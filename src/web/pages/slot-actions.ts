// What the pages can do with slots, SIMs and new hardware; a part of the controller. What the box answers goes into the store at once.

import type { Store } from "../../page-parts/index.ts";
import type { AtReplyView } from "../../protocol/index.ts";
import type { FleetApi, NewLine, UssdNotice, UssdSaid } from "./api-fleet.ts";
import type { AskedRung } from "./ladder.ts";
import { applySlot, type State } from "./state.ts";

export interface SlotActionsDeps {
  readonly store: Store<State>;
  readonly api: FleetApi;
}

export class SlotActions {
  readonly #deps: SlotActionsDeps;

  constructor(deps: SlotActionsDeps) {
    this.#deps = deps;
  }

  async recover(slot: string, rung: AskedRung): Promise<void> {
    const view = await this.#deps.api.recover(slot, rung);
    this.#deps.store.update((state) => applySlot(state, view));
  }

  async enterPin(slot: string, pin: string, confirm: boolean): Promise<void> {
    const view = await this.#deps.api.enterPin(slot, pin, confirm);
    this.#deps.store.update((state) => applySlot(state, view));
  }

  async at(slot: string, command: string): Promise<AtReplyView> {
    return await this.#deps.api.at(slot, command);
  }

  /** The slot leaves the page with the event that tells everybody. */
  async remove(slot: string): Promise<void> {
    await this.#deps.api.removeSlot(slot);
  }

  async ussdAsk(slot: string, code: string): Promise<UssdSaid> {
    return await this.#deps.api.ussdAsk(slot, code);
  }

  async ussdReply(slot: string, text: string): Promise<UssdSaid> {
    return await this.#deps.api.ussdReply(slot, text);
  }

  /** Ends a session that is open; that there is none is no matter, and that the box is away its banner tells. */
  async ussdEnd(slot: string): Promise<void> {
    await this.#deps.api.ussdEnd(slot).catch(() => null);
  }

  /** What the network said last by itself; null too when it cannot be asked. */
  async ussdNotice(slot: string): Promise<UssdNotice> {
    return await this.#deps.api.ussdNotice(slot).catch(() => null);
  }

  /** Asks for new hardware. What cannot be told now is told by the link's banner; the next question may be answered. */
  async loadHardware(): Promise<void> {
    const hardware = await this.#deps.api.join().catch(() => null);
    if (hardware !== null) this.#deps.store.update((state) => ({ ...state, hardware }));
  }

  /** `span` in seconds; 0 closes the window. */
  async permitJoin(span: number): Promise<void> {
    const hardware = await this.#deps.api.permitJoin(span);
    this.#deps.store.update((state) => ({ ...state, hardware }));
  }

  async addLine(line: NewLine): Promise<void> {
    await this.#deps.api.addLine(line);
  }

  async adoptSim(line: string, slot: string): Promise<void> {
    await this.#deps.api.adoptSim(line, slot);
  }
}
