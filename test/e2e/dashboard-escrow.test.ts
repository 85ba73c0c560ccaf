// A rental's escrow in the renter's pages at a real relay: the pages sign and keep, wallets over a simulated chain move the coins.

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { parseEmc, toBase64url, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import {
  type EscrowFile,
  escrowFileText,
  newEscrowParty,
  parseEscrowFile,
  proposeEscrow,
} from "../../src/core/index.ts";
import { LANGUAGE_NAMES } from "../../src/page-parts/index.ts";
import { escrowParty } from "../../src/protocol/index.ts";
import type { EscrowOffer } from "../../src/registry/index.ts";
import { EscrowRig, rules } from "../core/escrow/escrow-rig.ts";
import { MarketStage } from "../sim/market-stage.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";
import { go, makeIdentity, NARROW, PASSPHRASE, rentByEmc, shots } from "./renter-walk.ts";

const LISTING = "a1b2c3d4e5f64a7b";
const DAY_S = 86_400;

let browser: Browser;
let stage: MarketStage;

/** What provider and arbiter do with their own programs, out of the renter's part. */
async function proposed(rig: EscrowRig, renter: unknown): Promise<EscrowFile> {
  const { provider, arbiter } = rig.parties;
  const roles = {
    renter: escrowParty.parse(renter),
    provider: await newEscrowParty(provider.wallet.node(), stage.provider.verify),
    arbiter: await rig.part("arbiter"),
  };
  const terms = { feesBps: 50, disputeS: 7 * DAY_S, refundAfter: rig.ledger.timeS + 30 * DAY_S };
  let file = proposeEscrow({ ...rules, random: rig.random }, roles, { amount: parseEmc("5"), ...terms });
  file = await rig.desk("provider").accept(file, { role: "provider", seed: stage.provider.seed });
  return await rig.desk("arbiter").accept(file, { role: "arbiter", seed: arbiter.identity.seed });
}

async function paste(page: Page, file: EscrowFile): Promise<void> {
  await page.getByLabel("Or paste the document").fill(escrowFileText(file));
  await page.getByRole("button", { name: "Take it in" }).click();
}

async function saved(page: Page): Promise<EscrowFile> {
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the document" }).click();
  return parseEscrowFile(readFileSync(await (await saving).path()));
}

/** The page of the escrow fits a narrow phone in every language. */
async function inOtherLanguages(page: Page): Promise<void> {
  for (const id of ["de", "es", "ru", "en"] as const) {
    await page.locator('.bottom-nav a[href$="account"]').click();
    await page.locator("select", { hasText: LANGUAGE_NAMES[id] }).selectOption(LANGUAGE_NAMES[id]);
    await page.locator(`html[lang="${id}"]`).waitFor();
    await page.locator('.bottom-nav a[href$="rentals"]').click();
    await page.locator('a[href*="/escrow/"]').click();
    await page.locator(".verdicts").waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shots(page, `escrow-${id}`);
  }
}

/** The backup brings order and escrow to a browser that has seen neither. */
async function onAnotherDevice(page: Page): Promise<void> {
  await go(page, /^Account/);
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the backup" }).click();
  const backup = await (await saving).path();
  await page.getByRole("button", { name: "Show as QR code" }).click();
  await page.getByText("Orders and escrows are in the file alone.").waitFor();
  const other = await openPage(browser, { viewport: NARROW });
  await other.page.goto(`${stage.url}/dashboard`);
  await other.page.getByRole("button", { name: "I have a backup or key file" }).click();
  await other.page.getByLabel("Choose a file").setInputFiles(backup);
  await other.page.getByLabel("Passphrase of the backup").fill(PASSPHRASE);
  await other.page.getByRole("button", { name: "Bring it back" }).click();
  await go(other.page, "Numbers");
  await other.page.getByText("+15550100").waitFor();
  await other.page.locator('a[href*="/escrow/"]').click();
  await phase(other.page, "Paid in");
  await other.page.getByText("It has paid for this number, which is yours now.").waitFor();
  expect(other.complaints).toEqual([]);
}

/** The provider's box answers an order by escrow with a document that it has signed. */
async function offersEscrow(rig: EscrowRig): Promise<EscrowOffer> {
  const { arbiter } = rig.parties;
  const offer = {
    arbiters: [{ name: "judge-anna", verify: toBase64url(arbiter.identity.verify) }],
    ...{ feesBps: 50, disputeDays: 7, refundDays: 60 },
  };
  stage.escrowOf = async ({ payment, renter }) => {
    if (payment.method !== "escrow") throw new Error("not by escrow");
    const { key, address } = payment;
    const roles = {
      renter: { verify: renter.verify, key, address },
      provider: await newEscrowParty(rig.parties.provider.wallet.node(), stage.provider.verify),
      arbiter: await rig.part("arbiter"),
    };
    const terms = { feesBps: 50, disputeS: 7 * DAY_S, refundAfter: rig.ledger.timeS + 60 * DAY_S };
    const file = proposeEscrow({ ...rules, random: rig.random }, roles, { amount: parseEmc("0.05"), ...terms });
    const signed = await rig.desk("provider").accept(file, { role: "provider", seed: stage.provider.seed });
    return escrowFileText(signed);
  };
  return offer;
}

const phase = (page: Page, name: string): Promise<void> => page.getByRole("heading", { name, exact: true }).waitFor();

describe.skipIf(!hasChromium)(
  `the renter's pages with an escrow${hasChromium ? "" : " (skipped: /usr/bin/chromium is missing)"}`,
  () => {
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterEach(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      await stage?.stop();
    });
    afterAll(async () => {
      await browser?.close();
    });

    it("make the renter's part, sign the terms, follow the document, and leave the coins to the wallet", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      await stage.list({ id: LISTING, number: "+15550100", daily: "0.05", features: [] });
      const rig = new EscrowRig();
      rig.ledger.timeS = Math.floor(systemClock.now() / 1000);
      const { page, complaints } = await openPage(browser, { viewport: NARROW });
      await page.goto(`${stage.url}/dashboard`);
      await makeIdentity(page);
      await rentByEmc(page, stage, LISTING);
      await go(page, "Numbers");
      await page.getByText("Details", { exact: true }).click();
      await page.getByRole("button", { name: "Escrow…" }).click();
      await phase(page, "Your part");
      await page.getByLabel("Public key").fill("02ab");
      await page.getByLabel("Address").fill("nowhere");
      await page.getByRole("button", { name: "Make my part" }).click();
      await page.getByText("That is not a public key and an address of a wallet.").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "escrow-part");
      const own = await rig.part("renter");
      await page.getByLabel("Public key").fill(own.key);
      await page.getByLabel("Address").fill(own.address);
      await page.getByRole("button", { name: "Make my part" }).click();
      const part: unknown = JSON.parse((await page.locator(".pay-value code").textContent()) ?? "");
      expect(part).toMatchObject({ key: own.key, address: own.address });

      await page.getByLabel("Or paste the document").fill("{}");
      await page.getByRole("button", { name: "Take it in" }).click();
      await page.getByText("This is not an escrow document.").waitFor();
      await paste(page, await proposed(rig, part));
      await phase(page, "Not agreed by all yet");
      await page.getByText("The terms are not signed by: you.").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "escrow-proposed");

      await page.getByRole("button", { name: "Sign the terms" }).click();
      await phase(page, "Agreed, not paid in");
      await page.getByText(/^numberbox escrow fund escrow-[0-9a-f]{8}\.json$/).waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "escrow-agreed");
      const funded = await rig.desk("renter").fund(await saved(page));
      rig.ledger.mine();
      await paste(page, funded);
      await phase(page, "Paid in");

      await page.getByText("Ask the arbiter to decide…").click();
      await page.getByLabel("What happened").fill("<b>No SMS</b> came for a day.");
      expect(await pageFaults(page)).toEqual([]);
      await page.getByRole("button", { name: "Sign the statement" }).click();
      await phase(page, "Disputed");
      await page.getByText("<b>No SMS</b> came for a day.").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "escrow-disputed");
      await inOtherLanguages(page);

      // They agree after all: the provider proposes, the renter's wallet signs.
      const wish = { role: "provider", kind: "release", earned: parseEmc("1") } as const;
      const released = await rig.desk("provider").settle(await saved(page), wish);
      await paste(page, released);
      await page.getByText("The payout is signed by: the provider. It takes two.").waitFor();
      await page.getByText(/^numberbox escrow sign /).waitFor();
      await paste(page, await rig.desk("renter").sign(await saved(page), "renter"));
      await phase(page, "Signed by two, to be sent");
      await page.getByText(/^numberbox escrow send /).waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "escrow-paying");
      await rig.desk("renter").send(await saved(page));

      // It is kept, sealed with the account.
      await go(page, "Numbers");
      await page.getByText("Signed by two, to be sent").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "escrow-rental");
      expect(complaints).toEqual([]);
    });

    it("go from a listing that offers escrow to the number, with the provider told over the relay alone", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      const rig = new EscrowRig("order");
      rig.ledger.timeS = Math.floor(systemClock.now() / 1000);
      const escrow = await offersEscrow(rig);
      await stage.list({ id: "a1b2c3d4e5f64a7c", number: "+15550101", daily: "0.04", features: [] });
      await stage.list({ id: LISTING, number: "+15550100", daily: "0.05", features: [], escrow });
      const { page, complaints } = await openPage(browser, { viewport: NARROW });
      await page.goto(`${stage.url}/dashboard`);
      await makeIdentity(page);
      await go(page, /^Rent/);
      await page.locator("a.offer").nth(1).waitFor();
      await page.getByLabel("Payment").selectOption("By escrow");
      await page.locator("a.offer").nth(1).waitFor({ state: "detached" });
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "escrow-browse");
      await page.locator("a.offer").first().click();
      await page.getByText("The provider himself has published this offer.").waitFor();
      await page.getByText("The price stays with you").click();
      await page.getByText("judge-anna").first().waitFor();
      await page.getByText("0.5 % of it if he has to decide").waitFor();
      await page.getByLabel("Public key").fill("02ab");
      await page.getByRole("textbox", { name: "Address" }).fill("nowhere");
      await page.getByRole("button", { name: "Rent this number" }).click();
      await page.getByText("That is not a public key and an address of a wallet.").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "escrow-rent");
      const own = await rig.part("renter");
      await page.getByLabel("Public key").fill(own.key);
      await page.getByRole("textbox", { name: "Address" }).fill(own.address);
      await page.getByRole("button", { name: "Rent this number" }).click();
      await page.getByRole("heading", { name: "An escrow of 0.05 EMC" }).waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "escrow-order");

      await page.getByRole("button", { name: "To the escrow" }).click();
      await phase(page, "Not agreed by all yet");
      await page.getByText("The terms are not signed by: you, the arbiter.").waitFor();
      await page.getByRole("button", { name: "Sign the terms" }).click();
      await page.getByText("Kept, and sent to the provider.").waitFor();
      await page.getByText("The terms are not signed by: the arbiter.").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "escrow-started");
      const { arbiter } = rig.parties;
      const seed = arbiter.identity.seed;
      await paste(page, await rig.desk("arbiter").accept(await saved(page), { role: "arbiter", seed }));
      await phase(page, "Agreed, not paid in");
      const funded = await rig.desk("renter").fund(await saved(page));
      rig.ledger.mine();
      await paste(page, funded);
      await phase(page, "Paid in");
      // What the provider's box has got is the whole of it.
      await expect.poll(() => stage.copies.some((copy) => parseEscrowFile(utf8(copy)).funding !== null)).toBe(true);
      const last = parseEscrowFile(utf8(stage.copies.at(-1) ?? ""));
      expect(Object.keys(last.signatures).toSorted()).toEqual(["arbiter", "provider", "renter"]);
      await stage.paid(stage.orderOf(LISTING));
      await page.getByText("It has paid for this number, which is yours now.").waitFor();
      await page.getByText("+15550100").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "escrow-running");
      await onAnotherDevice(page);
      expect(complaints).toEqual([]);
    });
  },
);
