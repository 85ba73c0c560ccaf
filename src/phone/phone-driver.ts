// One SIM of a phone as a slot of the box. The phone does the work; this tells the slot's part of it.

import type { UnixMs } from "../base/index.ts";
import { noRecovery, type SlotDriver, type SlotStatus } from "../core/index.ts";
import type { SlotState } from "../protocol/index.ts";
import type { MessageRouter, PhoneBinding } from "./message-router.ts";
import type { Phone } from "./phone.ts";

export interface PhoneDriverDeps {
  readonly binding: PhoneBinding;
  readonly router: MessageRouter;
  /** By its name of the moment: phones are registered, renamed and removed while the box runs. */
  readonly phone: () => Phone | null;
  readonly startedAt: UnixMs;
}

const STATES: Readonly<Record<Phone["facts"]["state"], SlotState>> = {
  waiting: "starting",
  ready: "ready",
  down: "down",
};
const STEPS: Readonly<Record<Phone["facts"]["state"], string>> = {
  waiting: "waiting_for_phone",
  ready: "ready",
  down: "silent",
};

export class PhoneDriver implements SlotDriver {
  readonly #deps: PhoneDriverDeps;
  #stopped = false;

  constructor(deps: PhoneDriverDeps) {
    this.#deps = deps;
  }

  /** Phones are started together, by `Phones`: one phone serves two slots. */
  start(): void {}

  async stop(): Promise<void> {
    this.#stopped = true;
  }

  nudge(): void {
    this.#deps.phone()?.nudge();
  }

  status(): SlotStatus {
    const { binding, router, startedAt } = this.#deps;
    const phone = this.#deps.phone();
    const facts = phone?.facts ?? null;
    const card = facts?.sims.find(({ sim }) => sim === binding.sim) ?? null;
    const { manufacturer = "", model = "" } = facts?.device ?? {};
    const revision = facts?.health?.appVersion ?? "";
    return {
      id: binding.slot,
      kind: "phone",
      lineId: router.lineOf({ sims: facts?.sims ?? [] }, binding),
      state: this.#stopped ? "stopped" : facts === null ? "down" : STATES[facts.state],
      step: facts === null ? "waiting_for_phone" : STEPS[facts.state],
      since: facts?.since ?? startedAt,
      problem: facts === null ? notRegistered(binding.phone) : facts.problem,
      warnings: facts?.warnings ?? [],
      profile: null,
      modem: model === "" && revision === "" ? null : { manufacturer, model, revision, imei: "" },
      iccid: card?.iccid ?? null,
      imsi: null,
      ownNumber: card?.number ?? null,
      operator: card?.operator ?? null,
      mccMnc: null,
      technology: facts?.health?.technology ?? null,
      registration: null,
      // The app does not tell it.
      signalDbm: null,
      storage: null,
      battery: facts?.health?.battery ?? null,
      recovery: noRecovery,
    };
  }
}

function notRegistered(phone: string) {
  return {
    code: "phone.not_registered",
    message: `no phone named ${phone} is registered`,
    hint: "Add it in the console under Phones, or by `numberbox phone add`.",
    context: { phone },
  };
}
