// The console's page about Emercoin in Chromium, over a whole demo: what stands on the chain, and renewing it with its cost shown first.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ANY_PORTS, type DemoHandle, startDemo } from "../../src/app/index.ts";
import { seconds, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { loadSimulator, startDemoNode } from "../../src/bin/commands/simulator.ts";
import { endRouted, hasChromium, launchChromium, letIn, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

let folder: string;
let browser: Browser;
let demo: DemoHandle;

async function signIn(page: Page): Promise<void> {
  await letIn(page, demo.facts.console_url, demo.facts.admin_password, "/chain");
  await page.getByText("On the chain with the keys of this box.").waitFor({ timeout: 60_000 });
}

describe.skipIf(!hasChromium)("the console's page about Emercoin", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-chain-"));
    const pages = inject("pages");
    browser = await launchChromium();
    const { startDemoBoard: startBoard } = await loadSimulator();
    const ports = { clock: systemClock, random: systemRandom, suite: systemCrypto, log: silentLogger };
    const dataFolder = join(folder, "data");
    demo = await startDemo({
      ...ports,
      ports: ANY_PORTS,
      version: "test",
      pages,
      dataFolder,
      startBoard,
      startNode: startDemoNode,
    });
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
    await endRouted(page);
  }, 180_000);

  it("asks what anchoring costs before it anchors", async () => {
    const { page } = await openPage(browser, { viewport: { width: 1280, height: 900 } });
    const day = {
      ...{ date: "20260101", period: "2026-01-01T00:00:00Z/24h", state: "built", count: 3, root: "ab".repeat(32) },
      ...{ name: null, txid: null, height: null, problem: null, changed_at: 1 },
    };
    const asked: unknown[] = [];
    await page.route("**/api/v1/proofs", (route) => route.fulfill({ json: { issuer: "A".repeat(43), days: [day] } }));
    await page.route("**/api/v1/proofs/*/anchor", async (route) => {
      const body: { readonly dry_run: boolean } = route.request().postDataJSON();
      asked.push(body.dry_run);
      const plan = { name: "ness:proofs:sms:20260101", value: "{}", cost: "0.014700", problem: null };
      await route.fulfill({ json: { day, dry_run: body.dry_run, ...plan } });
    });
    await signIn(page);
    await page.getByRole("button", { name: "Anchor the proof of 20260101" }).click();
    await page.getByText("0.0147 EMC").waitFor();
    expect(asked).toEqual([true]);
    await page.getByRole("button", { name: "Write it" }).click();
    await page.getByText("Accepted. The box carries it out.").waitFor();
    expect(asked).toEqual([true, false]);
    await endRouted(page);
  }, 90_000);

  it("shows a node that takes longer to answer than the page waits, and says what the box could not tell", async () => {
    const { page } = await openPage(browser, { viewport: { width: 1280, height: 900 } });
    await page.route("**/api/v1/chain", async (route) => {
      const answer = await route.fetch();
      await systemClock.sleep(seconds(4), "a slow node");
      await route.fulfill({ response: answer });
    });
    const problem = {
      ...{ type: "about:blank", title: "Internal Server Error", status: 500 },
      ...{ code: "payment.broken", message: "the ledger is being mended", hint: "Wait." },
    };
    await page.route("**/api/v1/payments/statement", (route) => route.fulfill({ status: 500, json: problem }));
    await signIn(page);
    await page.getByText("The ledger is being mended").waitFor();
    await endRouted(page);
  }, 90_000);

  it("says that a change was lost, and why", async () => {
    const { page } = await openPage(browser, { viewport: { width: 1280, height: 900 } });
    await page.route("**/api/v1/listings", async (route) => {
      const answer = await route.fetch();
      const { listings } = (await answer.json()) as { listings: Record<string, unknown>[] };
      const lost = {
        state: "lost",
        problem: { code: "x.y", message: "another operation came first", hint: "Try again." },
      };
      const changed = listings.map((each) =>
        each.line === "line-9" ? { ...each, publication: { ...Object(each.publication), ...lost } } : each,
      );
      await route.fulfill({ response: answer, json: { listings: changed } });
    });
    await signIn(page);
    await page.getByText("The last change did not come into the chain").waitFor();
    expect(await page.textContent(".chain-table")).toMatch(/lost.*Another operation came first Try again\./);
    await endRouted(page);
  }, 90_000);

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
        await endRouted(page);
      }
    },
    120_000,
  );
});
