import { describe, expect, it } from "vitest";
import { days, fromUtf8, millis, minutes, unixMs, utf8 } from "../../../src/base/index.ts";
import { endOf, proofDate } from "../../../src/core/index.ts";
import { proofsValue } from "../../../src/registry/index.ts";
import { ProofRig } from "./proof-rig.ts";
import { DATE, hashOf, PROVIDER, receiptOf, receiptsOf } from "./receipt-samples.ts";

const PLAIN = `ness:proofs:sms:${DATE}`;
const SUFFIXED = `${PLAIN}:provider`;

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof Error && "code" in error ? String(error.code) : "no error";
}

describe("closing days", () => {
  it("leaves a day open until the margin after midnight is over", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(3), publish: "manual" });
    await rig.service.tick();
    expect(await codeOf(rig.day())).toBe("proofs.unknown_day");
    rig.pass(millis(minutes(10) - 1));
    await rig.service.tick();
    expect(await codeOf(rig.day())).toBe("proofs.unknown_day");
    rig.pass(minutes(10));
    await rig.service.tick();
    expect(await rig.day()).toMatchObject({ state: "built", count: 3, issuer: PROVIDER, name: null, problem: null });
    expect(rig.events).toEqual(["proofs.day_closed"]);
  });

  it("closes nothing by a clock in doubt", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(3) });
    await rig.service.tick();
    rig.trusted = false;
    rig.pass(days(3));
    await rig.service.tick();
    expect((await rig.reader.days()).map(({ state }) => state)).toEqual(["open"]);
  });

  it("catches up with days that were missed, each once and in order", async () => {
    const third = unixMs(endOf(DATE) + days(1) + 5);
    const rig = new ProofRig({ receipts: [...receiptsOf(2), receiptOf(9, third)], publish: "manual" });
    await rig.service.tick();
    rig.pass(days(3));
    await rig.service.tick();
    const states = async () => (await rig.reader.days()).map(({ date, state, count }) => [date, state, count]);
    const expected = [
      ["20260115", "built", 2],
      ["20260116", "empty", 0],
      ["20260117", "built", 1],
    ];
    expect(await states()).toEqual(expected);
    const { slices } = rig.source;
    await rig.service.tick();
    expect(await states()).toEqual(expected);
    expect(rig.source.slices).toBe(slices);
  });

  it("dates nothing into a closed day, also after a restart with the clock set back", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(1), publish: "manual" });
    await rig.endDay();
    expect(rig.service.dated()).toBe(rig.clock.now());
    const again = new ProofRig({ store: rig.store });
    await again.service.load();
    expect(again.clock.now()).toBeLessThan(endOf(DATE));
    expect(again.service.dated()).toBe(endOf(DATE));
  });

  it("does its rounds by the clock, and ends with the box", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(2), publish: "manual" });
    rig.service.start();
    await rig.clock.advance(days(1));
    expect(await rig.day()).toMatchObject({ state: "built", count: 2 });
    await rig.clock.settle(rig.service.stop());
    expect(rig.clock.pending).toEqual([]);
  });
});

describe("anchoring a day", () => {
  it("publishes root, count and period under the day's name, owned as the identity is, and notes block and transaction", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(3) });
    await rig.endDay();
    const day = await rig.day();
    expect(day).toMatchObject({ state: "submitted", name: PLAIN, txid: null });
    const [{ wish } = {}] = rig.publisher.all;
    expect(wish).toMatchObject({
      purpose: "proofs",
      operation: "new",
      name: PLAIN,
      days: 365,
      address: "emrt1provider",
    });
    expect(JSON.parse(fromUtf8(wish?.value ?? new Uint8Array()))).toEqual({
      merkle_root: day.root,
      count: 3,
      period: "2026-01-15T00:00:00Z/24h",
    });
    rig.publisher.confirm();
    await rig.service.tick();
    expect(await rig.day()).toMatchObject({
      state: "anchored",
      txid: rig.publisher.all[0]?.txid,
      height: rig.chain.height,
      problem: null,
    });
    await rig.service.tick();
    expect(rig.publisher.all).toHaveLength(1);
    expect(rig.events).toEqual(["proofs.day_closed", "proofs.anchored"]);
  });

  it("waits for its owner's word in manual mode; a dry run tells the cost and changes nothing", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(3), publish: "manual" });
    await rig.endDay();
    expect(await rig.service.plan(DATE)).toMatchObject({ name: PLAIN, cost: 12_300, problem: null });
    await rig.service.tick();
    expect(rig.publisher.all).toEqual([]);
    expect(await rig.day()).toMatchObject({ state: "built" });
    expect(await rig.service.anchor(DATE)).toMatchObject({ state: "submitted" });
    rig.publisher.confirm();
    await rig.service.tick();
    expect(await rig.day()).toMatchObject({ state: "anchored" });
  });

  it("finds what it wished for before a crash, and what is in the chain already, instead of doing it again", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(3), publish: "manual" });
    await rig.endDay();
    const before = await rig.day();
    await rig.service.anchor(DATE);
    await rig.forget(before);
    expect(await rig.service.anchor(DATE)).toMatchObject({ state: "submitted", publication: rig.publisher.all[0]?.id });
    rig.publisher.confirm();
    await rig.forget(before);
    expect(await rig.service.anchor(DATE)).toMatchObject({ state: "anchored", txid: rig.publisher.all[0]?.txid });
    expect(rig.publisher.all).toHaveLength(1);
  });

  it("never replaces another root of ours, in the chain or on its way", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(3), suffix: "auto" });
    rig.chain.put(PLAIN, proofsValue({ merkleRoot: new Uint8Array(32), count: 1, day: DATE }));
    await rig.endDay();
    expect(await rig.day()).toMatchObject({ state: "failed", problem: { code: "proofs.other_root" } });
    const other = new ProofRig({ receipts: receiptsOf(3), publish: "manual" });
    const value = utf8("{}");
    await other.publisher.submit({
      ...{ purpose: "proofs", operation: "new", days: 1, address: null },
      name: PLAIN,
      value,
    });
    await other.endDay();
    expect(await other.service.anchor(DATE)).toMatchObject({ problem: { code: "proofs.other_root" } });
    expect([...rig.publisher.all, ...other.publisher.all.slice(1)]).toEqual([]);
  });

  it.each([
    { suffix: "auto", expected: { state: "submitted", name: SUFFIXED } },
    { suffix: "always", expected: { state: "submitted", name: SUFFIXED } },
    { suffix: "never", expected: { state: "failed", name: PLAIN, problem: { code: "proofs.name_taken" } } },
  ] as const)("with suffix $suffix meets a plain name that somebody else has", async ({ suffix, expected }) => {
    const rig = new ProofRig({ receipts: receiptsOf(3), suffix });
    rig.chain.put(PLAIN, utf8("{}"), "emrt1stranger");
    await rig.endDay();
    expect(await rig.day()).toMatchObject(expected);
  });

  it("takes the suffix form after a lost race for the plain name", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(3), suffix: "auto" });
    await rig.endDay();
    expect(await rig.day()).toMatchObject({ name: PLAIN });
    rig.publisher.loseRace();
    await rig.service.tick();
    expect(await rig.day()).toMatchObject({ state: "submitted", name: SUFFIXED });
    rig.publisher.confirm();
    await rig.service.tick();
    expect(await rig.day()).toMatchObject({ state: "anchored", name: SUFFIXED });
  });

  it("tells once what came to nothing, and tries again when asked", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(3) });
    await rig.endDay();
    rig.publisher.fail("emercoin.no_funds");
    for (const _ of [1, 2]) await rig.service.tick();
    expect(await rig.day()).toMatchObject({ state: "failed", problem: { code: "proofs.not_published" } });
    expect(rig.publisher.all).toHaveLength(1);
    expect(await rig.service.anchor(DATE)).toMatchObject({ state: "submitted", problem: null });
    rig.publisher.confirm();
    await rig.service.tick();
    expect(await rig.day()).toMatchObject({ state: "anchored", problem: null });
  });

  it("waits while the identity is not in the chain or the node cannot be asked, and goes on by itself", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(3), withoutIdentity: true });
    await rig.endDay();
    expect(await rig.day()).toMatchObject({ state: "built", problem: { code: "proofs.no_identity" } });
    expect(await rig.service.plan(DATE)).toMatchObject({ cost: null, problem: { code: "proofs.no_identity" } });
    rig.chain.put("worm:user:ness:provider", utf8("<worm/>"));
    rig.chain.failure = new Error("the node is away");
    await rig.service.tick();
    expect(await rig.day()).toMatchObject({ state: "built" });
    rig.chain.failure = null;
    await rig.service.tick();
    expect(await rig.day()).toMatchObject({ state: "submitted", problem: null });
  });

  it("anchors no empty day, unless told to: then with the root of an empty tree", async () => {
    const rig = new ProofRig();
    await rig.endDay();
    expect(await rig.day()).toMatchObject({ state: "empty" });
    expect(await codeOf(rig.service.anchor(DATE))).toBe("proofs.nothing_to_anchor");
    const recording = new ProofRig({ emptyDays: "record" });
    await recording.endDay();
    const root = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(await recording.day()).toMatchObject({ state: "submitted", count: 0, root });
  });

  it("says what to do without a node, and for a day that is not closed", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(1), withoutNode: true });
    expect(await codeOf(rig.service.anchor(DATE))).toBe("proofs.unknown_day");
    await rig.endDay();
    expect(await codeOf(rig.service.anchor(DATE))).toBe("proofs.no_node");
    expect(await codeOf(rig.service.plan(DATE))).toBe("proofs.no_node");
  });
});

describe("orphans", () => {
  it("are days that are not in the chain, and days that stand there otherwise", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(3), publish: "manual" });
    await rig.endDay();
    const codes = async () => (await rig.service.orphans()).map(({ date, problem }) => [date, problem.code]);
    expect(await codes()).toEqual([[DATE, "proofs.not_anchored"]]);
    await rig.service.anchor(DATE);
    rig.publisher.confirm();
    await rig.service.tick();
    expect(await codes()).toEqual([]);
    const record = await rig.chain.name(PLAIN);
    if (record === null) throw new Error("the name is gone");
    rig.chain.records.set(PLAIN, { ...record, state: "expired" });
    expect(await codes()).toEqual([[DATE, "proofs.not_published"]]);
    rig.chain.put(PLAIN, utf8("{}"));
    expect(await codes()).toEqual([[DATE, "proofs.other_root"]]);
    rig.chain.put(PLAIN, utf8("{}"), "emrt1stranger");
    expect(await codes()).toEqual([[DATE, "proofs.name_taken"]]);
  });
});

describe("reading receipts", () => {
  it("gives each receipt of a message with its proof and its tree, of one day where asked", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(3) });
    await rig.endDay();
    const bundle = await rig.reader.about(hashOf(1), null);
    expect(bundle).toMatchObject({ v: 1, issuer: { verify: PROVIDER, worm: "worm:user:ness:provider" } });
    expect(bundle.trees).toMatchObject([{ date: DATE, count: 3, name: PLAIN, txid: null }]);
    expect(bundle.receipts).toMatchObject([{ kind: "provider", receipt: { msg_hash: hashOf(1) }, date: DATE }]);
    expect(await codeOf(rig.reader.about(hashOf(1), proofDate("20260116")))).toBe("proofs.unknown_message");
    expect(await codeOf(rig.reader.about(hashOf(77), null))).toBe("proofs.unknown_message");
  });

  it("gives a receipt of an open day without a proof", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(1) });
    await rig.service.tick();
    const bundle = await rig.reader.about(hashOf(0), null);
    expect(bundle.trees).toEqual([]);
    expect(bundle.receipts).toMatchObject([{ proof: null }]);
  });

  it("pages through all of a day", async () => {
    const rig = new ProofRig({ receipts: receiptsOf(20) });
    await rig.endDay();
    let found = 0;
    for (let after: string | null = null, more = true; more; ) {
      const page = await rig.reader.page({ after, date: DATE, rentalId: null });
      found += page.receipts.filter(({ proof }) => proof !== null).length;
      after = page.next;
      more = after !== null;
    }
    expect(found).toBe(20);
  });
});
