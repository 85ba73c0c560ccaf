// The renter's texts: none unused, none missing, errors in plain words.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { AppError } from "../../src/base/index.ts";
import { SENDER_PRESETS } from "../../src/core/sender-presets.ts";
import { TRANSLATIONS } from "../../src/dashboard/pages/languages.ts";
import { en } from "../../src/dashboard/pages/strings/en.ts";
import { orderedIn, policyIn, problemOf, Words } from "../../src/dashboard/pages/words.ts";
import { catalogueOf } from "../../src/page-parts/index.ts";
import type { RentRequest } from "../../src/protocol/index.ts";
import { LISTING_WARNINGS } from "../../src/registry/index.ts";
import { visibleLine } from "../../src/renter/index.ts";

const words = new Words(en, "en");

describe("the renter's texts", () => {
  const folders = ["dashboard/pages/", "page-parts/"].map((each) =>
    fileURLToPath(new URL(`../../src/${each}`, import.meta.url)),
  );
  const sources = folders
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}${file}`))
    .filter((file) => /\.tsx?$/.test(file) && !file.includes("strings"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const stems = [...sources.matchAll(/[`"]([a-z_]+(?:\.[a-z_0-9]+)*)\.\$\{/g)].map((match) => match[1]);
  const plurals = [...sources.matchAll(/count\("([a-z_.]+)"/g)].map((match) => match[1]);

  it("hold none that no page shows", () => {
    const unused = Object.keys(en).filter((key) => {
      const isBuilt = [...stems, ...plurals, "problem", "hint"].some((stem) => key.startsWith(`${stem}.`));
      return !isBuilt && !sources.includes(`"${key}"`);
    });
    expect(unused).toEqual([]);
  });

  it("give every plural both English forms", () => {
    const stemsOf = (form: string) =>
      Object.keys(en).flatMap((key) => (key.endsWith(form) ? [key.slice(0, -form.length)] : []));
    expect(stemsOf(".one")).toEqual(stemsOf(".other"));
  });

  it("tell what to do next for every problem that the pages know, or leave it to the provider", () => {
    const said = new Set(Object.keys(en).filter((key) => key.startsWith("hint.")));
    const lacking = Object.keys(en).filter((key) => key.startsWith("problem.") && !said.has(`hint.${key.slice(8)}`));
    expect(lacking).toEqual(["problem.market.refused", "problem.market.no_node", "problem.payment.ticket_refused"]);
  });

  it("say the relay's own reason rather than that it refused", () => {
    const refused = new AppError("renter.relay_refused", "the relay refused with 409", {
      context: { status: 409, code: "relay.line_rented" },
    });
    expect(problemOf(words, refused)).toEqual({
      what: "Somebody else was quicker: this number is rented.",
      hint: "Choose another one.",
    });
  });

  it("say an unknown code as it is, with the error's own words and hint", () => {
    const odd = new AppError("some.new_code", "the moon is full", { hint: "Wait." });
    expect(problemOf(words, odd)).toEqual({ what: "The moon is full (some.new_code)", hint: "Wait." });
    expect(problemOf(words, new TypeError("x is not a function")).what).toBe("Something went wrong in this page.");
  });

  it("say whose messages a provider does not deliver, by name where the kind is not known", () => {
    for (const preset of Object.keys(SENDER_PRESETS)) expect(words.find(`policy.${preset}`)).not.toBeNull();
    expect(policyIn(words, { presets: ["crypto-exchanges", "new\u202ekind"], custom: true })).toBe(
      `The provider does not deliver messages from: crypto exchanges, ${visibleLine("new\u202ekind")}, senders of his own list.`,
    );
  });

  it("have words for all that is wrong with an offer", () => {
    const file = fileURLToPath(new URL("../../src/registry/verify-listing.ts", import.meta.url));
    const codes = [...readFileSync(file, "utf8").matchAll(/failed\(\s*"(listing\.[a-z_]+)"/g)].map((match) => match[1]);
    expect(codes.length).toBeGreaterThan(8);
    for (const code of [...codes, "listing.expired", "listing.deleted"]) expect(en).toHaveProperty([`check.${code}`]);
    for (const warning of Object.keys(LISTING_WARNINGS)) expect(en).toHaveProperty([`warning.${warning}`]);
  });
});

it.each([
  ["en", "SMS, a week"],
  ["de", "SMS, eine Woche"],
  ["es", "SMS, una semana"],
  ["ru", "SMS, неделя"],
] as const)("in %s an order is told in one phrase", async (id, told) => {
  const request = { tier: "sms_only", duration: "weekly" } as RentRequest;
  expect(orderedIn(new Words(await catalogueOf(id, en, TRANSLATIONS), id), request)).toBe(told);
});
