// An order by escrow with all its sides: renter, relay, the box's desk with its payments and escrows, and a chain of coins.

import { describe, expect, it } from "vitest";
import { parseEmc, toBase64url, utf8 } from "../../src/base/index.ts";
import { type EscrowFile, escrowFileText, parseEscrowFile } from "../../src/core/index.ts";
import type { EscrowOffer } from "../../src/registry/index.ts";
import type { RentingOrder } from "../../src/renter/index.ts";
import { BoxEscrows } from "../core/escrow/box-escrows.ts";
import { LISTING, provider, renter, verifyOf } from "../relay/fixtures.ts";
import { ORDER, recordOf, requestOf } from "../relay/market-fixtures.ts";
import { MarketRig } from "./market-rig.ts";

async function start(seed: string) {
  const rig = await MarketRig.start(seed);
  const escrows = await BoxEscrows.open("provider", provider);
  const arbiter = toBase64url(escrows.rig.parties.arbiter.identity.verify);
  const escrow: EscrowOffer = {
    arbiters: [{ name: "judge", verify: arbiter }],
    feesBps: 50,
    disputeDays: 7,
    refundDays: 60,
  };
  await rig.relay.call("PUT", `/listings/${LISTING}/offchain`, { raw: recordOf({ escrow, rev: 2 }).text });
  rig.escrows = escrows.forOrders();
  const { payments } = await rig.box();
  const { key, address } = await escrows.rig.part("renter");
  const order: RentingOrder = {
    request: requestOf({ payment: { method: "escrow", arbiter, fees_bps: 50, key, address } }),
    provider: verifyOf(provider),
    agreed: { rental: parseEmc("0.01"), perSms: parseEmc("0.001") },
  };
  return { rig, escrows, payments, order };
}

/** Asks until the document is there; what comes later is not waited for. */
async function documentOf(rig: MarketRig, order: RentingOrder): Promise<EscrowFile> {
  const enough = new AbortController();
  let document = "";
  const keepEscrow = async (_answer: unknown, text: string): Promise<void> => {
    document = text;
    enough.abort();
  };
  await expect((await rig.renting(order, { keepEscrow })).run(enough.signal)).rejects.toMatchObject({
    code: "base.stopped",
  });
  return parseEscrowFile(utf8(document));
}

describe("renting by escrow over a relay", () => {
  it("gets the document, hands copies in, and has the number once the coins are deep in the chain", async () => {
    const { rig, escrows, payments, order } = await start("escrow");
    const offered = await documentOf(rig, order);
    expect(offered.policy).toMatchObject({ amount: parseEmc("0.01"), feesBps: 50 });
    expect(Object.keys(offered.signatures)).toEqual(["provider"]);
    expect(rig.steps.at(-1)).toMatchObject({ type: "escrow", rental: payments.order(ORDER).rentalId });
    const { ledger } = escrows.rig;
    const party = (role: "renter" | "arbiter") => ({
      role,
      seed: role === "renter" ? renter.seed : escrows.rig.parties.arbiter.identity.seed,
    });
    let own = await escrows.rig.desk("renter").accept(offered, party("renter"));
    own = await escrows.rig.desk("arbiter").accept(own, party("arbiter"));
    own = await escrows.rig.desk("renter").fund(own);
    const market = await rig.client();
    const never = new AbortController().signal;
    const hand = async (text: string) => {
      await market.escrow(ORDER, text, never);
      return (await market.status(ORDER, 15, never)).answer;
    };
    // What is no document of this escrow changes nothing, and does not end the order.
    expect(await hand("{}")).toMatchObject({ state: "paying", problem: null, payment: { method: "escrow" } });
    expect(await hand(escrowFileText(own))).toMatchObject({ state: "paying", received: "0" });
    expect(escrows.escrows.list().map(({ file }) => file.funding?.txid)).toEqual([own.funding?.txid]);
    for (let block = 0; block < 3; block++) ledger.mine();
    await payments.tick();
    expect(rig.pay.rentals.grants).toBe(1);
    expect(await hand(escrowFileText(own))).toMatchObject({ state: "granted", received: "0.01", payment: null });
    // Again, as after a crash of the renter.
    const again = await (await rig.renting(order)).run(never);
    expect(again.state).toBe("granted");
    expect(rig.pay.rentals.grants).toBe(1);
  });

  it("tells the renter that the terms have changed since he read the listing", async () => {
    const { rig, order } = await start("other terms");
    const { payment } = order.request;
    if (payment.method !== "escrow") throw new Error("not by escrow");
    const request = { ...order.request, payment: { ...payment, fees_bps: 10 } };
    const renting = await rig.renting({ ...order, request });
    await expect(renting.run(new AbortController().signal)).rejects.toMatchObject({
      code: "market.refused",
      context: { code: "escrow.other_terms" },
    });
  });
});
