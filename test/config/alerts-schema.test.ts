import { describe, expect, it } from "vitest";
import { hours, minutes } from "../../src/base/index.ts";
import { alertsSection, webhooksSection } from "../../src/config/alerts-schema.ts";
import { ALERT_RULES, RULE_IDS } from "../../src/core/index.ts";

const faults = (value: unknown, schema: typeof alertsSection | typeof webhooksSection = alertsSection): string[] => {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
};
const mail = { id: "mail", email: { host: "mail.example", from: "a@example.org", to: ["b@example.org"] } };

describe("the configuration of alerts", () => {
  it("has every rule that there is, with limits where it counts something", () => {
    const { rules } = alertsSection.parse({});
    expect(Object.keys(rules).sort()).toEqual([...RULE_IDS].sort());
    for (const id of RULE_IDS) expect([id, "raise_at" in rules[id]]).toEqual([id, ALERT_RULES[id].side !== null]);
  });

  it("changes a rule by what is named, and leaves the rest as it was", () => {
    const { rules } = alertsSection.parse({
      rules: { slot_down: { after: "3m", ignore: ["s2"] }, disk_low: { enabled: false } },
    });
    expect(rules.slot_down).toEqual({
      ...{ enabled: true, severity: "warning", after: minutes(3), clear_after: minutes(1), repeat: 0, ignore: ["s2"] },
    });
    expect(rules.disk_low).toMatchObject({ enabled: false, raise_at: 10 });
    expect(rules.clock_unsynchronised.after).toBe(hours(1));
  });

  it.each([
    ["a rule that there is not", { rules: { coffee_low: {} } }, 'rules: Unrecognized key: "coffee_low"'],
    [
      "limits the wrong way",
      { rules: { disk_low: { clear_at: 5 } } },
      "rules.disk_low: clear_at must not be below raise_at",
    ],
    [
      "limits the wrong way",
      { rules: { temperature_high: { clear_at: 90 } } },
      "rules.temperature_high: clear_at must not be above raise_at",
    ],
    ["a night without length", { quiet_hours: { from: "07:00" } }, "quiet_hours: from and to are the same"],
    ["a time that is none", { quiet_hours: { from: "25:00" } }, "quiet_hours.from: a time such as 22:00"],
    [
      "a zone that is none",
      { quiet_hours: { zone: "Mars/Olympus" } },
      "quiet_hours.zone: a time zone such as Europe/Madrid",
    ],
    ["a route to nowhere", { routes: [{ to: ["mail"] }] }, 'routes.0.to.0: there is no channel "mail"'],
    ["two channels of one name", { channels: [mail, mail] }, "channels.1.id: the same as that of item 0"],
    [
      "a channel of two kinds",
      { channels: [{ ...mail, webhook: { url: "https://a.example" } }] },
      "channels.0: exactly one of webhook, email and telegram",
    ],
    [
      "a user without a password",
      { channels: [{ id: "m", email: { ...mail.email, user: "u" } }] },
      "channels.0.email: user and password_file go together",
    ],
    [
      "a chat that is none",
      { channels: [{ id: "t", telegram: { token_file: "t", chats: ["me"] } }] },
      "channels.0.telegram.chats.0: a chat id such as 123456789",
    ],
    [
      "a secret in an address",
      { channels: [{ id: "w", webhook: { url: "https://u:p@a.example" } }] },
      "channels.0.webhook.url: without a user name or password",
    ],
    [
      "an address of a file",
      { channels: [{ id: "w", webhook: { url: "file:///etc/passwd" } }] },
      "channels.0.webhook.url: Invalid URL",
    ],
  ])("refuses %s", (_what, value, fault) => {
    expect(faults(value)).toEqual([fault]);
  });

  it("takes a route to a channel that there is", () => {
    expect(faults({ channels: [mail], routes: [{ severity: "critical", to: ["mail"] }] })).toEqual([]);
  });
});

describe("the configuration of webhooks", () => {
  const hook = { id: "erp", url: "https://erp.example/hook", events: ["sms.received"], secret_file: "erp.secret" };

  it.each(["*", "sms.received", "slot.*", "rental.ended", "alert.*"])("knows events such as %s", (pattern) => {
    expect(faults([{ ...hook, events: [pattern] }], webhooksSection)).toEqual([]);
  });

  it.each(["", "SMS", "slot*", "slot.", "*.down", "sms received"])("does not know %j", (pattern) => {
    expect(faults([{ ...hook, events: [pattern] }], webhooksSection)).toHaveLength(1);
  });

  it("sends content only to a key", () => {
    const content = { lines: ["blue"], seal_to: "A".repeat(43) };
    expect(faults([{ ...hook, content }], webhooksSection)).toEqual([]);
    expect(faults([{ ...hook, content: { lines: ["blue"] } }], webhooksSection)).toHaveLength(1);
    expect(faults([{ ...hook, content: { ...content, seal_to: "secret" } }], webhooksSection)).toHaveLength(1);
  });
});
