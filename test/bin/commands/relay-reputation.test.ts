import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listingEvidence } from "../../../src/protocol/index.ts";
import { grantOf, LISTING, messageOf, NOW, provider, receiptOf, renter, verifyOf } from "../../relay/fixtures.ts";
import { recordOf } from "../../relay/market-fixtures.ts";
import { RelayRig } from "../../relay/relay-rig.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { numberbox } from "../run-rig.ts";

describe("numberbox relay reputation", () => {
  it("computes what the relay shows, from the pages that it exports", async () => {
    const rig = await RelayRig.start();
    await rig.register(grantOf());
    await rig.call("PUT", `/listings/${LISTING}/offchain`, { raw: recordOf().text });
    for (const seq of [1, 2, 3]) await rig.forward(messageOf({ seq }));
    const receipts = [1, 2].map((seq) => receiptOf(messageOf({ seq }).envelope));
    await rig.call("POST", "/sms/ack", { body: { receipts }, token: await rig.login(renter) });
    await rig.passDays(10);
    const file = join(tempFolder(), "receipts.jsonl");
    const first = (await rig.call("GET", `/listings/${LISTING}/receipts?limit=2`)).body as { next: string };
    const second = (await rig.call("GET", `/listings/${LISTING}/receipts?after=${first.next}`)).body;
    writeFileSync(file, `${JSON.stringify(first)}\n${JSON.stringify(second)}\n`);
    const at = new Date(NOW + 10 * 86_400_000).toISOString().slice(0, 10);
    const told = await numberbox(["relay", "reputation", "--receipts", file, "--at", at, "--json"]);
    expect([told.code, told.err]).toEqual([0, ""]);
    const { reputation } = listingEvidence.parse((await rig.call("GET", `/listings/${LISTING}`)).body);
    expect(JSON.parse(told.out)).toMatchObject({ listing_id: LISTING, provider: verifyOf(provider), reputation });
    expect(reputation).toEqual({ per_mille: 667, samples: 3, rentals: 1 });
    const words = await numberbox(["relay", "reputation", "--receipts", file, "--at", at]);
    expect(words.out).toContain("667 per mille of 3 deliveries in 1 rentals");
    await rig.stop();
  });

  it("says what is wrong with a file, and what is missing", async () => {
    const folder = tempFolder();
    const gone = await numberbox(["relay", "reputation", "--receipts", join(folder, "none")]);
    expect([gone.code, gone.err.split(":")[0]]).toEqual([1, "reputation.unreadable"]);
    const file = join(folder, "bad");
    writeFileSync(file, '{"v":2}\n');
    expect((await numberbox(["relay", "reputation", "--receipts", file])).err).toMatch(/^reputation\.bad_file: line 1/);
    writeFileSync(file, "\n");
    expect((await numberbox(["relay", "reputation", "--receipts", file])).err).toMatch(/^reputation\.empty/);
    expect((await numberbox(["relay", "reputation"])).code).toBe(2);
    expect((await numberbox(["relay"])).code).toBe(2);
  });
});
