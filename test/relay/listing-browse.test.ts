// How long a relay looks for one page.

import { describe, expect, it } from "vitest";
import { type Millis, millis, unixMs } from "../../src/base/index.ts";
import { type BrowseQuery, ListingBrowse } from "../../src/relay/server/listing-browse.ts";

const idOf = (at: number): string => at.toString(16).padStart(16, "0");

const nothingKnown = (ids: readonly string[]): Promise<ReadonlyMap<string, null>> =>
  Promise.resolve(new Map(ids.map((id) => [id, null])));

/** A relay with `count` listings that have no record, each slice of which takes `sliceMs`. */
function browseOf(count: number, sliceMs: number, reputations = nothingKnown) {
  let [now, slices] = [0, 0];
  const browse = new ListingBrowse({
    ...{ index: null, chain: null, providers: { has: () => false } },
    clock: { monotonic: (): Millis => millis(now) },
    time: { earliest: () => unixMs(0) } as never,
    presence: { times: () => Promise.resolve(new Map()) } as never,
    reputations: { of: reputations } as never,
    store: {
      records: {
        ids: (after: string, limit: number) => {
          slices++;
          now += sliceMs;
          const first = after === "" ? 0 : Number.parseInt(after, 16) + 1;
          return Promise.resolve(Array.from({ length: Math.min(limit, count - first) }, (_, at) => idOf(first + at)));
        },
        many: () => Promise.resolve([]),
      },
      rentals: { rentedOf: () => Promise.resolve(new Set()) },
    } as never,
  });
  const rare = { tier: "sms_only", duration: undefined, maxPrice: undefined, features: [], capabilities: 0 } as const;
  const query = {
    ...rare,
    escrow: false,
    minReputation: undefined,
    limit: 50,
    withEvidence: false,
    withRecords: false,
  };
  return {
    page: (after: string, parts: Partial<BrowseQuery> = {}) => browse.page({ ...query, ...parts, after }),
    slices: () => slices,
  };
}

describe("a page of listings whose reputations take long", () => {
  it("ends before the first that is not known yet, and goes on with it", async () => {
    const asked: number[] = [];
    const slow = (ids: readonly string[]) => {
      asked.push(ids.length);
      return nothingKnown(ids.slice(0, 3));
    };
    const { page } = browseOf(10, 1, slow);
    const all: string[] = [];
    let after: string | null = "";
    while (after !== null) {
      const { listings, next } = await page(after, { tier: undefined });
      all.push(...listings.map(({ listing_id }) => listing_id));
      after = next;
    }
    expect(all).toEqual(Array.from({ length: 10 }, (_, at) => idOf(at)));
    expect(asked).toEqual([10, 7, 4, 1]);
  });

  it("asks for all of a page at once, and for no more of them than the page takes", async () => {
    const asked: number[] = [];
    const { page } = browseOf(1000, 1, (ids) => {
      asked.push(ids.length);
      return nothingKnown(ids);
    });
    await page("", { tier: undefined, capabilities: 0, limit: 50 });
    expect(asked).toEqual([50]);
  });
});

describe("a page of listings that hardly any fits", () => {
  it("comes when it was looked for long enough, and leads to where the next one goes on", async () => {
    const { page, slices } = browseOf(10_000, 30);
    expect(await page("")).toMatchObject({ listings: [], next: idOf(199) });
    expect(slices()).toBe(2);
    expect(await page(idOf(199))).toMatchObject({ next: idOf(399) });
  });

  it("gets on however slow it is, and comes to the end of the list", async () => {
    const { page } = browseOf(1000, 10_000);
    let after: string | null = "";
    let pages = 0;
    while (after !== null) {
      after = (await page(after)).next;
      pages++;
    }
    expect(pages).toBe(11);
  });

  it("is of 2,000 at most, however fast", async () => {
    expect(await browseOf(10_000, 0).page("")).toMatchObject({ next: idOf(1999) });
  });
});
