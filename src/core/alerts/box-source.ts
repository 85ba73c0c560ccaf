// What alerts see of the box itself: slots, outbox, relay, intake and clock.

import type { SlotId } from "../../base/index.ts";
import type { Overview, SlotView } from "../../protocol/index.ts";
import type { AlertSource, Observation, RuleId } from "./alert-model.ts";

export interface BoxSourceDeps {
  readonly box: { overview(): Promise<Overview>; slots(): readonly SlotView[] };
  /** Whether a slot's balance is lower than its owner wants it; null where it is not known or not asked for. */
  readonly balanceLow: (slot: SlotView) => boolean | null;
}

const SLOT_RULES = [
  "slot_down",
  "slot_gave_up",
  "sim_lost",
  "sms_storage",
  "signal_weak",
  "balance_low",
  "phone_battery",
] as const satisfies readonly RuleId[];
const BOX_RULES = ["outbox_age", "relay_down", "intake_paused", "clock_doubt"] as const satisfies readonly RuleId[];

/** A SIM that is not there, or cannot be read: another matter than a modem that is gone. */
const LOST: readonly string[] = ["sim.missing", "sim.failure"];

export function boxSource({ box, balanceLow }: BoxSourceDeps): AlertSource {
  return {
    rules: [...SLOT_RULES, ...BOX_RULES],
    observe: async () => {
      const overview = await box.overview();
      return [...overviewObservations(overview), ...box.slots().flatMap((slot) => slotObservations(slot, balanceLow))];
    },
  };
}

function overviewObservations({ outbox, relay, intake, clock }: Overview): readonly Observation[] {
  // Without a relay messages wait by the owner's own wish.
  const none = relay.state === "none";
  const oldest = none ? 0 : Math.floor((outbox.oldest_ms ?? 0) / 1000);
  const of = (rule: (typeof BOX_RULES)[number], value: number | boolean, details: Observation["details"] = {}) => {
    return { rule, subject: "", value, details };
  };
  return [
    of("outbox_age", oldest, { messages: outbox.depth }),
    of("relay_down", !none && relay.state !== "up", reason(relay.problem?.code)),
    of("intake_paused", intake.state === "paused", reason(intake.problem?.code)),
    of("clock_doubt", clock === "suspect"),
  ];
}

const reason = (code: string | undefined): Observation["details"] => (code === undefined ? {} : { reason: code });

function slotObservations(slot: SlotView, balanceLow: BoxSourceDeps["balanceLow"]): readonly Observation[] {
  const { id, state, problem, recovery, sms_storage: storage, signal_dbm: signal, battery, balance } = slot;
  const line = slot.line === null ? {} : { line: slot.line.id };
  const of = (rule: (typeof SLOT_RULES)[number], value: Observation["value"], more: Observation["details"] = {}) => {
    return { rule, subject: id, value, details: { ...line, ...more } };
  };
  const lost = problem !== null && LOST.includes(problem.code);
  const away = state !== "ready" && state !== "stopped";
  // The network's signal is old news while the slot is away.
  const ready = <T>(value: T): T | null => (state === "ready" ? value : null);
  // What stores nothing on a SIM cannot fill one up.
  const used = storage === null || storage.total === 0 ? 0 : Math.round((100 * storage.used) / storage.total);
  return [
    of("slot_down", away && !lost, reason(problem?.code)),
    of("slot_gave_up", recovery.rung === "give_up" && !lost, reason(problem?.code)),
    of("sim_lost", away && lost, reason(problem?.code)),
    of("sms_storage", ready(used), storage === null ? {} : { used: storage.used, total: storage.total }),
    of("signal_weak", ready(signal)),
    of(
      "balance_low",
      balanceLow(slot),
      balance === null ? {} : { amount: balance.amount, currency: balance.currency ?? "" },
    ),
    of("phone_battery", battery === null ? null : battery.charging ? 100 : battery.percent),
  ];
}

/** Whether an amount such as `-1.50` is lower than another. */
export function isBelow(amount: string, floor: string): boolean {
  return Number(amount) < Number(floor);
}

/** Looks up the owner's floor for a slot's SIM. */
export function balanceFloor(
  floorOf: (slot: SlotId, imsi: string | null) => string | null,
): BoxSourceDeps["balanceLow"] {
  return ({ id, imsi, balance }) => {
    const floor = floorOf(id as SlotId, imsi);
    return balance === null || floor === null ? null : isBelow(balance.amount, floor);
  };
}
