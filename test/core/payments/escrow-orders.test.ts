// Orders that are paid by escrow: the document is the box's own, the coins count once they are deep in the chain, and what is paid out at
// the end is what was earned.

import { describe, expect, it } from "vitest";
import { microEmc, parseEmc, toBase64url } from "../../../src/base/index.ts";
import { type EscrowFile, escrowFileText, type Payments } from "../../../src/core/index.ts";
import { BoxEscrows } from "../escrow/box-escrows.ts";
import { passed } from "../escrow/escrow-rig.ts";
import { payRig, type Rig, request, settings, startPayee } from "./pay-rig.ts";

const PRICE = parseEmc("5");

class Deal {
  readonly box: BoxEscrows;
  readonly rig: Rig;
  payments: Payments;

  private constructor(box: BoxEscrows, rig: Rig, payments: Payments) {
    this.box = box;
    this.rig = rig;
    this.payments = payments;
  }

  static async open(seed: string): Promise<Deal> {
    const rig = await payRig(seed);
    rig.prices.price = PRICE;
    rig.prices.perSms = microEmc(0);
    const box = await BoxEscrows.open();
    return new Deal(box, rig, await Deal.#start(box, rig));
  }

  static #start(box: BoxEscrows, rig: Rig): Promise<Payments> {
    return startPayee({ ...rig, side: rig.payee, escrows: box.forOrders() });
  }

  async restart(): Promise<void> {
    await this.box.restart();
    this.payments = await Deal.#start(this.box, this.rig);
  }

  async asked(change: { readonly feesBps?: number; readonly arbiter?: string } = {}) {
    const { parties } = this.box.rig;
    const arbiter = toBase64url(parties.arbiter.identity.verify);
    return { renter: await this.box.rig.part("renter"), arbiter, feesBps: 50, ...change };
  }

  /** The renter's and the arbiter's signatures, and the coins. */
  async fund(file: EscrowFile): Promise<EscrowFile> {
    const { rig } = this.box;
    let next = passed(file);
    for (const role of ["renter", "arbiter"] as const)
      next = await rig.desk(role).accept(next, { role, seed: rig.parties[role].identity.seed });
    return await rig.desk("renter").fund(next);
  }

  mine(blocks: number): void {
    for (let block = 0; block < blocks; block++) this.box.rig.ledger.mine();
  }

  credit(rental: Parameters<Payments["book"]["balances"]["credit"]>[0]): number {
    return this.payments.book.balances.credit(rental);
  }

  held(): number {
    return this.payments.book.balances.of("escrow:held");
  }
}

/** An order whose escrow is paid in and credited. */
async function granted(seed: string) {
  const deal = await Deal.open(seed);
  const order = await deal.payments.quote(request({ method: "escrow" }));
  const file = await deal.payments.escrow(order.id, await deal.asked());
  const funded = await deal.fund(file);
  await deal.payments.takeEscrow(order.id, escrowFileText(funded));
  deal.mine(3);
  await deal.payments.tick();
  return { deal, order, funded, id: file.policy.escrowId };
}

describe("an order by escrow", () => {
  it("asks for the escrow that the box makes once, also after a restart, with its signature and the listing's terms", async () => {
    const deal = await Deal.open("made once");
    const order = await deal.payments.quote(request({ method: "escrow" }));
    const asked = await deal.asked();
    const { policy, signatures } = await deal.payments.escrow(order.id, asked);
    expect(policy).toMatchObject({ amount: PRICE, feesBps: 50, disputeS: 7 * 86_400 });
    expect(policy.roles.renter).toEqual(asked.renter);
    expect(Object.keys(signatures)).toEqual(["provider"]);
    await deal.restart();
    expect((await deal.payments.escrow(order.id, asked)).policy).toEqual(policy);
    expect(deal.payments.order(order.id)).toMatchObject({ state: "paying", address: policy.address });
  });

  it("is refused for an arbiter whom the box does not trust, and for a fee that the listing does not say", async () => {
    const deal = await Deal.open("terms");
    const order = await deal.payments.quote(request({ method: "escrow" }));
    const friend = toBase64url(deal.box.rig.parties.renter.identity.verify);
    for (const change of [{ feesBps: 0 }, { arbiter: friend }]) {
      await expect(deal.payments.escrow(order.id, await deal.asked(change))).rejects.toMatchObject({
        code: "escrow.other_terms",
      });
    }
    expect(deal.box.escrows.list()).toEqual([]);
  });

  it("is granted when the coins are deep enough, and not before", async () => {
    const deal = await Deal.open("deep");
    const order = await deal.payments.quote(request({ method: "escrow" }));
    const file = await deal.payments.escrow(order.id, await deal.asked());
    await deal.payments.takeEscrow(order.id, escrowFileText(await deal.fund(file)));
    deal.mine(2);
    await deal.payments.tick();
    expect(deal.payments.order(order.id)).toMatchObject({ state: "paying", received: 0 });
    deal.mine(1);
    await deal.payments.tick();
    expect(deal.payments.order(order.id)).toMatchObject({ state: "granted", received: PRICE });
    expect(deal.held()).toBe(PRICE);
    expect(deal.payments.book.balances.of("provider:earned")).toBe(-PRICE);
    await deal.restart();
    await deal.payments.tick();
    expect(deal.held()).toBe(PRICE);
    expect(deal.payments.book.balances.total()).toBe(0);
  });

  it("books what the payout brought, once it is deep enough: less than was charged is less earned", async () => {
    const { deal, order, id } = await granted("paid out");
    const { rig, escrows } = deal.box;
    await escrows.act(id, { step: "release", earned: parseEmc("2") });
    const signed = await rig.desk("renter").sign(passed(escrows.get(id).file), "renter");
    await deal.payments.takeEscrow(order.id, escrowFileText(signed));
    await escrows.act(id, { step: "send" });
    deal.mine(2);
    await deal.payments.tick();
    expect(deal.held()).toBe(PRICE);
    deal.mine(1);
    await deal.payments.tick();
    await deal.payments.tick();
    const { balances } = deal.payments.book;
    expect(deal.held()).toBe(0);
    expect(balances.of("emc:received")).toBe(parseEmc("2"));
    expect(balances.of("chain:fees")).toBe(100);
    expect(balances.of("provider:earned")).toBe(-parseEmc("2") - 100);
    expect(deal.credit(order.rentalId)).toBe(0);
    expect(balances.total()).toBe(0);
  });

  it("loses its credit when renter and arbiter take the coins back", async () => {
    const { deal, order, funded } = await granted("taken back");
    const { rig } = deal.box;
    rig.ledger.timeS += 61 * 86_400;
    const wish = { role: "renter", kind: "refund", earned: microEmc(0) } as const;
    const proposed = await rig.desk("renter").settle(passed(funded), wish);
    await rig.desk("arbiter").send(await rig.desk("arbiter").sign(passed(proposed), "arbiter"));
    deal.mine(1);
    await deal.payments.tick();
    expect(deal.held()).toBe(0);
    expect(deal.credit(order.rentalId)).toBe(-PRICE);
    expect(deal.payments.doubts().map(({ code }) => code)).toContain("payment.credit_negative");
  });

  it("takes no document of another escrow", async () => {
    const { deal, order } = await granted("another");
    const other = await deal.box.rig.proposed();
    await expect(deal.payments.takeEscrow(order.id, escrowFileText(other))).rejects.toMatchObject({
      code: "escrow.other_policy",
    });
    const plain = await deal.payments.quote(request({ method: "emc" }));
    await expect(deal.payments.takeEscrow(plain.id, escrowFileText(other))).rejects.toMatchObject({
      code: "payment.unknown_order",
    });
  });

  it("is no way to pay where it is turned off, nor for a rental that runs", async () => {
    const { deal, order } = await granted("off");
    const change = { rental: order.rentalId, renter: order.renter, tier: order.tier, days: 1, sms: 0 };
    await expect(
      deal.payments.quoteChange({ ...change, id: "ef".repeat(16), kind: "renewal", method: "escrow" }),
    ).rejects.toMatchObject({ code: "payment.not_offered" });
    const off = await deal.rig.start(undefined, { ...settings, escrow: { ...settings.escrow, enabled: false } });
    await expect(off.quote(request({ method: "escrow" }))).rejects.toMatchObject({ code: "payment.method_off" });
  });
});
