// What the configuration makes of a line's listing.

import { describe, expect, it } from "vitest";
import { offeredPrices } from "../../src/app/market-services.ts";
import { offerOf } from "../../src/app/publishing-services.ts";
import { lineId } from "../../src/base/index.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { escrowOfferOf } from "../../src/registry/index.ts";

const LINE = lineId("line-1");
const arbiter = {
  ...{ name: "judge", verify: "A".repeat(43), key: `02${"ab".repeat(32)}` },
  address: "EQvPHYwzyhNTRm54qwpX7dqqZ8Xyhr2xqL",
};
const emercoin = { url: "http://127.0.0.1:6662", user: "emc", password_file: "rpc" };

const offered = (sections: object) => {
  const listing = { tiers: { sms_only: { pricing: { per_sms: "0", rental_daily: "0.05" } } } };
  const lines = [{ id: LINE, number: "+15550100" }];
  const text = JSON.stringify({ relay: { url: "https://relay.example" }, listing, lines, ...sections });
  return offerOf(parseBoxConfig(text, "box.yaml"), LINE);
};

describe("the offer of a line", () => {
  it("has escrow as a way to pay where the box has an arbiter and a node, and its owner does not turn it off", () => {
    const escrow = { arbiters: [arbiter], fees_bps: 25 };
    const offer = offered({ emercoin, escrow });
    expect(escrowOfferOf({ escrow: offer?.escrow })).toEqual({
      arbiters: [{ name: "judge", verify: "A".repeat(43) }],
      ...{ feesBps: 25, disputeDays: 7, refundDays: 60 },
    });
    expect(JSON.stringify(offer)).not.toContain(arbiter.address);
    for (const sections of [{ emercoin }, { escrow }, { emercoin, escrow, payments: { escrow: { enabled: false } } }]) {
      expect(offered(sections)).not.toBeNull();
      expect(offered(sections)).not.toHaveProperty("escrow");
    }
  });

  it("costs what its tiers and durations cost without SMS; a line without an offer costs nothing", () => {
    const tiers = {
      sms_only: { pricing: { per_sms: "0.001", rental_daily: "0.05", rental_weekly: "0.3" } },
      sms_voice_video: { pricing: { rental_monthly: "2" } },
    };
    const offer = offered({ listing: { tiers } });
    const lines = [{ id: LINE }, { id: lineId("line-2") }];
    // A month of weeks and days costs what they do: 4 weeks and 2 days.
    const prices = [50_000, 300_000, 1_300_000, 2_000_000];
    expect(offeredPrices(lines, (id) => (id === LINE ? offer : null))).toEqual(prices);
    expect(offeredPrices(lines, () => offer)).toEqual([...prices, ...prices]);
  });
});
