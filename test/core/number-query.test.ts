import { describe, expect, it } from "vitest";
import { AppError, minutes, type SlotId, seconds, slotId } from "../../src/base/index.ts";
import { NumberQuery, noRecovery, numberIn, type SlotStatus } from "../../src/core/index.ts";
import { CapturingLog } from "../modem/capturing-log.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

describe("the number in an answer", () => {
  it.each([
    ["Your number is +49 151 23456789. Have a nice day!", "+4915123456789"],
    ["Ihre Rufnummer: 0151-2345678", "01512345678"],
    ["MSISDN 919812345678, IMSI 404011234567890123", "919812345678"],
    ["Balance 12.50, valid until 2026-12-31, number 79161234567", "79161234567"],
    ["Balance: 5.00", null],
    ["", null],
  ])("%j is %s", (text, expected) => {
    expect(numberIn(text)).toBe(expected);
  });
});

class Rig {
  readonly clock = new VirtualClock();
  readonly log = new CapturingLog();
  readonly asked: string[] = [];
  answer: () => Promise<{ text: string; more: boolean }> = async () => ({ text: "You are +15550100123", more: false });
  slots: SlotStatus[] = [slotOf("1", "001010000000001"), slotOf("2", "001010000000002", "+15550100002")];
  changed: SlotId[] = [];
  readonly query = new NumberQuery({
    clock: this.clock,
    log: this.log,
    slots: () => this.slots,
    codeFor: (imsi) => (imsi?.startsWith("00101") ? "*135#" : null),
    onChange: (slot) => this.changed.push(slot),
    ussd: {
      ask: (slot, code) => {
        this.asked.push(`${slot} ${code}`);
        return this.answer();
      },
      cancel: () => {},
    },
  });
}

function slotOf(id: string, imsi: string, ownNumber: string | null = null): SlotStatus {
  return {
    id: slotId(id),
    kind: "modem",
    lineId: null,
    state: "ready",
    step: "ready",
    since: new VirtualClock().now(),
    problem: null,
    warnings: [],
    profile: "generic",
    modem: null,
    iccid: null,
    imsi,
    ownNumber,
    operator: null,
    mccMnc: null,
    technology: null,
    registration: null,
    signalDbm: null,
    storage: null,
    battery: null,
    recovery: noRecovery,
  };
}

describe("a SIM that does not tell its number", () => {
  it("has the network asked, once, and no SIM that tells it", async () => {
    const rig = new Rig();
    rig.query.start();
    await rig.clock.advance(minutes(60));
    expect(rig.asked).toEqual(["1 *135#"]);
    expect(rig.query.numberOf(slotId("1"), "001010000000001")).toBe("+15550100123");
    expect(rig.changed).toEqual(["1"]);
    expect(JSON.stringify(rig.log.lines)).not.toContain("5550100123");
    await rig.query.stop();
  });

  it("is asked a few times at most when the network does not know it, and again when another SIM is in", async () => {
    const rig = new Rig();
    rig.answer = () => Promise.reject(new AppError("ussd.no_answer", "no answer", { retryable: true }));
    rig.query.start();
    await rig.clock.advance(minutes(120));
    expect(rig.asked).toHaveLength(3);
    rig.slots = [slotOf("1", "001010000000009"), slotOf("2", "999990000000000")];
    rig.answer = async () => ({ text: "number: 15550100777", more: true });
    expect(rig.query.numberOf(slotId("1"), "001010000000009")).toBeNull();
    await rig.clock.advance(seconds(30));
    expect(rig.query.numberOf(slotId("1"), "001010000000009")).toBe("15550100777");
    expect(rig.asked).toHaveLength(4);
    await rig.query.stop();
    expect(rig.clock.pending).toEqual([]);
  });
});
