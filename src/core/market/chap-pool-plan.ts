// Which challenges a relay should hold for a provider. Pure.

import { isAppError, type MicroEmc, type UnixMs } from "../../base/index.ts";
import { ticketAmount } from "../../emercoin/index.ts";
import { MAX_POOLED_CHAPS } from "../../protocol/index.ts";
import type { IssuedChap } from "../payments/model.ts";
import { ticketValue } from "../payments/ticket-check.ts";

/** Whether a ticket can be worth exactly so much. */
function isPayable(price: MicroEmc): boolean {
  try {
    ticketAmount(price);
    return true;
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

/** One price for each challenge that is wanted, the first of every price before the second of any; at most 64. */
export function wantedChaps(prices: readonly MicroEmc[], perPrice: number): readonly MicroEmc[] {
  const distinct = [...new Set(prices)].filter(isPayable);
  return Array.from({ length: perPrice }, () => distinct)
    .flat()
    .slice(0, MAX_POOLED_CHAPS);
}

export interface PoolPlan {
  readonly keep: readonly IssuedChap[];
  /** What new challenges have to be worth. */
  readonly lend: readonly MicroEmc[];
}

/**
 * `lent`: what may be given out, the last to expire at the end. `held`: texts that no order can have got. A challenge that is lent and not
 * held was given to an order that we have not heard of yet: the relay must not have it again. One that expires by `until` is replaced.
 */
export function planChaps(
  { lent, held }: { readonly lent: readonly IssuedChap[]; readonly held: ReadonlySet<string> },
  wanted: readonly MicroEmc[],
  until: UnixMs,
): PoolPlan {
  const usable = lent.filter(({ text, expiresAt }) => held.has(text) && expiresAt > until).toReversed();
  const keep: IssuedChap[] = [];
  const lend: MicroEmc[] = [];
  for (const price of wanted) {
    const at = usable.findIndex(({ amount, risk }) => ticketValue(amount, risk) === price);
    const [chap] = at === -1 ? [] : usable.splice(at, 1);
    if (chap === undefined) lend.push(price);
    else keep.push(chap);
  }
  return { keep, lend };
}
