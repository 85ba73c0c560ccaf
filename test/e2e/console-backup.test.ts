// Backups in the console: one is taken along, a line is added behind it, and the box is made out of it again, in Chromium.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { e164, lineId, listingId } from "../../src/base/index.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { setPassword } from "../../src/web/index.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";
import { type WizardWorld, wizardWorld } from "./wizard-world.ts";

const PASSWORD = "seven quiet otters";
const PASSPHRASE = "paper boats on tuesday";

const pages = inject("pages");
let browser: Browser;
let world: WizardWorld;

async function owner(page: Page, path: string): Promise<void> {
  await page.goto(`${world.url}${path}`);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function download(page: Page): Promise<string> {
  await page.locator("#download-passphrase").fill(PASSPHRASE);
  const downloading = page.waitForEvent("download", { timeout: 60_000 });
  await page.getByRole("button", { name: "Download a backup" }).click();
  return await (await downloading).path();
}

async function linesOf(page: Page): Promise<readonly string[]> {
  await page.goto(`${world.url}/numbers`);
  await page.getByRole("heading", { name: "Numbers", level: 1 }).waitFor();
  return await page.locator("tbody th").allTextContents();
}

describe.skipIf(!hasChromium)(`backups in the console${hasChromium ? "" : " (skipped: no /usr/bin/chromium)"}`, () => {
  beforeAll(async () => {
    browser = await launchChromium();
    world = await wizardWorld(pages);
    const settings = world.runner.box?.store;
    if (settings !== undefined) await setPassword({ settings, random: systemRandom, password: PASSWORD });
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  it("are taken along, refused with a wrong passphrase, and brought back with what was in them", async () => {
    const { page } = await openPage(browser, { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
    await owner(page, "/backup");
    await page.getByRole("heading", { name: "Backup", level: 1 }).waitFor();
    expect(await pageFaults(page)).toEqual([]);
    const file = await download(page);
    const box = world.runner.box;
    const { provider } = (await box?.console.overview()) ?? { provider: "" };
    await box?.store.saveLine({
      ...{ id: lineId("late"), number: e164("+15550100009"), slot: null, iccid: null, imsi: null },
      listingId: listingId("00112233aabbccdd"),
    });
    await page.locator("input[type=file]").setInputFiles(file);
    await page.locator("#restore-passphrase").fill("another one entirely");
    await page.getByRole("button", { name: "Check the backup" }).click();
    await page.locator(".fault").waitFor({ timeout: 60_000 });
    await page.locator("#restore-passphrase").fill(PASSPHRASE);
    await page.getByRole("button", { name: "Check the backup" }).click();
    await page.getByText("It is of this box's identity.").waitFor({ timeout: 60_000 });
    await page.locator("#restore-confirm").fill("provider");
    expect(await pageFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Restore this backup" }).click();
    await expect.poll(() => world.runner.box !== null && world.runner.box !== box, { timeout: 60_000 }).toBe(true);
    await page.getByText("Live", { exact: true }).waitFor({ timeout: 60_000 });
    expect(await linesOf(page)).toEqual([]);
    expect((await world.runner.box?.console.overview())?.provider).toBe(provider);
  });

  it.each([390, 1440])("show what support wants to see, masked, at %d px", async (width) => {
    const { page } = await openPage(browser, { viewport: { width, height: 900 }, colorScheme: "dark" });
    await owner(page, "/support");
    await page.getByRole("button", { name: "Gather them" }).click();
    await page.getByText("Configuration").first().waitFor({ timeout: 60_000 });
    for (const part of await page.locator("details summary").all()) await part.click();
    expect(await pageFaults(page)).toEqual([]);
    expect(await page.locator("main").textContent()).not.toMatch(/\+1555010000\d/);
    await page.context().close();
  });
});
