import { beforeEach, describe, expect, it } from "vitest";
import { e164, seconds } from "../../src/base/index.ts";
import {
  encodeReceivedText,
  type Intake,
  isSenderDenied,
  type Rental,
  type SenderRules,
  senderTerms,
} from "../../src/core/index.ts";
import { SENDER_PRESETS } from "../../src/core/sender-presets.ts";
import { openGrant } from "../../src/envelope/index.ts";
import { senderPresetName } from "../../src/protocol/index.ts";
import { CoreRig, lineOf, partPdu, pduOf, renter, suite } from "./core-rig.ts";

const rules = (more: Partial<SenderRules>): SenderRules => ({ presets: [], allow: [], deny: [], ...more });
const US = e164("+15550100");
const GERMAN = e164("+4930123456");

describe("a deny rule", () => {
  it.each([
    ["PayPal", "paypal", true],
    ["paypal", "PAY PAL", true],
    ["PayPal", "PayPal2", false],
    ["Pay*", "PayPal", true],
    ["Pay*", "MyPay", false],
    ["*Pay", "MyPay", true],
    ["*Pay", "PayPal", false],
    ["*pp*", "Whatsapp-Info", true],
    ["*", "anybody", true],
    ["*", "", true],
    ["PayPal", "", false],
    ["ＰａｙＰａｌ", "PayPal", true],
    ["My.Shop", "my-shop", true],
    ["HDFCBK", "AD-HDFCBK", true],
    ["HDFCBK", "VM-HDFCBK-S", true],
    ["AD-HDFCBK", "VM-HDFCBK", false],
    ["HDFCBK", "ADX-HDFCBK", false],
    ["900", "900", true],
    ["900", "9001", false],
    ["+15550199", "+15550199", true],
    ["+1 555-0199", "+15550199", true],
    ["+1555*", "+15550199", true],
    ["+1555*", "+4915550199", false],
    ["+15550199", "5550199", true],
    ["5550199", "+15550199", false],
  ])("%j matches %j: %s", (pattern, from, denied) => {
    expect(isSenderDenied(from, US, [rules({ deny: [pattern] })])).toBe(denied);
  });

  it.each([
    ["+491511234567", "01511234567", GERMAN, true],
    ["+491511234567", "00491511234567", GERMAN, true],
    ["+491511234567", "491511234567", GERMAN, true],
    ["+491511234567", "01511234567", US, false],
    ["+4915*", "01511234567", GERMAN, true],
    ["+41*", "01511234567", GERMAN, false],
    ["+79161234567", "89161234567", e164("+79990000000"), true],
    ["+390612345678", "0612345678", e164("+393330000000"), true],
    ["+491511234567", "01511234567", null, false],
    ["+491511234567", "00491511234567", null, true],
    ["+49115", "115", GERMAN, false],
  ])("%j matches the number %j as the line %s writes numbers: %s", (pattern, from, line, denied) => {
    expect(isSenderDenied(from, line, [rules({ deny: [pattern] })])).toBe(denied);
  });
});

describe("levels", () => {
  const all = rules({ deny: ["*"] });
  const shop = rules({ allow: ["shop"] });
  const noShop = rules({ deny: ["shop"] });

  it.each([
    ["nothing said", [null, null, rules({})], false],
    ["allow beats deny at one level", [null, null, rules({ allow: ["shop"], deny: ["*"] })], false],
    ["the line's allow beats the box's deny", [null, shop, all], false],
    ["the rental's deny beats the line's allow", [noShop, shop, null], true],
    [
      "the box decides what narrower rules do not mention",
      [rules({ deny: ["x"] }), rules({ allow: ["y"] }), all],
      true,
    ],
    ["allow beats the presets of a narrower level", [rules({ presets: ["banks-and-payments"] }), null, shop], false],
  ] as const)("%s", (_name, levels, denied) => {
    expect(isSenderDenied("Shop", US, levels)).toBe(denied);
  });

  it.each([
    ["are on by default", [null, null], true],
    ["are on where a level says nothing of them", [rules({ presets: null })], true],
    ["are off for the box", [null, rules({})], false],
    ["are off for a line, though on for the box", [rules({}), rules({ presets: ["banks-and-payments"] })], false],
    ["are on for a rental, though off for the box", [rules({ presets: ["banks-and-payments"] }), rules({})], true],
    ["come after an allow rule of any level", [null, rules({ presets: null, allow: ["PayPal"] })], false],
  ] as const)("presets %s", (_name, levels, denied) => {
    expect(isSenderDenied("PayPal", US, levels)).toBe(denied);
  });

  it("tell the renter which presets hold, and whether there is more, but no pattern", () => {
    expect(senderTerms([null, null])).toEqual({ presets: ["banks-and-payments"], custom: false });
    expect(senderTerms([null, rules({ deny: ["x"] }), rules({ presets: ["crypto-exchanges"] })])).toEqual({
      presets: [],
      custom: true,
    });
  });
});

describe("the preset", () => {
  it.each(
    (
      "PayPal Stripe Revolut N26 Sberbank SBERBANK Tinkoff T-Bank Chase BofA HSBC Barclays BARCLAYCARD Santander BBVA ING Wise Klarna " +
      "VISA MasterCard HSBC-UK HSBC_UK Lloyds NatWest AD-HDFCBK VM-SBIINB JD-ICICIB-S AX-AXISBK-T VK-KOTAKB Paytm PhonePe Deutsche-Bank " +
      "Commerzbank Sparkasse DKB Raiffeisen PostFinance CreditMutuel BNPPARIBAS LaBanquePostale UniCredit Intesa CaixaBank Millennium " +
      "Nordea Swedbank Swish mBank PKOBP Alfa-Bank VTB Monobank PrivatBank24 Garanti Akbank EmiratesNBD ADCB AlRajhiBank FNB Nedbank " +
      "GTBank MPESA KCB Itau Bradesco Nubank MercadoPago Bancolombia BCP CommBank NETBANK Westpac ANZ NAB DBS OCBC Maybank BCA GCash BDO " +
      "Vietcombank Amex Venmo CashApp Western-Union Сбербанк Тинькофф"
    ).split(" "),
  )("banks-and-payments has %s", (from) => {
    expect(isSenderDenied(from, US, [])).toBe(true);
  });

  it.each(
    (
      "+15550100 5550100 22000 Google WhatsApp Telegram Facebook Uber Amazon Netflix Microsoft Apple Vodafone Telekom Lyft Airbnb eBay " +
      "Discord TikTok Signal Verify OTP CODE InfoSMS NOTICE AUTHMSG SMSInfo Twilio DHL UPS Ingrid Wisely Interactive Chaser AD-AMAZON " +
      "JD-SWIGGY Max HBO Discovery Steam Yandex VK Avito Doctolib Booking Ryanair Shop"
    ).split(" "),
  )("banks-and-payments lacks %s", (from) => {
    expect(isSenderDenied(from, US, [])).toBe(false);
  });

  it("knows short numbers by country", () => {
    expect(isSenderDenied("900", e164("+79990000000"), [])).toBe(true);
    expect(isSenderDenied("900", GERMAN, [])).toBe(false);
    expect(isSenderDenied("692632", US, [])).toBe(true);
    expect(isSenderDenied("95588", e164("+8613800000000"), [])).toBe(true);
  });

  it("for crypto exchanges is another one", () => {
    expect(isSenderDenied("Binance", US, [])).toBe(false);
    expect(isSenderDenied("Binance", US, [rules({ presets: ["crypto-exchanges"] })])).toBe(true);
    expect(isSenderDenied("PayPal", US, [rules({ presets: ["crypto-exchanges"] })])).toBe(false);
  });

  it("has the same name on the wire, and no pattern twice or of one character", () => {
    expect(Object.keys(SENDER_PRESETS)).toEqual(senderPresetName.options);
    for (const { patterns } of Object.values(SENDER_PRESETS)) {
      expect(patterns.filter((pattern, at) => patterns.indexOf(pattern) !== at)).toEqual([]);
      expect(patterns.filter((pattern) => pattern.replaceAll("*", "").length < 2)).toEqual([]);
    }
  });
});

describe("a denied message", () => {
  let rig: CoreRig;
  let rental: Rental;
  let intake: Intake;

  beforeEach(async () => {
    rig = new CoreRig();
    rig.boxRules = { presets: null, allow: [], deny: ["spam*"] };
    const [first] = await rig.rent(2);
    if (first === undefined) throw new Error("no rental");
    rental = first;
    intake = await rig.intake();
  });

  it("may be deleted, is counted by box and line, and is nowhere", async () => {
    const verdict = await intake.accept(rig.incoming(pduOf({ from: "PayPal", body: "code 1234" }), "SM:1"));
    expect(verdict.kind).toBe("stored");
    await intake.accept(rig.incoming(pduOf({ from: "Spammer" }), "SM:2", 2));
    await intake.accept(rig.incoming(pduOf({ from: "Shop", body: "hi" }), "SM:3"));
    expect(await rig.bodies(rental)).toEqual(["hi"]);
    expect(await rig.store.counters()).toMatchObject({ received: 1, denied: 2, undecodable: 0, unrented: 0 });
    const activity = await rig.store.lineActivity();
    expect([1, 2].map((n) => activity.get(lineOf(n).id))).toMatchObject([
      { received: 1, denied: 1 },
      { received: 0, denied: 1 },
    ]);
    expect(rig.store.held).toEqual([]);
    expect([...rig.log.lines, JSON.stringify(rig.allEvents())].join("\n")).not.toMatch(/paypal|spammer|1234/i);
  });

  it("is counted once, also when the process dies before it was deleted", async () => {
    const incoming = rig.incoming(pduOf({ from: "PayPal" }), "SM:1");
    await intake.accept(incoming);
    intake = await rig.intake();
    expect((await intake.accept(incoming)).kind).toBe("duplicate");
    expect(await rig.store.counters()).toMatchObject({ denied: 1, duplicates: 1 });
  });

  it("stays where it is while that it was seen cannot be stored", async () => {
    const incoming = rig.incoming(pduOf({ from: "PayPal" }), "SM:1");
    rig.store.failWrites("store.full");
    await expect(intake.accept(incoming)).rejects.toMatchObject({ code: "store.full" });
    expect(await rig.store.counters()).toMatchObject({ denied: 0 });
    rig.store.failWrites(null);
    await rig.clock.advance(seconds(10));
    expect((await intake.accept(incoming)).kind).toBe("stored");
    expect(await rig.store.counters()).toMatchObject({ denied: 1 });
  });

  it("of several parts leaves none of them behind", async () => {
    for (const number of [1, 2])
      await intake.accept(
        rig.incoming(partPdu({ ref: 1, total: 2, part: number, text: "x", from: "PayPal" }), `SM:${number}`),
      );
    expect(await rig.store.openParts()).toEqual([]);
    expect(await rig.store.counters()).toMatchObject({ received: 0, denied: 2 });
  });

  it("may come as a text, and compressed, where nothing else can be read", async () => {
    const text = { from: "PayPal", body: "x", data: null, sentAt: null, kind: null, key: "1" };
    await intake.accept({ ...rig.incoming(encodeReceivedText(text), null), format: "text" });
    const pdu = pduOf({ from: "PayPal", body: "x" });
    const dcs = pdu.length - 10;
    expect(pdu[dcs]).toBe(0);
    pdu[dcs] = 0x20;
    await intake.accept(rig.incoming(pdu, "SM:2"));
    expect(await rig.store.counters()).toMatchObject({ received: 0, denied: 2 });
  });

  it("to a rental that allows its sender is delivered, and the terms tell of the policy", async () => {
    await rig.rentals.end(rental.id);
    const next = await rig.rentals.grant({
      line: lineOf(1).id,
      renter: rental.renter,
      days: 1,
      envelope_version: 1,
      credit: null,
      sender_policy: { presets: [], allow: [], deny: ["other"] },
    });
    await intake.accept(rig.incoming(pduOf({ from: "PayPal", body: "code" }), "SM:1"));
    expect(await rig.bodies(next)).toEqual(["code"]);
    const termsOf = async ({ id }: Rental) => {
      const grant = (await rig.store.grantOf(id))?.grant;
      return grant === undefined ? null : openGrant(suite, renter.seed, grant).terms;
    };
    expect(await termsOf(next)).toEqual({ envelope_version: 1, sender_policy: { presets: [], custom: true } });
    expect(await termsOf(rental)).toEqual({
      envelope_version: 1,
      sender_policy: { presets: ["banks-and-payments"], custom: true },
    });
  });
});
