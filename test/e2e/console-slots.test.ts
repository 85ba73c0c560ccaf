// Slots in the console: a real box with simulated modems worked with in Chromium, and every dialog looked at by axe over a fake box.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { type BoxHandle, startBox } from "../../src/app/index.ts";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { setPassword, startWeb, type WebHandle, wizardOperations } from "../../src/web/index.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { FakeFleet } from "../sim/fake-fleet.ts";
import { FakePhones } from "../sim/fake-phones.ts";
import { fakeWizard } from "../sim/fake-wizard.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { SimBoard, SimCard, simLinkOpener } from "../sim/modem/index.ts";
import { hasChromium, launchChromium, letIn, openPage, type WatchedPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

const PASSWORD = "seven quiet otters";
const PIN = "4711";
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1440, height: 900 };

const pages = inject("pages");
let browser: Browser;

async function owner(
  url: string,
  options: Parameters<typeof openPage>[1] = { viewport: DESKTOP },
): Promise<WatchedPage> {
  const watched = await openPage(browser, { reducedMotion: "reduce", ...options });
  await letIn(watched.page, url, PASSWORD);
  await watched.page.locator(".stations").waitFor();
  return watched;
}

const dialogOf = (page: Page): Locator => page.locator("dialog[open]");

describe.skipIf(!hasChromium)(`slots in the console${hasChromium ? "" : " (skipped: no /usr/bin/chromium)"}`, () => {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
  });

  describe("of a real box with simulated modems", () => {
    let folder: string;
    let board: SimBoard;
    let box: BoxHandle;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "numberbox-slots-"));
      board = new SimBoard({ slots: 3, seed: "console slots", clock: systemClock, log: silentLogger });
      board.modem(2).insertCard(new SimCard({ number: "+15550100002", pin: PIN }));
      const config = parseBoxConfig(
        JSON.stringify({
          slots: ["1", "2", "3"].map((id) => ({ id, port: `sim://slot/${id}` })),
          lines: ["1", "2"].map((id) => ({ id: `line-${id}`, number: `+1555010${id}`, slot: id })),
          // Nothing listens on the discard port.
          relay: { url: "http://127.0.0.1:9" },
          web: { listen: "127.0.0.1:0" },
        }),
        "the test's configuration",
      );
      box = await startBox({
        ...{ config, pages, dataFolder: join(folder, "box"), openSimLink: simLinkOpener(board), log: silentLogger },
        ...{ version: "test", clock: systemClock, random: systemRandom, suite: systemCrypto },
      });
      await setPassword({ settings: box.store, random: systemRandom, password: PASSWORD });
    });
    afterAll(async () => {
      await box?.stop();
      board?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it("open from their cards by mouse and keyboard, and lead back to where one was", async () => {
      const { page, complaints } = await owner(box.consoleUrl);
      await page.locator("[data-slot='1']").click();
      await page.getByRole("heading", { name: "+15550101" }).waitFor();
      expect(new URL(page.url()).pathname).toBe("/slots/1");
      await page.reload();
      await page.getByRole("heading", { name: "+15550101" }).waitFor();
      await page.getByRole("link", { name: "Slot 3: Ready" }).click();
      await page.getByRole("heading", { name: "No number yet" }).waitFor();
      await page.goBack();
      await page.getByRole("heading", { name: "+15550101" }).waitFor();
      await page.getByRole("link", { name: "All slots" }).click();
      await page.waitForFunction(() => document.activeElement?.id === "open-1");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "+15550101" }).waitFor();
      expect(await page.title()).toBe("(1) Slot 1 · Numberbox");
      expect(complaints).toEqual([]);
    });

    it("show who modem and SIM are only when asked, and copy it without showing", async () => {
      const { page } = await owner(box.consoleUrl);
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.locator("[data-slot='1']").click();
      await page.locator(".health-ready").waitFor();
      const { iccid, imei } = identitiesOf(box, "1");
      expect([iccid.length, imei.length]).toEqual([19, 15]);
      await page.getByText(`•••• ${iccid.slice(-4)}`).waitFor();
      expect(await page.locator("body").textContent()).not.toContain(iccid);
      await page.getByRole("button", { name: "Copy IMEI" }).click();
      await page.getByText("IMEI is copied.").waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(imei);
      expect(await page.locator("body").textContent()).not.toContain(imei);
      await page.getByRole("button", { name: "Show ICCID" }).click();
      await page.getByText(iccid, { exact: true }).waitFor();
      await page.getByRole("button", { name: "Show ICCID" }).click();
      await page.getByText(iccid, { exact: true }).waitFor({ state: "detached" });
    });

    it("take a SIM's PIN: a wrong one costs one try and is not tried again, the right one brings the slot up", async () => {
      const { page, sent } = await owner(box.consoleUrl);
      await page.locator("[data-slot='2']").click();
      await page.locator(".health").getByText("The SIM asks for its PIN").waitFor();
      await page.getByText("3 of 3 tries left").waitFor();
      await page.getByRole("button", { name: "Enter the PIN" }).click();
      const submit = page.getByRole("button", { name: "Try this PIN once" });
      await page.getByLabel("PIN", { exact: true }).fill("12a4");
      await page.getByText("4 to 8 digits.").waitFor();
      expect(await submit.isDisabled()).toBe(true);
      await page.getByLabel("PIN", { exact: true }).fill("1111");
      await submit.click();
      await page.locator(".health").getByText("The PIN was wrong, and is not tried again").waitFor();
      await page.getByText("2 of 3 tries left").waitFor();
      expect(board.modem(2).card?.pinTries).toBe(2);
      await page.getByRole("button", { name: "Enter the PIN" }).click();
      await page.getByLabel("PIN", { exact: true }).fill(PIN);
      await submit.click();
      await page.locator(".health-ready").waitFor();
      expect(board.modem(2).card?.pinTries).toBe(3);
      await page
        .getByRole("list", { name: "Events" })
        .getByText("A PIN was given for the SIM in slot 2")
        .first()
        .waitFor();
      // The PIN went to the box once, and stands nowhere on the page.
      expect(sent.filter((request) => request.includes(PIN))).toHaveLength(1);
      expect(await page.locator("body").textContent()).not.toContain(PIN);
    });

    it("start over when asked, and say so", async () => {
      const { page } = await owner(box.consoleUrl);
      await page.locator("[data-slot='1']").click();
      await page.locator(".health-ready").waitFor();
      await page.getByText("Recovery").click();
      expect(await page.getByRole("button", { name: /do it now$/ }).allTextContents()).toEqual(["Do it", "Do it"]);
      await page.getByRole("button", { name: "Start over: do it now" }).click();
      const events = page.getByRole("list", { name: "Events" });
      await events.getByText("You asked slot 1 for “Start over”").waitFor();
      await events.getByText("Slot 1 is ready").nth(1).waitFor();
      await page.locator(".health-ready").waitFor();
    });

    it("get a number, and keep it", async () => {
      const { page } = await owner(box.consoleUrl);
      await page.locator("[data-slot='3']").click();
      await page.getByText("SMS stay on the SIM until it has a number.").waitFor();
      await page.getByRole("button", { name: "Name this number" }).click();
      const dialog = dialogOf(page);
      await dialog.getByLabel("Number").fill("555 0103");
      await dialog.getByText("A + and 7 to 15 digits.").waitFor();
      await dialog.getByLabel("Number").fill("+1 555 010-1");
      await dialog.getByRole("button", { name: "Name it" }).click();
      await dialog.getByText("That name or number is taken already.").waitFor();
      await dialog.getByLabel("Number").fill("+1 555 010-3");
      await dialog.getByRole("button", { name: "Name it" }).click();
      await page.getByRole("heading", { name: "+15550103" }).waitFor();
      await page.getByRole("link", { name: "Overview" }).click();
      await page.locator("[data-slot='3']").getByText("+15550103").waitFor();
      expect((await box.console.lines()).find(({ id }) => id === "line-3")).toMatchObject({ number: "+15550103" });
    });

    it("take the SIM of a number that was put elsewhere", async () => {
      const { page } = await owner(box.consoleUrl);
      board.modem(1).insertCard(new SimCard({ number: "+15550100077" }));
      await page.locator("[data-slot='1']").click();
      await page.getByText("+15550101 was served here, but with another SIM.").waitFor();
      await page.getByRole("button", { name: "This SIM belongs to …" }).click();
      await dialogOf(page).getByRole("button", { name: "It is this number" }).click();
      await page.getByText("+15550101 is the SIM in slot 1 now.").waitFor();
      await page.getByRole("heading", { name: "+15550101" }).waitFor();
    });

    it("talk USSD: a code, a menu and its reply", async () => {
      const { page, complaints } = await owner(box.consoleUrl);
      await page.locator("[data-slot='1']").click();
      await page.locator(".health-ready").waitFor();
      await page.getByRole("button", { name: "USSD code" }).click();
      const dialog = dialogOf(page);
      await dialog.getByLabel("Code").fill("*123#");
      await page.keyboard.press("Enter");
      await dialog.getByText("1 Balance, 2 Data").waitFor();
      await dialog.getByLabel("Reply to the menu").fill("2");
      await page.keyboard.press("Enter");
      await dialog.getByText("Data left: 1000 MB").waitFor();
      await dialog.getByLabel("Code").waitFor();
      expect(complaints).toEqual([]);
      await dialog.getByLabel("Code").fill("**21*123#");
      await page.keyboard.press("Enter");
      await dialog.getByText("this code would change calls, passwords or locks").waitFor();
    });

    it("have a terminal for experts that says in words what it refuses", async () => {
      const { page } = await owner(box.consoleUrl);
      await page.locator("[data-slot='1']").click();
      await page.locator(".health-ready").waitFor();
      expect(await page.getByLabel("AT command").isVisible()).toBe(false);
      await page.getByText("Expert", { exact: true }).click();
      await page.getByLabel("AT command").fill("AT+CSQ");
      await page.keyboard.press("Enter");
      await page
        .locator(".terminal-log")
        .getByText(/^\+CSQ: /)
        .waitFor();
      await page.getByLabel("AT command").fill('AT+EGMR=1,7,"001010000000000"');
      await page.keyboard.press("Enter");
      await page.getByText("Not sent: a modem's identity is never changed here.").waitFor();
      await page.getByLabel("AT command").fill("AT+CMGD=1");
      await page.keyboard.press("Enter");
      await page.getByText("Not sent: an SMS that is deleted here may be lost.").waitFor();
      await page.getByRole("list", { name: "Events" }).getByText("Expert in slot 1: AT+CSQ").waitFor();
    });

    it("are joined by new hardware only while the window is open, which can be closed early", async () => {
      const { page } = await owner(box.consoleUrl);
      await page.getByRole("button", { name: "Add hardware" }).click();
      const dialog = dialogOf(page);
      await dialog.getByText("At all other times it only tells you of them.").waitFor();
      await dialog.getByRole("button", { name: "Open for 4 minutes" }).click();
      await dialog.getByText(/^4:\d\d left$/).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: /^Add hardware 4:\d\d$/ }).click();
      await dialog.getByRole("button", { name: "Stop now" }).click();
      await dialog.getByRole("button", { name: "Open for 4 minutes" }).waitFor();
      await page.keyboard.press("Escape");
      const events = page.getByRole("list", { name: "Events" });
      await events.getByText("New modems are no longer taken in").waitFor();
    });
  });

  describe("of a fake box", () => {
    let web: WebHandle;
    let box: FakeBoxConsole;
    let fleet: FakeFleet;

    beforeAll(async () => {
      const settings = new MemorySettings();
      await setPassword({ settings, random: systemRandom, password: PASSWORD });
      box = new FakeBoxConsole({ clock: systemClock, slots: 32 });
      fleet = new FakeFleet({ clock: systemClock, box });
      web = await startWeb({
        listen: { host: "127.0.0.1", port: 0 },
        phones: new FakePhones({ clock: systemClock }),
        operations: wizardOperations(fakeWizard({ finished: true })),
        ...{ box, fleet, ussd: fleet, settings, pages, clock: systemClock, random: systemRandom, log: silentLogger },
      });
    });
    afterAll(() => web?.stop());

    it("are never risked: the last try of a PIN needs the word, and a PUK has no field", async () => {
      box.setSlot("s5", { problem: { code: "sim.pin_wrong", message: "wrong", context: { attempts_left: 1 } } });
      const { page } = await owner(web.url);
      await page.locator("[data-slot=s5]").click();
      await page.getByRole("button", { name: "Enter the PIN" }).click();
      const submit = page.getByRole("button", { name: "Try this PIN once" });
      await page.getByLabel("PIN", { exact: true }).fill("9999");
      await page.getByText("This is the last try.").waitFor();
      expect(await submit.isDisabled()).toBe(true);
      await page.keyboard.press("Enter");
      await page.getByLabel("Type “yes” to risk it").fill("no");
      expect(await submit.isDisabled()).toBe(true);
      expect(fleet.calls).toEqual([]);
      await page.getByLabel("Type “yes” to risk it").fill("yes");
      await submit.click();
      await page.getByText("The SIM is blocked and asks for its PUK").waitFor();
      expect(fleet.calls).toEqual(["pin s5 true"]);
      await page.getByText("The box neither asks for a PUK nor tries one.").waitFor();
      expect(await page.getByRole("button", { name: "Enter the PIN" }).count()).toBe(0);
      expect(await page.locator(".health input").count()).toBe(0);
    });

    it("are taken off the bus only after a second question", async () => {
      const { page } = await owner(web.url);
      await page.locator("[data-slot=s18]").click();
      await page.getByText(/try 1 · /).waitFor();
      await page.getByText("2 resets in 24 h").waitFor();
      await page.getByRole("button", { name: "USB reset: do it now" }).click();
      await dialogOf(page).getByRole("button", { name: "Cancel" }).click();
      expect(fleet.calls.filter((call) => call.startsWith("recover"))).toEqual([]);
      await page.getByRole("button", { name: "USB reset: do it now" }).click();
      await dialogOf(page).getByRole("button", { name: "USB reset" }).click();
      await page.getByText("USB reset: under way").waitFor();
      expect(fleet.calls.filter((call) => call.startsWith("recover"))).toEqual(["recover s18 usb_reset"]);
    });

    it("that joined are shown, named, and let go again", async () => {
      const { page } = await owner(web.url);
      await page.getByRole("button", { name: "Add hardware" }).click();
      await page.getByText("Quectel EC2x").waitFor();
      await page.getByRole("button", { name: "Open for 4 minutes" }).click();
      await page.getByRole("link", { name: "Slot usb-1-1.4", exact: true }).click();
      await page.getByRole("heading", { name: "No number yet" }).waitFor();
      await page.getByText("Expert", { exact: true }).click();
      await page.getByRole("button", { name: "Remove the slot" }).click();
      await dialogOf(page).getByRole("button", { name: "Remove the slot" }).click();
      await page.getByText("Slot usb-1-1.4 is removed.").waitFor();
      await page.locator("[data-slot='usb-1-1.4']").waitFor({ state: "detached" });
    });

    it("are marked on their cards by what they warn of, and found by it", async () => {
      const { page } = await owner(web.url);
      await page.locator("[data-slot=s10]").getByText("The SIM is roaming").waitFor();
      await page.locator("[data-slot=s18]").getByText("USB reset").waitFor();
      await page.getByRole("button", { name: /^Warnings/ }).click();
      expect(await page.locator("[data-slot]").count()).toBe(2);
      await page.goto(`${web.url}/slots/none`);
      await page.getByText("There is no slot none").waitFor();
    });

    // Colours are the same at each width, and places in each colour: two looks see both.
    const looks = [
      { colorScheme: "light", viewport: DESKTOP },
      { colorScheme: "dark", viewport: PHONE },
    ] as const;
    it.each(looks)("have nothing axe objects to, $colorScheme at $viewport.width px", async (look) => {
      const { page } = await owner(web.url, look);
      expect(await pageFaults(page)).toEqual([]);
      for (const slot of ["s1", "s14", "s18", "s28", "s21", "s22"]) {
        await page.goto(`${web.url}/slots/${slot}`);
        await page.locator(".health").waitFor();
        expect(await pageFaults(page)).toEqual([]);
      }
      await page.goto(`${web.url}/slots/s28`);
      for (const name of ["Name this number", "This SIM belongs to …"]) {
        await page.getByRole("button", { name }).click();
        await dialogOf(page).waitFor();
        expect(await pageFaults(page)).toEqual([]);
        await page.keyboard.press("Escape");
      }
      await page.goto(`${web.url}/slots/s1`);
      await page.getByText("Expert", { exact: true }).click();
      await page.getByLabel("AT command").fill("AT+CSQ");
      await page.keyboard.press("Enter");
      await page.locator(".terminal-log").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await page.getByRole("button", { name: "USSD code" }).click();
      await page.getByLabel("Code").fill("*100#");
      await page.keyboard.press("Enter");
      await page.getByText("Welcome to Test Mobile").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await page.goto(web.url);
      await page.getByRole("button", { name: /^Add hardware/ }).click();
      await page.getByText("Plugged in, and no slot").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      box.setSlot("s5", { problem: { code: "sim.pin_wrong", message: "wrong", context: { attempts_left: 1 } } });
      await page.goto(`${web.url}/slots/s5`);
      await page.getByRole("button", { name: "Enter the PIN" }).click();
      await page.getByText("This is the last try.").waitFor();
      expect(await pageFaults(page)).toEqual([]);
    });
  });
});

/** What the box has read of a slot's SIM and modem. */
function identitiesOf(box: BoxHandle, id: string): { readonly iccid: string; readonly imei: string } {
  const slot = box.slots().find((each) => each.id === id);
  return { iccid: slot?.iccid ?? "", imei: slot?.modem?.imei ?? "" };
}
