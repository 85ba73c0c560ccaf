import { describe, expect, it } from "vitest";
import { AppError, days, microEmc, type RentalId, unixMs } from "../../../src/base/index.ts";
import { type ChangeRequest, type Order, type Payments, upgradePrice } from "../../../src/core/index.ts";
import { makePayer, payRig, type Rig, request } from "./pay-rig.ts";

const ID = "00112233445566778899aabbccddeeff";

async function payWith(rig: Rig, payments: Payments, orderId: string, amount?: number) {
  const chap = await payments.chap(orderId, amount === undefined ? undefined : { amount: microEmc(amount), risk: 1 });
  const { hex } = await makePayer(rig.payer, rig.clock, rig.random).ticket(chap.text);
  return await payments.pay(orderId, hex);
}

/** A rental of ten days that runs, with 100 SMS paid for. */
async function running(name: string): Promise<{ rig: Rig; payments: Payments; first: Order }> {
  const rig = await payRig(name);
  const payments = await rig.start();
  const order = await payments.quote(request({ sms: 100 }));
  const { order: first } = await payWith(rig, payments, order.id);
  const rental = rig.rentals.get(first.rentalId);
  if (rental === null) throw new Error("no rental");
  const startsAt = rig.clock.now();
  rig.rentals.rentals.set(rental.id, { ...rental, startsAt, expiresAt: unixMs(startsAt + days(first.days)) });
  return { rig, payments, first };
}

const changeOf = (first: Order, parts: Partial<ChangeRequest> = {}): ChangeRequest => ({
  ...{ id: ID, kind: "renewal", rental: first.rentalId, renter: first.renter, tier: first.tier },
  ...{ days: 7, sms: 0, method: "randpay" },
  ...parts,
});
const lengthOf = (rig: Rig, id: RentalId): number => {
  const { startsAt = 0, expiresAt = 0 } = rig.rentals.get(id) ?? {};
  return (expiresAt - startsAt) / days(1);
};

describe("a renewal", () => {
  it("adds its days once it is paid, and charges its price; its money pays no SMS before", async () => {
    const { rig, payments, first } = await running("renew");
    const order = await payments.quoteChange(changeOf(first));
    expect(order).toMatchObject({ kind: "renewal", state: "quoted", days: 7, due: 150_000, tier: first.tier });
    expect(await payments.quoteChange(changeOf(first, { days: 30 }))).toEqual(order);
    await payWith(rig, payments, order.id, 100_000);
    await payments.tick();
    expect(rig.rentals.get(first.rentalId)).toMatchObject({ credit: 100 });
    expect(lengthOf(rig, first.rentalId)).toBe(first.days);
    await payWith(rig, payments, order.id, 50_000);
    expect(payments.order(order.id).state).toBe("granted");
    expect(lengthOf(rig, first.rentalId)).toBe(first.days + 7);
    expect(rig.rentals.get(first.rentalId)).toMatchObject({ credit: 100 });
    expect(payments.book.balances.credit(first.rentalId)).toBe(100_000);
    expect(payments.book.balances.total()).toBe(0);
  });

  it("adds its days once, however often it is granted", async () => {
    const { rig, payments, first } = await running("renew twice");
    const order = await payments.quoteChange(changeOf(first));
    await payWith(rig, payments, order.id);
    await payments.tick();
    const second = await payments.quoteChange(changeOf(first, { id: "f".repeat(32), days: 1, sms: 50 }));
    await payWith(rig, payments, second.id);
    expect(lengthOf(rig, first.rentalId)).toBe(first.days + 8);
    expect(payments.book.paidDays(payments.order(order.id))).toBe(first.days + 8);
    expect(rig.rentals.get(first.rentalId)).toMatchObject({ credit: 150 });
  });

  it("of a rental that is over by then is refused, and what was paid stays owed", async () => {
    const { rig, payments, first } = await running("renew late");
    const order = await payments.quoteChange(changeOf(first));
    rig.rentals.refusal = new AppError("rental.not_active", "the rental is already expired");
    expect((await payWith(rig, payments, order.id)).order).toMatchObject({
      state: "refused",
      problem: { code: "rental.not_active" },
    });
    await payments.tick();
    expect(rig.rentals.get(first.rentalId)).toMatchObject({ credit: 100 });
  });

  it("is for the rental's own renter, and for one that runs", async () => {
    const { rig, payments, first } = await running("renew others");
    const renter = { ...first.renter, verify: "A".repeat(43) };
    await expect(payments.quoteChange(changeOf(first, { renter }))).rejects.toMatchObject({
      code: "payment.unknown_order",
    });
    await rig.rentals.end(first.rentalId);
    await expect(payments.quoteChange(changeOf(first))).rejects.toMatchObject({ code: "payment.not_offered" });
  });
});

describe("an upgrade", () => {
  const PRICES = { now: microEmc(100), next: microEmc(350) };
  const SPAN = { startsAt: unixMs(1000), expiresAt: unixMs(1000 + days(10)) };

  it.each([
    [0, 250],
    [5, 125],
    [9.99, 1],
    [10, 0],
    [20, 0],
  ])("after %d of ten days costs %d", (after, price) => {
    expect(upgradePrice(SPAN, PRICES, unixMs(1000 + days(after)))).toBe(price);
  });

  it("costs nothing where the other tier is cheaper", () => {
    expect(upgradePrice(SPAN, { now: PRICES.next, next: PRICES.now }, unixMs(1000))).toBe(0);
  });

  it("changes the tier, and the grant comes anew with its terms; the same tier is not offered", async () => {
    const { rig, payments, first } = await running("upgrade");
    const upgrade = changeOf(first, { kind: "upgrade", tier: "sms_voice_video" });
    const before = rig.rentals.get(first.rentalId)?.rev ?? 0;
    const order = await payments.quoteChange(upgrade);
    // Both tiers cost the same in this list.
    expect(order).toMatchObject({ kind: "upgrade", state: "granted", days: 0, due: 0 });
    expect(payments.book.tierOf(first.rentalId)).toBe("sms_voice_video");
    expect(rig.rentals.get(first.rentalId)?.rev).toBe(before + 1);
    await expect(payments.quoteChange({ ...upgrade, id: "e".repeat(32) })).rejects.toMatchObject({
      code: "payment.not_offered",
    });
    const renewal = await payments.quoteChange(changeOf(first, { id: "d".repeat(32) }));
    expect(renewal.tier).toBe("sms_voice_video");
  });
});

describe("a cancellation", () => {
  it("ends the rental at once, and gives nothing back", async () => {
    const { rig, payments, first } = await running("cancel");
    const order = await payments.quoteChange(changeOf(first, { kind: "cancel" }));
    expect(order).toMatchObject({ kind: "cancel", state: "granted", due: 0 });
    expect(rig.rentals.get(first.rentalId)?.state).toBe("ended");
    expect(payments.book.balances.credit(first.rentalId)).toBe(100_000);
  });
});
