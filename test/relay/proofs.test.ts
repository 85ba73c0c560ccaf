import { rmSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { days, minutes } from "../../src/base/index.ts";
import { checkReceipts } from "../../src/core/index.ts";
import { verifyReceipt } from "../../src/envelope/index.ts";
import { forwardReply, proofBundle } from "../../src/protocol/index.ts";
import { grantOf, LISTING, messageOf, NOW_S, suite } from "./fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";

const DATE = "20260101";
let rig: RelayRig;

beforeEach(async () => {
  rig = await RelayRig.start();
  await rig.register(grantOf({ expiresAt: NOW_S + 90 * 86_400 }));
});
afterEach(() => rig.stop());

async function accepted(seq: number) {
  const { receipt } = forwardReply.parse((await rig.forward(messageOf({ seq }))).body);
  if (receipt === undefined) throw new Error("the relay gave no receipt");
  return receipt;
}

const keyOf = async () => (await rig.call("GET", "/info")).body as { readonly verify: string };

/** Past midnight and the margin, until the day's tree is built: that goes through the disk, so it takes no certain virtual time. */
async function endDay(): Promise<void> {
  await rig.clock.advance(days(1));
  for (;;) {
    await rig.clock.advance(minutes(5));
    if ((await rig.call("GET", `/proofs/${DATE}`)).status === 200) return;
  }
}

describe("a relay's receipts", () => {
  it("come with the answer to a forwarded message, signed by the key that /info tells, to the listing", async () => {
    const receipt = await accepted(1);
    expect(receipt).toMatchObject({
      from: (await keyOf()).verify,
      to: { listing: LISTING },
      ts: "2026-01-01T00:00:00+00:00",
    });
    expect(verifyReceipt(suite, receipt).ok).toBe(true);
  });

  it("are the same when a message comes again later, and after a restart", async () => {
    const receipt = await accepted(1);
    await rig.clock.advance(minutes(1));
    expect(await accepted(1)).toEqual(receipt);
    await rig.halt();
    await rig.open();
    expect(await accepted(1)).toEqual(receipt);
  });

  it("are proven to anybody who knows the message's hash, once the day is over", async () => {
    const receipts = [await accepted(1), await accepted(2), await accepted(3)];
    expect(verdictOf(await rig.call("GET", `/proofs/${DATE}`))).toBe("404 proofs.unknown_day");
    await endDay();
    const { verify } = await keyOf();
    const day = (await rig.call("GET", "/proofs/2026-01-01")).body;
    expect(day).toMatchObject({ date: DATE, count: 3, state: "built", issuer: verify });
    for (const receipt of receipts) {
      const bundle = proofBundle.parse((await rig.call("GET", `/proofs/${DATE}/${receipt.msg_hash}`)).body);
      expect(bundle.receipts).toMatchObject([{ kind: "relay", receipt }]);
      expect(checkReceipts(suite, bundle)).toMatchObject([{ fault: null }]);
    }
  });

  it("are not told for an unknown message, a day that is none, or something that is no hash", async () => {
    await accepted(1);
    await endDay();
    const verdict = async (path: string) => verdictOf(await rig.call("GET", path));
    expect(await verdict(`/proofs/${DATE}/${"A".repeat(43)}`)).toBe("404 proofs.unknown_message");
    expect(await verdict("/proofs/20260230")).toBe("400 proofs.bad_date");
    expect(await verdict(`/proofs/${DATE}/short`)).toBe("400 relay.bad_query");
    expect(await verdict("/proofs/yesterday")).toBe("400 relay.bad_query");
  });
});

describe("a relay's key", () => {
  it("is private to its owner", async () => {
    expect((await stat(join(rig.folder, "relay.key"))).mode & 0o777).toBe(0o600);
  });

  it("that is damaged is refused instead of being replaced", async () => {
    await rig.halt();
    await writeFile(join(rig.folder, "relay.key"), "short");
    await expect(rig.open()).rejects.toMatchObject({ code: "relay.bad_key_file" });
    rmSync(join(rig.folder, "relay.key"));
    await rig.open();
  });
});
