import { describe, expect, it } from "vitest";
import { unixMs } from "../../../src/base/index.ts";
import { ALERT_LANGUAGES, type Alert, alertTexts, fill, RULE_IDS, wordsOf } from "../../../src/core/index.ts";

const alert = (more: Partial<Alert> = {}): Alert => ({
  ...{ id: "a", rule: "slot_down", subject: "s1", severity: "warning", raisedAt: unixMs(0), clearedAt: null },
  ...{ toldAt: null, tells: 0, acknowledgedAt: null, snoozedUntil: null, flapping: false, value: true, details: {} },
  ...more,
});
const placesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).sort();

describe("the words of an alert", () => {
  it("leave out what is not known, and say what to do", () => {
    expect(wordsOf(alert({ details: { reason: "modem.timeout" } }), "raised", "en")).toMatchObject({
      title: "Warning: Slot s1 is down (modem.timeout)",
      text: "Slot s1 is down (modem.timeout).\nThe box keeps trying. Look at the slot in the console if it stays down.",
    });
    expect(wordsOf(alert(), "raised", "en").sentence).toBe("Slot s1 is down");
    const balance = alert({ rule: "balance_low", details: { amount: "0.50", currency: "" } });
    expect(wordsOf(balance, "raised", "en").sentence).toBe("The SIM in slot s1 has little money left");
  });

  it("say that it lasts, that it is over, and that it keeps coming and going", () => {
    expect(wordsOf(alert(), "repeated", "en").title).toBe("Still: Slot s1 is down");
    expect(wordsOf(alert({ clearedAt: unixMs(5) }), "cleared", "en").text).toBe("Slot s1 works again.");
    expect(wordsOf(alert({ flapping: true }), "raised", "en").text).toContain("coming and going");
    expect(wordsOf(alert({ clearedAt: unixMs(5) }), null, "en").sentence).toBe("Slot s1 is down");
  });

  it("cannot be made to show anything else by what stands in the details", () => {
    expect(fill("{subject}[ {reason}]", { subject: "{reason}", reason: "[{subject}]" })).toBe("{reason} [{subject}]");
    expect(fill("{constructor}", {})).toBe("?");
  });

  it.each(ALERT_LANGUAGES)("in %s have the same places as in English, and no sentence is missing", (language) => {
    for (const rule of RULE_IDS) {
      const [own, english] = [alertTexts[language].rules[rule], alertTexts.en.rules[rule]];
      for (const part of ["raised", "cleared", "hint"] as const) {
        expect([rule, part, placesOf(own[part])]).toEqual([rule, part, placesOf(english[part])]);
        expect(own[part].length).toBeGreaterThan(5);
        if (language !== "en") expect(own[part]).not.toBe(english[part]);
      }
    }
  });
});
