import { beforeEach, describe, expect, it } from "vitest";
import { AppError, lineId, millis, minutes, seconds, slotId, unixMs } from "../../src/base/index.ts";
import {
  BoxViews,
  type IntakeHealth,
  type LinkState,
  linkStart,
  noRecovery,
  type SlotStatus,
} from "../../src/core/index.ts";
import { publicKeysToText } from "../../src/envelope/index.ts";
import {
  boxEvent,
  type LiveFrame,
  lineView,
  liveFrame,
  overview,
  rentalView,
  slotView,
} from "../../src/protocol/index.ts";
import { codeOf } from "../contract/box-store.ts";
import { sampleHeld } from "../sim/store-samples.ts";
import { lineOf, pduOf, provider, renter, START } from "./core-rig.ts";
import { ForwarderRig } from "./forwarder-rig.ts";

let rig: ForwarderRig;
let slots: SlotStatus[];
let health: IntakeHealth;
let link: LinkState;
let views: BoxViews;
let frames: LiveFrame[];

function slot(n: number, more: Partial<SlotStatus> = {}): SlotStatus {
  return {
    id: slotId(String(n)),
    kind: "modem",
    lineId: lineOf(n).id,
    state: "ready",
    step: "ready",
    since: START,
    problem: null,
    warnings: [],
    profile: "simcom-sim7x00",
    modem: { manufacturer: "SIMCOM", model: "SIM7600", revision: "1.0", imei: "867000000000017" },
    iccid: "8901000000000000017",
    imsi: "310150000000017",
    ownNumber: null,
    operator: "Testnet",
    mccMnc: "00101",
    technology: "lte",
    registration: "home",
    signalDbm: -71,
    storage: { used: 1, total: 20 },
    battery: null,
    recovery: noRecovery,
    ...more,
  };
}

beforeEach(async () => {
  rig = new ForwarderRig();
  await rig.rent(2);
  slots = [
    slot(1),
    slot(2, { state: "down", modem: null, storage: null, signalDbm: null, operator: null }),
    slot(3, { lineId: null }),
  ];
  health = { state: "running", error: null };
  link = linkStart;
  views = open();
  frames = [];
  views.onChange((frame) => frames.push(frame));
  await views.start();
});

function open(): BoxViews {
  const { clock, log, time, store, rentals, events } = rig.core;
  return new BoxViews({
    version: "1.2.3",
    provider: "zdSsdN6l5LAAt5XijC1DaoeVMWtSiVlFBLzjQyq-0O0",
    clock,
    log,
    time,
    startedAt: START,
    store,
    rentals,
    events,
    slots: () => slots,
    balanceOf: (id) => (id === "1" ? { amount: "5.00", currency: "EUR", at: START } : null),
    intake: () => health,
    relay: { url: "https://relay.example", link: () => link, since: () => START },
  });
}

const of = <T extends LiveFrame["type"]>(type: T) => frames.filter((frame) => frame.type === type);

describe("overview", () => {
  it("of a box at rest", async () => {
    expect(overview.parse(await views.overview())).toEqual({
      version: "1.2.3",
      provider: "zdSsdN6l5LAAt5XijC1DaoeVMWtSiVlFBLzjQyq-0O0",
      started_at: START,
      now: START,
      clock: "trusted",
      intake: { state: "running", problem: null },
      counts: { received: 0, forwarded: 0, acknowledged: 0, duplicates: 0, undecodable: 0, unrented: 0, denied: 0 },
      outbox: { depth: 0, oldest_ms: null },
      relay: { url: "https://relay.example", state: "connecting", since: START, problem: null },
    });
  });

  it("of a box in trouble tells what is wrong", async () => {
    await rig.arrive(3);
    await rig.core.clock.advance(seconds(90));
    const error = new AppError("store.full", "the disk is full", { hint: "Free some space.", context: { free: 0 } });
    health = { state: "paused", error };
    link = { kind: "down", failures: 3, notBefore: millis(5), code: "relay.timeout" };
    rig.core.clock.jump(millis(9e9));
    rig.core.time.observe();
    const shown = overview.parse(await views.overview());
    expect(shown).toMatchObject({
      clock: "suspect",
      now: START + seconds(90),
      intake: { state: "paused", problem: { code: "store.full", hint: "Free some space.", context: { free: 0 } } },
      counts: { received: 3 },
      outbox: { depth: 3, oldest_ms: seconds(90) },
      relay: { state: "down", problem: { code: "relay.timeout" } },
    });
  });

  it("never shows an age below zero, even if the clock was set back", async () => {
    await rig.arrive(1);
    rig.core.clock.jump(minutes(-60 * 24 * 365));
    rig.core.time.evidence(rig.core.clock.now());
    expect((await views.overview()).outbox.oldest_ms).toBe(0);
  });
});

describe("slots and lines", () => {
  it("show what the modems say, identities whole: who may ask is the web server's to decide", () => {
    const shown = views.slots();
    for (const one of shown) expect(slotView.parse(one)).toEqual(one);
    expect(shown[0]).toMatchObject({
      id: "1",
      line: { id: "line-1", number: lineOf(1).number, rented: true },
      manufacturer: "SIMCOM",
      model: "SIM7600",
      firmware: "1.0",
      imei: "867000000000017",
      iccid: "8901000000000000017",
      imsi: "310150000000017",
      mcc_mnc: "00101",
      sms_storage: { used: 1, total: 20 },
      balance: { amount: "5.00", currency: "EUR", at: START },
      last_sms_at: null,
      received: 0,
    });
    expect(shown[1]).toMatchObject({ model: null, imei: null, sms_storage: null, balance: null });
    expect(shown[2]).toMatchObject({ line: null, received: 0 });
  });

  it("of a line that the box does not know is none", () => {
    slots = [slot(1, { lineId: lineId("gone") })];
    expect(views.slots()[0]?.line).toBeNull();
  });

  it("lines tell how much of theirs was dropped unread", async () => {
    views.dropped([{ lineId: lineOf(1).id, count: 2 }]);
    views.stored([{ ...sampleHeld(1), lineId: lineOf(1).id }], START);
    views.dropped([{ lineId: lineOf(1).id, count: 1 }]);
    expect((await views.lines()).map(({ id, denied }) => [id, denied])).toEqual([
      ["line-1", 3],
      ["line-2", 0],
    ]);
    expect(views.slots()[0]?.received).toBe(1);
  });

  it("lines are rented, rest, and are free", async () => {
    await rig.core.rentals.saveLine(lineOf(3));
    const [first] = rig.rentals;
    if (first === undefined) throw new Error("no rental");
    await rig.core.rentals.end(first.id);
    slots = [slot(7, { lineId: lineOf(1).id })];
    const shown = await views.lines();
    for (const one of shown) expect(lineView.parse(one)).toEqual(one);
    expect(shown.map(({ id, state, slot: at, rests_until }) => [id, state, at, rests_until])).toEqual([
      ["line-1", "resting", "7", START + minutes(600)],
      ["line-2", "rented", "2", null],
      ["line-3", "free", "3", null],
    ]);
  });
});

describe("rentals", () => {
  it("come newest first with their counts", async () => {
    await rig.arrive(2, 1);
    await rig.core.clock.advance(seconds(1));
    await rig.core.rentals.saveLine(lineOf(3));
    await rig.core.grant(3, renter, 2);
    const shown = await views.rentals();
    for (const one of shown) expect(rentalView.parse(one)).toEqual(one);
    expect(shown[0]).toMatchObject({ line: "line-3", number: lineOf(3).number, envelope_version: 2, messages: 0 });
    expect(shown.find((one) => one.line === "line-1")).toMatchObject({ messages: 2, waiting: 2, acknowledged: 0 });
  });

  it("are granted and ended, and the answer is the rental", async () => {
    await rig.core.rentals.saveLine(lineOf(3));
    const keys = publicKeysToText(renter);
    const made = await views.grant({ line: "line-3", renter: keys, days: 2, envelope_version: 1, credit: 5 });
    expect(rentalView.parse(made)).toMatchObject({ line: "line-3", state: "active", credit: 5, ended_at: null });
    await rig.arrive(1, 3);
    const [over] = await Promise.all([views.endRental(rig.core.rentals.active(lineOf(3).id)?.id ?? never())]);
    expect(rentalView.parse(over)).toMatchObject({ id: made.id, state: "ended", ended_at: START, messages: 1 });
    expect(await codeOf(views.endRental(rig.core.rentals.all()[2]?.id ?? never()))).toBe("rental.not_active");
  });

  it("receipts carry cursor and rental", async () => {
    const [first] = rig.rentals;
    if (first === undefined) throw new Error("no rental");
    await rig.arrive(1);
    const [row] = await rig.core.store.nextMessages(first.id, 1);
    const receipt = { messageId: sampleHeld(1).id, rentalId: first.id, receivedAt: START, receipt: "{}" };
    await rig.core.store.saveReceipts([receipt], { after: 1, epoch: null });
    expect(row).toBeDefined();
    expect(await views.receipts({ after: 0, limit: 10 })).toEqual([{ cursor: 1, rental_id: first.id, receipt: "{}" }]);
  });
});

describe("changes", () => {
  const stored = (line: number, at: number): void =>
    views.stored([{ ...sampleHeld(1), lineId: lineOf(line).id }], unixMs(at));

  it("an SMS is told with its line and slot, and neither text nor sender", () => {
    stored(1, START);
    expect(of("sms")).toEqual([
      {
        type: "sms",
        sms: { id: sampleHeld(1).id, at: sampleHeld(1).storedAt, line: "line-1", slot: "1", rental: null, seq: null },
      },
    ]);
  });

  it("events are told at once and can be read later", () => {
    rig.core.events.record({ level: "info", code: "slot.ready", slot: slotId("1") });
    expect(of("event")).toMatchObject([{ event: { code: "slot.ready", slot: "1" } }]);
    for (const event of views.events({ after: 0, limit: 500 })) expect(boxEvent.parse(event)).toEqual(event);
  });

  it("carry the box's time, not that of a system clock that has jumped", () => {
    rig.core.clock.jump(millis(-9e11));
    rig.core.time.observe();
    rig.core.events.record({ level: "info", code: "slot.ready" });
    expect(of("event")).toMatchObject([{ event: { at: START } }]);
  });

  it("of a slot are told at once; of one that does not exist, not", () => {
    views.slotChanged(slotId("2"));
    views.slotChanged(slotId("99"));
    expect(of("slot")).toMatchObject([{ slot: { id: "2", state: "down" } }]);
  });

  it("a stored message shows at its slot at once, counted on from the last run", async () => {
    await rig.arrive(2, 1);
    views.stop();
    views = open();
    views.onChange((frame) => frames.push(frame));
    await views.start();
    stored(1, START + 77);
    stored(2, START + 88);
    expect(of("slot")).toMatchObject([
      { slot: { id: "1", received: 3, last_sms_at: START + 77 } },
      { slot: { id: "2", received: 1, last_sms_at: START + 88 } },
    ]);
  });

  it("of counts and rentals are told together, twice a second at most", async () => {
    for (let i = 0; i < 100; i++) {
      views.countsChanged();
      stored(1, START);
      await rig.core.clock.advance(millis(20));
    }
    expect(of("overview").length).toBeGreaterThanOrEqual(3);
    expect(of("overview").length).toBeLessThanOrEqual(4);
    for (const frame of frames) expect(liveFrame.parse(frame)).toEqual(frame);
  });

  it("nothing is told while nothing changes", async () => {
    await rig.core.clock.advance(minutes(1));
    expect(frames).toEqual([]);
  });

  it("a rental shows within half a second", async () => {
    views.rentalsChanged();
    await rig.core.clock.advance(millis(600));
    expect(of("rentals")).toHaveLength(1);
    expect(of("overview")).toHaveLength(1);
  });

  it("are told in order, also when the store is slow", async () => {
    const { store } = rig.core;
    const counters = store.counters.bind(store);
    let [asked, running, most] = [0, 0, 0];
    store.counters = async () => {
      asked++;
      most = Math.max(most, ++running);
      await rig.core.clock.sleep(seconds(2), "slow store");
      running--;
      return await counters();
    };
    for (let i = 0; i < 10; i++) {
      views.countsChanged();
      await rig.core.clock.advance(millis(500));
    }
    await rig.core.clock.advance(seconds(5));
    expect(most).toBe(1);
    expect(asked).toBeGreaterThan(1);
    expect(of("overview")).toHaveLength(asked);
  });

  it("that cannot be read are told later", async () => {
    const { store } = rig.core;
    const counters = store.counters.bind(store);
    store.counters = () => Promise.reject(new Error("busy"));
    views.countsChanged();
    await rig.core.clock.advance(seconds(1));
    expect(of("overview")).toEqual([]);
    expect(rig.core.log.lines.some((line) => line.startsWith("warn console_update_failed"))).toBe(true);
    store.counters = counters;
    await rig.core.clock.advance(seconds(1));
    expect(of("overview")).toHaveLength(1);
  });

  it("stop with the views: no event, no timer", async () => {
    views.stop();
    views.countsChanged();
    rig.core.events.record({ level: "info", code: "a.b" });
    await rig.core.clock.advance(minutes(1));
    expect(frames).toEqual([]);
    expect(rig.core.clock.pending.filter((name) => !name.startsWith("intake"))).toEqual([]);
  });
});

it("nothing that the box shows or logs holds a text, a sender or a private key", async () => {
  const canaries = ["CANARY-TEXT-77", "+15559876543"];
  await rig.core.clock.advance(seconds(1));
  const intake = await rig.core.intake();
  await intake.accept(rig.core.incoming(pduOf({ body: "CANARY-TEXT-77", from: "+15559876543" }), "SM:900"));
  await intake.accept(rig.core.incoming(pduOf({ body: "CANARY-TEXT-77", from: "+15559876543" }), "SM:901", 9));
  rig.core.store.failWrites("store.full");
  await codeOf(intake.accept(rig.core.incoming(pduOf({ body: "CANARY-TEXT-77", second: 2 }), "SM:902")));
  health = intake.health;
  rig.core.store.failWrites(null);
  views.rentalsChanged();
  await rig.core.clock.advance(seconds(5));
  const shown = JSON.stringify([
    await views.overview(),
    views.slots(),
    await views.lines(),
    await views.rentals(),
    views.events({ after: 0, limit: 500 }),
    frames,
    rig.core.log.lines,
  ]);
  const keys = [provider, renter].map((who) => Buffer.from(who.seed.reveal()));
  for (const text of [...canaries, ...keys.flatMap((key) => [key.toString("hex"), key.toString("base64url")])])
    expect(shown).not.toContain(text);
});

function never(): never {
  throw new Error("no rental");
}
