// `PUT /rentals/{rental_id}` and `GET /rentals`: who may tell the relay what about a rental.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RentalGrant, RentalsReply } from "../../src/protocol/index.ts";
import {
  DAY_S,
  grantOf,
  LISTING,
  messageOf,
  NOW_S,
  OTHER_LISTING,
  OTHER_RENTAL,
  otherProvider,
  otherRenter,
  RENTAL,
  renter,
  stranger,
  tampered,
} from "./fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";

describe("PUT /rentals/{rental_id}", () => {
  let rig: RelayRig;
  beforeEach(async () => {
    rig = await RelayRig.start();
  });
  afterEach(() => rig.stop());

  const registered = async (grant: RentalGrant): Promise<string> => verdictOf(await rig.register(grant));

  it("creates, repeats and updates a rental", async () => {
    expect(await registered(grantOf())).toBe("200 created");
    expect(await registered(grantOf())).toBe("200 unchanged");
    expect(await registered(grantOf({ rev: 2, credit: 5 }))).toBe("200 updated");
    expect(await registered(grantOf({ rev: 2, credit: 5 }))).toBe("200 unchanged");
  });

  it("answers 409 to a lower rev and to another grant with the same rev", async () => {
    await registered(grantOf({ rev: 3 }));
    expect(await registered(grantOf({ rev: 2 }))).toBe("409 relay.stale_rev");
    expect(await registered(grantOf({ rev: 3, credit: 1 }))).toBe("409 relay.conflict");
  });

  it("refuses every changed member", async () => {
    const grant = grantOf();
    const changes: readonly Partial<RentalGrant>[] = [
      { listing_id: OTHER_LISTING },
      { renter: { ...grant.renter, verify: grantOf({ to: stranger }).renter.verify } },
      { renter: { ...grant.renter, encrypt: grantOf({ to: stranger }).renter.encrypt } },
      { starts_at: grant.starts_at + 1 },
      { expires_at: grant.expires_at + 1 },
      { envelope_version: 2 },
      { rev: 2 },
      { credit: 1 },
      { sealed: tampered(grant.sealed) },
      { signature: tampered(grant.signature) },
    ];
    for (const change of changes) {
      const answer = await rig.register({ ...grant, ...change });
      expect(verdictOf(answer), Object.keys(change).join()).toBe("403 relay.bad_signature");
    }
  });

  it("refuses a provider that is not configured, and a grant in another provider's name", async () => {
    expect(await registered(grantOf({ by: stranger }))).toBe("403 relay.unknown_provider");
    const forged = { ...grantOf({ by: stranger }), provider: grantOf().provider };
    expect(await registered(forged)).toBe("403 relay.bad_signature");
  });

  it("gives a listing to the provider who registers it first", async () => {
    await registered(grantOf());
    const rival = grantOf({ by: otherProvider, rentalId: OTHER_RENTAL });
    expect(await registered(rival)).toBe("403 relay.foreign_listing");
    expect(await registered(grantOf({ by: otherProvider, rentalId: OTHER_RENTAL, listingId: OTHER_LISTING }))).toBe(
      "200 created",
    );
  });

  it("never moves a rental to another renter, listing or provider", async () => {
    await registered(grantOf());
    expect(await registered(grantOf({ rev: 2, to: otherRenter }))).toBe("409 relay.conflict");
    expect(await registered(grantOf({ rev: 2, listingId: OTHER_LISTING }))).toBe("409 relay.conflict");
    expect(await registered(grantOf({ rev: 2, by: otherProvider, listingId: OTHER_LISTING }))).toBe(
      "409 relay.conflict",
    );
  });

  it("refuses a path that differs from the grant, a path that is no id, and unknown members", async () => {
    const grant = grantOf();
    const elsewhere = await rig.call("PUT", `/rentals/${OTHER_RENTAL}`, { body: grant });
    expect(verdictOf(elsewhere)).toBe("400 relay.bad_body");
    expect(verdictOf(await rig.call("PUT", "/rentals/xyz", { body: grant }))).toBe("400 relay.bad_query");
    const extra = await rig.call("PUT", `/rentals/${RENTAL}`, { body: { ...grant, number: "+15550199" } });
    expect(verdictOf(extra)).toBe("400 relay.bad_body");
    expect(extra.text).not.toContain("+15550199");
  });

  it("shows a renter its own grants, their state and their last seq, and nobody else's", async () => {
    await registered(grantOf());
    await registered(grantOf({ rentalId: OTHER_RENTAL, to: otherRenter, expiresAt: NOW_S - DAY_S }));
    await rig.forward(messageOf({ seq: 1 }));
    await rig.forward(messageOf({ seq: 2 }));
    const mine = (await rig.call("GET", "/rentals", { token: await rig.login(renter) })).body as RentalsReply;
    expect(mine.rentals).toEqual([{ grant: grantOf(), state: "active", last_seq: 2 }]);
    const theirs = (await rig.call("GET", "/rentals", { token: await rig.login(otherRenter) })).body as RentalsReply;
    expect(theirs.rentals.map((one) => [one.grant.rental_id, one.state])).toEqual([[OTHER_RENTAL, "ended"]]);
    const none = (await rig.call("GET", "/rentals", { token: await rig.login(stranger) })).body as RentalsReply;
    expect(none.rentals).toEqual([]);
  });

  it("answers 403 to messages of a provider that was taken out of the configuration", async () => {
    await registered(grantOf({ by: otherProvider }));
    const narrow = await RelayRig.start({ providers: [{ verify: grantOf().provider, name: "one" }] });
    expect(verdictOf(await narrow.register(grantOf({ by: otherProvider })))).toBe("403 relay.unknown_provider");
    await narrow.stop();
  });
});

describe("startRelay", () => {
  it("refuses a configured provider key that is none", async () => {
    await expect(RelayRig.start({ providers: [{ verify: LISTING, name: "box" }] })).rejects.toMatchObject({
      code: "relay.bad_provider",
    });
  });
});
