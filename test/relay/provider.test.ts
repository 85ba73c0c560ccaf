import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { providerMessagesPage, providerReceiptsPage, providerRentalsPage } from "../../src/protocol/index.ts";
import {
  grantOf,
  LISTING,
  messageOf,
  OTHER_LISTING,
  OTHER_RENTAL,
  otherProvider,
  provider,
  RENTAL,
  renter,
} from "./fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";

describe("what a relay tells a provider of himself", () => {
  let rig: RelayRig;
  beforeEach(async () => {
    rig = await RelayRig.start();
  });
  afterEach(() => rig.stop());

  it("are his newest grants with the highest seq of each, page by page", async () => {
    await rig.register(grantOf());
    await rig.register(grantOf({ rev: 2 }));
    await rig.register(grantOf({ rentalId: OTHER_RENTAL, listingId: OTHER_LISTING }));
    for (const seq of [1, 2, 3]) await rig.forward(messageOf({ seq }));
    const token = await rig.login(provider);
    const page = async (query: string) =>
      providerRentalsPage.parse((await rig.call("GET", `/provider/rentals${query}`, { token })).body);
    const first = await page("?limit=1");
    expect(first.rentals.map(({ grant, last_seq }) => [grant.rental_id, grant.rev, last_seq])).toEqual([
      [RENTAL, 2, 3],
    ]);
    expect(first.more).toBe(true);
    const second = await page(`?limit=1&after=${first.next}`);
    expect(second.rentals.map(({ grant, last_seq }) => [grant.rental_id, last_seq])).toEqual([[OTHER_RENTAL, 0]]);
    expect(second.more).toBe(false);
  });

  it("are the messages of a rental of his, acknowledged ones too, and of nobody else's", async () => {
    await rig.register(grantOf());
    for (const seq of [1, 2, 3]) await rig.forward(messageOf({ seq }));
    const read = async (who: typeof provider, query: string) =>
      providerMessagesPage.parse(
        (await rig.call("GET", `/provider/messages?rental_id=${RENTAL}${query}`, { token: await rig.login(who) })).body,
      );
    const first = await read(provider, "&after=1&limit=1");
    expect(first).toMatchObject({ messages: [{ id: messageOf({ seq: 2 }).id, seq: 2 }], next: 2, more: true });
    expect(await read(provider, "&after=2")).toMatchObject({ messages: [{ seq: 3 }], more: false });
    expect(await read(otherProvider, "")).toEqual({ messages: [], next: 0, more: false });
  });

  it("is which box has his identity, as it was told last", async () => {
    const token = await rig.login(provider);
    const claim = async (instance: string) =>
      verdictOf(await rig.call("PUT", "/provider/box", { token, body: { instance } }));
    const box = async () =>
      providerReceiptsPage.parse((await rig.call("GET", "/provider/receipts", { token })).body).box;
    expect(await box()).toBeUndefined();
    const [a, b] = ["a".repeat(32), "b".repeat(32)] as const;
    expect([await claim(a), await claim(a), await claim(b)]).toEqual(["200 first", "200 same", "200 replaced"]);
    expect(await box()).toBe(b);
    await rig.halt();
    await rig.open();
    expect(await claim(b)).toBe("200 same");
    expect(await claim("not an id")).toBe("400 relay.bad_body");
  });

  it("is told to providers only", async () => {
    await rig.register(grantOf({ listingId: LISTING }));
    const token = await rig.login(renter);
    for (const path of ["/provider/rentals", `/provider/messages?rental_id=${RENTAL}`, "/provider/receipts"]) {
      expect(verdictOf(await rig.call("GET", path))).toMatch(/^401 /);
      expect(verdictOf(await rig.call("GET", path, { token }))).toBe("403 relay.unknown_provider");
    }
    expect(verdictOf(await rig.call("PUT", "/provider/box", { token, body: { instance: "a".repeat(32) } }))).toBe(
      "403 relay.unknown_provider",
    );
  });
});
