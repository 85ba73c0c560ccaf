// The renter's pages in a real browser at a real relay: a newcomer gets an identity, rents a number and reads its first SMS, with the
// network cut in between; hostile texts; a backup on another device; two tabs; the other languages on a narrow phone.

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { TRANSLATIONS } from "../../src/dashboard/pages/languages.ts";
import { VIEWS } from "../../src/dashboard/pages/state.ts";
import { en } from "../../src/dashboard/pages/strings/en.ts";
import { Words } from "../../src/dashboard/pages/words.ts";
import { catalogueOf, LANGUAGE_NAMES } from "../../src/page-parts/index.ts";
import { provisioningReply } from "../../src/protocol/index.ts";
import { MarketStage, PAY_ADDRESS } from "../sim/market-stage.ts";
import { hasChromium, launchChromium, openPage, type WatchedPage } from "./browser.ts";
import { overflow, pageFaults, violations } from "./page-faults.ts";
import { DESKTOP, go, makeIdentity, NARROW, order, PASSPHRASE, PHONE, rentByEmc } from "./renter-walk.ts";

let browser: Browser;
let stage: MarketStage;

async function open(viewport: { readonly width: number; readonly height: number }): Promise<WatchedPage> {
  const watched = await openPage(browser, { viewport, permissions: ["clipboard-read", "clipboard-write"] });
  await watched.page.goto(`${stage.url}/dashboard`);
  return watched;
}

/** Pixels between two that stand in a row or one above the other. */
async function gap(first: Locator | undefined, second: Locator | undefined): Promise<number> {
  const [one, other] = [await first?.boundingBox(), await second?.boundingBox()];
  if (one == null || other == null) throw new Error("one of the two is not shown");
  return Math.max(other.x - one.x - one.width, other.y - one.y - one.height);
}

/** How many different heights, and places from the top, the elements have. */
async function heights(...all: readonly (Locator | undefined)[]): Promise<number> {
  const boxes = await Promise.all(all.map((each) => each?.boundingBox()));
  return new Set(boxes.map((box) => `${box?.y} ${box?.height}`)).size;
}

const ENGLISH = /\b(?:the|and|your|this|with|from|of)\b/i;

/** English texts that stand in a page of another language, and how much too wide the page is. */
async function foreignFaults(page: Page, words: Words): Promise<readonly string[]> {
  const english: Readonly<Record<string, string>> = en;
  const left = Object.keys(english).flatMap((key) => {
    const text = english[key] ?? "";
    return text.includes("{") || text.length < 4 || words.find(key) === text ? [] : [text];
  });
  const shown = await page.evaluate(() =>
    [...document.querySelectorAll("#app *")].flatMap(({ childNodes }) =>
      [...childNodes].flatMap((node) => (node.nodeType === Node.TEXT_NODE ? [node.textContent?.trim() ?? ""] : [])),
    ),
  );
  const odd = shown.filter((text) => ENGLISH.test(text));
  const wide = await overflow(page);
  return [
    ...left.filter((text) => shown.includes(text)),
    ...odd,
    ...(wide > 0 ? [`${page.url()}: ${wide} px too wide`] : []),
  ];
}

/** From the entrance to an open account, in the language of the words. */
async function enterIn(page: Page, words: Words): Promise<readonly string[]> {
  await page.getByRole("heading", { name: words.t("new.title") }).waitFor();
  const faults = [...(await foreignFaults(page, words)), ...(await violations(page))];
  await page.getByRole("button", { name: words.t("new.create") }).click();
  await page.getByLabel(words.t("create.passphrase"), { exact: true }).fill(PASSPHRASE);
  await page.getByLabel(words.t("create.repeat")).fill(PASSPHRASE);
  faults.push(...(await foreignFaults(page, words)));
  await page.getByRole("button", { name: words.t("create.submit") }).click();
  await page.getByText(words.t("link.live"), { exact: true }).waitFor();
  return faults;
}

describe.skipIf(!hasChromium)(
  `the renter's pages${hasChromium ? "" : " (skipped: /usr/bin/chromium is missing)"}`,
  () => {
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterEach(async () => {
      const pages = browser.contexts().flatMap((context) => context.pages());
      await Promise.all(pages.map((page) => page.unrouteAll({ behavior: "ignoreErrors" })));
      await Promise.all(browser.contexts().map((context) => context.close()));
      await stage?.stop();
    });
    afterAll(async () => {
      await browser?.close();
    });

    it("lead a newcomer at a desk from an identity to a first SMS, paid by a ticket, with the network cut in between", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      await stage.list({ id: "a1b2c3d4e5f64a7b", number: "+15550100", daily: "0.05", features: ["non-voip", "usa"] });
      const { page, complaints } = await open(DESKTOP);
      await makeIdentity(page);
      expect(await pageFaults(page)).toEqual([]);
      await order(page, /^Lottery ticket/);
      const chap = await page.locator(".pay-value code").first().textContent();
      await page.getByLabel("The ticket").fill("00ff");
      await page.getByRole("button", { name: "Send the ticket" }).click();
      await page.getByText("This is no ticket for the challenge.").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await page.getByLabel("The ticket").fill(stage.ticketFor(chap ?? ""));
      await page.getByRole("button", { name: "Send the ticket" }).click();
      await page.getByText("+15550100").waitFor();
      await page.getByRole("button", { name: "To the inbox" }).click();
      const id = stage.orderOf("a1b2c3d4e5f64a7b");
      await stage.sms(id, { from: "Example", body: "Your code is 271828. Do not share it." });
      await page.getByText("Your code is 271828.").waitFor();
      await page.getByRole("button", { name: "Copy code 271828" }).click();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("271828");
      expect(complaints).toEqual([]);

      await page.context().setOffline(true);
      await page.evaluate(() => dispatchEvent(new Event("online")));
      await page.getByText("No connection to the relay.").waitFor();
      // Offers that were seen before are still there to be read.
      await go(page, /^Rent/);
      await page.getByText("The relay cannot be reached.").waitFor();
      expect(await page.locator("a.offer").count()).toBe(1);
      await go(page, /^Inbox/);
      await stage.sms(id, { body: "While you were away" });
      await page.context().setOffline(false);
      await page.getByText("While you were away").waitFor();
      expect(await page.getByText("Your code is 271828.").count()).toBe(1);
      expect(await pageFaults(page)).toEqual([]);
    });

    it("set up a phone by a code that is good once, and tell of a missed call", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      const at = {
        host: "calls.example",
        realm: "calls.example",
        port: 5061,
        transport: "tls",
        cert_sha256: null,
      } as const;
      stage.voice = { ...at, trunk: { ...at, port: 5071, cert_sha256: "0".repeat(64) }, media: "relayed" };
      const user = "a".repeat(26);
      const sip = { v: 1, uri: `sip:${user}@calls.example`, user, password: "p".repeat(26), ...at } as const;
      await stage.list({
        ...{ id: "a1b2c3d4e5f64a7b", number: "+15550100", daily: "0.05", features: [] },
        sip: { ...sip, encryption: "dtls", via_relay: true },
      });
      const { page, complaints } = await open(NARROW);
      await makeIdentity(page);
      const id = await rentByEmc(page, stage, "a1b2c3d4e5f64a7b");
      await stage.sms(id, { from: "+15550142", body: "", kind: "missed-call" });
      await stage.sms(id, { from: "", body: "", kind: "missed-call" });
      await go(page, /^Inbox/);
      await page.getByText("Number withheld").waitFor();
      expect(await page.getByText("Missed call", { exact: true }).count()).toBe(2);
      expect(await pageFaults(page)).toEqual([]);
      await go(page, "Numbers");
      await page.getByRole("button", { name: "Phone" }).click();
      let path = "";
      await page.route("**/provisioning", async (route) => {
        const response = await route.fetch();
        path = provisioningReply.parse(await response.json()).path;
        await route.fulfill({ response });
      });
      await page.getByRole("button", { name: "Show a code to scan" }).click();
      await page.getByRole("img", { name: "QR code for Linphone" }).waitFor();
      // Each part of the code has three pixels at least on the smallest screen: else no phone reads it.
      const code = page.getByRole("img", { name: "QR code for Linphone" });
      const parts = Number((await code.getAttribute("viewBox"))?.split(" ").at(-1));
      expect(((await code.boundingBox())?.width ?? 0) / parts).toBeGreaterThan(3);
      expect(await pageFaults(page)).toEqual([]);
      const load = () => fetch(`${stage.url}${path}`);
      expect(await (await load()).text()).toContain(`<entry name="passwd" overwrite="true">${sip.password}</entry>`);
      expect((await load()).status).toBe(404);
      expect(complaints).toEqual([]);
    });

    it("lead one on a phone the same way, paid in plain coins, and show it all again without a network", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      await stage.list({
        id: "a1b2c3d4e5f64a7b",
        number: "+15550100",
        daily: "0.05",
        features: ["non-voip", "europe"],
      });
      const { page, complaints, sent } = await open(PHONE);
      await makeIdentity(page);
      await go(page, /^Rent/);
      await page.locator("a.offer").waitFor();
      await page.getByLabel("At most, in EMC").fill("half");
      await page.getByText("An amount, such as 0.5. Until then all prices are shown.").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await page.getByLabel("At most, in EMC").fill("0,5 EMC");
      await page.getByLabel("Region").selectOption("eu");
      const size = page.viewportSize();
      const scrolled = () => page.evaluate(() => scrollY);
      await page.setViewportSize({ width: 360, height: 320 });
      await page.locator("a.offer").click();
      await page.getByRole("button", { name: "Rent this number" }).waitFor();
      expect(await scrolled()).toBe(0);
      await page.goBack();
      // The page is where it was left.
      await page.locator("a.offer").waitFor();
      await expect.poll(scrolled).toBeGreaterThan(100);
      if (size !== null) await page.setViewportSize(size);
      // Filters are as they were, and what was seen stands there at once.
      expect(await page.getByLabel("At most, in EMC").inputValue()).toBe("0.5");
      expect(await page.getByLabel("Region").inputValue()).toBe("eu");
      await page.locator("a.offer").click();
      await page.getByRole("button", { name: "Rent this number" }).waitFor();
      expect(await pageFaults(page)).toEqual([]);
      const id = await rentByEmc(page, stage, "a1b2c3d4e5f64a7b");
      expect(await pageFaults(page)).toEqual([]);
      await stage.sms(id, { body: "First one" });
      await go(page, /^Inbox/);
      await page.getByText("First one").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await go(page, "Numbers");
      await page.getByText("1 message", { exact: true }).waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await page.getByRole("button", { name: "Renew" }).click();
      await page.getByText("A week", { exact: true }).click();
      await page.getByRole("button", { name: "Renew" }).click();
      await page.getByText(PAY_ADDRESS).waitFor();
      await stage.paid(stage.orderOf("a1b2c3d4e5f64a7b"));
      await page.getByRole("heading", { name: "Renewed" }).waitFor();
      await go(page, "Numbers");
      await page.getByText("8 d left").waitFor();
      await page.getByText("Details", { exact: true }).click();
      const [escrow, end] = ["Escrow…", "End this rental…"].map((name) => page.getByRole("button", { name }));
      expect(await gap(escrow, end)).toBeGreaterThanOrEqual(6);
      await page.getByRole("button", { name: "End this rental…" }).click();
      await page.getByRole("heading", { name: "End this rental?" }).waitFor();
      const [keep, endIt] = ["Keep it", "End it"].map((name) => page.getByRole("button", { name, exact: true }));
      expect(await heights(keep, endIt)).toBe(1);
      expect(await pageFaults(page)).toEqual([]);
      await page.getByRole("button", { name: "Keep it" }).click();
      await page.getByText("8 d left").waitFor();
      await page.getByRole("button", { name: "End this rental…" }).click();
      await page.getByRole("button", { name: "End it" }).click();
      await page.getByRole("heading", { name: "Ended" }).waitFor();
      expect(await page.getByText("8 d left").count()).toBe(0);
      expect(complaints).toEqual([]);
      // Keys and texts never leave the page.
      expect(sent.join("\n")).not.toMatch(new RegExp(`${PASSPHRASE}|First one|"seed"|"private"|15550100`));

      await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
      await page.context().setOffline(true);
      await page.goto(`${stage.url}/dashboard/`);
      await page.getByLabel("Passphrase").fill("not my passphrase");
      await page.getByRole("button", { name: "Unlock" }).click();
      await page.getByText("That is not the passphrase.").waitFor();
      await page.getByLabel("Passphrase").fill(PASSPHRASE);
      await page.getByRole("button", { name: "Unlock" }).click();
      await page.getByText("First one").waitFor();
      await page.getByText("Offline", { exact: true }).waitFor();
    });

    it("show a hostile text as plain text, name what hides in it, and ask before a link is followed", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      await stage.list({ id: "a1b2c3d4e5f64a7b", number: "+15550100", daily: "0.05", features: [] });
      const { page, complaints, sent } = await open(PHONE);
      await makeIdentity(page);
      const id = await rentByEmc(page, stage, "a1b2c3d4e5f64a7b");
      const script = `<img src=x onerror="alert(1)"><script>fetch("https://evil.example/")</script><b>bold</b> javascript:alert(1)`;
      await stage.sms(id, { from: "<b>Bank</b>\u202e", body: script });
      await stage.sms(id, { body: "Pay\u202elap at раypal or https://pаypal.example/login?a=1 now" });
      await stage.sms(id, { body: "x".repeat(10_000) });
      await go(page, /^Inbox/);
      const bodies = page.locator(".message-body");
      await page.getByText("Show the whole message").waitFor();
      expect(await bodies.count()).toBe(3);
      await page.getByRole("button", { name: "Show the whole message" }).click();
      const texts = await bodies.allTextContents();
      expect(texts.map((text) => text.length).toSorted((a, b) => b - a)[0]).toBe(10_000);
      expect(texts).toContain(script);
      expect(await page.locator(".message img, .message script, .message b, .message a").count()).toBe(0);
      await page.getByText("<b>Bank</b><U+202E>").waitFor();
      expect(await page.locator(".piece-hidden").allTextContents()).toEqual(["<U+202E>"]);
      expect(await page.locator(".piece-mixed").allTextContents()).toEqual(["раypal"]);
      await page.getByRole("button", { name: /^Look at the link https:..p/ }).click();
      await page.getByText("xn--pypal-4ve.example", { exact: true }).waitFor();
      await page.getByText("letters that look like others").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
      expect(sent.filter((line) => line.includes("evil.example"))).toEqual([]);
    });

    it("work in one tab at a time, and come back on another device from a backup", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      await stage.list({ id: "a1b2c3d4e5f64a7b", number: "+15550100", daily: "0.05", features: [] });
      const { page } = await open(DESKTOP);
      await makeIdentity(page);
      const id = await rentByEmc(page, stage, "a1b2c3d4e5f64a7b");
      const second = await page.context().newPage();
      await second.goto(`${stage.url}/dashboard/`);
      await second.getByLabel("Passphrase").fill(PASSPHRASE);
      await second.getByRole("button", { name: "Unlock" }).click();
      await second.getByText("Another tab receives your messages.").waitFor();
      await stage.sms(id, { body: "For both" });
      await second.getByText("For both").waitFor();
      const reminder = page.getByText("Your numbers are on this device alone: without a backup they are lost with it.");
      await go(page, /^Inbox/);
      await reminder.waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await page.getByRole("button", { name: "To the backup" }).click();
      const saving = page.waitForEvent("download");
      await page.getByRole("button", { name: "Save the backup" }).click();
      const backup = await (await saving).path();
      await go(page, /^Inbox/);
      await page.getByText("For both").waitFor();
      expect(await reminder.count()).toBe(0);
      await go(page, /^Account/);
      expect(await pageFaults(page)).toEqual([]);
      await page.close();
      await second.getByText("Live", { exact: true }).waitFor();

      // What one device has received is not sent to another.
      await second.close();
      const other = await open(PHONE);
      await other.page.getByRole("button", { name: "I have a backup or key file" }).click();
      await other.page.getByLabel("Choose a file").setInputFiles(backup);
      // Only a key file needs a passphrase for this device.
      await other.page.getByLabel("New passphrase for this device").waitFor({ state: "hidden" });
      await other.page.getByRole("button", { name: "Bring it back" }).click();
      await other.page.getByText("The passphrase is empty.").waitFor();
      await other.page.getByLabel("Passphrase of the backup").fill("not it");
      await other.page.getByRole("button", { name: "Bring it back" }).click();
      await other.page.getByText("That is not the passphrase.").waitFor();
      await other.page.getByLabel("Passphrase of the backup").fill(PASSPHRASE);
      await other.page.getByRole("button", { name: "Bring it back" }).click();
      await go(other.page, "Numbers");
      await other.page.getByText("+15550100").waitFor();
      await stage.sms(id, { body: "For the new device" });
      await go(other.page, /^Inbox/);
      await other.page.getByText("For the new device").waitFor();

      // Nobody touches it: it locks itself, after a reload of the pages too.
      await go(other.page, /^Account/);
      await other.page.getByLabel("Locks after").selectOption("5");
      expect(await pageFaults(other.page)).toEqual([]);
      await other.page.reload();
      await other.page.getByLabel("Passphrase").fill(PASSPHRASE);
      await other.page.getByRole("button", { name: "Unlock" }).click();
      await other.page.getByLabel("Locks after").waitFor();
      await other.page.clock.setFixedTime(Date.now() + 4 * 60_000);
      await other.page.getByLabel("Locks after").press("Shift");
      await other.page.clock.setFixedTime(Date.now() + 8 * 60_000);
      expect(await other.page.getByLabel("Locks after").inputValue()).toBe("5");
      await other.page.clock.setFixedTime(Date.now() + 10 * 60_000);
      await other.page.getByRole("button", { name: "Unlock" }).waitFor();
      expect(other.complaints).toEqual([]);
    });

    it.each(["ru", "es", "de"] as const)(
      "speak %s to a browser that asks for it, and keep what is chosen",
      async (id) => {
        stage = await MarketStage.start(inject("dashboard"));
        await stage.list({
          id: "a1b2c3d4e5f64a7b",
          number: "+15550100",
          daily: "0.05",
          features: ["europe", "instant"],
        });
        const words = new Words(await catalogueOf(id, en, TRANSLATIONS), id);
        const { page, complaints } = await openPage(browser, { viewport: NARROW, locale: id });
        await page.goto(`${stage.url}/dashboard`);
        const faults = [...(await enterIn(page, words))];
        expect(await page.evaluate(() => document.documentElement.lang)).toBe(id);

        await page.goto(`${stage.url}/dashboard/browse`);
        await page.getByLabel(words.t("unlock.passphrase"), { exact: true }).fill(PASSPHRASE);
        faults.push(...(await foreignFaults(page, words)));
        await page.getByRole("button", { name: words.t("unlock.submit") }).click();
        await page.locator("a.offer").click();
        await page.getByText(words.t("listing.binding.ok")).waitFor();
        faults.push(...(await foreignFaults(page, words)));
        await page.getByRole("button", { name: words.t("rent.submit") }).click();
        await page.getByText(PAY_ADDRESS).waitFor();
        faults.push(...(await foreignFaults(page, words)));
        const order = stage.orderOf("a1b2c3d4e5f64a7b");
        await stage.paid(order);
        await page.getByRole("heading", { name: words.t("order.granted") }).waitFor();
        faults.push(...(await foreignFaults(page, words)));
        await stage.sms(order, { body: "271828" });
        await page.getByRole("button", { name: words.t("order.to_inbox") }).click();
        await page.getByRole("button", { name: words.t("inbox.code", { code: "271828" }) }).waitFor();
        for (const name of VIEWS) {
          await page.locator(`.bottom-nav a[href$="${name === "inbox" ? "/dashboard/" : name}"]`).click();
          await page.getByRole("heading", { level: 1, name: words.t(`${name}.title`) }).waitFor();
          faults.push(...(await foreignFaults(page, words)));
        }
        expect(faults).toEqual([]);

        await go(page, words.t("nav.rentals.short"));
        await page.getByText(words.count("rentals.messages", 1), { exact: true }).waitFor();
        await go(page, words.t("nav.account"));
        await page.getByLabel(words.t("language.label")).selectOption(LANGUAGE_NAMES.en);
        await page.getByRole("heading", { name: "Account", exact: true }).waitFor();
        expect(await page.evaluate(() => document.documentElement.lang)).toBe("en");
        await page.reload();
        await page.getByRole("heading", { name: "Unlock" }).waitFor();
        await page.getByLabel("Language of these pages").selectOption(LANGUAGE_NAMES[id]);
        await page.getByRole("heading", { name: words.t("unlock.title") }).waitFor();
        expect(complaints).toEqual([]);
      },
    );
  },
);
