// Challenges that are lent to the relay's pool, and what becomes of them when the box hears which order got one.

import { describe, expect, it } from "vitest";
import { EMC, hours, microEmc, seconds } from "../../../src/base/index.ts";
import type { Payments } from "../../../src/core/index.ts";
import { readChap } from "../../../src/store/payment-codec.ts";
import { makePayer, payRig, type Rig, request, settings } from "./pay-rig.ts";

const PRICE = microEmc(150_000);
const OTHER = { verify: "other-verify", encrypt: "other-encrypt" };

async function paidWith(rig: Rig, payments: Payments, order: string, chap: string) {
  const { hex } = await makePayer(rig.payer, rig.clock, rig.random).ticket(chap);
  return await payments.pay(order, hex);
}

describe("a lent challenge", () => {
  it("is worth the price, and after a restart is bound to the order that got it and pays for it", async () => {
    const rig = await payRig("lent");
    const first = await rig.start();
    const order = await first.quote(request());
    const lent = await first.lendChap(PRICE);
    expect(lent).toMatchObject({ amount: 1_050_000, risk: 7, state: "offered", orderId: null });
    expect(lent.expiresAt).toBe(rig.clock.now() + settings.randpay.chapTimeoutSeconds * 1000);
    const payments = await rig.start();
    expect(payments.lentChaps()).toEqual([lent]);
    expect(await payments.bindChap(order.id, lent.text)).toEqual({ ...lent, orderId: order.id });
    expect(payments.order(order.id).state).toBe("paying");
    expect(payments.lentChaps()).toEqual([]);
    const again = await rig.start();
    expect(again.book.chaps.get(lent.text)).toMatchObject({ state: "offered", orderId: order.id });
    expect((await paidWith(rig, again, order.id, lent.text)).order.state).toBe("granted");
  });

  it("is read by a program that knows nothing of pools as one that was offered to nobody", async () => {
    const rig = await payRig("older");
    const payments = await rig.start();
    const lent = await payments.lendChap(PRICE);
    // The states are those that there were before.
    expect(readChap(JSON.stringify(lent))).toEqual(lent);
    const order = await payments.quote(request());
    expect((await payments.chap(order.id)).text).not.toBe(lent.text);
    expect(payments.overview().openChaps).toBe(1);
    await expect(paidWith(rig, payments, order.id, lent.text)).rejects.toMatchObject({ code: "payment.chap_foreign" });
  });

  it("is bound again for the same order, and for no other", async () => {
    const rig = await payRig("twice");
    const payments = await rig.start();
    const [order, other] = [await payments.quote(request()), await payments.quote(request({ renter: OTHER }))];
    const lent = await payments.lendChap(PRICE);
    const bound = await payments.bindChap(order.id, lent.text);
    expect(await payments.bindChap(order.id, lent.text)).toEqual(bound);
    await expect(payments.bindChap(other.id, lent.text)).rejects.toMatchObject({ code: "payment.chap_foreign" });
    await expect(paidWith(rig, payments, other.id, lent.text)).rejects.toMatchObject({ code: "payment.chap_foreign" });
    await paidWith(rig, payments, order.id, lent.text);
    await expect(payments.bindChap(order.id, lent.text)).rejects.toMatchObject({ code: "payment.order_paid" });
  });

  it("of which nobody knows, that was never lent, or that is worth more than is due is bound to no order", async () => {
    const rig = await payRig("none");
    const payments = await rig.start();
    const order = await payments.quote(request());
    const unknown = `1.00:7:${"00".repeat(20)}`;
    await expect(payments.bindChap(order.id, unknown)).rejects.toMatchObject({ code: "payment.chap_unknown" });
    await payments.chap(order.id);
    const inPool = [...payments.book.chaps.values()].find(({ state }) => state === "pool");
    await expect(payments.bindChap(order.id, inPool?.text ?? "")).rejects.toMatchObject({
      code: "payment.chap_foreign",
    });
    const dear = await payments.lendChap(microEmc(PRICE + 1));
    await expect(payments.bindChap(order.id, dear.text)).rejects.toMatchObject({ code: "payment.chap_foreign" });
    expect(payments.lentChaps()).toEqual([dear]);
  });

  it("ends when its time is over, and has no longer life for being bound late", async () => {
    const rig = await payRig("over");
    const payments = await rig.start();
    const order = await payments.quote(request());
    const [late, over] = [await payments.lendChap(PRICE), await payments.lendChap(PRICE)];
    await rig.clock.advance(hours(6 - 1 / 3600));
    expect((await payments.bindChap(order.id, late.text)).expiresAt).toBe(late.expiresAt);
    await rig.clock.advance(seconds(1));
    expect(payments.lentChaps()).toEqual([]);
    await expect(payments.bindChap(order.id, over.text)).rejects.toMatchObject({ code: "payment.chap_expired" });
    await payments.tick();
    expect(payments.book.chaps.get(over.text)?.state).toBe("expired");
    await expect(payments.bindChap(order.id, over.text)).rejects.toMatchObject({ code: "payment.chap_expired" });
  });

  it("is void with all others when the node has forgotten what it had made", async () => {
    const rig = await payRig("forgot");
    const payments = await rig.start();
    const order = await payments.quote(request());
    const bound = await payments.lendChap(PRICE);
    await payments.bindChap(order.id, bound.text);
    const { hex } = await makePayer(rig.payer, rig.clock, rig.random).ticket(bound.text);
    await rig.clock.advance(seconds(60));
    const [lent] = [await payments.lendChap(PRICE), await payments.lendChap(PRICE)];
    await rig.sim.nodes[0]?.crash();
    await expect(payments.pay(order.id, hex)).rejects.toMatchObject({ code: "emercoin.unknown_chap" });
    expect(payments.lentChaps()).toEqual([]);
    await expect(payments.bindChap(order.id, lent.text)).rejects.toMatchObject({ code: "payment.chap_expired" });
  });

  it("counts among the open challenges of the order that got it", async () => {
    const rig = await payRig("limit");
    const randpay = { ...settings.randpay, maxOpenChaps: 2 };
    const payments = await rig.start(undefined, { ...settings, randpay });
    const order = await payments.quote(request());
    const lent = [await payments.lendChap(PRICE), await payments.lendChap(PRICE), await payments.lendChap(PRICE)];
    for (const { text } of lent.slice(0, 2)) await payments.bindChap(order.id, text);
    await expect(payments.bindChap(order.id, lent[2]?.text ?? "")).rejects.toMatchObject({
      code: "payment.chap_limit",
    });
  });

  it("is taken out of the node's batch, and is given to no order that asks the box", async () => {
    const rig = await payRig("batch");
    const payments = await rig.start();
    const order = await payments.quote(request());
    const lent = await payments.lendChap(PRICE);
    const [spare] = [...payments.book.chaps.values()].filter(({ state }) => state === "pool");
    expect((await payments.chap(order.id)).text).toBe(spare?.text);
    expect(payments.lentChaps()).toEqual([lent]);
    await expect(payments.lendChap(microEmc(0))).rejects.toMatchObject({ code: "emercoin.bad_amount" });
    expect((await payments.lendChap(EMC)).risk).toBe(1);
  });
});
