// The console's page about Emercoin in Chromium, over a whole demo: what stands on the chain, and renewing it with its cost shown first.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoHandle, startDemo } from "../../src/app/index.ts";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { loadSimulator, startDemoNode } from "../../src/bin/commands/simulator.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

let folder: string;
let browser: Browser;
let demo: DemoHandle;

async function signIn(page: Page): Promise<void> {
  await page.goto(`${demo.facts.console_url}/chain`);
  await page.fill("#password", demo.facts.admin_password);
  await page.click("button[type=submit]");
  await page.getByText("On the chain with the keys of this box.").waitFor({ timeout: 60_000 });
}

describe.skipIf(!hasChromium)("the console's page about Emercoin", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-chain-"));
    const pages = join(folder, "pages");
    const configFile = fileURLToPath(new URL("../../src/web/pages/vite.config.ts", import.meta.url));
    await build({ configFile, logLevel: "error", build: { outDir: pages } });
    browser = await launchChromium();
    const { startDemoBoard: startBoard } = await loadSimulator();
    const ports = { clock: systemClock, random: systemRandom, suite: systemCrypto, log: silentLogger };
    const dataFolder = join(folder, "data");
    demo = await startDemo({ ...ports, version: "test", pages, dataFolder, startBoard, startNode: startDemoNode });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("shows node, wallet, identity, listings and proofs, and renews a listing after telling its cost", async () => {
    const { page, complaints } = await openPage(browser, { viewport: { width: 1280, height: 900 } });
    await signIn(page);
    expect(await page.textContent(".chain-node")).toMatch(/private test network.*EMC.*without a passphrase/);
    const listing = page.getByRole("button", { name: "Renew: line-9" });
    await listing.waitFor({ timeout: 60_000 });
    await listing.click();
    await page.waitForSelector(".publish-value");
    expect(await page.textContent(".publish-value")).toContain('"worm_ref":"worm:user:ness:demo"');
    expect(await page.textContent(".publish-cost")).toMatch(/Cost0\.00\d+ EMC/);
    await page.getByRole("button", { name: "Write it" }).click();
    await page.getByText("Accepted. The box carries it out.").waitFor();
    await listing.waitFor({ state: "detached" });
    // It comes back when the renewal is three blocks deep.
    await listing.waitFor({ timeout: 60_000 });
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 180_000);

  it.each(["light", "dark"] as const)(
    "can be used by anybody, in %s colours, on a desktop and a phone",
    async (colorScheme) => {
      for (const viewport of [
        { width: 1280, height: 860 },
        { width: 360, height: 740 },
      ]) {
        const { page } = await openPage(browser, { viewport, colorScheme, reducedMotion: "reduce" });
        await signIn(page);
        expect(await pageFaults(page)).toEqual([]);
        await page.getByRole("button", { name: "Renew", exact: true }).first().click();
        await page.waitForSelector(".publish-value");
        expect(await pageFaults(page)).toEqual([]);
        await page.context().close();
      }
    },
    120_000,
  );
});
