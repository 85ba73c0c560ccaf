import { describe, expect, it } from "vitest";
import { hours, lineId, unixMs } from "../../src/base/index.ts";
import { HISTORY_BORDER, MessageRouter, simOf } from "../../src/phone/message-router.ts";
import type { PhoneMessage } from "../../src/phone/phone-message.ts";
import { binding, FakeIntake, START } from "./phone-rig.ts";

const card = (sim: number, number: string | null = null) => ({ sim, number, operator: null, iccid: null });

const message: PhoneMessage = {
  sim: 1,
  recipient: null,
  from: "+15550100",
  body: "hello",
  data: null,
  kind: null,
  sentAt: START,
  eventId: "e",
};

describe("the SIM of a message", () => {
  it.each([
    ["is what the phone says", { sim: 2, recipient: null }, [], [1], 2],
    ["is the only one that is known", { sim: null, recipient: null }, [], [2], 2],
    [
      "is the one with the recipient's number",
      { sim: null, recipient: "+1" },
      [card(1, "+2"), card(2, "+1")],
      [1, 2],
      2,
    ],
    ["is unknown with two slots", { sim: null, recipient: null }, [], [1, 2], null],
    ["is unknown when the phone has another SIM", { sim: null, recipient: null }, [card(1), card(2)], [1], null],
    ["is unknown when nothing is", { sim: null, recipient: "+1" }, [], [], null],
  ] as const)("%s", (_name, asked, known, bound, expected) => {
    expect(simOf(asked, known, bound)).toBe(expected);
  });
});

describe("a phone's message", () => {
  function router(lines: Readonly<Record<string, string>> = { p1: "line-1" }) {
    const intake = new FakeIntake();
    const made = new MessageRouter({
      intake,
      bindings: [binding("p1", "pixel", 1)],
      lineFor: (slot) => (lines[slot] === undefined ? null : lineId(lines[slot])),
      now: () => START,
    });
    return {
      intake,
      deliver: (more: Partial<PhoneMessage>, name = "pixel") =>
        made.deliver({ name, registeredAt: START, sims: [] }, { ...message, ...more }),
    };
  }

  it("goes to the intake as a text without a place, for the slot's line", async () => {
    const { intake, deliver } = router();
    expect(await deliver({})).toBe("stored");
    expect(intake.accepted[0]).toMatchObject({
      slotId: "p1",
      lineId: "line-1",
      location: null,
      format: "text",
      receivedAt: START,
    });
    expect(await deliver({ eventId: "another" })).toBe("duplicate");
  });

  it("of the owner's own SIM beside the rented one is not looked at", async () => {
    const { intake, deliver } = router();
    expect(await deliver({ sim: 2 })).toBe("ignored");
    expect(intake.accepted).toEqual([]);
  });

  it("from before the registration is its owner's, with a day for service centres that stamp local time", async () => {
    const { intake, deliver } = router();
    expect(await deliver({ sentAt: unixMs(START - HISTORY_BORDER - 1) })).toBe("ignored");
    expect(await deliver({ sentAt: unixMs(START - hours(14)) })).toBe("stored");
    expect(await deliver({ sentAt: null })).toBe("stored");
    expect(intake.accepted).toHaveLength(2);
  });

  it("for which the box has no slot or line stays with the phone, to come again", async () => {
    await expect(router().deliver({}, "stranger")).rejects.toMatchObject({ code: "phone.no_line", retryable: true });
    await expect(router({}).deliver({})).rejects.toMatchObject({ code: "phone.no_line", retryable: true });
  });
});
