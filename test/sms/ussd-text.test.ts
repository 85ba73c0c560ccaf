import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifyUrc } from "../../src/at/index.ts";
import { decodeUssd, encodeUssd, type UssdForm } from "../../src/sms/index.ts";
import { ussdScheme } from "../../src/sms/ussd-scheme.ts";

const FILE = fileURLToPath(new URL("../../../shared/vectors/peers/dev-at.json", import.meta.url));

const hexOf = (text: string): string => Buffer.from(text, "latin1").toString("hex").toUpperCase();
const ucs2Of = (text: string): string => Buffer.from(text, "utf16le").swap16().toString("hex").toUpperCase();
const packed = (text: string): string => encodeUssd(text, "hex_packed") ?? "";

describe("the coding scheme", () => {
  it.each([
    [0x00, "gsm7", false],
    [0x0f, "gsm7", false],
    [0x10, "gsm7", true],
    [0x11, "ucs2", true],
    [0x12, "gsm7", false],
    [0x24, "gsm7", false],
    [0x40, "gsm7", false],
    [0x44, "8bit", false],
    [0x48, "ucs2", false],
    [0x4c, "gsm7", false],
    [0x59, "ucs2", false],
    [0x94, "8bit", false],
    [0xd0, "gsm7", false],
    [0xf0, "gsm7", false],
    [0xf4, "8bit", false],
  ])("0x%s is %s", (dcs, encoding, languageFirst) => {
    expect(ussdScheme(dcs)).toEqual({ encoding, languageFirst });
  });
});

describe("a string of a modem", () => {
  it.each([
    ["readable text", "Balance 5.78 EUR", 15, "Balance 5.78 EUR"],
    ["text without a scheme", "Balance 5.78 EUR", null, "Balance 5.78 EUR"],
    ["packed septets", packed("Ihr Guthaben beträgt 5.78 Euro"), 15, "Ihr Guthaben beträgt 5.78 Euro"],
    ["packed septets in lower case", packed("Guthaben: 5.78").toLowerCase(), 15, "Guthaben: 5.78"],
    ["packed septets without a scheme", packed("Guthaben: 5.78"), null, "Guthaben: 5.78"],
    ["packed septets with extensions", packed("Kredit: 5.78 €"), 0, "Kredit: 5.78 €"],
    ["packed septets that fill their octets", packed("12345678 abcdefg"), 15, "12345678 abcdefg"],
    ["packed septets, seven zero bits left over", "B0986C46ABD900", 15, "0123456"],
    ["Latin under UCS-2", ucs2Of("Saldo 5,78 €"), 72, "Saldo 5,78 €"],
    ["Cyrillic under UCS-2", ucs2Of("Баланс: 12,50 р."), 72, "Баланс: 12,50 р."],
    ["Cyrillic hex under a 7-bit scheme", ucs2Of("Баланс: 12,50 р."), 15, "Баланс: 12,50 р."],
    ["Latin hex of UCS-2 under a 7-bit scheme", ucs2Of("Saldo: 5,78"), 15, "Saldo: 5,78"],
    ["digits as hex of UCS-2 under a 7-bit scheme", ucs2Of("5024"), 15, "5024"],
    ["Chinese hex under a 7-bit scheme", ucs2Of("您的余额为12元。"), 15, "您的余额为12元。"],
    ["Chinese under UCS-2", ucs2Of("您的余额为12元。"), 72, "您的余额为12元。"],
    ["Arabic under UCS-2 with class", ucs2Of("الرصيد 5.00"), 0x59, "الرصيد 5.00"],
    ["plain text under a UCS-2 scheme", "Balance 5.78", 72, "Balance 5.78"],
    ["hex of octets under an 8-bit scheme", hexOf("Balance: 5.00"), 0x44, "Balance: 5.00"],
    ["hex of UTF-8 under an 8-bit scheme", Buffer.from("Solde: 5 €").toString("hex"), 0x44, "Solde: 5 €"],
    ["hex of ASCII under a 7-bit scheme", hexOf("Balance: 5.00 USD"), 15, "Balance: 5.00 USD"],
    ["UTF-8 seen as Latin-1", Buffer.from("Guthaben beträgt 5 €").toString("latin1"), 15, "Guthaben beträgt 5 €"],
    ["Latin-1", "Guthaben betr\xe4gt 5", 15, "Guthaben betr\xe4gt 5"],
    ["the language first, in septets", packed("en\rBalance: 5"), 0x10, "Balance: 5"],
    ["the language first, before UCS-2", `6139${ucs2Of("رصيدك 5")}`, 0x11, "رصيدك 5"],
    ["the language not there, though announced", ucs2Of("رصيدك 5"), 0x11, "رصيدك 5"],
    ["UCS-2 with the modem's buffer behind it", `${ucs2Of("Saldo 5")}0000FFFF60B16260EEEE`, 72, "Saldo 5"],
    ["a phone number", "491771234567", 15, "491771234567"],
    ["an amount without a point", "0500", 15, "0500"],
    ["a word of hex letters", "FACE", 15, "FACE"],
    ["a menu of hex letters", "1 A\n2 B", 15, "1 A\n2 B"],
    ["half an octet", "ABC12", 15, "ABC12"],
    ["padding of CR and NUL", "Balance 5\r\0", 15, "Balance 5"],
    ["line ends of all kinds", "a\r\nb\rc", 15, "a\nb\nc"],
    ["nothing", "", 15, ""],
    ["hex that is no text", "FFFFFFFFFFFFFFFF", 72, "FFFFFFFFFFFFFFFF"],
  ])("that is %s is read", (_, text, dcs, expected) => {
    expect(decodeUssd(text, dcs)).toBe(expected);
  });

  const records: readonly { id: string; command: string; response: string; expect: { text?: string } }[] = existsSync(
    FILE,
  )
    ? JSON.parse(readFileSync(FILE, "utf8")).filter(({ command }: { command: string }) => command === "+CUSD")
    : [];
  it.skipIf(records.length === 0)("of real modems is read as their owners saw it", () => {
    for (const { response, expect: expected } of records) {
      const urc = classifyUrc(response.trim());
      if (urc?.kind !== "cusd") throw new Error("no +CUSD");
      const text = decodeUssd(urc.text ?? "", urc.dcs);
      if (expected.text === undefined) expect(text).toMatch(/^Ihr Guth|^\u0631\u0635\u064a\u062f\u0643 107.93/);
      else expect(text).toBe(expected.text);
    }
  });

  it("whatever it is never fails, and never grows", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^[0-9A-F]{0,300}$/)),
        fc.integer({ min: 0, max: 255 }),
        (text, dcs) => {
          expect(decodeUssd(text, dcs).length).toBeLessThanOrEqual(text.length);
        },
      ),
    );
  });
});

describe("a request", () => {
  it.each<[UssdForm, string, string | null]>([
    ["text", "*100#", "*100#"],
    ["hex_ucs2", "*100#", "002A0031003000300023"],
    ["hex_packed", "*100#", "AA180C3602"],
    ["hex_packed", "баланс", null],
  ])("as %s: %s becomes %s", (form, text, expected) => {
    expect(encodeUssd(text, form)).toBe(expected);
  });

  const sentence = fc
    .array(fc.constantFrom(..."Balance Saldo Guthaben 0123456789 .,:*#ÄÖÜäöüñé"), { minLength: 10, maxLength: 180 })
    .map((letters) => `Ihr ${letters.join("").trim()} EUR`);

  it.each<UssdForm>(["text", "hex_ucs2", "hex_packed"])("as %s is read back as it was", (form) => {
    fc.assert(
      fc.property(sentence, (text) => {
        expect(decodeUssd(encodeUssd(text, form) ?? "", 15)).toBe(text);
      }),
    );
  });
});
