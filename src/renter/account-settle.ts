// Orders whose grant came while nobody was at them: what the provider says of them now is kept, as if somebody had waited.

import { type Clock, type CryptoSuite, isAppError, type Millis, millis, seconds } from "../base/index.ts";
import { checkAnswer } from "../core/index.ts";
import type { AccountKey } from "./account-key.ts";
import type { StoredOrder } from "./account-records.ts";

const WAITS: readonly Millis[] = [millis(500), seconds(2), seconds(8), seconds(20)];

export interface SettleDeps {
  readonly clock: Pick<Clock, "sleep">;
  readonly suite: CryptoSuite;
  readonly orders: () => readonly StoredOrder[];
  readonly keep: (id: string, change: Pick<StoredOrder, "answer" | "ended">) => Promise<void>;
}

/** Whether an order may have been granted without anybody noting it. Pure. */
function mayBeGranted({ answer, ended, request: { change } }: StoredOrder, { state: { grants } }: AccountKey): boolean {
  if (answer?.state === "granted" || grants.length === 0) return false;
  return ended === null || change === undefined;
}

/**
 * Asks for the orders of a key until their answers are there, for half a minute at most. Resolves with whether anything was settled.
 * Rejects when it cannot be kept, or with `base.stopped`.
 */
export async function settleOrders(deps: SettleDeps, key: AccountKey, signal: AbortSignal): Promise<boolean> {
  const { orders, clock } = deps;
  let any = false;
  // The box hands in the grant first, and its answer after it.
  for (const wait of [...WAITS, null]) {
    any = (await settleOnce(deps, key, signal)) || any;
    if (wait === null || !orders().some((each) => each.key === key.index && mayBeGranted(each, key))) break;
    await clock.sleep(wait, "the answer to an order", signal);
  }
  return any;
}

async function settleOnce(deps: SettleDeps, key: AccountKey, signal: AbortSignal): Promise<boolean> {
  const { suite, orders, keep } = deps;
  let any = false;
  for (const order of orders().filter((each) => each.key === key.index && mayBeGranted(each, key))) {
    const answer = await answerTo(suite, order, key, signal);
    if (answer?.state !== "granted") continue;
    await keep(order.request.order_id, { answer, ended: null });
    any = true;
  }
  return any;
}

/** Null where the relay does not say, has forgotten the order, or is no help. */
async function answerTo(suite: CryptoSuite, { request, provider }: StoredOrder, key: AccountKey, signal: AbortSignal) {
  try {
    const { answer } = await key.market.status(request.order_id, 0, signal);
    if (answer !== null) checkAnswer(suite, answer, { request, provider });
    return answer;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return null;
  }
}
