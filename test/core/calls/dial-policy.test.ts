import { describe, expect, it } from "vitest";
import { countryOf, type DialPolicy, judgeDialled } from "../../../src/core/index.ts";
import { EMERGENCY_SPELLINGS, HOME, REFUSED_SPELLINGS } from "./dial-spellings.ts";

const DEFAULT: DialPolicy = { countries: ["own"], allow: [], deny: [], premium: "refuse", shortCodes: "refuse" };
/** Lets everything pass that can be let pass. */
const OPEN: DialPolicy = {
  ...DEFAULT,
  countries: ["any"],
  premium: "allow",
  shortCodes: "allow",
  allow: ["+1*", "+4*"],
};

const judge = (dialled: string, policy: Partial<DialPolicy> = {}, number = HOME) =>
  judgeDialled(dialled, { number, policy: { ...DEFAULT, ...policy } });

describe("a call for help", () => {
  it.each(EMERGENCY_SPELLINGS)("written %j is told so and never dialled", (dialled) => {
    const refusal = { allowed: false, cause: "blocked", say: "emergency", code: "call.emergency" };
    expect(judge(dialled)).toEqual(refusal);
    expect(judge(dialled, OPEN)).toEqual(refusal);
  });

  it("is known by what the SIM says, too", () => {
    const context = { number: HOME, policy: OPEN, emergency: ["4711"] };
    expect(judgeDialled("4711", context)).toMatchObject({ code: "call.emergency" });
    expect(judgeDialled("+49 4711", context)).toMatchObject({ code: "call.emergency" });
    expect(judge("4711", OPEN)).toMatchObject({ allowed: true, number: "4711" });
  });
});

describe("a number out of policy", () => {
  it.each(REFUSED_SPELLINGS)("written %j is refused as %s", (dialled, code) => {
    expect(judge(dialled)).toEqual({ allowed: false, cause: "blocked", say: "blocked", code });
  });

  it("has over a hundred spellings here", () => {
    expect(EMERGENCY_SPELLINGS.length).toBeGreaterThan(100);
    expect(REFUSED_SPELLINGS.length).toBeGreaterThan(80);
  });
});

describe("a number within policy", () => {
  it.each([
    ["+4930123456", "+4930123456"],
    ["030123456", "+4930123456"],
    ["030 / 12 34 56", "+4930123456"],
    ["(030) 123-456", "+4930123456"],
    ["004930123456", "+4930123456"],
    ["%2B4930123456", "+4930123456"],
    ["tel:+49-30-123456", "+4930123456"],
    ["sip:030123456@box.example", "+4930123456"],
    ["sip:+4930123456@box.example;user=phone", "+4930123456"],
    [" +49 171 1234567 ", "+491711234567"],
    ["0800 1234567", "+498001234567"],
    ["030 112 112", "+4930112112"],
  ])("written %j goes out as %s", (dialled, number) => {
    expect(judge(dialled)).toEqual({ allowed: true, number, country: "DE" });
  });

  it.each([
    ["+12125550199", "2025550123", "+12025550123", "US"],
    ["+12125550199", "1 (202) 555-0123", "+12025550123", "US"],
    ["+12125550199", "+1 202 555 0123", "+12025550123", "US"],
    ["+33142685300", "01 42 68 53 01", "+33142685301", "FR"],
    ["+74951234567", "8 495 123-45-68", "+74951234568", "RU"],
    ["+3906698123".padEnd(12, "4"), "06 1234567", "+39061234567", "IT"],
    ["+61291234567", "0291234568", "+61291234568", "AU"],
    ["+8613123456780", "131 2345 6789", "+8613123456789", "CN"],
    ["+5511961234560", "(11) 96123-4567", "+5511961234567", "BR"],
    ["+375294911910", "8 029 491-19-11", "+375294911911", "BY"],
    ["+251111112346", "011 111 2345", "+251111112345", "ET"],
    ["+9611123457", "01 123 456", "+9611123456", "LB"],
  ])("of a line %s, written %j, goes out as %s", (line, dialled, number, country) => {
    // The Vatican's and Italy's numbers are one country's to dial.
    const policy = country === "IT" ? { countries: ["IT"] } : {};
    expect(judge(dialled, policy, line)).toEqual({ allowed: true, number, country });
  });

  it.each([
    ["2025550123", "+4930123456"],
    ["011442079460000", "+4930123456"],
    ["9115550123", "+12125550199"],
    ["1115550123", "+12125550199"],
    ["301234567", "+33142685300"],
  ])("dialled %s by the rules of another country is none of a line %s", (dialled, line) => {
    expect(judge(dialled, { countries: ["any"], premium: "allow" }, line).allowed).toBe(false);
  });
});

describe("the owner's policy", () => {
  it("opens countries by name, and all by `any`", () => {
    expect(judge("+33142685300", { countries: ["FR"] })).toMatchObject({ allowed: true, country: "FR" });
    expect(judge("030123456", { countries: ["FR"] })).toMatchObject({ code: "call.country" });
    expect(judge("+33142685300", { countries: ["any"] })).toMatchObject({ allowed: true });
    expect(judge("+80012345678", { countries: ["any"] })).toMatchObject({ allowed: true, country: null });
  });

  it("tells countries apart that share a calling code", () => {
    const policy = { countries: ["US"] };
    expect(judge("+12125550123", policy)).toMatchObject({ allowed: true, country: "US" });
    for (const other of ["+18765550123", "+14165550123", "+18095550123", "+12425550123", "+12845550123"])
      expect(judge(other, policy)).toMatchObject({ code: "call.country" });
    expect(judge("+441534123456", { countries: ["GB"] })).toMatchObject({ code: "call.country" });
    expect(judge("+77011234567", { countries: ["RU"] })).toMatchObject({ code: "call.country" });
  });

  it("does not take `any` for countries whose prices nobody knows", () => {
    expect(judge("+23566123456", { countries: ["any"] })).toMatchObject({ code: "call.premium" });
    expect(judge("+23566123456", { countries: ["TD"] })).toMatchObject({ allowed: true, country: "TD" });
  });

  it("denies before it allows, and allows before prices and countries", () => {
    const allow = ["+499001234567", "+3314268*"];
    expect(judge("0900 1234567", { allow })).toMatchObject({ allowed: true });
    expect(judge("+33142685300", { allow })).toMatchObject({ allowed: true });
    expect(judge("+33142675300", { allow })).toMatchObject({ code: "call.country" });
    expect(judge("0900 1234567", { allow, deny: ["+49900*"] })).toMatchObject({ code: "call.denied" });
    expect(judge("030123456", { deny: ["+4930123456"] })).toMatchObject({ code: "call.denied" });
  });

  it("opens premium numbers and short codes alone where it says so", () => {
    expect(judge("0900 1234567", { premium: "allow" })).toMatchObject({ allowed: true });
    expect(judge("+881612345678", { premium: "allow" })).toMatchObject({ code: "call.country" });
    expect(judge("22833", { shortCodes: "allow" })).toEqual({ allowed: true, number: "22833", country: null });
    expect(judge("022", { shortCodes: "allow" })).toMatchObject({ allowed: false });
    expect(judge("*22833#", { shortCodes: "allow" })).toMatchObject({ code: "call.service_code" });
  });
});

describe("countryOf", () => {
  it.each([
    ["+4930123456", "DE"],
    ["+12125550123", "US"],
    ["+14165550123", "CA"],
    ["+18765550123", "JM"],
    ["+441624123456", "IM"],
    ["+881612345678", null],
    ["+999", null],
    ["", null],
  ])("of %s is %s", (number, country) => expect(countryOf(number)).toBe(country));
});
