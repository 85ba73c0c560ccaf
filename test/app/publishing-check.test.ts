import { describe, expect, it } from "vitest";
import { type PublishingCheckDeps, publishingCheck } from "../../src/app/publishing-check.ts";
import { listingId, unixMs } from "../../src/base/index.ts";
import type { NamePublication } from "../../src/core/index.ts";

const publication = (name: string, state: NamePublication["state"], code: string | null = null): NamePublication => ({
  id: name,
  wish: { purpose: "listing", operation: "new", name, value: new Uint8Array(0), days: 1, address: null },
  state,
  ...{ txid: null, confirmations: 0, needed: 3, address: null, expiresAt: null },
  problem: code === null ? null : { code, message: "something is in the way" },
  ...{ createdAt: unixMs(0), changedAt: unixMs(0) },
});

function deps(
  list: readonly NamePublication[],
  own: readonly string[],
  orphans: readonly string[] = [],
): PublishingCheckDeps {
  return {
    publisher: { list: () => list },
    identity: { name: "worm:user:ness:me" },
    listings: { list: () => [{ name: "ness:sms:listing:0123456789abcdef" }], orphans: () => orphans.map(listingId) },
    ownNames: async () => own,
  } as unknown as PublishingCheckDeps;
}

const codes = async (from: PublishingCheckDeps): Promise<readonly string[]> =>
  (await publishingCheck(from).run()).map(({ code }) => code);

describe("the doctor on publications", () => {
  it("finds nothing where all is done and every name is known", async () => {
    const own = ["worm:user:ness:me", "ness:sms:listing:0123456789abcdef", "ness:proofs:sms:20260101", "shop:mine"];
    expect(await codes(deps([publication("ness:proofs:sms:20260101", "done")], own))).toEqual(["publication.whole"]);
  });

  it("names what waits, was lost or failed, unless it was done again", async () => {
    const list = [
      publication("ness:sms:listing:a1", "waiting", "emercoin.locked"),
      publication("ness:sms:listing:a2", "lost"),
      publication("ness:sms:listing:a3", "failed"),
      publication("ness:sms:listing:a3", "done"),
    ];
    expect(await codes(deps(list, []))).toEqual(["emercoin.locked", "publication.lost"]);
  });

  it("names listings without a line, and names of the wallet that nobody here made", async () => {
    const own = ["ness:sms:listing:ffffffffffffffff", "ness:escrow:0123456789abcdef"];
    expect(await codes(deps([], own, ["0011223344556677"]))).toEqual([
      "listing.orphan",
      "publication.unknown_name",
      "publication.unknown_name",
    ]);
  });
});
