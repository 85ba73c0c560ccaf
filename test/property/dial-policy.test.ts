import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DialPolicy, judgeDialled } from "../../src/core/index.ts";
import { EMERGENCY_SPELLINGS, HOME } from "../core/calls/dial-spellings.ts";

const OPEN: DialPolicy = { countries: ["any"], allow: ["+4*"], deny: [], premium: "allow", shortCodes: "allow" };
const SAFE: DialPolicy = {
  countries: ["own"],
  allow: [],
  deny: ["+4930666*"],
  premium: "refuse",
  shortCodes: "refuse",
};

const symbol = fc.constantFrom(..."0123456789+*#,;pwPW ().-/@%&:abcdefXYZ\r\n\u0000\u200b١२３".split(""));
const text = fc.oneof(
  fc.string({ unit: symbol, maxLength: 70 }),
  fc.string({ unit: "binary", maxLength: 70 }),
  fc.constantFrom(...EMERGENCY_SPELLINGS),
);
const policy = fc.constantFrom(OPEN, SAFE);
const line = fc.constantFrom(HOME, "+12125550199", "+33142685300", "+74951234567", "+390612345678", "+99912345678");

const judge = (dialled: string, policy: DialPolicy, number = HOME) => judgeDialled(dialled, { number, policy });

/** How a number of Germany may be spelled without being another one: separators, prefixes, URIs, percent signs. */
const SPELL: readonly ((national: string) => string)[] = [
  (n) => `0${n}`,
  (n) => `+49${n}`,
  (n) => `0049${n}`,
  (n) => `+49 (0)${n}`,
  (n) => `%2B49${n}`,
  (n) => `tel:+49${n}`,
  (n) => `tel:0${n};phone-context=+49`,
  (n) => `sip:0${n}@example.com`,
  (n) => `sips:+49${n}@example.com;user=phone`,
  (n) => `*31#0${n}`,
  (n) => `#31#+49${n}`,
  (n) => `0${n}#`,
  (n) => `0${n},,1`,
  (n) => `0${n}p1`,
  (n) => `  0${n} `,
];
const separated = (n: string) =>
  fc
    .array(fc.constantFrom("", "", " ", "-", ".", "/", "(", ")"), { minLength: n.length, maxLength: n.length })
    .map((marks) => [...n].map((digit, at) => digit + marks[at]).join(""));

describe("whatever is dialled", () => {
  it("only + and digits, or a short run of digits, come out", () => {
    fc.assert(
      fc.property(text, policy, line, (dialled, rules, number) => {
        const verdict = judge(dialled, rules, number);
        if (!verdict.allowed) {
          expect(verdict.code).toMatch(/^call\.[a-z_]+$/);
          return;
        }
        expect(verdict.number).toMatch(rules === OPEN ? /^(?:\+[1-9]\d{6,14}|[1-9]\d{2,5})$/ : /^\+[1-9]\d{6,14}$/);
        // No digit is there that was not dialled, but for the calling code.
        const digits = verdict.number.replace("+", "");
        expect(dialled.replace(/\D/g, "").endsWith(digits.slice(-6).slice(-digits.length))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it("is judged the same again once it is a number", () => {
    fc.assert(
      fc.property(text, policy, line, (dialled, rules, number) => {
        const verdict = judge(dialled, rules, number);
        if (verdict.allowed) expect(judge(verdict.number, rules, number)).toEqual(verdict);
      }),
      { numRuns: 2000 },
    );
  });

  it("a number that is blocked in one spelling is not let out in another", () => {
    // Denied, premium, shared cost, with more digits behind than such numbers have.
    const national = fc
      .tuple(fc.constantFrom("30666", "900", "137", "180", "700"), fc.stringMatching(/^\d{5,8}$/))
      .map((parts) => parts.join(""));
    const spelled = national.chain((n) =>
      fc.tuple(separated(n), fc.constantFrom(...SPELL)).map(([digits, spell]) => spell(digits)),
    );
    fc.assert(
      fc.property(spelled, (dialled) => {
        expect(judge(dialled, SAFE).allowed).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it("an emergency number is not let out in any spelling, by the most open policy", () => {
    const number = fc.constantFrom("112", "110", "911", "999", "000", "119", "08", "15", "190", "10111", "1669");
    const spelled = number.chain((n) =>
      fc
        .tuple(
          separated(n),
          fc.constantFrom((x: string) => x, ...SPELL),
        )
        .map(([digits, spell]) => spell(digits)),
    );
    fc.assert(
      fc.property(spelled, line, (dialled, from) => {
        expect(judge(dialled, OPEN, from)).toMatchObject({ allowed: false, code: "call.emergency" });
      }),
      { numRuns: 2000 },
    );
  });
});
