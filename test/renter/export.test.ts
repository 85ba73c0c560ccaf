// What a renter exports, at the real relay: what is in it, what it proves offline, and each way of tampering with it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { days, isAppError, minutes, utf8 } from "../../src/base/index.ts";
import { publicKeysToText, signReceipt } from "../../src/envelope/index.ts";
import {
  checkExport,
  type ExportBundle,
  exportBundle,
  exportsText,
  holds,
  MarketReader,
  readExports,
  relayProofs,
} from "../../src/renter/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { type Rig, rigFor } from "./client-rig.ts";
import { hashOf } from "./fake-relay.ts";
import { grantOf, messageOf, NOW, provider, RENTAL, renter, shortMessageOf, stranger, suite } from "./fixtures.ts";
import { type RealRelay, startRealRelay } from "./real-relay.ts";

const { signal } = new AbortController();
const DATE = "20260101";
let clock: VirtualClock;
let relay: RealRelay;
let rig: Rig;
let reader: MarketReader;

beforeEach(async () => {
  clock = new VirtualClock(NOW);
  relay = await startRealRelay(clock);
  await relay.grant(grantOf());
  for (const seq of [1, 2]) await relay.forward(await messageOf({ seq, body: `secret ${seq}` }));
  await relay.forwardShort(shortMessageOf(utf8("secret 3")));
  rig = await rigFor(relay.url);
  await rig.client.sync(rig.sink, signal);
  reader = new MarketReader({ relayUrl: relay.url, clock: rig.clock });
});
afterEach(() => relay.stop());

async function endDay(): Promise<void> {
  await clock.advance(days(1));
  // The tree is written in real time.
  for (let tries = 0; tries < 1000; tries++) {
    await clock.advance(minutes(5));
    if ((await fetch(`${relay.url}/proofs/${DATE}`)).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the relay has not closed the day");
}

const asked = () => relayProofs({ suite, clock: rig.clock, reader }, rig.state.inbox.entries, signal);

async function exported(texts: boolean): Promise<ExportBundle> {
  const { grants, inbox } = rig.state;
  const { bundle } = await asked();
  const parts = { renter: publicKeysToText(renter), grants, inbox, now: NOW, texts };
  return exportBundle({ ...parts, relays: bundle === null ? [] : [bundle] });
}

const check = (bundle: ExportBundle, withKey = false) =>
  checkExport({ suite, seed: withKey ? renter.seed : null }, bundle);

/** As a stranger would get it: through the file. */
function reread(bundle: ExportBundle, change: (text: string) => string = (text) => text): ExportBundle {
  const [again] = readExports(change(exportsText([bundle])));
  if (again === undefined) throw new Error("nothing in the file");
  return again;
}

describe("a renter's export", () => {
  it("holds no text and no envelope that could be left out, unless asked for", async () => {
    const bundle = await exported(false);
    expect(bundle.messages.map(({ plain }) => plain)).toEqual([undefined, undefined, undefined]);
    expect(bundle.messages.map(({ message }) => message.envelope === undefined)).toEqual([true, true, false]);
    const told = await exported(true);
    expect(
      told.messages.every(({ plain, message }) => plain?.includes("secret") && message.envelope !== undefined),
    ).toBe(true);
  });

  it("has the relay's receipts with their way to the root, once the day is over", async () => {
    expect(await asked()).toEqual({ bundle: null, problem: null });
    await endDay();
    const bundle = reread(await exported(false));
    expect(bundle.relays).toMatchObject([{ trees: [{ date: DATE, count: 3 }], receipts: [{}, {}, {}] }]);
    const { messages, faults } = await check(bundle);
    expect(faults).toEqual([]);
    expect(messages).toHaveLength(3);
    for (const each of messages) {
      expect(holds(each)).toBe(true);
      expect(each).toMatchObject({ provider: null, renter: null, relays: [{ tree: { date: DATE } }], text: "none" });
    }
    expect(messages.map(({ hash }) => hash)).toEqual(rig.state.inbox.entries.map(({ message }) => hashOf(message)));
  });

  it("holds without the relay's word while the relay has none, or cannot be reached", async () => {
    await relay.stop();
    const { bundle, problem } = await asked();
    expect([bundle, isAppError(problem) && problem.code]).toEqual([null, "renter.relay_unreachable"]);
    const { messages, faults } = await check(await exported(false));
    expect([messages.every(holds), faults, messages[0]?.relays]).toEqual([true, [], []]);
    relay = await startRealRelay(clock);
  });

  it("shows with the renter's key, and only with it, that the texts are what was signed", async () => {
    const bundle = await exported(true);
    expect((await check(bundle)).messages.map(({ text }) => text)).toEqual(Array(3).fill("unchecked"));
    expect((await check(bundle, true)).messages.map(({ text }) => text)).toEqual([null, null, null]);
    const [first, ...more] = bundle.messages;
    if (first === undefined) throw new Error("no message");
    const changed = { ...bundle, messages: [{ ...first, plain: `${first.plain}!` }, ...more] };
    const { messages } = await check(changed, true);
    expect(messages.map(({ text }) => text)).toEqual(["renter.wrong_text", null, null]);
    expect(messages.map(holds)).toEqual([false, true, true]);
  });
});

type Message = ExportBundle["messages"][number];
const first = (change: (message: Message) => Message) => (bundle: ExportBundle) => ({
  ...bundle,
  messages: bundle.messages.map((each, at) => (at === 0 ? change(each) : each)),
});
const header = (change: Partial<Message["message"]>) =>
  first((each) => ({ ...each, message: { ...each.message, ...change } }));
const OTHER = "A".repeat(43);
const forged = (by: typeof renter, msgHash: string) => ({
  ...signReceipt({
    suite,
    seed: by.seed,
    from: publicKeysToText(by).verify,
    to: publicKeysToText(provider).verify,
    msgHash,
    ts: NOW,
  }),
  to: publicKeysToText(provider).verify,
});

describe("a tampered export", () => {
  const cases: readonly [string, (bundle: ExportBundle) => ExportBundle, Record<string, unknown>][] = [
    ["another time", header({ ts: 1 }), { provider: "renter.bad_signature" }],
    ["another place in the order", header({ seq: 7 }), { provider: "renter.bad_signature" }],
    [
      "another hash",
      header({ envelope_sha256: OTHER }),
      { provider: "renter.bad_signature", renter: "renter.wrong_receipt" },
    ],
    ["another envelope than its hash", header({ envelope: "A".repeat(100) }), { provider: "renter.wrong_envelope" }],
    [
      "another provider",
      header({ provider: publicKeysToText(stranger).verify }),
      { provider: "renter.header_mismatch" },
    ],
    ["a rental that is not in it", header({ rental_id: "0".repeat(32) }), { provider: "renter.unknown_rental" }],
    ["the short form claimed", header({ signature_scope: "envelope_text" }), { provider: "renter.wrong_envelope" }],
    [
      "a receipt of another time",
      first((each) => ({ ...each, receipt: { ...each.receipt, ts: "2026-01-02T00:00:00+00:00" } })),
      { renter: "receipt.bad_signature" },
    ],
    [
      "somebody else's receipt",
      first((each) => ({ ...each, receipt: forged(stranger, each.receipt.msg_hash) })),
      { renter: "renter.wrong_receipt" },
    ],
    [
      "a receipt about another message",
      first((each) => ({ ...each, receipt: forged(renter, OTHER) })),
      { renter: "renter.wrong_receipt" },
    ],
  ];
  it.each(cases)("is found out: %s", async (_name, change, verdict) => {
    await endDay();
    const { messages } = await check(reread(change(await exported(false))));
    expect(messages[0]).toMatchObject(verdict);
    expect(messages.map(holds)).toEqual([false, true, true]);
  });

  it("is found out by the grant: made out to somebody else, or changed", async () => {
    const bundle = await exported(false);
    const changed = {
      ...bundle,
      grants: bundle.grants.map((grant) => ({ ...grant, expires_at: grant.expires_at + 1 })),
    };
    const { messages, faults } = await check(changed);
    expect(faults).toEqual([{ about: RENTAL, fault: "renter.bad_grant" }]);
    expect(messages.map(holds)).toEqual([false, false, false]);
    const stolen = { ...bundle, renter: publicKeysToText(stranger) };
    expect((await check(stolen)).faults).toEqual([{ about: RENTAL, fault: "renter.foreign_grant" }]);
  });

  it("is found out by the relay's receipts: another root, place, issuer, listing, or about no message", async () => {
    await endDay();
    const bundle = await exported(false);
    const faultsOf = async (change: (relay: ExportBundle["relays"][number]) => ExportBundle["relays"][number]) => [
      ...new Set((await check({ ...bundle, relays: bundle.relays.map(change) })).faults.map(({ fault }) => fault)),
    ];
    const receipts = bundle.relays[0]?.receipts ?? [];
    expect(
      await faultsOf((each) => ({ ...each, trees: each.trees.map((tree) => ({ ...tree, root: "0".repeat(64) })) })),
    ).toEqual(["proofs.wrong_path"]);
    expect(await faultsOf((each) => ({ ...each, trees: [] }))).toEqual(["proofs.unknown_tree"]);
    expect(
      await faultsOf((each) => ({ ...each, receipts: receipts.map((one) => ({ ...one, leaf_hash: "0".repeat(64) })) })),
    ).toEqual(["proofs.wrong_leaf"]);
    const issuer = { verify: publicKeysToText(stranger).verify, worm: null };
    expect(await faultsOf((each) => ({ ...each, issuer }))).toEqual(["renter.stray_receipt"]);
    const alone = { ...bundle, messages: bundle.messages.slice(1) };
    expect((await check(alone)).faults).toMatchObject([{ fault: "renter.stray_receipt" }]);
  });

  it("is refused as a whole where something stands twice, or it is of another form", async () => {
    const bundle = await exported(false);
    const refused = (text: string) =>
      expect(() => readExports(text)).toThrowError(expect.objectContaining({ code: "renter.bad_export" }));
    refused(exportsText([{ ...bundle, messages: [...bundle.messages, ...bundle.messages.slice(0, 1)] }]));
    refused(exportsText([{ ...bundle, grants: [...bundle.grants, ...bundle.grants] }]));
    refused(JSON.stringify({ ...bundle, v: 1 }));
    refused("{");
    expect(readExports(JSON.stringify(bundle))).toHaveLength(1);
  });
});
