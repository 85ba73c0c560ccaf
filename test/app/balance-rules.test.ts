import { describe, expect, it } from "vitest";
import { balanceRules } from "../../src/app/balance-rules.ts";
import { slotId } from "../../src/base/index.ts";
import { parseBoxConfig } from "../../src/config/index.ts";

const TELEKOM = "262011234567890";
const TESTNET = "001011234567890";

const rules = (more: object) =>
  balanceRules(
    parseBoxConfig(JSON.stringify({ relay: { url: "https://relay.example" }, ...more }), "the test's configuration"),
  );

const slots = [
  { id: "1", port: "/dev/a" },
  { id: "2", port: "/dev/b", balance: { code: "*102#", alert_below: "9" } },
  { id: "3", port: "/dev/c", balance: "off" },
];

describe("how a balance is asked", () => {
  it("is not at all unless the owner says so", () => {
    expect(rules({ slots })).toBeNull();
  });

  it("is known of the operator", () => {
    const of = rules({ slots, balance: {} });
    expect(of?.(slotId("1"), TELEKOM)).toMatchObject({ code: "*100#", currency: "EUR" });
    expect(of?.(slotId("1"), TESTNET)).toBeNull();
    expect(of?.(slotId("1"), null)).toBeNull();
  });

  it("is what the owner says for all, for an operator, for a slot, the nearest first", () => {
    const operators = { "00101": { code: "*555#", pattern: "left: (\\d+)", currency: "XTS" } };
    const of = rules({ slots, balance: { code: "*111#", alert_below: "2.00", operators } });
    expect(of?.(slotId("1"), TELEKOM)).toMatchObject({ code: "*111#", currency: "EUR", alertBelow: "2.00" });
    expect(of?.(slotId("1"), TESTNET)).toMatchObject({ code: "*555#", pattern: "left: (\\d+)", currency: "XTS" });
    expect(of?.(slotId("2"), TESTNET)).toMatchObject({ code: "*102#", currency: "XTS", alertBelow: "9" });
    expect(of?.(slotId("2"), null)).toMatchObject({ code: "*102#", alertBelow: "9" });
    expect(of?.(slotId("3"), TELEKOM)).toBeNull();
  });

  it.each([
    [{ balance: { every: "1m" } }, "balance.every"],
    [{ balance: { code: "100" } }, "balance.code"],
    [{ balance: { pattern: "(" } }, "balance.pattern"],
    [{ balance: { alert_below: 2 } }, "balance.alert_below"],
    [{ balance: { operators: { telekom: {} } } }, "balance.operators"],
    [{ slots: [{ id: "1", port: "/dev/a", balance: "on" }] }, "slots"],
    [{ ussd: { per_hour: 0 } }, "ussd.per_hour"],
  ])("refuses %j, naming %s", (more, where) => {
    expect(() => rules(more)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(where.split(".")[0] ?? "") }),
    );
  });
});
