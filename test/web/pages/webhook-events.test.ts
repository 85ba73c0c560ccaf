import { describe, expect, it } from "vitest";
import { webhooksSection } from "../../../src/config/alerts-schema.ts";
import { EVENT_GROUPS, otherPatterns, patternOf, toggled } from "../../../src/web/pages/webhook-events.ts";

describe("what a webhook hears, as boxes to tick", () => {
  it("is all that the configuration takes", () => {
    const events = EVENT_GROUPS.map(patternOf);
    const hook = { id: "a", url: "https://a.example", events, secret_file: "x" };
    expect(webhooksSection.parse([hook])[0]?.events).toEqual(events);
  });

  it("is ticked and unticked, in one order", () => {
    expect(toggled(["slot.*"], "sms.received")).toEqual(["sms.received", "slot.*"]);
    expect(toggled(["sms.received", "slot.*"], "sms.received")).toEqual(["slot.*"]);
    expect(toggled(["slot.*"], "*")).toEqual(["*", "slot.*"]);
  });

  it("keeps what somebody wrote by hand", () => {
    expect(otherPatterns(["*", "slot.*", "slot.down", "sms.received"])).toEqual(["slot.down"]);
    expect(toggled(["slot.down"], "sim.*")).toEqual(["sim.*", "slot.down"]);
    expect(toggled(["sim.*", "slot.down"], "slot.down")).toEqual(["sim.*"]);
  });
});
