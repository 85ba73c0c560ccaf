// Webhooks in Chromium over a whole box: added, tested, changed, taken back, deleted.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { systemRandom } from "../../src/base/system-random.ts";
import { setPassword } from "../../src/web/index.ts";
import { openRunner, type RunnerRig } from "../app/settings-rig.ts";
import { httpPeer, status } from "../notify/http-peer.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

const PASSWORD = "seven quiet otters";
const NAME = hasChromium ? "webhooks in the console" : "webhooks in the console (skipped: no /usr/bin/chromium)";
const pages = inject("pages");
let browser: Browser;

type Look = NonNullable<Parameters<typeof openPage>[1]>;

async function openWebhooks(look: Look): Promise<{ rig: RunnerRig; page: Page; complaints: string[] }> {
  const rig = openRunner("web: { listen: '127.0.0.1:0' }\n", { pages });
  const box = await rig.runner.start();
  await setPassword({ settings: box.store, random: systemRandom, password: PASSWORD });
  const { page, complaints } = await openPage(browser, { reducedMotion: "reduce", ...look });
  await page.goto(`${box.consoleUrl}/webhooks`);
  await page.fill("#password", PASSWORD);
  await page.click("button[type=submit]");
  await page.getByText("No webhook yet").waitFor();
  return { rig, page, complaints };
}

async function add(page: Page, name: string, url: string): Promise<string> {
  await page.getByRole("button", { name: "Add a webhook" }).first().click();
  await page.fill("#webhook-name", name);
  await page.fill("#webhook-url", url);
  await page.getByLabel("Rentals", { exact: true }).check();
  expect(await pageFaults(page)).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "Add a webhook" }).click();
  const secret = (await page.locator(".secret-text").textContent()) ?? "";
  await page.getByRole("button", { name: "Close", exact: true }).first().click();
  return secret;
}

describe.skipIf(!hasChromium)(NAME, () => {
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
  });

  it("are added with a key that is shown once, tested, and deleted again", async () => {
    const { rig, page, complaints } = await openWebhooks({ viewport: { width: 1440, height: 900 } });
    const peer = await httpPeer(status(204));
    expect(await add(page, "erp", `${peer.url}/in`)).toMatch(/^whsec_.{44}$/);
    await page.getByText("The configuration was changed.").waitFor();
    expect(rig.text()).toContain("id: erp");
    await page.getByRole("button", { name: "Send a test: erp" }).click();
    await page.getByText("The test arrived: 204").waitFor();
    peer.state.answer = status(500);
    await page.getByRole("button", { name: "Send a test: erp" }).click();
    await page.getByText("The test did not arrive: It refused the message").waitFor();
    await page.getByText("Recent deliveries").click();
    await page.getByRole("cell", { name: "500" }).waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Delete: erp" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No webhook yet").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("The change was taken back.").waitFor();
    await page.locator("[data-webhook=erp]").waitFor();
    expect(rig.text()).toContain("id: erp");
    expect(complaints).toEqual([]);
  });

  it("are changed on a phone, and refused in the box's own words", async () => {
    const { rig, page } = await openWebhooks({ viewport: { width: 360, height: 800 }, colorScheme: "dark" });
    const peer = await httpPeer(status(204));
    await add(page, "erp", peer.url);
    await page.getByRole("button", { name: "Change: erp" }).click();
    await page.fill("#webhook-url", "ftp://x.example");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.locator("dialog .fault").waitFor();
    await page.fill("#webhook-url", "https://x.example/in");
    await page.getByLabel("Everything").check();
    expect(await pageFaults(page)).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.locator(".webhook-where", { hasText: "x.example" }).waitFor();
    expect(rig.text()).toContain("https://x.example/in");
    await page.getByText("What changed in the file").click();
    await page.locator(".diff-added").first().waitFor();
    await page.getByRole("button", { name: "New key: erp" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "New key" }).click();
    expect(await page.locator(".secret-text").textContent()).toMatch(/^whsec_/);
    expect(await pageFaults(page)).toEqual([]);
  });
});
