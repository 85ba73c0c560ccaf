// Renewals, upgrades and cancellations over the relay, and a rental whose relay is started anew at every step.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rentRequestHash, signCancel } from "../../src/core/index.ts";
import { changeAccepted, providerRequests, rentStatus } from "../../src/protocol/index.ts";
import {
  DAY_S,
  grantOf,
  LISTING,
  messageOf,
  NOW_S,
  otherRenter,
  provider,
  RENTAL,
  receiptOf,
  renter,
  suite,
} from "./fixtures.ts";
import { answerOf, ORDER, recordOf, requestOf } from "./market-fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";

let rig: RelayRig;
beforeEach(async () => {
  rig = await RelayRig.start();
  await rig.call("PUT", `/listings/${LISTING}/offchain`, { raw: recordOf().text });
});
afterEach(() => rig.stop());

const WISH = { order_id: ORDER, tier: "sms_only", duration: "weekly", payment: { method: "emc" } };

async function asked(box?: string) {
  const token = box ?? (await rig.login(provider));
  return providerRequests.parse((await rig.call("GET", "/provider/requests", { token })).body).requests;
}

describe("a change of a rental", () => {
  beforeEach(() => rig.register(grantOf()));

  it("is carried to the provider as an order, though the listing is rented", async () => {
    const token = await rig.login(renter);
    const answer = await rig.call("POST", `/rentals/${RENTAL}/renew`, { token, body: WISH });
    expect(answer.status).toBe(202);
    const { request, status } = changeAccepted.parse(answer.body);
    expect([status, request.change, request.listing_id]).toEqual([
      "requested",
      { kind: "renew", rental_id: RENTAL },
      LISTING,
    ]);
    const [question] = await asked();
    expect(question?.request).toMatchObject({ kind: "quote", request });
    const said = answerOf(request, { state: "quoted" });
    expect(said.request).toBe(rentRequestHash(suite, request));
    expect(verdictOf(await rig.call("PUT", `/provider/requests/${ORDER}`, { body: said }))).toBe("200 taken");
    expect(rentStatus.parse((await rig.call("GET", `/rent/${ORDER}`, { token })).body).answer).toEqual(said);
    expect((await rig.call("POST", `/rentals/${RENTAL}/renew`, { token, body: WISH })).status).toBe(202);
    const other = { token, body: { ...WISH, duration: "daily" } };
    expect(verdictOf(await rig.call("POST", `/rentals/${RENTAL}/renew`, other))).toBe("409 relay.conflict");
  });

  it("may be another tier or the end, signed by the renter", async () => {
    const token = await rig.login(renter);
    const body = { ...WISH, tier: "sms_voice_video" };
    expect((await rig.call("POST", `/rentals/${RENTAL}/upgrade`, { token, body })).status).toBe(202);
    const order_id = "f".repeat(32);
    const signature = signCancel(suite, renter.seed, { orderId: order_id, rentalId: RENTAL });
    const cancel = await rig.call("POST", `/rentals/${RENTAL}/cancel`, { token, body: { order_id, signature } });
    expect(cancel.status).toBe(202);
    expect((await asked()).map(({ request }) => request.request.change?.kind)).toEqual(["upgrade", "cancel"]);
  });

  it("is for the renter of a rental that runs", async () => {
    const other = await rig.login(otherRenter);
    const renew = async (token: string) =>
      verdictOf(await rig.call("POST", `/rentals/${RENTAL}/renew`, { token, body: WISH }));
    expect(await renew(other)).toBe("404 relay.unknown_rental");
    // He sees the rental, and still cannot order for its renter.
    expect(await renew(await rig.login(provider))).toBe("403 relay.foreign_order");
    await rig.register(grantOf({ rev: 2, expiresAt: NOW_S }));
    expect(await renew(await rig.login(renter))).toBe("410 relay.rental_over");
    const foreign = { ...requestOf(), change: { kind: "renew", rental_id: "a".repeat(32) } };
    expect(verdictOf(await rig.call("POST", "/rent", { token: await rig.login(renter), body: foreign }))).toBe(
      "404 relay.unknown_rental",
    );
  });
});

describe("a relay that starts anew at every step", () => {
  it("carries an order to its grant, and mail to its renter, as if nothing had happened", async () => {
    // The rig's random numbers come again after a start: whoever signs in does so before.
    const [token, box] = [await rig.login(renter), await rig.login(provider)];
    const again = async (): Promise<void> => {
      await rig.halt();
      await rig.open();
    };
    expect((await rig.call("POST", "/rent", { token, body: requestOf() })).status).toBe(202);
    await again();
    expect(await asked(box)).toHaveLength(1);
    const quoted = answerOf(requestOf());
    await rig.call("PUT", `/provider/requests/${ORDER}`, { body: quoted });
    await again();
    const tx = "ab".repeat(40);
    const chap = `1.00:100:${"00".repeat(20)}`;
    const paid = await rig.call("POST", "/payments/ticket", { token, body: { order_id: ORDER, chap, tx } });
    expect(rentStatus.parse(paid.body)).toMatchObject({ status: "quoted", pending: 1 });
    await again();
    const [ticket] = await asked(box);
    expect(ticket?.request).toMatchObject({ kind: "ticket", tx });
    expect((await rig.register(grantOf())).status).toBe(200);
    const granted = answerOf(requestOf(), { state: "granted", payment: null });
    await rig.call("PUT", `/provider/requests/${ticket?.request.id}`, { body: granted });
    await again();
    const status = rentStatus.parse((await rig.call("GET", `/rent/${ORDER}`, { token })).body);
    expect(status).toMatchObject({ status: "granted", pending: 0, answer: granted });
    expect((await rig.forward(messageOf({ seq: 1 }))).status).toBe(200);
    await again();
    const { messages } = await rig.mailbox(token);
    expect(messages.map(({ seq }) => seq)).toEqual([1]);
    const receipts = [receiptOf(messageOf({ seq: 1 }).envelope)];
    await rig.call("POST", "/sms/ack", { token, body: { receipts } });
    await again();
    const shown = await rig.call("GET", `/rentals/${RENTAL}/history`, { token });
    expect(shown.body).toMatchObject({ messages: [{ seq: 1, state: "acknowledged" }] });
    await rig.register(grantOf({ rev: 2, expiresAt: NOW_S + 60 * DAY_S }));
    await again();
    expect((await rig.call("GET", `/rentals/${RENTAL}`, { token })).body).toMatchObject({ grant: { rev: 2 } });
  });
});
