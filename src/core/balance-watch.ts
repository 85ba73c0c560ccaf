// Asks prepaid SIMs for their balance, one after another, and remembers the amounts. In memory only: after a restart they are asked anew.
// What the operator answered is dropped as soon as the amount is found.

import {
  AppError,
  type Clock,
  type Disposer,
  isAppError,
  type Logger,
  type Millis,
  type Random,
  randomFraction,
  type SlotId,
  seconds,
  type UnixMs,
} from "../base/index.ts";
import { type Balance, parseBalance } from "./balance.ts";
import { type BalancePace, type BalanceState, balanceFound, balanceMissed, firstBalance } from "./balance-plan.ts";
import type { EventLog } from "./event-log.ts";
import type { SlotStatus } from "./ports.ts";
import type { BalanceAsker } from "./ports-telemetry.ts";
import type { UssdConsole } from "./ports-ussd.ts";

export interface BalanceRule {
  readonly code: string;
  readonly pattern?: string | undefined;
  readonly currency?: string | undefined;
  readonly alertBelow?: string | undefined;
}

export interface KnownBalance extends Balance {
  readonly at: UnixMs;
}

export interface BalanceWatchDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly now: () => UnixMs;
  readonly events: Pick<EventLog, "record">;
  readonly ussd: Pick<UssdConsole, "ask" | "cancel">;
  readonly slots: () => readonly SlotStatus[];
  readonly every: Millis;
  /** How a slot's SIM is asked; null: not at all. */
  readonly ruleFor: (slot: SlotId, imsi: string | null) => BalanceRule | null;
  readonly onChange: (slot: SlotId) => void;
}

const LOOK_EVERY = seconds(30);

export class BalanceWatch implements BalanceAsker {
  readonly #deps: BalanceWatchDeps;
  readonly #states = new Map<SlotId, BalanceState>();
  readonly #known = new Map<SlotId, KnownBalance>();
  #cancelTimer: Disposer = () => {};
  readonly #asking = new Set<SlotId>();
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: BalanceWatchDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#cancelTimer = this.#deps.clock.after(LOOK_EVERY, "balances", () => {
      this.#round = this.#lookAround().then(() => {
        if (!this.#stopped) this.start();
      });
    });
  }

  /** Resolves when nothing is asked any more. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer();
    for (const slot of this.#asking) this.#deps.ussd.cancel(slot);
    await this.#round;
  }

  /** The balance of the SIM that is in a slot, null while it is not known. */
  balanceOf(slot: SlotId): KnownBalance | null {
    return this.#known.get(slot) ?? null;
  }

  async ask(slot: SlotId): Promise<KnownBalance> {
    const status = this.#deps.slots().find(({ id }) => id === slot);
    if (status === undefined)
      throw new AppError("slot.unknown", "there is no such slot", { hint: "`numberbox slots` lists them." });
    const rule = this.#deps.ruleFor(slot, status.imsi);
    if (rule === null)
      throw new AppError("balance.not_set_up", "it is not known how this SIM is asked for its balance", {
        hint: "Fill in `balance` of the slot, or `balance.operators`, in the configuration.",
      });
    await this.#ask(status, this.#stateOf(status), rule);
    const known = this.#known.get(slot);
    // What was known before this question is no answer to it.
    if (known === undefined || this.#states.get(slot)?.failures !== 0)
      throw new AppError("balance.not_found", "the operator's answer names no balance, or did not come", {
        hint: "Ask by USSD by hand and set the pattern in the configuration.",
        retryable: true,
      });
    return known;
  }

  /** One slot after another: neither the radio nor the operator sees 32 requests at once. Never rejects. */
  async #lookAround(): Promise<void> {
    for (const status of this.#deps.slots()) {
      if (this.#stopped) return;
      const rule = this.#deps.ruleFor(status.id, status.imsi);
      const state = this.#stateOf(status);
      if (rule === null || status.state !== "ready" || this.#deps.clock.monotonic() < state.dueAt) continue;
      await this.#ask(status, state, rule);
    }
  }

  #stateOf({ id, imsi, state: slotState }: SlotStatus): BalanceState {
    const state = this.#states.get(id);
    // While a slot starts its SIM is not known yet, and may well be the same as before.
    if (state !== undefined && (state.imsi === imsi || slotState !== "ready")) return state;
    const fresh = firstBalance(imsi, this.#deps.clock.monotonic(), randomFraction(this.#deps.random));
    this.#states.set(id, fresh);
    if (this.#known.delete(id)) this.#deps.onChange(id);
    return fresh;
  }

  async #ask({ id, lineId }: SlotStatus, state: BalanceState, rule: BalanceRule): Promise<void> {
    const { events, onChange, now } = this.#deps;
    const balance = await this.#amount(id, rule);
    if (this.#stopped) return;
    const next =
      balance === null
        ? balanceMissed(state, this.#pace())
        : balanceFound(state, balance, this.#pace(), rule.alertBelow);
    this.#states.set(id, next.state);
    if (balance !== null) {
      this.#known.set(id, { ...balance, at: now() });
      onChange(id);
    }
    if (!next.alert) return;
    if (balance === null) events.record({ level: "warn", code: "sim.balance_unknown", slot: id, line: lineId });
    else {
      const details = { amount: balance.amount, currency: balance.currency ?? "" };
      events.record({ level: "warn", code: "sim.balance_low", slot: id, line: lineId, details });
    }
  }

  async #amount(slot: SlotId, { code, pattern, currency }: BalanceRule): Promise<Balance | null> {
    const { ussd, log } = this.#deps;
    this.#asking.add(slot);
    try {
      const answer = await ussd.ask(slot, code);
      // Many operators put the amount above a menu, which nobody is going to use.
      if (answer.more) ussd.cancel(slot);
      const balance = parseBalance(answer.text, { pattern, currency });
      if (balance === null) log.warn("balance_not_found", { slot });
      return balance;
    } catch (error) {
      log.info("balance_not_asked", { slot, reason: isAppError(error) ? error.code : "unexpected" });
      return null;
    } finally {
      this.#asking.delete(slot);
    }
  }

  #pace(): BalancePace {
    const { clock, every, random } = this.#deps;
    return { now: clock.monotonic(), every, fraction: randomFraction(random) };
  }
}
