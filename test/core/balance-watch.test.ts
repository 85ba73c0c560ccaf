import { describe, expect, it } from "vitest";
import { hours, minutes, type SlotId, seconds, slotId, unixMs } from "../../src/base/index.ts";
import { FIRST_SPREAD } from "../../src/core/balance-plan.ts";
import {
  type BalanceRule,
  BalanceWatch,
  EventLog,
  noRecovery,
  type SlotStatus,
  type UssdAnswer,
  ussdError,
} from "../../src/core/index.ts";
import { CapturingLog } from "../modem/capturing-log.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const EVERY = hours(24);
const RULE: BalanceRule = { code: "*100#", currency: "EUR", alertBelow: "2.00" };

function status(id: SlotId, imsi: string): SlotStatus {
  return {
    ...{
      id,
      kind: "modem",
      lineId: null,
      state: "ready",
      step: "ready",
      since: unixMs(0),
      problem: null,
      warnings: [],
    },
    ...{
      profile: null,
      modem: null,
      iccid: null,
      imsi,
      ownNumber: null,
      operator: null,
      mccMnc: null,
      technology: null,
    },
    ...{ registration: null, signalDbm: null, storage: null, battery: null, recovery: noRecovery },
  };
}

class Rig {
  readonly clock = new VirtualClock();
  readonly log = new CapturingLog();
  readonly events = new EventLog(this.clock, this.log);
  /** Slot and minute of each question. */
  readonly asked: { slot: string; code: string; minute: number }[] = [];
  readonly cancelled: string[] = [];
  slots: SlotStatus[];
  rule: BalanceRule | null = RULE;
  answer: (slot: string) => UssdAnswer = () => ({ text: "Guthaben: 5,00 EUR", more: false });
  changes = 0;
  #inFlight = 0;
  mostInFlight = 0;
  readonly watch: BalanceWatch;

  constructor(slots = 1) {
    this.slots = Array.from({ length: slots }, (_, i) => status(slotId(String(i + 1)), `26201000000000${i}`));
    this.watch = new BalanceWatch({
      ...{ clock: this.clock, log: this.log, events: this.events, random: new SeededRandom("balances"), every: EVERY },
      now: () => this.clock.now(),
      slots: () => this.slots,
      ruleFor: () => this.rule,
      ussd: { ask: (slot, code) => this.#ask(slot, code), cancel: (slot) => void this.cancelled.push(slot) },
      onChange: () => {
        this.changes++;
      },
    });
    this.watch.start();
  }

  get codes(): readonly string[] {
    return this.events.list({ after: 0, limit: 500 }).map(({ code }) => code);
  }

  balance(slot = "1") {
    return this.watch.balanceOf(slotId(slot));
  }

  async #ask(slot: string, code: string): Promise<UssdAnswer> {
    this.asked.push({ slot, code, minute: Math.round(this.clock.monotonic() / 60_000) });
    this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
    try {
      await this.clock.sleep(seconds(3), "simulated answer");
      return this.answer(slot);
    } finally {
      this.#inFlight--;
    }
  }
}

describe("balances", () => {
  it("are asked within the first minutes, then once per period", async () => {
    const rig = new Rig();
    await rig.clock.advance(hours(73));
    expect(rig.asked.length).toBeGreaterThanOrEqual(3);
    expect(rig.asked.length).toBeLessThanOrEqual(4);
    expect(rig.asked[0]).toMatchObject({ slot: "1", code: "*100#" });
    expect(rig.asked[0]?.minute).toBeLessThanOrEqual(FIRST_SPREAD / 60_000 + 2);
    expect(rig.balance()).toMatchObject({ amount: "5.00", currency: "EUR" });
    expect(rig.codes).toEqual([]);
    await rig.watch.stop();
  });

  it("of 32 slots are asked one after another, spread over minutes", async () => {
    const rig = new Rig(32);
    await rig.clock.advance(minutes(30));
    expect(rig.asked).toHaveLength(32);
    expect(rig.mostInFlight).toBe(1);
    expect(new Set(rig.asked.map(({ minute }) => minute)).size).toBeGreaterThan(8);
    await rig.watch.stop();
  });

  it("that go below the limit are told once per crossing", async () => {
    const rig = new Rig();
    let amount = "5,00";
    rig.answer = () => ({ text: `Guthaben: ${amount} EUR`, more: false });
    await rig.clock.advance(hours(1));
    for (const next of ["1,50", "1,20", "10,00", "0,10"]) {
      amount = next;
      await rig.clock.advance(hours(27));
    }
    const low = rig.events.list({ after: 0, limit: 500 });
    expect(low.map(({ code, details }) => [code, details.amount, details.currency])).toEqual([
      ["sim.balance_low", "1.50", "EUR"],
      ["sim.balance_low", "0.10", "EUR"],
    ]);
    await rig.watch.stop();
  });

  it("that are not found out are asked again slower and slower, and told once", async () => {
    const rig = new Rig();
    rig.answer = () => {
      throw ussdError("no_answer");
    };
    await rig.clock.advance(hours(20));
    expect(rig.asked.length).toBeGreaterThan(4);
    expect(rig.asked.length).toBeLessThan(12);
    expect(rig.codes).toEqual(["sim.balance_unknown"]);
    expect(rig.balance()).toBeNull();
    rig.answer = () => ({ text: "Guthaben: 5,00 EUR", more: false });
    await rig.clock.advance(hours(7));
    expect(rig.balance()).toMatchObject({ amount: "5.00" });
    await rig.watch.stop();
  });

  it("above a menu are read, and the menu is ended", async () => {
    const rig = new Rig();
    rig.answer = () => ({ text: "Guthaben: 5,00 EUR\n1 Aufladen", more: true });
    await rig.clock.advance(hours(1));
    expect(rig.balance()).toMatchObject({ amount: "5.00" });
    expect(rig.cancelled).toEqual(["1"]);
    await rig.watch.stop();
  });

  it("are asked neither of a slot that is not ready nor of one without a rule", async () => {
    const rig = new Rig();
    rig.slots = rig.slots.map((slot) => ({ ...slot, state: "down" }));
    await rig.clock.advance(hours(2));
    rig.slots = rig.slots.map((slot) => ({ ...slot, state: "ready" }));
    rig.rule = null;
    await rig.clock.advance(hours(2));
    expect(rig.asked).toEqual([]);
    await rig.watch.stop();
  });

  it("of another SIM are another's: the old one is forgotten, the new one asked soon", async () => {
    const rig = new Rig();
    await rig.clock.advance(hours(1));
    expect(rig.balance()).not.toBeNull();
    rig.slots = [status(slotId("1"), "262029999999999")];
    await rig.clock.advance(minutes(1));
    expect(rig.balance()).toBeNull();
    await rig.clock.advance(hours(1));
    expect(rig.balance()).toMatchObject({ amount: "5.00" });
    expect(rig.changes).toBe(3);
    await rig.watch.stop();
  });

  it("survive a slot that starts over", async () => {
    const rig = new Rig();
    await rig.clock.advance(hours(1));
    const [slot] = rig.slots;
    rig.slots = rig.slots.map((each) => ({ ...each, state: "starting", imsi: null }));
    await rig.clock.advance(minutes(5));
    rig.slots = slot === undefined ? [] : [slot];
    await rig.clock.advance(minutes(30));
    expect(rig.balance()).toMatchObject({ amount: "5.00" });
    expect(rig.asked).toHaveLength(1);
    await rig.watch.stop();
  });

  it("leave no answer in the log, and nothing behind after a stop", async () => {
    const rig = new Rig();
    rig.answer = () => ({ text: "Dear Mr Smith, your balance is gone", more: false });
    await rig.clock.advance(hours(3));
    expect(JSON.stringify([rig.log, rig.events.list({ after: 0, limit: 500 })])).not.toContain("Smith");
    await rig.watch.stop();
    await rig.watch.stop();
    const { length } = rig.asked;
    await rig.clock.advance(hours(48));
    expect(rig.asked).toHaveLength(length);
    expect(rig.clock.pending).toEqual([]);
  });

  it("that are being asked when the box stops are given up", async () => {
    const rig = new Rig();
    rig.slots = rig.slots.map((slot) => ({ ...slot }));
    while (rig.asked.length === 0) await rig.clock.advance(seconds(1));
    await rig.clock.settle(rig.watch.stop(), seconds(5));
    expect(rig.cancelled).toEqual(["1"]);
    expect(rig.balance()).toBeNull();
  });
});

describe("asking for a balance now", () => {
  it("answers with what the operator says, and the plan goes on from there", async () => {
    const rig = new Rig();
    expect(await rig.clock.settle(rig.watch.ask(slotId("1")))).toMatchObject({ amount: "5.00", currency: "EUR" });
    expect(rig.balance()).toMatchObject({ amount: "5.00" });
    expect(rig.asked).toHaveLength(1);
    await rig.clock.advance(hours(20));
    expect(rig.asked).toHaveLength(1);
    await rig.watch.stop();
  });

  it("does not answer with an older balance when none came", async () => {
    const rig = new Rig();
    await rig.clock.settle(rig.watch.ask(slotId("1")));
    rig.answer = () => ({ text: "Try again later", more: false });
    await expect(rig.clock.settle(rig.watch.ask(slotId("1")))).rejects.toMatchObject({ code: "balance.not_found" });
    await rig.watch.stop();
  });

  it("says that a slot is unknown, or not set up to be asked", async () => {
    const rig = new Rig();
    await expect(rig.watch.ask(slotId("9"))).rejects.toMatchObject({ code: "slot.unknown" });
    rig.rule = null;
    await expect(rig.watch.ask(slotId("1"))).rejects.toMatchObject({ code: "balance.not_set_up" });
    expect(rig.asked).toEqual([]);
    await rig.watch.stop();
  });
});
