import { beforeEach, describe, expect, it } from "vitest";
import { isAppError, minutes, slotId } from "../../src/base/index.ts";
import { type SlotDriver, Ussd, type UssdAnswer } from "../../src/core/index.ts";
import { readyRig, type SlotRig } from "../modem/slot-rig.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const SLOT = slotId("slot-1");
const PHONE = slotId("phone");

let clock: VirtualClock;
let rig: SlotRig;
let ussd: Ussd;

beforeEach(async () => {
  clock = new VirtualClock();
  rig = await readyRig({ clock });
  const phone: SlotDriver = {
    start: () => {},
    stop: async () => {},
    nudge: () => {},
    status: () => ({ ...rig.status, id: PHONE, kind: "phone" }),
  };
  ussd = new Ussd({ clock, slots: () => [rig.runner, phone], perHour: () => 3 });
});

const outcome = async (promise: Promise<UssdAnswer>): Promise<UssdAnswer | string> =>
  await clock.settle(promise.catch((error) => (isAppError(error) ? error.code : String(error))));

describe("USSD by slot", () => {
  it("asks the slot that is named", async () => {
    expect(await outcome(ussd.ask(SLOT, "*100#"))).toEqual({ text: "Balance: 5.00 USD", more: false });
    expect(await outcome(ussd.ask(SLOT, "*123#"))).toMatchObject({ more: true });
    expect(await outcome(ussd.reply(SLOT, "2"))).toEqual({ text: "Data left: 1000 MB", more: false });
  });

  it.each([
    [PHONE, "ussd.not_supported"],
    [slotId("nowhere"), "slot.unknown"],
  ])("of slot %s fails with %s", async (slot, code) => {
    expect(await outcome(ussd.ask(slot, "*100#"))).toBe(code);
    expect(await outcome(ussd.reply(slot, "1"))).toBe(code);
    expect(() => ussd.cancel(slot)).toThrow(expect.objectContaining({ code }));
    expect(() => ussd.notice(slot)).toThrow(expect.objectContaining({ code }));
  });

  it("is limited per hour, and free again when the first is an hour old", async () => {
    await outcome(ussd.ask(SLOT, "*100#"));
    await clock.advance(minutes(20));
    await outcome(ussd.ask(SLOT, "*100#"));
    await outcome(ussd.ask(SLOT, "*100#"));
    const refused = await ussd.ask(SLOT, "*100#").catch((error) => error);
    expect(refused).toMatchObject({ code: "ussd.quota", retryable: true });
    expect(refused.context.retry_after_s).toBeGreaterThan(39 * 60);
    expect(refused.context.retry_after_s).toBeLessThanOrEqual(40 * 60);
    await clock.advance(minutes(41));
    expect(await outcome(ussd.ask(SLOT, "*100#"))).toMatchObject({ more: false });
  });

  it("is not counted for codes that are refused", async () => {
    for (let i = 0; i < 5; i++) expect(await outcome(ussd.ask(SLOT, "**21*5551234#"))).toBe("ussd.refused");
    expect(await outcome(ussd.ask(SLOT, "*100#"))).toMatchObject({ more: false });
  });
});

const allowed = "*100# *101# *100*1# *111*2*3# #123# *#100# *#10# *22# *1# *104*# *123*1*1# *#21# *#33# *2100# #225#";
const refused =
  "*21# **21*15550100# **21*15550100*11# ##21# #21# **61*15550100**20# **62*1# **67*1# **002*15550100# **004*1# ##002# " +
  "*33*0000# #33*0000# *331*0000# #330*0000# *35*0000# **03*330*0000*1111*1111# **04*1234*1111*1111# **042*1*2*2# " +
  "**05*12345678*1111*1111# **052*1*2*2# *#06# *30# *31# #31# *43# #43#";
const malformed = [
  "",
  "100",
  "*100",
  "100#",
  "*#",
  "##",
  "*1A0#",
  "*100#;+CFUN=0",
  "*100#**21*1#",
  '*100#",15',
  "*100#\r",
  `*${"1".repeat(160)}#`,
];

describe("what may be sent", () => {
  it.each(allowed.split(" "))("%s is", async (code) => {
    const seen = await outcome(ussd.ask(SLOT, code));
    expect(rig.commands).toContain(`AT+CUSD=1,"${code}",15`);
    expect(seen).toEqual(code === "*100#" ? { text: "Balance: 5.00 USD", more: false } : "ussd.unknown_code");
  });

  it.each(refused.split(" ").filter((code) => !code.includes("+")))(
    "%s is not: it would change the line",
    async (code) => {
      rig.commands.length = 0;
      expect(await outcome(ussd.ask(SLOT, code))).toBe("ussd.refused");
      await outcome(ussd.ask(SLOT, "*123#"));
      expect(await outcome(ussd.reply(SLOT, code))).toBe("ussd.refused");
      expect(rig.commands.filter((text) => text.includes(code))).toEqual([]);
    },
  );

  it.each(malformed)("%j is no code", async (code) => {
    expect(await outcome(ussd.ask(SLOT, code))).toBe("ussd.bad_code");
  });

  it.each(["", "é", 'a"b', "1\r", "x".repeat(161)])("%j is no reply", async (text) => {
    expect(await outcome(ussd.reply(SLOT, text))).toBe("ussd.bad_code");
  });
});
