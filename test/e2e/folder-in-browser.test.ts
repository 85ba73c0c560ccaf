// The browser's storage under a renter's state: the same contract as the disk, in Chromium.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium, launchChromium } from "./browser.ts";

const ORIGIN = "http://localhost:9";

interface Contract {
  run(): Promise<readonly string[]>;
  takeLock(): Promise<boolean>;
  waitForLock(): Promise<boolean>;
}

const folder = mkdtempSync(join(tmpdir(), "numberbox-contract-"));
let browser: Browser;
let context: BrowserContext;

async function tab(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${ORIGIN}/`);
  return page;
}

const ask = <K extends keyof Contract>(page: Page, name: K): ReturnType<Contract[K]> =>
  page.evaluate(
    (key) => (globalThis as unknown as { contract: Contract }).contract[key as "run"](),
    name,
  ) as ReturnType<Contract[K]>;

describe.skipIf(!hasChromium)(`IndexedDB${hasChromium ? "" : " (skipped: /usr/bin/chromium is missing)"}`, () => {
  beforeAll(async () => {
    const entry = fileURLToPath(new URL("./folder-in-browser.ts", import.meta.url));
    await build({
      ...{ configFile: false, logLevel: "error" },
      build: { outDir: folder, lib: { entry, formats: ["es"], fileName: "contract" }, minify: false },
    });
    browser = await launchChromium();
    context = await browser.newContext();
    const script = readFileSync(join(folder, "contract.js"), "utf8");
    await context.route(`${ORIGIN}/*`, (route) =>
      route.request().url().endsWith(".js")
        ? route.fulfill({ contentType: "text/javascript", body: script })
        : route.fulfill({
            contentType: "text/html",
            body: `<!doctype html><script type="module" src="/contract.js"></script>`,
          }),
    );
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("keeps a renter's files as a disk does", async () => {
    expect(await ask(await tab(), "run")).toEqual([]);
  });

  it("lets one tab have the lock, and the next when that is closed", async () => {
    const [first, second] = [await tab(), await tab()];
    expect(await ask(first, "takeLock")).toBe(true);
    expect(await ask(second, "takeLock")).toBe(false);
    const waiting = ask(second, "waitForLock");
    await first.close();
    expect(await waiting).toBe(true);
  });
});
