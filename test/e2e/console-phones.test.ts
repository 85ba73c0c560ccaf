// The console's phones in Chromium: adding one by a code for its camera, the page that the phone opens, and removing it.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { setPassword, startWeb, type WebHandle, wizardOperations } from "../../src/web/index.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { FakePhones } from "../sim/fake-phones.ts";
import { fakeWizard } from "../sim/fake-wizard.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

const PASSWORD = "seven quiet otters";
let browser: Browser;
let web: WebHandle;
let phones: FakePhones;

describe.skipIf(!hasChromium)("the console's phones", () => {
  beforeAll(async () => {
    browser = await launchChromium();
    phones = new FakePhones({ clock: systemClock });
    const settings = new MemorySettings();
    await setPassword({ settings, random: systemRandom, password: PASSWORD });
    web = await startWeb({
      listen: { host: "127.0.0.1", port: 0 },
      box: new FakeBoxConsole({ clock: systemClock, slots: 4 }),
      operations: wizardOperations(fakeWizard({ finished: true })),
      ...{ phones, settings, pages: inject("pages"), clock: systemClock, random: systemRandom, log: silentLogger },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await web?.stop();
  });

  it("are listed, added with a code for the phone's camera, and removed", async () => {
    const { page, complaints } = await openPage(browser, { viewport: { width: 1280, height: 860 } });
    await page.goto(`${web.url}/phones`);
    await page.fill("#password", PASSWORD);
    await page.click("button[type=submit]");
    await page.waitForSelector("[data-phone=moto]");
    expect(await page.textContent("[data-phone=galaxy-attic]")).toMatch(/14 %.*nearly empty.*Plug it in/);
    await page.getByRole("button", { name: "Add a phone" }).click();
    await page.fill("#phone-name", "nokia");
    await page.fill("#phone-reach", "http://192.168.1.5:8080");
    expect(await page.textContent("#phone-reach-note")).toContain("https addresses only");
    await page.fill("#phone-reach", "https://box.example");
    await page.click("dialog button[type=submit]");
    await page.waitForSelector(".qr path");
    expect(await page.textContent(".progress")).toContain("Waiting for the phone");
    expect(await page.textContent(".by-hand")).toContain("https://box.example/join#nokianokia");
    await page.click("dialog .dialog-foot button");
    await page.getByRole("button", { name: "Remove the phone nokia" }).click();
    await page.click("dialog button.danger");
    await page.waitForSelector("[data-phone=nokia]", { state: "detached" });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each(["light", "dark"] as const)(
    "can be used by anybody, in %s colours, on a desktop and a phone",
    async (colorScheme) => {
      for (const viewport of [
        { width: 1280, height: 860 },
        { width: 360, height: 740 },
      ]) {
        const { page } = await openPage(browser, { viewport, colorScheme, reducedMotion: "reduce" });
        await page.goto(`${web.url}/phones`);
        await page.fill("#password", PASSWORD);
        await page.click("button[type=submit]");
        await page.waitForSelector("[data-phone=pixel-shelf]");
        expect(await pageFaults(page)).toEqual([]);
        await page.getByRole("button", { name: "Add a phone" }).click();
        await page.getByText("Type it here").click();
        expect(await pageFaults(page)).toEqual([]);
        await page.getByText("Scan a code").click();
        await page.fill("#phone-name", `n-${colorScheme}-${viewport.width}`);
        await page.click("dialog button[type=submit]");
        await page.waitForSelector(".qr path");
        await page.getByText("By hand").click();
        expect(await pageFaults(page)).toEqual([]);
        await page.context().close();
      }
    },
  );

  it("are told by their own browser how the app is reached, without a sign-in", async () => {
    const { page, complaints, sent } = await openPage(browser, { viewport: { width: 390, height: 844 } });
    await page.goto(`${web.url}/join#motomoto`);
    await page.fill("#phone-user", "sms");
    await page.fill("#phone-password", "a4f9");
    await page.click("button[type=submit]");
    await page.waitForSelector(".joined");
    expect(phones.joined).toEqual([{ url: "http://127.0.0.1:8080", user: "sms", password: "a4f9" }]);
    // The code stays out of addresses but for the one request that it is for.
    expect(sent.filter((request) => request.includes("motomoto"))).toHaveLength(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
