// Browsing at a relay with the limits that relays have by default, and what it carries no orders for.

import { afterEach, beforeEach, expect, it } from "vitest";
import { listingId, toBase64url, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { providerOf } from "../../src/bin/commands/renter-cost.ts";
import { elsewhereText, offerLine } from "../../src/bin/commands/renter-listings.ts";
import { wormXml } from "../../src/envelope/index.ts";
import { commitmentOf, listingName, listingRecord, listingValueBytes, signListing } from "../../src/registry/index.ts";
import {
  judgeOffer,
  judgeOffers,
  type ListingOfferView,
  MarketReader,
  type OfferDeps,
} from "../../src/renter/index.ts";
import { MarketStage } from "../sim/market-stage.ts";
import { identity, suite } from "./fixtures.ts";

const COUNT = 130;
const FOREIGN = listingId("beefbeefbeefbeef");
const elsewhere = { ...identity("elsewhere"), name: "elsewhere" };
const signal = new AbortController().signal;

let stage: MarketStage;
let asked: string[];
beforeEach(async () => {
  stage = await MarketStage.start(undefined, { rentsPerMinute: 1000 });
  asked = [];
});
afterEach(() => stage.stop());

const deps = (): OfferDeps => ({
  market: new MarketReader({
    ...{ relayUrl: stage.url, clock: systemClock },
    fetch: (url, init) => {
      asked.push(new URL(url).pathname);
      return fetch(url, init);
    },
  }),
  ...{ node: null, suite, now: () => systemClock.now() },
});

async function browsed(): Promise<readonly ListingOfferView[]> {
  const offers: ListingOfferView[] = [];
  asked = [];
  for await (const offer of judgeOffers(deps(), signal)) offers.push(offer);
  return offers;
}

/** The relay looks at the chain every few seconds. */
async function browsedAll(count: number): Promise<readonly ListingOfferView[]> {
  let offers: readonly ListingOfferView[] = [];
  await expect
    .poll(
      async () => {
        offers = await browsed();
        return offers.length;
      },
      { timeout: 40_000, interval: 500 },
    )
    .toBe(count);
  return offers;
}

/** On the chain and with its record, of a provider whom the relay does not serve. */
async function listForeign(endpoints: Readonly<Record<string, string>>): Promise<void> {
  stage.names.put("worm:user:ness:elsewhere", utf8(wormXml(elsewhere)));
  const record = listingRecord({
    ...{ provider_id: "elsewhere", listing_id: FOREIGN, capabilities: 11, rev: 1, features: ["usa"] },
    gateway_endpoints: endpoints,
    service_tiers: { sms_only: { enabled: true, pricing: { per_sms: "0", rental_daily: "0.05" } } },
    ...{ pubkey_verify: toBase64url(elsewhere.verify), timestamp: Math.floor(systemClock.now() / 1000) },
  });
  const commitment = commitmentOf(suite, record);
  const value = { worm_ref: "worm:user:ness:elsewhere", commitment, capabilities: 11, rev: 1 };
  stage.names.put(listingName(FOREIGN), listingValueBytes(value));
  const body = Buffer.from(signListing(suite, elsewhere.seed, record)).toString();
  const headers = { "content-type": "application/json" };
  const put = await fetch(`${stage.url}/listings/${FOREIGN}/offchain`, { method: "PUT", headers, body });
  expect(put.status).toBe(200);
}

it("judges more listings than a relay takes questions in a minute, with one question for each hundred", async () => {
  for (let at = 0; at < COUNT; at++)
    await stage.list({ id: at.toString(16).padStart(16, "a"), number: "+15550100", daily: "0.05", features: [] });
  const offers = await browsedAll(COUNT);
  expect(offers.every(({ judgement, available }) => judgement.rentable && available)).toBe(true);
  expect(offers.every(({ rentableHere }) => rentableHere === true)).toBe(true);
  expect(asked).toEqual(["/listings/available", "/listings/available"]);
  const [first] = offers;
  const alone = await judgeOffer(deps(), first?.listingId ?? FOREIGN, signal);
  expect({ ...alone, judgement: alone?.judgement.verdicts }).toEqual({
    ...first,
    judgement: first?.judgement.verdicts,
  });
}, 30_000);

it("says of a listing that the relay only shows where else it can be rented, and rents it not", async () => {
  await listForeign({ https: "https://other-relay.example/" });
  const [offer] = await browsedAll(1);
  expect(offer).toMatchObject({ rentableHere: false, gateways: ["https://other-relay.example"], available: true });
  expect(offer?.judgement.rentable).toBe(true);
  if (offer === undefined) return;
  expect(elsewhereText(offer)).toBe(
    `not rented out at this relay: numberbox renter rent ${FOREIGN} --relay https://other-relay.example`,
  );
  expect(offerLine(offer)).toMatchObject({ rentable_here: false, gateways: ["https://other-relay.example"] });
  expect(() => providerOf(offer)).toThrow(expect.objectContaining({ code: "market.not_here" }));
  expect((await judgeOffer(deps(), FOREIGN, signal))?.rentableHere).toBe(false);
}, 30_000);
