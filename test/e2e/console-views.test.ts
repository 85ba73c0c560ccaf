// Every view of the console over a whole demo in Chromium: none fails to be told, fits no screen, or is wrong for screen readers.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ANY_PORTS, type DemoHandle, startDemo } from "../../src/app/index.ts";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { loadSimulator, startDemoBroker, startDemoNode } from "../../src/bin/commands/simulator.ts";
import { fixedViews, VIEWS } from "../../src/web/shared/views.ts";
import { hasChromium, launchChromium, letIn, openPage, type WatchedPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

/** `join` and `invitation` are for people who are not signed in, and need a secret. */
const views = fixedViews.filter((view) => view !== "join" && view !== "invitation");

let folder: string;
let browser: Browser;
let demo: DemoHandle;

async function signedIn(options: Parameters<typeof openPage>[1]): Promise<WatchedPage> {
  const watched = await openPage(browser, { reducedMotion: "reduce", ...options });
  await letIn(watched.page, demo.facts.console_url, demo.facts.admin_password);
  await watched.page.locator(".stations").waitFor();
  return watched;
}

/** Goes there as the browser's own buttons do, without a load of the pages. */
async function shown(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);
  await settled(page);
}

/** Something is shown, and nothing is still being asked for. */
async function settled(page: Page): Promise<void> {
  await page.locator("main h1").first().waitFor({ state: "attached" });
  await page.locator(".loading").waitFor({ state: "detached" });
}

describe.skipIf(!hasChromium)(
  `every view of the console${hasChromium ? "" : " (skipped: no /usr/bin/chromium)"}`,
  () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "numberbox-views-"));
      const pages = inject("pages");
      browser = await launchChromium();
      const { startDemoBoard: startBoard } = await loadSimulator();
      const ports = { clock: systemClock, random: systemRandom, suite: systemCrypto, log: silentLogger };
      const parts = { startBoard, startNode: startDemoNode, startBroker: startDemoBroker };
      demo = await startDemo({
        ...ports,
        ...parts,
        ports: ANY_PORTS,
        version: "test",
        pages,
        dataFolder: join(folder, "data"),
      });
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      await demo?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it.each([
      ["a desktop in the light", { viewport: { width: 1440, height: 900 }, colorScheme: "light" }],
      ["a phone in the dark", { viewport: { width: 360, height: 800 }, colorScheme: "dark" }],
    ] as const)("is told, fits and is accessible on %s", async (_name, options) => {
      const { page, complaints } = await signedIn(options);
      const faults: string[] = [];
      for (const view of views) {
        await shown(page, VIEWS[view].path);
        // What a view asks for first is answered.
        await page.waitForLoadState("networkidle");
        const told = await page.locator(".fault").allTextContents();
        // The demo has no calls, and so no address for them: the page says it, and Chromium tells of the answer as well.
        const logged = complaints.splice(0).filter((text) => view !== "calls" || !/status of 404/.test(text));
        for (const fault of [...told, ...(await pageFaults(page)), ...logged]) faults.push(`${view}: ${fault}`);
      }
      expect(faults).toEqual([]);
      await page.context().close();
    });

    it("is where an address that was kept leads", async () => {
      const { page } = await signedIn({ viewport: { width: 1440, height: 900 } });
      const found: Record<string, string> = {};
      const walked: Record<string, string> = {};
      const heading = async (): Promise<string> => (await page.locator("main h1").first().textContent()) ?? "";
      for (const view of views) {
        await page.goto(`${demo.facts.console_url}${VIEWS[view].path}`, { waitUntil: "commit" });
        await settled(page);
        found[view] = await heading();
      }
      for (const view of views) {
        await shown(page, VIEWS[view].path);
        walked[view] = await heading();
      }
      expect(found).toEqual(walked);
      expect(new Set(Object.values(found)).size).toBeGreaterThan(views.length / 2);
      await page.context().close();
    });

    it.each(["ru", "es", "de"])("speaks %s", async (language) => {
      const { page } = await signedIn({ viewport: { width: 360, height: 800 } });
      await page.evaluate((id) => localStorage.setItem("numberbox.language", id), language);
      await page.reload();
      await settled(page);
      const faults: string[] = [];
      for (const view of views) {
        await shown(page, VIEWS[view].path);
        expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        if (wide > 0) faults.push(`${view}: ${wide} px too wide`);
      }
      expect(faults).toEqual([]);
      await page.context().close();
    });
  },
);
