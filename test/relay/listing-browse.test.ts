// How long a relay looks for one page.

import { describe, expect, it } from "vitest";
import { type Millis, millis, unixMs } from "../../src/base/index.ts";
import { ListingBrowse } from "../../src/relay/server/listing-browse.ts";

const idOf = (at: number): string => at.toString(16).padStart(16, "0");

/** A relay with `count` listings that have no record, each slice of which takes `sliceMs`. */
function browseOf(count: number, sliceMs: number) {
  let [now, slices] = [0, 0];
  const browse = new ListingBrowse({
    ...{ index: null, chain: null, providers: { has: () => false } },
    clock: { monotonic: (): Millis => millis(now) },
    time: { earliest: () => unixMs(0) } as never,
    presence: { times: () => Promise.resolve(new Map()) } as never,
    reputations: { of: () => Promise.resolve(null) } as never,
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
  return { page: (after: string) => browse.page({ ...query, after }), slices: () => slices };
}

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
