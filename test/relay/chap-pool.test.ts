// The pool of a provider's challenges at a relay: who may fill it, which order gets one, and that no two orders get the same.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { days, unixMs } from "../../src/base/index.ts";
import type { StoredOrder } from "../../src/core/index.ts";
import {
  leftChaps,
  type OrderAnswer,
  type PooledChap,
  type ProviderRequest,
  providerRequests,
  type RentChapStatus,
  type RentRequest,
  rentChapStatus,
  rentStatus,
} from "../../src/protocol/index.ts";
import { type ChapPool, drawn, replaced } from "../../src/relay/server/chap-pools.ts";
import { LISTING, NOW, NOW_S, otherProvider, provider, renter, stranger, tampered, verifyOf } from "./fixtures.ts";
import { answerOf, ORDER, pooledOf, recordOf, requestOf } from "./market-fixtures.ts";
import { type CallResult, RelayRig, verdictOf } from "./relay-rig.ts";

const OTHER_ORDER = "ff112233445566778899aabbccddeeff";
const textOf = ({ payment }: PooledChap): string => payment.chap;

describe("a provider's pool of challenges", () => {
  let rig: RelayRig;
  let token: string;
  let box: string;
  beforeEach(async () => {
    rig = await RelayRig.start();
    await rig.call("PUT", `/listings/${LISTING}/offchain`, { raw: recordOf().text });
    [token, box] = [await rig.login(renter), await rig.login(provider)];
  });
  afterEach(() => rig.stop());

  const put = (chaps: readonly unknown[], as = box): Promise<CallResult> =>
    rig.call("PUT", "/provider/chaps", { body: { chaps }, token: as });
  const left = async (as = box): Promise<readonly string[]> =>
    leftChaps.parse((await rig.call("GET", "/provider/chaps", { token: as })).body).chaps;
  const quoted = async (request: RentRequest = requestOf(), said: Partial<OrderAnswer> = {}): Promise<void> => {
    await rig.call("POST", "/rent", { body: request, token });
    expect(await answer(request.order_id, request, said)).toBe("200 taken");
  };
  const answer = async (id: string, request: RentRequest, said: Partial<OrderAnswer> = {}): Promise<string> =>
    verdictOf(await rig.call("PUT", `/provider/requests/${id}`, { body: answerOf(request, said) }));
  const ask = async (id = ORDER): Promise<RentChapStatus> => {
    const result = await rig.call("POST", "/payments/chap", { body: { order_id: id }, token });
    expect(result.status).toBe(202);
    return rentChapStatus.parse(result.body);
  };
  const asked = async (): Promise<readonly ProviderRequest[]> =>
    providerRequests
      .parse((await rig.call("GET", "/provider/requests", { token: box })).body)
      .requests.map(({ request }) => request);

  it("is replaced as a whole, told of, and withdrawn by an empty list", async () => {
    expect((await put([pooledOf(1), pooledOf(2)])).body).toEqual({ status: "taken", held: 2 });
    expect((await put([pooledOf(2), pooledOf(3)])).body).toEqual({ status: "taken", held: 2 });
    expect(await left()).toEqual([pooledOf(2), pooledOf(3)].map(textOf));
    expect(await left(await rig.login(otherProvider))).toEqual([]);
    expect((await put([])).body).toEqual({ status: "taken", held: 0 });
    expect(await left()).toEqual([]);
  });

  it("takes none that the provider has not signed, that is over or there twice, and then nothing of the list", async () => {
    await put([pooledOf(1)]);
    const good = pooledOf(2);
    const swapped = { ...good, payment: pooledOf(3).payment };
    const refused = async (chaps: readonly unknown[]): Promise<string> => verdictOf(await put(chaps));
    expect(await refused([good, swapped])).toBe("403 relay.bad_signature");
    expect(await refused([good, { ...pooledOf(4), signature: tampered(pooledOf(4).signature) }])).toBe(
      "403 relay.bad_signature",
    );
    expect(await refused([pooledOf(5, { by: otherProvider })])).toBe("403 relay.bad_signature");
    expect(await refused([{ ...pooledOf(5, { by: stranger }), provider: verifyOf(provider) }])).toBe(
      "403 relay.bad_signature",
    );
    const { signature: _, ...unsigned } = good;
    expect(await refused([unsigned])).toBe("400 relay.bad_body");
    expect(await refused([good, good])).toBe("400 relay.bad_body");
    expect(await refused([pooledOf(6, { expires_at: NOW_S })])).toBe("410 relay.chap_expired");
    expect(await refused(Array.from({ length: 65 }, (_each, at) => pooledOf(at)))).toBe("400 relay.bad_body");
    expect(await left()).toEqual([textOf(pooledOf(1))]);
    expect((await put(Array.from({ length: 64 }, (_each, at) => pooledOf(at)))).body).toMatchObject({ held: 64 });
  });

  it("is for providers of this relay alone", async () => {
    expect(verdictOf(await put([], token))).toBe("403 relay.unknown_provider");
    expect(verdictOf(await rig.call("GET", "/provider/chaps", { token }))).toBe("403 relay.unknown_provider");
    expect(verdictOf(await rig.call("GET", "/provider/chaps"))).toBe("401 relay.unauthorized");
  });

  it("gives an order a challenge at once, and tells the provider which", async () => {
    await put([pooledOf(1), pooledOf(2)]);
    await quoted();
    expect(await ask()).toMatchObject({ status: "quoted", pending: 1, challenge: pooledOf(1) });
    expect(await left()).toEqual([textOf(pooledOf(2))]);
    expect(await asked()).toEqual([
      expect.objectContaining({ kind: "chap", order_id: ORDER, request: requestOf(), chap: textOf(pooledOf(1)) }),
    ]);
  });

  it("gives the same one while the provider has not answered, also over a restart, and it stays one question", async () => {
    await put([pooledOf(1), pooledOf(2)]);
    await quoted();
    for (let i = 0; i < 3; i++) expect((await ask()).challenge).toEqual(pooledOf(1));
    await rig.halt();
    await rig.open();
    expect(await ask()).toMatchObject({ pending: 1, challenge: pooledOf(1) });
    expect(await left()).toHaveLength(1);
    expect(await asked()).toHaveLength(1);
  });

  it("gives the same one while the provider offers it, and another after an answer that does not", async () => {
    await put([pooledOf(1), pooledOf(2)]);
    await quoted();
    await ask();
    const [first] = await asked();
    await answer(first?.id ?? "", requestOf(), { answered_at: NOW_S + 1, payment: pooledOf(1).payment });
    expect((await ask()).challenge).toEqual(pooledOf(1));
    const [again] = await asked();
    expect(again).toEqual(first);
    await answer(again?.id ?? "", requestOf(), { answered_at: NOW_S + 2 });
    expect((await ask()).challenge).toEqual(pooledOf(2));
    expect(await left()).toEqual([]);
  });

  it("gives nobody what another order has, and leaves the rest to the provider", async () => {
    await put([pooledOf(1)]);
    const other = requestOf({ order_id: OTHER_ORDER });
    await quoted();
    await quoted(other);
    expect((await ask()).challenge).toEqual(pooledOf(1));
    expect(await ask(OTHER_ORDER)).toMatchObject({ pending: 1, challenge: null });
    expect(await asked()).toEqual([
      expect.objectContaining({ order_id: ORDER, chap: textOf(pooledOf(1)) }),
      expect.not.objectContaining({ chap: expect.anything() }),
    ]);
    // The provider has not heard of it yet, and leaves it here again.
    expect((await put([pooledOf(1), pooledOf(2)])).body).toEqual({ status: "taken", held: 1 });
    expect((await ask(OTHER_ORDER)).challenge).toEqual(pooledOf(2));
  });

  it.each<[string, Partial<OrderAnswer>, Partial<RentRequest>]>([
    ["that costs something else", { price: "0.02", due: "0.02" }, {}],
    ["of which a part is paid", { state: "paying", received: "0.004" }, {}],
    ["that is granted", { state: "granted", received: "0.01" }, {}],
    ["that has expired", { expires_at: NOW_S }, {}],
    ["that is paid otherwise", {}, { payment: { method: "emc" } }],
  ])("gives nothing to an order %s", async (_what, said, parts) => {
    await put([pooledOf(1)]);
    await quoted(requestOf(parts), said);
    expect(await ask()).toMatchObject({ pending: 1, challenge: null });
    expect(await left()).toHaveLength(1);
  });

  it("gives an order what is worth the rest of it", async () => {
    await put([pooledOf(1), pooledOf(2, { chap: "1.00:166:01", amount: "0.996", risk: 166, expected: "0.006" })]);
    await quoted(requestOf(), { state: "paying", received: "0.004" });
    expect((await ask()).challenge?.payment.expected).toBe("0.006");
  });

  it("gives nothing to an order that was never answered", async () => {
    await put([pooledOf(1)]);
    await rig.call("POST", "/rent", { body: requestOf(), token });
    expect(await ask()).toMatchObject({ status: "requested", pending: 2, challenge: null });
  });

  it("gives out nothing that ends within a minute, and forgets what nobody fills any more", async () => {
    await put([pooledOf(1, { expires_at: NOW_S + 60 }), pooledOf(2, { expires_at: NOW_S + 61 })]);
    await quoted();
    expect((await ask()).challenge?.payment.expires_at).toBe(NOW_S + 61);
    await put([pooledOf(3, { expires_at: NOW_S + 30 * 86_400 })]);
    for (let day = 0; day < 7; day++) await rig.pass(days(1));
    box = await rig.login(provider);
    expect(await left()).toHaveLength(1);
    await rig.pass(days(1));
    box = await rig.login(provider);
    expect(await left()).toEqual([]);
  });

  it("adds a member that older renters do not see, and an order of theirs goes on as it did", async () => {
    await put([pooledOf(1)]);
    await quoted();
    const { body } = await rig.call("POST", "/payments/chap", { body: { order_id: ORDER }, token });
    expect(rentStatus.parse(body)).not.toHaveProperty("challenge");
  });
});

describe("what a pool remembers", () => {
  const orderOf = (id: string): StoredOrder => {
    const request = requestOf({ order_id: id });
    return { ...{ id, provider: "p", renter: "r", requestText: "", request }, answer: answerOf(request) };
  };
  const full = (at: number): ChapPool => ({
    chaps: [pooledOf(1000)],
    given: Array.from({ length: 128 }, (_each, number) => ({
      ...{ order_id: `${number}`, answer: "earlier", at: unixMs(at), chap: pooledOf(number) },
    })),
  });

  it("is never cut short for one more: with too many given in ten minutes, the provider answers himself", () => {
    expect(drawn(full(NOW - 599_999), orderOf(ORDER), NOW)).toBeNull();
    const drawnLater = drawn(full(NOW - 600_000), orderOf(ORDER), NOW);
    expect(drawnLater?.pool?.given).toHaveLength(128);
    expect(drawnLater?.pool?.given.at(-1)).toMatchObject({ order_id: ORDER, chap: pooledOf(1000) });
    expect(drawnLater?.pool?.chaps).toEqual([]);
  });

  it("fits in a paper with all that a pool can hold", () => {
    const longest = pooledOf(0, {
      chap: "9".repeat(80),
      ...{ amount: "9999999999.999999", expected: "9999999999.999999", risk: 0x7fffffff },
    });
    const given = { order_id: ORDER, answer: longest.signature, at: NOW, chap: longest };
    const pool: ChapPool = {
      chaps: Array.from({ length: 64 }, () => longest),
      given: Array.from({ length: 128 }, () => given),
    };
    expect(JSON.stringify(pool).length).toBeLessThan(128 * 1024);
  });

  it("ends with the challenges", () => {
    const ends = NOW + 21_600_000;
    expect(replaced(full(NOW), [], unixMs(ends - 1)).given).toHaveLength(128);
    expect(replaced(full(NOW), [], unixMs(ends)).given).toEqual([]);
  });
});
