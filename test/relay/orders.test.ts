// Orders over the relay: who may ask what, what a provider gets to see, and what survives repetition and restarts.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { days, minutes, seconds } from "../../src/base/index.ts";
import {
  type OrderAnswer,
  type ProviderRequests,
  providerRequests,
  type RentRequest,
  type RentStatus,
  rentStatus,
} from "../../src/protocol/index.ts";
import { grantOf, LISTING, otherProvider, otherRenter, provider, renter, stranger, verifyOf } from "./fixtures.ts";
import { answerOf, ORDER, recordOf, requestOf } from "./market-fixtures.ts";
import { type CallResult, RelayRig, verdictOf } from "./relay-rig.ts";

const OTHER_ORDER = "ff112233445566778899aabbccddeeff";
const CHAP = `1.00:100:${"00".repeat(20)}`;

describe("orders over the relay", () => {
  let rig: RelayRig;
  let token: string;
  let box: string;
  beforeEach(async () => {
    rig = await RelayRig.start();
    await rig.call("PUT", `/listings/${LISTING}/offchain`, { raw: recordOf().text });
    [token, box] = [await rig.login(renter), await rig.login(provider)];
  });
  afterEach(() => rig.stop());

  const rent = (request: RentRequest = requestOf(), as = token): Promise<CallResult> =>
    rig.call("POST", "/rent", { body: request, token: as });
  const asked = async (query = ""): Promise<ProviderRequests> =>
    providerRequests.parse((await rig.call("GET", `/provider/requests${query}`, { token: box })).body);
  const answer = (id: string, said: OrderAnswer): Promise<CallResult> =>
    rig.call("PUT", `/provider/requests/${id}`, { body: said });
  const status = async (query = ""): Promise<RentStatus> =>
    rentStatus.parse((await rig.call("GET", `/rent/${ORDER}${query}`, { token })).body);
  const ticket = (tx: string): Promise<CallResult> =>
    rig.call("POST", "/payments/ticket", { body: { order_id: ORDER, chap: CHAP, tx }, token });

  it("carries the request to the provider, and the signed quote with its payment requirement to the renter", async () => {
    expect(await rent()).toMatchObject({ status: 202, body: { order_id: ORDER, status: "requested" } });
    expect(await status()).toMatchObject({ status: "requested", pending: 1, answer: null });
    const { requests } = await asked();
    expect(requests).toEqual([
      { cursor: 1, request: { id: ORDER, order_id: ORDER, request: requestOf(), kind: "quote" } },
    ]);
    const said = answerOf(requestOf());
    expect(verdictOf(await answer(ORDER, said))).toBe("200 taken");
    expect(await status()).toEqual({ order_id: ORDER, status: "quoted", pending: 0, answer: said });
    expect((await asked()).requests).toEqual([]);
  });

  it("makes one order of a repeated request, and refuses another request under its id", async () => {
    await rent();
    expect((await rent()).status).toBe(202);
    expect((await asked()).requests).toHaveLength(1);
    expect(verdictOf(await rent(requestOf({ duration: "weekly" })))).toBe("409 relay.conflict");
  });

  it("takes tickets once, asks again for one that was answered, and keeps no transaction behind the answer", async () => {
    await rent();
    await answer(ORDER, answerOf(requestOf()));
    expect((await ticket("aa01")).status).toBe(202);
    expect((await ticket("aa01")).status).toBe(202);
    const [{ request }] = (await asked()).requests as [ProviderRequests["requests"][number]];
    expect(request).toMatchObject({ kind: "ticket", order_id: ORDER, chap: CHAP, tx: "aa01" });
    expect(verdictOf(await answer(request.id, answerOf(requestOf(), { state: "granted" })))).toBe("200 taken");
    expect(await status()).toMatchObject({ status: "granted", pending: 0 });
    expect((await asked()).requests).toEqual([]);
    await ticket("aa01");
    expect((await asked()).requests).toHaveLength(1);
    await rig.call("POST", "/payments/chap", { body: { order_id: ORDER }, token });
    expect((await asked()).requests.map((each) => each.request.kind)).toEqual(["ticket", "chap"]);
  });

  it("refuses strangers: another renter, another provider, another key in the request, a changed or foreign answer", async () => {
    expect(verdictOf(await rent(requestOf(), await rig.login(otherRenter)))).toBe("403 relay.foreign_order");
    await rent();
    const other = await rig.login(otherRenter);
    expect(verdictOf(await rig.call("GET", `/rent/${ORDER}`, { token: other }))).toBe("403 relay.foreign_order");
    expect(verdictOf(await rig.call("GET", `/rent/${OTHER_ORDER}`, { token }))).toBe("404 relay.unknown_order");
    expect(verdictOf(await rig.call("GET", "/provider/requests", { token }))).toBe("403 relay.unknown_provider");
    expect(verdictOf(await rig.call("POST", "/rent", { body: requestOf() }))).toBe("401 relay.unauthorized");
    expect(verdictOf(await answer(ORDER, { ...answerOf(requestOf()), due: "0.001" }))).toBe("403 relay.bad_signature");
    expect(verdictOf(await answer(ORDER, answerOf(requestOf(), { by: otherProvider })))).toBe("409 relay.conflict");
    expect(verdictOf(await answer(ORDER, answerOf(requestOf(), { by: stranger })))).toBe("403 relay.unknown_provider");
    const swapped = requestOf({ renter: { verify: verifyOf(stranger), encrypt: verifyOf(stranger) } });
    expect(verdictOf(await answer(ORDER, answerOf(swapped)))).toBe("409 relay.conflict");
    expect(verdictOf(await answer(OTHER_ORDER, answerOf(requestOf())))).toBe("404 relay.unknown_order");
  });

  it("refuses a listing that is rented or has no record here, and a member that would name a number", async () => {
    await rig.register(grantOf());
    expect(verdictOf(await rent())).toBe("409 relay.line_rented");
    expect(verdictOf(await rent(requestOf({ listing_id: "c1b2c3d4e5f64a7b" })))).toBe("404 relay.unknown_record");
    const body = { ...requestOf(), number: "+15550100" };
    expect(verdictOf(await rig.call("POST", "/rent", { body, token }))).toBe("400 relay.bad_body");
  });

  it("holds a provider's question open until a renter asks, and a renter's until the provider has answered", async () => {
    const waiting = asked("?wait=25");
    await rent();
    expect((await waiting).requests).toHaveLength(1);
    const told = status("?wait=25");
    await answer(ORDER, answerOf(requestOf()));
    expect((await told).status).toBe("quoted");
  });

  it("answers a held question after its time, and at once when the relay stops", async () => {
    const early = asked("?wait=5");
    while (!rig.clock.pending.includes("relay question")) await rig.clock.flush(1);
    await rig.clock.advance(seconds(5));
    expect((await early).requests).toEqual([]);
    const cut = asked("?wait=25");
    while (!rig.clock.pending.includes("relay question")) await rig.clock.flush(1);
    await rig.halt();
    expect((await cut).requests).toEqual([]);
    await rig.open();
  });

  it("keeps orders, questions and answers over a restart, and tells a provider what is still open", async () => {
    await rent();
    await rig.halt();
    await rig.open();
    expect((await asked()).requests).toHaveLength(1);
    await answer(ORDER, answerOf(requestOf(), { state: "paying" }));
    await ticket("aa02");
    await rig.halt();
    await rig.open();
    expect(await status()).toMatchObject({ status: "paying", pending: 1 });
    const { requests, open } = await asked("?open=1");
    expect(requests).toHaveLength(1);
    expect(open).toEqual([requestOf()]);
    await answer(ORDER, answerOf(requestOf(), { state: "granted" }));
    expect((await asked("?open=1")).open).toEqual([]);
  });

  it("caps the open orders of a key and the questions about an order, and forgets orders after two days", async () => {
    for (let i = 0; i < 8; i++) expect((await rent(requestOf({ order_id: `${i}${ORDER.slice(1)}` }))).status).toBe(202);
    expect(verdictOf(await rent(requestOf({ order_id: OTHER_ORDER })))).toBe("429 relay.too_many_orders");
    const first = `0${ORDER.slice(1)}`;
    for (let i = 0; i < 199; i++) {
      await rig.call("POST", "/payments/ticket", { body: { order_id: first, chap: CHAP, tx: `${1000 + i}` }, token });
    }
    const more = await rig.call("POST", "/payments/ticket", { body: { order_id: first, chap: CHAP, tx: "ff" }, token });
    expect(verdictOf(more)).toBe("429 relay.too_many_orders");
    await rig.pass(days(1));
    await rig.pass(days(1));
    await rig.pass(minutes(10));
    [token, box] = [await rig.login(renter), await rig.login(provider)];
    expect((await asked("?open=1")).requests).toEqual([]);
    expect(verdictOf(await rig.call("GET", `/rent/${first}`, { token }))).toBe("404 relay.unknown_order");
  });
});
