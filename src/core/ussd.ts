// The use case behind USSD: finds the slot, refuses what must not be sent, and keeps the quota.

import { AppError, type Clock, hours, type Millis, type SlotId } from "../base/index.ts";
import type { SlotDriver } from "./ports.ts";
import type { UssdConsole, UssdNotice, UssdPort } from "./ports-ussd.ts";
import { checkUssdCode, checkUssdReply } from "./ussd-rules.ts";
import type { UssdAnswer } from "./ussd-session.ts";

export interface UssdDeps {
  readonly clock: Clock;
  readonly slots: () => readonly SlotDriver[];
  /** Sessions that a slot may begin in an hour. */
  readonly perHour: () => number;
}

const HOUR = hours(1);

export class Ussd implements UssdConsole {
  readonly #deps: UssdDeps;
  /** When each slot began sessions in the last hour, oldest first. */
  readonly #begun = new Map<SlotId, Millis[]>();

  constructor(deps: UssdDeps) {
    this.#deps = deps;
  }

  async ask(slot: SlotId, code: string): Promise<UssdAnswer> {
    const port = this.#port(slot);
    checkUssdCode(code);
    this.#count(slot);
    return await port.ask(code);
  }

  async reply(slot: SlotId, text: string): Promise<UssdAnswer> {
    const port = this.#port(slot);
    checkUssdReply(text);
    return await port.reply(text);
  }

  cancel(slot: SlotId): void {
    this.#port(slot).cancel();
  }

  notice(slot: SlotId): UssdNotice | null {
    return this.#port(slot).notice();
  }

  #port(slot: SlotId): UssdPort {
    const driver = this.#deps.slots().find((each) => each.status().id === slot);
    if (driver === undefined)
      throw new AppError("slot.unknown", "there is no such slot", { hint: "`numberbox slots` lists them." });
    if (driver.ussd === undefined)
      throw new AppError("ussd.not_supported", "only modems have USSD; this slot is a phone or a gateway's account", {
        hint: "Enter the code on the phone or at the gateway.",
      });
    return driver.ussd;
  }

  #count(slot: SlotId): void {
    const now = this.#deps.clock.monotonic();
    const recent = (this.#begun.get(slot) ?? []).filter((at) => now - at < HOUR);
    const [oldest = now] = recent;
    if (recent.length >= this.#deps.perHour())
      throw new AppError("ussd.quota", "this slot has begun its share of USSD sessions for the hour", {
        retryable: true,
        hint: "Wait, or raise ussd.per_hour.",
        context: { retry_after_s: Math.ceil((oldest + HOUR - now) / 1000) },
      });
    this.#begun.set(slot, [...recent, now]);
  }
}
