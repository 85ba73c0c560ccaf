import { describe, expect, it } from "vitest";
import { AppError, hours, microEmc } from "../../../src/base/index.ts";
import type { Payments } from "../../../src/core/index.ts";
import { makePayer, payRig, type Rig, request } from "./pay-rig.ts";

async function payWith(rig: Rig, payments: Payments, orderId: string, amount?: number) {
  const chap = await payments.chap(orderId, amount === undefined ? undefined : { amount: microEmc(amount), risk: 1 });
  const { hex } = await makePayer(rig.payer, rig.clock, rig.random).ticket(chap.text);
  return await payments.pay(orderId, hex);
}

describe("an order paid by RANDPAY", () => {
  it("is granted with the ticket that pays it, won or lost; its price is charged, the rest is SMS", async () => {
    const rig = await payRig("order");
    const payments = await rig.start();
    const order = await payments.quote(request({ sms: 100 }));
    // 0.15 EMC and 100 SMS of 0.001: 0.25, a quarter of a chance of 1 EMC.
    expect(order.due).toBe(250_000);
    expect(payments.planChap(order.id)).toEqual({ amount: 1_000_000, risk: 4 });
    const paid = await payWith(rig, payments, order.id);
    expect(paid.order.state).toBe("granted");
    expect(rig.rentals.get(order.rentalId)).toMatchObject({ state: "active", credit: 100 });
    expect(payments.book.balances.credit(order.rentalId)).toBe(100_000);
    expect(payments.book.balances.of("provider:earned")).toBe(-150_000);
    await expect(payments.chap(order.id)).rejects.toMatchObject({ code: "payment.order_paid" });
  });

  it("charges SMS as they are sealed, no more than are paid for, and a top-up raises the credit by a new revision", async () => {
    const rig = await payRig("sms");
    const payments = await rig.start();
    const order = await payments.quote(request({ sms: 10 }));
    await payWith(rig, payments, order.id);
    rig.sealedSms.set(order.rentalId, 4);
    await payments.tick();
    expect(payments.book.balances.credit(order.rentalId)).toBe(6000);
    expect(rig.rentals.get(order.rentalId)).toMatchObject({ credit: 10, rev: 1 });
    rig.sealedSms.set(order.rentalId, 15);
    await payments.tick();
    await payments.tick();
    expect(payments.book.balances.credit(order.rentalId)).toBe(0);
    const more = await payments.topUp(order.rentalId, microEmc(20_000), "randpay");
    expect((await payWith(rig, payments, more.id)).order.state).toBe("granted");
    expect(rig.rentals.get(order.rentalId)).toMatchObject({ credit: 30, rev: 2 });
    expect(payments.book.balances.total()).toBe(0);
  });

  it("without a price for SMS has no limit of them", async () => {
    const rig = await payRig("no limit");
    rig.prices.perSms = microEmc(0);
    const payments = await rig.start();
    const order = await payments.quote(request());
    await payWith(rig, payments, order.id);
    expect(rig.rentals.get(order.rentalId)?.credit).toBeNull();
  });

  it("whose line is taken meanwhile is refused, and what was paid stays owed", async () => {
    const rig = await payRig("refused");
    rig.rentals.refusal = new AppError("rental.line_rented", "line line-1 is rented already");
    const payments = await rig.start();
    const order = await payments.quote(request());
    const paid = await payWith(rig, payments, order.id);
    expect(paid.order).toMatchObject({ state: "refused", problem: { code: "rental.line_rented" } });
    expect(payments.book.balances.credit(order.rentalId)).toBe(150_000);
    expect(payments.doubts().map(({ code }) => code)).toContain("payment.credit_owed");
  });

  it("whose process ends between grant and charge is charged once and granted once", async () => {
    const rig = await payRig("between");
    const payments = await rig.start();
    const order = await payments.quote(request());
    const chap = await payments.chap(order.id);
    const { hex } = await makePayer(rig.payer, rig.clock, rig.random).ticket(chap.text);
    rig.store.onStep = (when) => {
      if (when === "before commit" && rig.rentals.grants === 1) throw new AppError("base.stopped", "the process ended");
    };
    await expect(payments.pay(order.id, hex)).rejects.toMatchObject({ code: "base.stopped" });
    rig.store.onStep = () => {};
    const again = await rig.start();
    await again.tick();
    expect(again.order(order.id).state).toBe("granted");
    expect(rig.rentals.grants).toBe(1);
    expect(again.book.balances.of("provider:earned")).toBe(-150_000);
  });

  it("expires with its time, and is not to be paid then", async () => {
    const rig = await payRig("expires");
    const payments = await rig.start();
    const order = await payments.quote(request());
    await rig.clock.advance(hours(24));
    await payments.tick();
    expect(payments.order(order.id).state).toBe("expired");
    await expect(payments.chap(order.id)).rejects.toMatchObject({ code: "payment.order_over" });
  });

  it("is planned without a trace", async () => {
    const rig = await payRig("plan");
    const payments = await rig.start();
    expect(payments.plan(request({ sms: 5 })).due).toBe(155_000);
    expect(payments.orders()).toEqual([]);
  });
});

describe("an order paid in plain EMC", () => {
  async function scene(seed: string) {
    const rig = await payRig(seed);
    const payments = await rig.start();
    const order = await payments.quote(request({ method: "emc" }));
    const address = await payments.address(order.id);
    const send = async (amount: number): Promise<void> => {
      const { node } = rig.payer;
      await node.broadcast((await node.fund([{ address, amount: microEmc(amount) }])).hex);
    };
    return { rig, payments, order, send };
  }

  it("is granted at the set number of confirmations; what was paid too much stays credit", async () => {
    const { rig, payments, order, send } = await scene("emc");
    await send(250_000);
    for (const blocks of [0, 1, 1]) {
      rig.sim.mine(blocks);
      await payments.tick();
      expect(payments.order(order.id).state).toBe("paying");
    }
    rig.sim.mine(1);
    await payments.tick();
    await payments.tick();
    expect(payments.order(order.id).state).toBe("granted");
    expect(rig.rentals.get(order.rentalId)?.credit).toBe(100);
    expect(payments.book.balances.of("emc:received")).toBe(250_000);
  });

  it("adds up several payments, and one that comes after the order has expired", async () => {
    const { rig, payments, order, send } = await scene("late");
    await send(100_000);
    rig.sim.mine(3);
    await payments.tick();
    await rig.clock.advance(hours(25));
    await payments.tick();
    expect(payments.order(order.id).state).toBe("expired");
    await send(50_000);
    rig.sim.mine(3);
    await payments.tick();
    expect(payments.order(order.id).state).toBe("granted");
  });

  it("takes a payment back that a reorganisation took away, and credits it again when it returns", async () => {
    const { rig, payments, order, send } = await scene("reorg");
    await send(250_000);
    rig.sim.mine(3);
    await payments.tick();
    expect(payments.book.balances.credit(order.rentalId)).toBe(100_000);
    rig.sim.reorg(3, { replace: 4 });
    await payments.tick();
    expect(payments.book.balances.of("emc:received")).toBe(0);
    expect(payments.book.balances.credit(order.rentalId)).toBe(-150_000);
    expect(payments.doubts().map(({ code }) => code)).toContain("payment.credit_negative");
    rig.sim.mine(3);
    await payments.tick();
    expect(payments.book.balances.credit(order.rentalId)).toBe(100_000);
    expect(rig.store.entries.map(({ kind }) => kind)).toEqual([
      "deposit",
      "rental_charged",
      "deposit_reversed",
      "deposit",
    ]);
  });
});
