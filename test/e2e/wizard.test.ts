// The first run in Chromium: from a box without an owner to listings on the chain, on a phone and on a desktop.

import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";
import { PIN, type WizardWorld, wizardWorld } from "./wizard-world.ts";

const PASSWORD = "seven quiet otters";
const PASSPHRASE = "paper boats on tuesday";
const SHOTS = process.env.NUMBERBOX_TEST_SHOTS;

const pages = inject("pages");
let browser: Browser;
let world: WizardWorld;

async function look(page: Page, name: string): Promise<void> {
  expect(await pageFaults(page)).toEqual([]);
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

const go = (page: Page, name = "Continue"): Promise<void> => page.getByRole("button", { name }).click();
const titled = (page: Page, name: string): Promise<void> => page.getByRole("heading", { name, level: 1 }).waitFor();

async function claim(page: Page): Promise<void> {
  await page.goto(world.url);
  await page.getByLabel("New password").fill(PASSWORD);
  await page.getByLabel("Repeat it").fill(PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
}

async function localeAndNetwork(page: Page, shot: string): Promise<void> {
  await titled(page, "Where are you?");
  await page.getByLabel("Time zone").selectOption("Europe/Madrid");
  await look(page, `${shot}-1-locale`);
  await go(page);
  await titled(page, "Is the box online?");
  await page.locator(".finding").first().waitFor();
  await look(page, `${shot}-2-network`);
  await go(page);
}

async function sims(page: Page, shot: string): Promise<void> {
  await titled(page, "Your SIM cards");
  await page.getByRole("button", { name: "Enter PIN (3 tries left)" }).click();
  await page.getByLabel("PIN", { exact: true }).fill(PIN);
  await page.locator("dialog[open] button[type=submit]").click();
  await page.locator("dialog").waitFor({ state: "detached" });
  for (const number of ["+15550100001", "+15550100002"]) {
    const name = page.getByRole("button", { name: "Name this number" });
    await name.first().click();
    await page.locator("#line-number").fill(number);
    await page.locator("dialog[open] button[type=submit]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByText(number).first().waitFor();
  }
  await look(page, `${shot}-3-sims`);
  await go(page);
}

async function identity(page: Page, shot: string): Promise<void> {
  await titled(page, "The keys of this box");
  await page.locator("#backup-passphrase").fill(PASSPHRASE);
  await page.locator("#backup-repeat").fill(PASSPHRASE);
  const downloading = page.waitForEvent("download");
  await go(page, "Download the backup");
  const file = await (await downloading).path();
  await page.locator("input[type=file]").setInputFiles(file);
  await page.locator("#confirm-passphrase").fill("something else entirely");
  await go(page, "Check the backup");
  await page.locator(".fault").waitFor();
  await look(page, `${shot}-4-identity`);
  await page.locator("#confirm-passphrase").fill(PASSPHRASE);
  await go(page, "Check the backup");
  await page.getByText("The backup was read back on").waitFor();
  await go(page);
}

async function nodeAndRelay(page: Page, shot: string): Promise<void> {
  await titled(page, "Your Emercoin node");
  await page.locator("#node-url").fill(world.node.url);
  await page.locator("#node-user").fill(world.node.user);
  await page.locator("#node-password").fill(world.node.password);
  await go(page, "Test");
  await page.getByText("it reads names").waitFor({ timeout: 30_000 });
  await look(page, `${shot}-5-node`);
  await go(page);
  await titled(page, "Your relay");
  await page.locator("#relay-url").fill(world.relayUrl);
  await go(page, "Test");
  await page.getByText("it takes messages of this box").waitFor({ timeout: 30_000 });
  await look(page, `${shot}-6-relay`);
  await go(page);
}

async function prices(page: Page, shot: string): Promise<void> {
  await titled(page, "What do you charge?");
  await page.locator("#chain-name").fill("alice");
  await page.locator("#price-sms").fill("0.001");
  await page.getByText("0.56").waitFor();
  await look(page, `${shot}-7-prices`);
  await go(page);
}

async function publish(page: Page, shot: string): Promise<void> {
  await titled(page, "Ready to go");
  await look(page, `${shot}-8-start`);
  await go(page, "Start with these settings");
  const identityRow = page.locator(".sim", { hasText: "Identity alice" });
  await identityRow.getByRole("button", { name: "Publish" }).click({ timeout: 60_000 });
  await page.getByRole("button", { name: "Write it" }).click({ timeout: 30_000 });
  await page.locator("dialog").waitFor({ state: "detached" });
  await identityRow.locator(".icon-ready").waitFor({ timeout: 60_000 });
  const listing = page.locator(".sim", { hasText: "Listing of" });
  expect(await listing.count()).toBe(2);
  await look(page, `${shot}-9-publish`);
  await go(page, "Finish");
  await page.locator(".stations").waitFor();
  expect(await page.getByText("Finish setting up").count()).toBe(0);
}

describe.skipIf(!hasChromium)(`the first run${hasChromium ? "" : " (skipped: no /usr/bin/chromium)"}`, () => {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await world?.stop();
  });
  afterAll(async () => {
    await browser?.close();
  });

  it.each([
    ["phone", { width: 390, height: 844 }, "light"],
    ["desktop", { width: 1440, height: 900 }, "dark"],
  ] as const)("leads a provider from nothing to a listing on a %s", async (name, viewport, colorScheme) => {
    world = await wizardWorld(pages);
    const { page, complaints } = await openPage(browser, { viewport, colorScheme, reducedMotion: "reduce" });
    await claim(page);
    await localeAndNetwork(page, name);
    await sims(page, name);
    await identity(page, name);
    await nodeAndRelay(page, name);
    await prices(page, name);
    await publish(page, name);
    // A browser complains of the refused passphrase, and while the box starts over with its new configuration.
    expect(complaints.filter((text) => !/status of 422|ERR_CONNECTION_REFUSED/.test(text))).toEqual([]);
  });

  it("can be left and taken up again, and applies no half of a step", async () => {
    world = await wizardWorld(pages);
    const { page } = await openPage(browser, { viewport: { width: 1440, height: 900 } });
    await claim(page);
    await titled(page, "Where are you?");
    await go(page);
    await titled(page, "Is the box online?");
    await page.locator(".finding").first().waitFor();
    await go(page, "Skip this");
    await titled(page, "Your SIM cards");
    await go(page, "Later");
    await page.getByText("1 of 8 steps are done.").waitFor();
    await page.reload();
    await page.getByRole("link", { name: "Go on" }).click();
    await titled(page, "Your SIM cards");
    const { values } = await world.runner.settings.view();
    expect(Object.keys(values as object).sort()).toEqual(["locale", "slots", "web"]);
  });
});
