// What a box makes of a renter's wish to change a rental: whose signature ends one, and whose does not.

import { describe, expect, it, onTestFinished } from "vitest";
import { AppError, silentLogger } from "../../../src/base/index.ts";
import { type ChangeRequest, isSignedAnswer, OrderDesk, signCancel } from "../../../src/core/index.ts";
import type { OrderAnswer, ProviderRequest, RentRequest } from "../../../src/protocol/index.ts";
import { NOW, provider, RENTAL, renter, stranger, suite } from "../../relay/fixtures.ts";
import { ORDER, requestOf } from "../../relay/market-fixtures.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

/** The answer to one question, and the change that the payments were asked for. */
async function asked(request: RentRequest): Promise<{ answer: OrderAnswer | null; change: ChangeRequest | null }> {
  const clock = new VirtualClock(NOW);
  const question: ProviderRequest = { id: ORDER, order_id: ORDER, request, kind: "quote" };
  let answer: OrderAnswer | null = null;
  let change: ChangeRequest | null = null;
  const refuse = async (): Promise<never> => {
    throw new Error("not asked for");
  };
  const desk = new OrderDesk({
    relay: {
      requests: async ({ open }, signal) => {
        if (open) return { requests: [{ cursor: 1, request: question }], next: 1 };
        await clock.sleep(60_000 as never, "nothing to do", signal).catch(() => {});
        return null;
      },
      answer: async (_id, said) => {
        answer = said;
        return { kind: "taken" };
      },
      putRecord: refuse,
    },
    payments: {
      order: () => {
        throw new AppError("payment.unknown_order", "there is no order with this id");
      },
      quoteChange: async (wanted) => {
        change = wanted;
        return await refuse();
      },
      ...{
        quote: refuse,
        chap: refuse,
        bindChap: refuse,
        address: refuse,
        pay: refuse,
        escrow: refuse,
        takeEscrow: refuse,
      },
    },
    ...{ lines: () => [], isFree: () => false, identity: provider, suite, clock, random: new SeededRandom("desk") },
    ...{ log: silentLogger, now: () => clock.now() },
  });
  desk.start();
  onTestFinished(async () => await clock.settle(desk.stop()));
  for (let turn = 0; turn < 50 && answer === null; turn++) await clock.flush();
  return { answer, change };
}

describe("the order desk", () => {
  const cancelBy = (who: typeof renter): RentRequest => {
    const signature = signCancel(suite, who.seed, { orderId: ORDER, rentalId: RENTAL });
    return requestOf({ change: { kind: "cancel", rental_id: RENTAL, signature } });
  };

  it("ends a rental for its renter's signature, and for nobody else's", async () => {
    expect((await asked(cancelBy(renter))).change).toMatchObject({ kind: "cancel", rental: RENTAL });
    const { change, answer } = await asked(cancelBy(stranger));
    expect(change).toBeNull();
    expect(answer).toMatchObject({ state: "refused", problem: { code: "market.bad_cancel" } });
    expect(answer !== null && isSignedAnswer(suite, answer)).toBe(true);
  });

  it("takes no signature over another order or rental", async () => {
    const of = { orderId: "f".repeat(32), rentalId: RENTAL };
    const signature = signCancel(suite, renter.seed, of);
    const { change } = await asked(requestOf({ change: { kind: "cancel", rental_id: RENTAL, signature } }));
    expect(change).toBeNull();
  });

  it("prices a renewal by the days of its duration", async () => {
    const request = requestOf({ duration: "weekly", sms: 5, change: { kind: "renew", rental_id: RENTAL } });
    expect((await asked(request)).change).toEqual({
      ...{ id: ORDER, kind: "renewal", rental: RENTAL, renter: request.renter, tier: "sms_only" },
      ...{ days: 7, sms: 5, method: "randpay" },
    });
  });
});
