import { describe, expect, it } from "vitest";
import {
  balanceFloor,
  boxSource,
  callsSource,
  chainSource,
  machineObservations,
  type NamePublication,
  noMachineFacts,
  type Observation,
  RULE_IDS,
} from "../../../src/core/index.ts";
import type { ChainView, Overview, SlotView } from "../../../src/protocol/index.ts";
import { slotView } from "../../../src/protocol/index.ts";
import { sampleOverview, sampleSlot } from "./alert-samples.ts";

const find = (seen: readonly Observation[], rule: string, subject = "") =>
  seen.find((each) => each.rule === rule && each.subject === subject);

async function look(slots: readonly SlotView[], overview: Partial<Overview> = {}): Promise<readonly Observation[]> {
  const box = { overview: async () => sampleOverview(overview), slots: () => slots };
  const balanceLow = balanceFloor((slot) => (slot === "s9" ? null : "2.00"));
  return boxSource({ box, balanceLow }).observe();
}
const slot = (more: Partial<SlotView> = {}): SlotView => slotView.parse(sampleSlot(more));
const problem = (code: string) => ({ code, message: "…" });

describe("what alerts see of a slot", () => {
  it.each([
    ["ready", null, [false, false]],
    ["stopped", null, [false, false]],
    ["starting", null, [true, false]],
    ["down", "modem.timeout", [true, false]],
    ["down", "sim.missing", [false, true]],
    ["down", "sim.failure", [false, true]],
    ["down", "sim.pin_required", [true, false]],
  ] as const)("%s because of %s: down and SIM lost are %j", async (state, code, expected) => {
    const seen = await look([slot({ state, problem: code === null ? null : problem(code) })]);
    expect([find(seen, "slot_down", "s1")?.value, find(seen, "sim_lost", "s1")?.value]).toEqual(expected);
  });

  it("names the reason's code and the line, and no number", async () => {
    const line = { id: "blue", number: "+4915112345678", rented: true };
    const seen = await look([slot({ line, state: "down", problem: problem("modem.timeout") })]);
    expect(find(seen, "slot_down", "s1")?.details).toEqual({ line: "blue", reason: "modem.timeout" });
    expect(JSON.stringify(seen)).not.toContain("4915112345678");
  });

  it("counts the SIM's places in percent, and knows nothing of them while the slot is away", async () => {
    const storage = { used: 17, total: 20 };
    expect(find(await look([slot({ sms_storage: storage })]), "sms_storage", "s1")?.value).toBe(85);
    expect(find(await look([slot({ sms_storage: storage, state: "down" })]), "sms_storage", "s1")?.value).toBeNull();
    expect(find(await look([slot({ sms_storage: null })]), "sms_storage", "s1")?.value).toBe(0);
  });

  it.each([
    ["1.99", true],
    ["2.00", false],
    ["-0.50", true],
    ["100.00", false],
  ])("takes a balance of %s for low: %s", async (amount, low) => {
    const seen = await look([slot({ balance: { amount, currency: "EUR", at: 5 } })]);
    expect(find(seen, "balance_low", "s1")?.value).toBe(low);
  });

  it("knows no balance where none is known or asked for", async () => {
    const balance = { amount: "0.00", currency: null, at: 5 };
    const seen = await look([slot({ balance: null }), slot({ id: "s9", balance })]);
    expect([find(seen, "balance_low", "s1")?.value, find(seen, "balance_low", "s9")?.value]).toEqual([null, null]);
  });

  it("takes a phone that is being charged for full", async () => {
    const of = async (percent: number, charging: boolean) =>
      find(await look([slot({ battery: { percent, charging } })]), "phone_battery", "s1")?.value;
    expect([await of(5, false), await of(5, true)]).toEqual([5, 100]);
  });

  it("sees a slot that was given up", async () => {
    const recovery = { ...slot().recovery, rung: "give_up" as const };
    expect(find(await look([slot({ state: "down", recovery })]), "slot_gave_up", "s1")?.value).toBe(true);
  });
});

describe("what alerts see of the box", () => {
  it("when all is well", async () => {
    const seen = await look([]);
    expect(seen.map(({ rule, value }) => [rule, value])).toEqual([
      ["outbox_age", 0],
      ["relay_down", false],
      ["intake_paused", false],
      ["clock_doubt", false],
    ]);
  });

  it("without a relay, which is nothing to alert of", async () => {
    const relay = { url: "", state: "none" as const, since: 1, problem: null };
    const seen = await look([], { outbox: { depth: 3, oldest_ms: 90_000_000 }, relay });
    expect(seen.filter(({ value }) => value !== false && value !== 0)).toEqual([]);
  });

  it("when nothing is", async () => {
    const relay = {
      url: "http://relay",
      state: "connecting" as const,
      since: 1,
      problem: problem("relay.unreachable"),
    };
    const seen = await look([], {
      ...{ outbox: { depth: 7, oldest_ms: 61_500 }, clock: "suspect", relay },
      intake: { state: "paused", problem: problem("store.full") },
    });
    expect(seen).toEqual([
      { rule: "outbox_age", subject: "", value: 61, details: { messages: 7 } },
      { rule: "relay_down", subject: "", value: true, details: { reason: "relay.unreachable" } },
      { rule: "intake_paused", subject: "", value: true, details: { reason: "store.full" } },
      { rule: "clock_doubt", subject: "", value: true, details: {} },
    ]);
  });
});

describe("what alerts see of the machine", () => {
  it("is nothing where the machine tells nothing", () => {
    expect(machineObservations(noMachineFacts).map(({ value }) => value)).toEqual(Array(6).fill(null));
  });

  it("is in percent, MiB and degrees", () => {
    const MIB = 1024 * 1024;
    const seen = machineObservations({
      ...noMachineFacts,
      disk: { freeBytes: 700 * MIB, totalBytes: 28_000 * MIB },
      memory: { availableBytes: 100 * MIB, totalBytes: 800 * MIB, swapUsedBytes: 0 },
      ...{ temperatureC: 61.02, clockSynchronised: false, undervoltage: true },
    });
    expect(seen.map(({ rule, value }) => [rule, value])).toEqual([
      ["clock_unsynchronised", true],
      ["disk_low", 2.5],
      ["disk_full", 700],
      ["memory_low", 12.5],
      ["temperature_high", 61],
      ["undervoltage", true],
    ]);
  });
});

const view = (more: Partial<ChainView> = {}, node: Partial<NonNullable<ChainView["node"]>> = {}): ChainView => ({
  ...{ configured: true, ready: true, problem: null },
  node: { network: "main", version: "0.8.6", height: 100, headers: 100, synced: true, peers: 8, ...node },
  wallet: { name: "", lock: "locked", confirmed: "1.500000", unconfirmed: "0.000000", immature: "0.000000" },
  ...more,
});
const publication = (state: NamePublication["state"], name = "n", createdAt = 1) =>
  ({ state, wish: { name }, createdAt }) as unknown as NamePublication;

async function chain(seen: ChainView, publications: readonly NamePublication[] = [], waits = false) {
  const deps = { chain: { view: async () => seen }, publications: () => publications, waitsForWallet: () => waits };
  const all = await chainSource(deps).observe();
  return Object.fromEntries(all.map(({ rule, value }) => [rule, value]));
}

describe("what alerts see of the chain", () => {
  it("when all is well", async () => {
    expect(await chain(view())).toEqual({
      ...{ chain_down: false, chain_lag: 0, wallet_locked: false, funds_low: 1.5, publication_failed: 0 },
    });
  });

  it("when the node does not answer", async () => {
    const down = view({ node: null, wallet: null, ready: false, problem: problem("emercoin.unreachable") });
    expect(await chain(down, [publication("waiting")])).toEqual({
      ...{ chain_down: true, chain_lag: null, wallet_locked: null, funds_low: null, publication_failed: 0 },
    });
  });

  it("when the node is behind, also when it does not know how far", async () => {
    expect((await chain(view({}, { height: 90 }))).chain_lag).toBe(10);
    expect((await chain(view({}, { synced: false }))).chain_lag).toBe(true);
    expect((await chain(view({}, { synced: false, height: 20 }))).chain_lag).toBe(80);
  });

  it("minds a locked wallet only while something waits for it", async () => {
    const locked = view({ ready: false });
    expect((await chain(locked)).wallet_locked).toBe(false);
    expect((await chain(locked, [publication("done"), publication("sent", "b")])).wallet_locked).toBe(false);
    expect((await chain(locked, [publication("waiting")])).wallet_locked).toBe(true);
    expect((await chain(locked, [], true)).wallet_locked).toBe(true);
    expect((await chain(view(), [publication("waiting")])).wallet_locked).toBe(false);
  });

  it("counts names whose last publication failed, not those that were published again", async () => {
    const again = [publication("failed", "a", 1), publication("done", "a", 2)];
    expect((await chain(view(), again)).publication_failed).toBe(0);
    const failed = [...again, publication("done", "b", 1), publication("lost", "b", 2), publication("failed", "c", 1)];
    expect((await chain(view(), failed)).publication_failed).toBe(2);
  });
});

describe("calls", () => {
  const fact = { edge: null, accounts: 1, phones: 0, slots: [], throttled: null };
  const seen = async (problem: string | null) => {
    const found = await callsSource({ fact: () => ({ ...fact, problem }) }).observe();
    return Object.fromEntries(found.map(({ subject, value, details }) => [subject, [value, details?.reason]]));
  };

  it("tell who is out of reach, and nothing of what nobody can know", async () => {
    expect(await seen(null)).toEqual({ Asterisk: [false, undefined], "SIP server": [false, undefined] });
    expect(await seen("voice.starting")).toEqual({ Asterisk: [false, undefined], "SIP server": [false, undefined] });
    expect(await seen("voice.ari_unreachable")).toEqual({
      Asterisk: [true, "voice.ari_unreachable"],
      "SIP server": [null, undefined],
    });
    expect(await seen("voice.edge_down")).toEqual({
      Asterisk: [false, undefined],
      "SIP server": [true, "voice.edge_down"],
    });
  });

  it("are nothing to a box without them", async () => {
    expect(await callsSource({ fact: () => null }).observe()).toEqual([]);
  });
});

it("every rule has its name once", () => {
  expect(new Set(RULE_IDS).size).toBe(RULE_IDS.length);
  expect(RULE_IDS.length).toBeGreaterThan(20);
});
