import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BalanceHints, isBelow, parseBalance } from "../../src/core/balance.ts";
import { BALANCE_OPERATORS, balanceOperator } from "../../src/core/balance-operators.ts";
import { checkUssdCode } from "../../src/core/ussd-rules.ts";

describe("an operator's answer", () => {
  it.each<[string, string, string, string | null, BalanceHints?]>([
    ["Telekom DE", "Ihr aktuelles Guthaben beträgt 12,34 EUR. Ihre Rufnummer 4915112345678.", "12.34", "EUR"],
    ["E-Plus DE", "Ihr Guthaben für die Nr.4915783647410 beträgt 5.78 Euro", "5.78", "EUR"],
    ["Vodafone DE", "Guthaben: 0,09 Euro, aktiv bis 01.02.2027", "0.09", "EUR"],
    ["O2 DE", "Ihr Guthaben: 1.234,50 €\nBonus: 3,00 €", "1234.50", "EUR"],
    ["bonus first", "Bonus 3,00 EUR. Guthaben 1,00 EUR", "1.00", "EUR"],
    ["UK", "Your balance is £10.50. Text BAL to 150", "10.50", "GBP"],
    ["UK, pounds and a date", "Credit: GBP 7.05 exp 12/11/2026", "7.05", "GBP"],
    ["FR", "Votre crédit est de 3,20 euros valable jusqu'au 05/12/2026", "3.20", "EUR"],
    ["ES", "Tu saldo es 6,75 EUR", "6.75", "EUR"],
    ["IT", "Il tuo credito residuo e' di 4,00 Euro", "4.00", "EUR"],
    ["PT", "Saldo: 1,55EUR", "1.55", "EUR"],
    ["MTS RU", "Баланс:25,34 р. Лимит 0", "25.34", "RUB"],
    ["Beeline RU", "Balans 45.30 r.", "45.30", "RUB", { currency: "RUB" }],
    ["Beeline RU in debt", "Ваш баланс -12.50 руб.", "-12.50", "RUB"],
    ["MegaFon RU", "Баланс: 1 250,00 руб. Подробнее *100#", "1250.00", "RUB"],
    ["Kyivstar UA", "Na rahunku 35.20 grn. Bonusy: 10 hv", "35.20", null, { pattern: "rahunku (\\d+\\.\\d\\d)" }],
    ["Kyivstar UA, Cyrillic", "На рахунку 35.20 грн. Діє до 01.12.2026", "35.20", "UAH"],
    ["Airtel IN", "Your Main Bal is Rs.1,23,456.50 Valid till 12-11-2026", "123456.50", "INR"],
    ["Airtel IN, sign", "Balance: ₹ 99", "99", "INR"],
    ["T-Mobile US", "Your account balance is $25.00. Use by 11/30/26", "25.00", "USD"],
    ["PL", "Stan konta: 18,43 zł. Wazne do 2026-12-31", "18.43", "PLN"],
    ["CZ", "Zůstatek 199,50 Kč", "199.50", "CZK"],
    ["CH", "Guthaben: CHF 12.05", "12.05", "CHF"],
    ["CH, thousands", "Guthaben: CHF 1'012.05", "1012.05", "CHF"],
    ["SE", "Ditt saldo är 100 kr.", "100", "SEK", { currency: "SEK" }],
    ["ZA", "Balance: R 15.30", "15.30", "ZAR", { currency: "ZAR" }],
    ["no currency", "Saldo: 12,5", "12.5", null],
    ["no currency, but the SIM's", "Balance 5.00", "5.00", "USD", { currency: "USD" }],
    ["minus before the sign", "Balance: -$3.10", "-3.10", "USD"],
    ["whole thousands", "Balance 1.000 EUR", "1000", "EUR"],
    ["mills", "Balance 0.125 USD", "0.125", "USD"],
    ["simulated", "Balance: 5.00 USD", "5.00", "USD"],
  ])("%s: %s", (_, text, amount, currency, hints) => {
    expect(parseBalance(text, hints)).toEqual({ amount, currency });
  });

  it.each([
    "",
    "1 Balance, 2 Data",
    "Please try again later",
    "Your number is 4915783647410",
    "Valid until 12/11/2026",
    "You have 100 MB left",
    "Dial *100# or *101#",
    "Diese Funktion ist nicht verfügbar",
  ])("without an amount has none: %j", (text) => {
    expect(parseBalance(text)).toBeNull();
  });

  it("whatever it is gives a decimal or nothing", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom("Balance ", "5,00", "1.234", " EUR", "€", "-", "12/11/2026", "р."),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const { amount } = parseBalance(pieces.join("")) ?? { amount: "0" };
        expect(amount).toMatch(/^-?\d{1,12}(\.\d{1,3})?$/);
      }),
    );
  });

  it("of a number is read whatever its separators are", () => {
    const value = fc.tuple(fc.integer({ min: 0, max: 9_999_999 }), fc.integer({ min: 0, max: 99 }));
    fc.assert(
      fc.property(
        value,
        fc.constantFrom([",", "."], [".", ","], [" ", ","], ["'", "."], ["", "."], ["", ","]),
        ([whole, cents], [group = "", point = "."]) => {
          const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, group);
          const written = `${grouped}${point}${String(cents).padStart(2, "0")}`;
          expect(parseBalance(`Saldo ${written} EUR`)?.amount).toBe(`${whole}.${String(cents).padStart(2, "0")}`);
        },
      ),
    );
  });
});

describe("the threshold", () => {
  it.each([
    ["1.99", "2.00", true],
    ["2.00", "2", false],
    ["-0.10", "0", true],
    ["10", "9.5", false],
  ])("%s below %s: %s", (amount, limit, below) => {
    expect(isBelow(amount, limit)).toBe(below);
  });
});

describe("the operators", () => {
  it("have codes that may be sent, and networks that no two share", () => {
    for (const { code } of BALANCE_OPERATORS) expect(() => checkUssdCode(code)).not.toThrow();
    const networks = BALANCE_OPERATORS.flatMap((operator) => operator.networks);
    expect(new Set(networks).size).toBe(networks.length);
    for (const network of networks) expect(network).toMatch(/^\d{5,6}$/);
  });

  it.each([
    ["262011234567890", "Telekom DE"],
    ["310260123456789", "T-Mobile US"],
    ["250991234567890", "Beeline RU"],
    ["001010123456789", null],
    ["", null],
  ])("IMSI %s is of %s", (imsi, name) => {
    expect(balanceOperator(imsi)?.name ?? null).toBe(name);
  });
});
