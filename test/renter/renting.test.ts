// Renting over a relay, as a renter does it: quote, ticket, grant, and everybody who would cheat.

import { describe, expect, it } from "vitest";
import { AppError, hasCode, microEmc } from "../../src/base/index.ts";
import { checkAnswer } from "../../src/core/index.ts";
import { checkChallenge, checkQuote, type RentingOrder } from "../../src/renter/index.ts";
import { provider, RENTAL, stranger, suite, verifyOf } from "../relay/fixtures.ts";
import { answerOf, ORDER, requestOf } from "../relay/market-fixtures.ts";
import { MarketRig } from "./market-rig.ts";

const order: RentingOrder = {
  request: requestOf(),
  provider: verifyOf(provider),
  agreed: { rental: microEmc(10_000), perSms: microEmc(1000) },
};
const never = new AbortController().signal;
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return "accepted";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("renting a number over a relay", () => {
  it("asks, pays one ticket worth exactly the price, and has the provider's word for the grant", async () => {
    const rig = await MarketRig.start("one rental");
    const { payments } = await rig.box();
    const said = await (await rig.renting(order)).run(never);
    expect(said).toMatchObject({ state: "granted", price: "0.01", due: "0.01", received: "0.01", problem: null });
    expect(rig.steps.map(({ type }) => type)).toEqual(["quoted", "ticket", "outcome"]);
    expect(rig.pay.rentals.grants).toBe(1);
    const [bought] = payments.orders();
    expect(bought).toMatchObject({ id: ORDER, rentalId: said.rental_id, state: "granted", days: 1 });
    expect(payments.book.balances.total()).toBe(0);
    // Won or lost: no coin stays reserved that a ticket does not need.
    expect(rig.payer.reserved()).toEqual([]);
  });

  it("goes on where it was when relay and box restart between quote and ticket, and pays once", async () => {
    const rig = await MarketRig.start("restarts");
    const first = await rig.box();
    const renting = await rig.renting(order, {
      keepTicket: async (chap, tx) => {
        await first.stop();
        const port = Number(new URL(rig.relay.url).port);
        await rig.relay.halt();
        await rig.relay.open(port);
        rig.kept.push(chap, tx);
        await rig.box();
      },
    });
    expect((await renting.run(never)).state).toBe("granted");
    expect(rig.pay.rentals.grants).toBe(1);
    // The same ticket once more, as after a crash of the renter: nothing is paid and nothing granted again.
    const [chap = "", tx = ""] = rig.kept;
    const again = await (await rig.renting(order)).run(never, { chap, tx });
    expect(again.state).toBe("granted");
    expect(rig.pay.rentals.grants).toBe(1);
  });

  it("asks for another challenge when the node has forgotten the one of its ticket, also after a restart of its own", async () => {
    const rig = await MarketRig.start("forgotten");
    await rig.box();
    const stopped = new Error("the renter's process ends");
    const keepTicket = async (chap: string, tx: string): Promise<void> => {
      rig.kept.push(chap, tx);
      throw stopped;
    };
    await expect((await rig.renting(order, { keepTicket })).run(never)).rejects.toBe(stopped);
    await rig.pay.sim.nodes[0]?.crash();
    await rig.pay.sim.call("loadwallet", ["payer"]);
    const [chap = "", tx = ""] = rig.kept;
    expect(await (await rig.renting(order)).run(never, { chap, tx })).toMatchObject({
      state: "granted",
      problem: null,
    });
    expect(rig.kept).toHaveLength(3);
    expect(rig.pay.rentals.grants).toBe(1);
  });

  it("asks no more than three times where each challenge is gone", async () => {
    const rig = await MarketRig.start("always gone");
    await rig.box((node) => ({
      ...node,
      acceptTicket: async () => {
        throw new AppError("emercoin.unknown_chap", "the node has no such challenge");
      },
    }));
    const refused = await (await rig.renting(order)).run(never).catch((error: unknown) => error);
    expect(hasCode(refused, "market.refused")).toBe(true);
    expect(rig.kept).toHaveLength(4);
    expect(rig.payer.reserved()).toEqual([]);
  });

  it("tells why the box refuses: a line that is taken", async () => {
    const rig = await MarketRig.start("refusals");
    await rig.box();
    rig.free = false;
    const refused = await (await rig.renting(order)).run(never).catch((error: unknown) => error);
    expect(hasCode(refused, "market.refused")).toBe(true);
    expect((refused as Error).message).toContain("market.line_taken");
  });

  it("pays nothing where the box asks for more than the listing says", async () => {
    const rig = await MarketRig.start("dear");
    rig.pay.prices.price = microEmc(20_000);
    await rig.box();
    const refused = await (await rig.renting(order)).run(never).catch((error: unknown) => error);
    expect(hasCode(refused, "market.bad_quote")).toBe(true);
    expect(rig.kept).toEqual([]);
  });

  it("needs a node of the renter's own for tickets", async () => {
    const rig = await MarketRig.start("no node");
    await rig.box();
    const refused = await (await rig.renting(order, { payer: null })).run(never).catch((error: unknown) => error);
    expect(hasCode(refused, "market.no_node")).toBe(true);
  });
});

describe("what a renter believes", () => {
  const asked = { request: requestOf(), provider: verifyOf(provider) };
  const answer = answerOf(requestOf());
  const payment = answer.payment;
  if (payment?.method !== "randpay") throw new Error("the fixture pays by ticket");

  it("is only what the listing's provider signed, for the renter's own keys", () => {
    const swapped = requestOf({ renter: { verify: verifyOf(stranger), encrypt: verifyOf(stranger) } });
    expect(codeOf(() => checkAnswer(suite, answer, asked))).toBe("accepted");
    expect(codeOf(() => checkAnswer(suite, { ...answer, due: "0.009" }, asked))).toBe("market.bad_answer");
    expect(codeOf(() => checkAnswer(suite, answerOf(swapped), asked))).toBe("market.bad_answer");
    expect(codeOf(() => checkAnswer(suite, answerOf(requestOf(), { by: stranger }), asked))).toBe("market.bad_answer");
    expect(codeOf(() => checkAnswer(suite, { ...answer, rental_id: `f${RENTAL.slice(1)}` }, asked))).toBe(
      "market.bad_answer",
    );
  });

  it.each([
    [{}, "accepted"],
    [{ price: "0.011" }, "market.bad_quote"],
    [{ per_sms: "0.0011" }, "market.bad_quote"],
    [{ due: "0.010001" }, "market.bad_quote"],
    [{ price: "0.005", due: "0.005" }, "accepted"],
  ])("a quote with %o is %s", (parts, expected) => {
    expect(codeOf(() => checkQuote(answerOf(requestOf(), parts), order))).toBe(expected);
  });

  it.each([
    [{}, "accepted"],
    [{ amount: "2" }, "market.bad_quote"],
    [{ risk: 10 }, "market.bad_quote"],
    [{ expected: "0.1" }, "market.bad_quote"],
    [{ chap: `2.00:100:${"00".repeat(20)}`, amount: "2", expected: "0.02" }, "market.bad_quote"],
    [{ chap: "nonsense" }, "emercoin.bad_chap"],
  ])("a challenge with %o is %s", (parts, expected) => {
    expect(codeOf(() => checkChallenge(answer, { ...payment, ...parts }))).toBe(expected);
  });
});
