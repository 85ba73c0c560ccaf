// People, tokens, second factors, passkeys and the audit trail, as their users meet them in a browser.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { TOTP } from "otpauth";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { setPassword, startWeb, type WebHandle, wizardOperations } from "../../src/web/index.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { FakePhones } from "../sim/fake-phones.ts";
import { fakeWizard } from "../sim/fake-wizard.ts";
import { MemoryAudit } from "../sim/memory-audit.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { testSecretBox } from "../sim/test-secret-box.ts";
import { goTo, hasChromium, launchChromium, openPage, type WatchedPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

const PASSWORD = "seven quiet otters";
const ANNAS = "three patient badgers";
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1440, height: 900 };

const pages = inject("pages");
let browser: Browser;
let web: WebHandle;

async function serve(): Promise<void> {
  const settings = new MemorySettings();
  await setPassword({ settings, random: systemRandom, password: PASSWORD });
  web = await startWeb({
    ...{ listen: { host: "127.0.0.1", port: 0 }, settings, pages, secretBox: testSecretBox, audit: new MemoryAudit() },
    ...{ box: new FakeBoxConsole({ clock: systemClock, slots: 8 }), phones: new FakePhones({ clock: systemClock }) },
    operations: wizardOperations(fakeWizard({ finished: true })),
    ...{ clock: systemClock, random: systemRandom, log: silentLogger },
  });
}

/** By name: browsers have passkeys for no address. */
const named = (): string => web.url.replace("127.0.0.1", "localhost");

async function typeIn(page: Page, password: string, name = "owner"): Promise<void> {
  // The account's page, which a signed-out one leaves, has fields of passwords too.
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function signedIn(
  options: Parameters<typeof openPage>[1] = { viewport: DESKTOP },
  url = web.url,
): Promise<WatchedPage> {
  const watched = await openPage(browser, options);
  await watched.page.goto(url);
  await typeIn(watched.page, PASSWORD);
  await watched.page.locator(".stations").waitFor();
  return watched;
}

async function account(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Account of owner" }).click();
  await page.getByRole("heading", { name: "Your account" }).waitFor();
}

const secretShown = async (page: Page): Promise<string> =>
  (await page.locator("dialog .secret-text").textContent()) ?? "";

/** Where NUMBERBOX_SHOTS names a folder, what a person would see. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.NUMBERBOX_SHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

describe.skipIf(!hasChromium)(
  `access in Chromium${hasChromium ? "" : " (skipped: /usr/bin/chromium is missing)"}`,
  () => {
    beforeAll(async () => {
      browser = await launchChromium();
    }, 120_000);
    afterAll(async () => {
      await browser.close();
    });
    afterEach(async () => {
      for (const context of browser.contexts()) await context.close();
      await web.stop();
    });

    it("invites somebody by a link, who chooses a password, signs in by name and sees what his role allows", async () => {
      await serve();
      const { page } = await signedIn();
      await goTo(page, "Access");
      await page.getByRole("button", { name: "Invite somebody" }).click();
      await page.getByLabel("Name").fill("anna");
      await page.getByLabel("Viewer").check();
      await page.getByRole("button", { name: "Make the invitation" }).click();
      const link = await secretShown(page);
      expect(link).toMatch(/\/invitation#anna\/[\w-]{32}$/);
      const guest = await openPage(browser, { viewport: PHONE });
      await guest.page.goto(link);
      await guest.page.getByRole("heading", { name: "Welcome, anna" }).waitFor();
      await shot(guest.page, "invitation-phone");
      await guest.page.getByLabel("New password").fill("short");
      await guest.page.getByRole("button", { name: "Start" }).click();
      await guest.page.getByText("Too short: at least 10 characters.").waitFor();
      await guest.page.getByLabel("New password").fill(ANNAS);
      await guest.page.getByRole("button", { name: "Start" }).click();
      await guest.page.locator(".stations").waitFor();
      expect(new URL(guest.page.url()).hash).toBe("");
      expect(await guest.page.getByRole("link", { name: "Access", exact: true }).count()).toBe(0);
      expect(guest.sent.filter((line) => line.startsWith("GET")).join()).not.toContain(link.split("#")[1] ?? "");
      await guest.page.reload();
      await guest.page.getByRole("link", { name: "Account of anna" }).click();
      await guest.page.getByRole("button", { name: "Sign out" }).filter({ visible: true }).first().click();
      await typeIn(guest.page, ANNAS, "anna");
      await guest.page.getByRole("heading", { name: "Your account" }).waitFor();
      expect(guest.complaints.filter((text) => !/40[01349]/.test(text))).toEqual([]);
    });

    it("makes an API token that is shown once, and writes down who made it", async () => {
      await serve();
      const { page, complaints } = await signedIn();
      await goTo(page, "Access");
      await page.getByRole("button", { name: "New token" }).click();
      await page.getByLabel("Name of the token").fill("grafana");
      await page.locator("dialog").getByRole("button", { name: "New token" }).click();
      const token = await secretShown(page);
      expect(token).toMatch(/^nbx_[\w-]{43}$/);
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(`${web.url}/api/v1/slots`, { headers })).status).toBe(200);
      await page.getByRole("button", { name: "Done" }).click();
      expect(await page.content()).not.toContain(token);
      await page.getByRole("button", { name: "Revoke the token grafana" }).click();
      await page.getByText("No program has a token.").waitFor();
      expect((await fetch(`${web.url}/api/v1/slots`, { headers })).status).toBe(401);
      await page.reload();
      await page.getByRole("cell", { name: "deleteTokensName" }).waitFor();
      expect(complaints.filter((text) => !/40[0134]/.test(text))).toEqual([]);
    });

    it("switches a second factor on, and asks for its code, or a recovery code, at the next sign-in", async () => {
      await serve();
      const { page } = await signedIn();
      await account(page);
      await page.getByRole("button", { name: "Set up" }).click();
      await page.getByLabel("Your password, once more").fill(PASSWORD);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("img", { name: "QR code with the app's secret" }).waitFor();
      await shot(page, "second-factor");
      const app = new TOTP({ secret: await secretShown(page) });
      await page.getByLabel("Code of the app").fill(app.generate());
      await page.getByRole("button", { name: "Turn on" }).click();
      const [recovery = ""] = await page.locator(".recovery li").allInnerTexts();
      await page.getByRole("button", { name: "I have kept them" }).click();
      await page.getByText("On. 10 recovery codes are left.").waitFor();
      for (const code of [app.generate({ timestamp: Date.now() + 30_000 }), recovery]) {
        await page.getByRole("button", { name: "Sign out" }).first().click();
        await typeIn(page, PASSWORD);
        await page.getByRole("heading", { name: "Second step" }).waitFor();
        await page.getByLabel("Code").fill("000000");
        await page.getByRole("button", { name: "Continue" }).click();
        await page.getByText("The code is not right, or was used already").waitFor();
        await page.getByLabel("Code").fill(code);
        await page.getByRole("button", { name: "Continue" }).click();
        await page.getByRole("button", { name: "Sign out" }).first().waitFor();
      }
    });

    it("makes a passkey, and signs in with it alone", async () => {
      await serve();
      const { page } = await signedIn({ viewport: DESKTOP }, named());
      const cdp = await page.context().newCDPSession(page);
      await cdp.send("WebAuthn.enable");
      await cdp.send("WebAuthn.addVirtualAuthenticator", {
        options: {
          ...{ protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true },
          ...{ isUserVerified: true, automaticPresenceSimulation: true },
        },
      });
      await account(page);
      await page.getByRole("button", { name: "Add a passkey" }).click();
      await page.getByLabel("Name of the passkey").fill("Laptop");
      await page.getByLabel("Your password, once more").fill(PASSWORD);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByText("works at localhost").waitFor();
      await page.getByRole("button", { name: "Sign out" }).first().click();
      await page.getByRole("button", { name: "Use a passkey" }).click();
      await page.getByRole("button", { name: "Remove the passkey Laptop" }).click();
      await page.getByText("works at localhost").waitFor({ state: "hidden" });
    });

    it("says at an address why there are no passkeys, and offers none", async () => {
      await serve();
      const { page } = await signedIn();
      await account(page);
      await page.getByText("Browsers allow passkeys only at a name over https").waitFor();
      expect(await page.getByRole("button", { name: "Add a passkey" }).count()).toBe(0);
      await page.getByRole("button", { name: "Sign out" }).first().click();
      await page.getByRole("button", { name: "Sign in" }).waitFor();
      expect(await page.getByRole("button", { name: "Use a passkey" }).count()).toBe(0);
    });

    it("changes the password, and the other browser is signed out", async () => {
      await serve();
      const [here, there] = [await signedIn(), await signedIn()];
      await account(here.page);
      await here.page.getByLabel("Current password").fill(PASSWORD);
      await here.page.getByLabel("New password").fill("nine loud herons");
      await here.page.getByRole("button", { name: "Change password" }).click();
      await here.page.getByText("Your password is changed.").waitFor();
      await there.page.reload();
      await there.page.getByRole("button", { name: "Sign in" }).waitFor();
      await here.page.reload();
      await here.page.getByRole("heading", { name: "Your account" }).waitFor();
    });

    it.each([
      ["desktop", DESKTOP, "light"],
      ["desktop", DESKTOP, "dark"],
      ["phone", PHONE, "light"],
      ["phone", PHONE, "dark"],
    ] as const)("is without faults for screen readers and fits: %s, %s, %s", async (name, viewport, colorScheme) => {
      await serve();
      const { page } = await signedIn({ viewport, colorScheme });
      for (const [view, path, ready] of [
        ["access", "/access", "Audit trail"],
        ["account", "/account", "Where you are signed in"],
        ["trust", "/trust", "Trust this box"],
      ] as const) {
        await page.goto(`${web.url}${path}`);
        await page.getByRole("heading", { name: ready }).first().waitFor();
        await page.locator(".loading").waitFor({ state: "detached" });
        await shot(page, `${view}-${name}-${colorScheme}`);
        expect(await pageFaults(page)).toEqual([]);
      }
    });
  },
);
