// How a slot's SIM is asked for its balance: what the owner says for the slot goes before what he says for the operator, that before
// what he says for all, and that before what is known of the operator.

import type { SlotId } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import { type BalanceRule, balanceOperator } from "../core/index.ts";

/** Null where the configuration does not ask for balances. */
export function balanceRules(
  config: Pick<BoxConfig, "slots" | "balance">,
): ((slot: SlotId, imsi: string | null) => BalanceRule | null) | null {
  const { balance } = config;
  if (balance === undefined) return null;
  const ofSlots = new Map(config.slots.map((slot) => [slot.id, slot.balance]));
  return (slot, imsi) => {
    const own = ofSlots.get(slot);
    if (own === "off") return null;
    const network = [6, 5].map((length) => imsi?.slice(0, length) ?? "").find((code) => code in balance.operators);
    const named = network === undefined ? undefined : balance.operators[network];
    const known = imsi === null ? null : balanceOperator(imsi);
    const code = own?.code ?? named?.code ?? balance.code ?? known?.code;
    if (code === undefined) return null;
    return {
      code,
      pattern: own?.pattern ?? named?.pattern ?? balance.pattern,
      currency: own?.currency ?? named?.currency ?? balance.currency ?? known?.currency,
      alertBelow: own?.alert_below ?? named?.alert_below ?? balance.alert_below,
    };
  };
}
