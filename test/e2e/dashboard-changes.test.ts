// A rental that changes, in the renter's pages at a real relay: another tier.

import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import type { SipTerms } from "../../src/protocol/index.ts";
import { MarketStage, PAY_ADDRESS } from "../sim/market-stage.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";
import { go, makeIdentity, NARROW, rentByEmc, shots } from "./renter-walk.ts";

const LISTING = "a1b2c3d4e5f64a7b";
const AT = { host: "calls.example", realm: "calls.example", port: 5061, transport: "tls", cert_sha256: null } as const;
const USER = "a".repeat(26);
const SIP: SipTerms = {
  ...{ v: 1, uri: `sip:${USER}@calls.example`, user: USER, password: "p".repeat(26), ...AT, encryption: "dtls" },
};

let browser: Browser;
let stage: MarketStage;

describe.skipIf(!hasChromium)(
  `the renter's pages change a rental${hasChromium ? "" : " (skipped: /usr/bin/chromium is missing)"}`,
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

    it("to a tier with calls, for the time that is left, paid after the exact price was shown", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      await stage.list({ id: LISTING, number: "+15550100", daily: "0.05", calls: "0.12", features: [], sip: SIP });
      const { page, complaints } = await openPage(browser, { viewport: NARROW });
      await page.goto(`${stage.url}/dashboard`);
      await makeIdentity(page);
      await rentByEmc(page, stage, LISTING);
      await go(page, "Numbers");
      await page.getByRole("button", { name: "Renew" }).waitFor();
      expect(await page.getByRole("button", { name: "Set up a phone" }).count()).toBe(0);
      await shots(page, "rentals-before");
      await page.getByRole("button", { name: "Upgrade" }).click();
      await page.getByText("about 0.07 EMC").waitFor();
      await page.getByText("SMS and calls", { exact: true }).waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "upgrade");

      await page.getByRole("button", { name: "Ask for the upgrade" }).click();
      await page.getByText(PAY_ADDRESS).waitFor();
      await page.getByText("SMS and calls, for the time that is left").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "upgrade-pay");

      // Whoever leaves and asks again is led back to the order: nothing is paid twice.
      const order = stage.orderOf(LISTING);
      await go(page, "Numbers");
      await page.getByText("SMS and calls, for the time that is left").waitFor();
      await page.getByRole("button", { name: "Upgrade" }).click();
      await page.getByRole("heading", { name: "An upgrade of this number is not finished" }).waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await page.getByRole("button", { name: "Go on" }).click();
      await page.getByText(PAY_ADDRESS).waitFor();
      expect(stage.orderOf(LISTING)).toBe(order);
      await stage.paid(order);
      await page.getByRole("heading", { name: "Upgraded" }).waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "upgraded");

      await page.getByRole("button", { name: "My numbers" }).click();
      await page.getByRole("button", { name: "Set up a phone" }).waitFor();
      expect(await page.getByRole("button", { name: "Upgrade" }).count()).toBe(0);
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "rentals-after");
      expect(complaints).toEqual([]);
    });

    it("not where nothing more is offered", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      await stage.list({ id: LISTING, number: "+15550100", daily: "0.05", features: [] });
      const { page, complaints } = await openPage(browser, { viewport: NARROW });
      await page.goto(`${stage.url}/dashboard`);
      await makeIdentity(page);
      await rentByEmc(page, stage, LISTING);
      await go(page, "Numbers");
      await page.getByRole("button", { name: "Upgrade" }).click();
      await page.getByText("Nothing more is offered for this number").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
    });
  },
);
