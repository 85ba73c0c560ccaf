import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { REFUSALS } from "../../../src/at/index.ts";
import { type BoxEvent, ESCROW_PHASES } from "../../../src/protocol/index.ts";
import {
  asksForVerifyKey,
  describeEvent,
  describeProblem,
  describeStep,
  describeTechnology,
  signalBars,
} from "../../../src/web/pages/describe.ts";
import { Translator } from "../../../src/web/pages/i18n.ts";
import { en } from "../../../src/web/pages/strings/en.ts";

const words = new Translator(en, "en");
const noNumber = () => null;

function event(change: Partial<BoxEvent>): BoxEvent {
  return { seq: 1, at: 0, level: "info", code: "x.y", slot: null, line: null, details: {}, ...change };
}

describe("Translator", () => {
  it("fills places, with numbers as the locale writes them", () => {
    expect(words.t("flow.unrented", { n: 12_345 })).toBe("12,345 without rental");
    expect(new Translator(en, "de").number(12_345)).toBe("12.345");
  });

  it("writes amounts of money to their last digit, with the locale's own marks", () => {
    const amount = "1234567.000001";
    expect(words.decimal(amount)).toBe("1,234,567.000001");
    expect(new Translator(en, "de").decimal(amount)).toBe("1.234.567,000001");
    expect(new Translator(en, "es").decimal("0.5")).toBe("0,5");
    expect(words.decimal("7")).toBe("7");
  });

  it("stamps a moment of this place alike in every language", () => {
    const at = new Date(2026, 0, 5, 7, 9).getTime();
    expect([words.stamp(at), new Translator(en, "ru").stamp(at)]).toEqual(["2026-01-05 07:09", "2026-01-05 07:09"]);
  });

  it("chooses the plural form", () => {
    expect([words.count("days", 1), words.count("days", 2)]).toEqual(["1 day", "2 days"]);
  });

  it("falls back to the form all languages have", () => {
    expect(new Translator({ ...en, "days.other": "{n} дней" }, "ru").count("days", 5)).toBe("5 дней");
  });

  it.each([
    [-5, "0 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [3_600_000, "1 h"],
    [47 * 3_600_000, "47 h"],
    [48 * 3_600_000, "2 d"],
  ])("writes a span of %d ms as %s", (ms, text) => {
    expect(words.span(ms)).toBe(text);
  });

  it.each([
    [30 * 86_400_000 - 1000, "30 d"],
    [2 * 86_400_000 - 1, "2 d"],
    [86_400_000, "24 h"],
    [3_599_999, "1 h"],
    [500, "1 s"],
    [-7, "0 s"],
  ])("writes %d ms that are left as %s", (ms, text) => {
    expect(words.left(ms)).toBe(text);
  });

  it("does not count the first seconds, nor those of a clock that lags", () => {
    expect([words.ago(9_999), words.ago(-3_000), words.ago(10_000)]).toEqual(["just now", "just now", "10 s ago"]);
    expect([words.ago(19_999), words.ago(59_999), words.ago(60_000)]).toEqual(["10 s ago", "50 s ago", "1 min ago"]);
  });

  it.each([
    [254_000, "4:14"],
    [9_001, "0:10"],
    [-5, "0:00"],
  ])("counts %d ms down as %s", (ms, text) => {
    expect(words.clock(ms)).toBe(text);
  });

  it("finds nothing under the names of Object's own members", () => {
    expect(words.find("constructor")).toBeNull();
  });
});

describe("describing what the box says", () => {
  it("puts an event into words with its slot, number and reason", () => {
    const down = event({ code: "slot.down", slot: "s3", details: { reason: "sim.missing" } });
    expect(describeEvent(words, down, noNumber)).toBe("Slot s3 is down: No SIM in this slot");
    const granted = event({ code: "rental.granted", line: "line-1", details: { days: 30 } });
    expect(describeEvent(words, granted, () => "+15550100")).toBe("+15550100 granted for 30 days");
    expect(describeEvent(words, granted, noNumber)).toBe("line-1 granted for 30 days");
    const short = event({ code: "rental.granted", line: "line-1", details: { days: 1 } });
    expect(describeEvent(words, short, noNumber)).toBe("line-1 granted for 1 day");
  });

  it("names the rung that a slot is on, where that is the reason", () => {
    const climbing = event({ code: "slot.recovering", slot: "s3", details: { reason: "usb_reset" } });
    expect(describeEvent(words, climbing, noNumber)).toBe("The box tries to bring slot s3 back: USB reset");
    const failed = event({
      code: "slot.reset_failed",
      slot: "s3",
      details: { rung: "power", reason: "host.no_relay" },
    });
    expect(describeEvent(words, failed, noNumber)).toBe(
      "Slot s3: “Cut power” did not work: The relay board that switches the power is not there",
    );
  });

  it("asks for the box's verify key when the relay does not know the provider, and only then", () => {
    const refused = (reason: string) => event({ code: "relay.grant_refused", details: { reason } });
    expect(asksForVerifyKey(refused("relay.unknown_provider"))).toBe(true);
    expect(asksForVerifyKey(refused("relay.mailbox_full"))).toBe(false);
    expect(asksForVerifyKey(event({ code: "relay.grant_refused" }))).toBe(false);
  });

  it("leaves out a reason that was not given and shows one it does not know", () => {
    expect(describeEvent(words, event({ code: "relay.down" }), noNumber)).toBe("The relay is out of reach");
    const odd = event({ code: "relay.down", details: { reason: "relay.on_fire" } });
    expect(describeEvent(words, odd, noNumber)).toBe("The relay is out of reach: relay.on_fire");
  });

  it("shows an event it has no words for as it is", () => {
    const odd = event({ code: "modem.singing", slot: "s1", details: { tune: 7 } });
    expect(describeEvent(words, odd, noNumber)).toBe("modem.singing · s1 · tune 7");
  });

  it("prefers the catalogue's words for a problem and falls back to the box's own", () => {
    expect(describeProblem(words, { code: "sim.missing", message: "x", hint: "Insert one." })).toEqual({
      what: "No SIM in this slot",
      hint: "Insert one.",
    });
    expect(describeProblem(words, { code: "odd.code", message: "the odd happened" })).toEqual({
      what: "The odd happened",
      hint: null,
    });
    const wait = { code: "web.too_many_attempts", message: "x", context: { retry_after_s: 8 } };
    expect(describeProblem(words, wait).hint).toBe("Wait 8 s, then try again.");
  });

  it("names the generation people know, and an unknown technology as it is", () => {
    expect(["lte", "en_dc", "6g", null].map((name) => describeTechnology(words, name))).toEqual([
      "4G",
      "5G",
      "6g",
      null,
    ]);
  });

  it("names a step, known or not", () => {
    expect([describeStep(words, "sim"), describeStep(words, "reading_cards")]).toEqual([
      "reading the SIM",
      "reading cards",
    ]);
  });

  it.each([
    [-51, 4],
    [-73, 4],
    [-74, 3],
    [-86, 2],
    [-98, 1],
    [-110, 0],
    [-113, 0],
  ])("draws %d dBm as %d bars", (dbm, bars) => {
    expect(signalBars(dbm)).toBe(bars);
  });
});

describe("the catalogue", () => {
  const folders = ["web/pages/", "page-parts/"].map((each) =>
    fileURLToPath(new URL(`../../../src/${each}`, import.meta.url)),
  );
  const sources = folders
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}${file}`))
    .filter((file) => /\.tsx?$/.test(file) && !file.includes("strings"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const stems = [...sources.matchAll(/[`"]([a-z_]+(?:\.[a-z_0-9]+)*)\.\$\{/g)].map((match) => match[1]);
  const plurals = [...sources.matchAll(/count\("([a-z_.]+)"/g)].map((match) => match[1]);

  it("holds no text that no page shows", () => {
    const unused = Object.keys(en).filter((key) => {
      const isBuilt = [...stems, ...plurals].some((stem) => key.startsWith(`${stem}.`));
      return !isBuilt && !sources.includes(`"${key}"`);
    });
    expect(unused).toEqual([]);
  });

  const sourcesOf = (...parts: readonly string[]): string => {
    const src = fileURLToPath(new URL("../../../src/", import.meta.url));
    return parts
      .flatMap((part) =>
        readdirSync(`${src}${part}`, { recursive: true, encoding: "utf8" }).map((file) => `${src}${part}/${file}`),
      )
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(file, "utf8"))
      .join("\n");
  };
  const found = (text: string, ...patterns: readonly RegExp[]): readonly string[] => [
    ...new Set(patterns.flatMap((pattern) => [...text.matchAll(pattern)].flatMap((match) => match.slice(1)))),
  ];

  it("has words for every event that the box records", () => {
    const codes = found(
      sourcesOf("core", "modem", "app", "phone", "smpp"),
      /\.record\(\{[^}]*?code: "([a-z_.]+)"/g,
      /\.record\(\{[^}]*?code: [^,"]*\? "([a-z_.]+)" : "([a-z_.]+)"/g,
      /#audit\("([a-z_.]+)"/g,
      /#tell\("(?:info|warn|error)", "([a-z_.]+)"/g,
      /type: "report", code: "([a-z_.]+)"/g,
    );
    for (const code of ["slot.recover_asked", "line.other_sim", "join.open", "slot.gave_up"])
      expect(codes).toContain(code);
    expect(codes.filter((code) => words.find(`event.${code}`) === null)).toEqual([]);
  });

  it("has words for the events whose code is put together", () => {
    const made = [
      ...["listing.confirmed", "listing.withdrawn", "listing.not_confirmed"],
      ...["name.renewing", "name.not_renewed", "name.expired"],
      ...["payment.deposit_credited", "payment.deposit_reversed", "payment.ticket_won", "payment.ticket_fault"],
      ...ESCROW_PHASES.map((phase) => `escrow.${phase}`),
    ];
    expect(made.filter((code) => words.find(`event.${code}`) === null)).toEqual([]);
  });

  it("has words for whatever can be wrong with a slot, its SIM and its hardware", () => {
    const slots = /^(?:sim|network|modem|host|slot|line|ussd)\./;
    const codes = found(
      sourcesOf("core", "modem", "app", "host"),
      /AppError\(\s*"([a-z_.]+)"/g,
      /refuse\(\s*"([a-z_.]+)"/g,
      /\bcode: "([a-z_.]+)"(?: as const)?,\s*message/g,
    ).filter((code) => slots.test(code));
    for (const code of ["sim.pin_wrong", "network.no_sms_path", "host.no_device", "sim.last_attempt"])
      expect(codes).toContain(code);
    expect(codes.filter((code) => words.find(`problem.${code}`) === null)).toEqual([]);
  });

  it("has words for whatever the terminal refuses", () => {
    expect(Object.keys(REFUSALS).filter((code) => words.find(`problem.${code}`) === null)).toEqual([]);
  });

  it("has no text in the pages themselves", () => {
    const bare = [...sources.matchAll(/>\s*([A-Z][a-z]+ [a-z][^<{}]*)</g)].map((match) => match[1]);
    expect(bare).toEqual([]);
  });
});
