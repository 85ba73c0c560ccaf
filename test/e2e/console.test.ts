// The console in a real browser against a real web server and a fake box: first run, daily tasks, accessibility, lost connection.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { noNetwork } from "../../src/core/index.ts";
import { networkOperations, setPassword, startWeb, type WebHandle, wizardOperations } from "../../src/web/index.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { FakeFleet } from "../sim/fake-fleet.ts";
import { FakePhones } from "../sim/fake-phones.ts";
import { fakeWizard } from "../sim/fake-wizard.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { goTo, hasChromium, launchChromium, letIn, openPage, type WatchedPage } from "./browser.ts";
import { overflow, violations } from "./page-faults.ts";

const PASSWORD = "seven quiet otters";
const KEYS = {
  verify: "z7upZ_9E7tUDGxy50u_LwGv0UuEKtkBr_yGy7HHwGbw",
  encrypt: "1tTbo_X-m2NvdUxgEcDj3ljSY9yP-n_dM0vMzpipeQ4",
};
const PRIVATE = "m4jq1ml6uutiXFI4GR0ZJbFPmTEo3M/Z9jPjxUuK2sk=";
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1440, height: 900 };

interface World {
  readonly box: FakeBoxConsole;
  readonly settings: MemorySettings;
  web: WebHandle;
}

const pages = inject("pages");
let browser: Browser;
const open: WebHandle[] = [];

async function serve(box: FakeBoxConsole, settings: MemorySettings, port = 0): Promise<WebHandle> {
  const web = await startWeb({
    listen: { host: "127.0.0.1", port },
    fleet: new FakeFleet({ box, clock: systemClock }),
    phones: new FakePhones({ clock: systemClock }),
    operations: [...wizardOperations(fakeWizard({ finished: true })), ...networkOperations(noNetwork)],
    ...{ box, settings, pages, clock: systemClock, random: systemRandom, log: silentLogger },
  });
  open.push(web);
  return web;
}

async function world(options: { slots?: number; unclaimed?: boolean; fresh?: boolean } = {}): Promise<World> {
  const box = new FakeBoxConsole({ clock: systemClock, slots: options.slots ?? 8, fresh: options.fresh ?? false });
  const settings = new MemorySettings();
  if (options.unclaimed !== true) await setPassword({ settings, random: systemRandom, password: PASSWORD });
  return { box, settings, web: await serve(box, settings) };
}

/** A page of the signed-in owner, showing the overview. */
async function owner(at: World, options: Parameters<typeof openPage>[1] = { viewport: DESKTOP }): Promise<WatchedPage> {
  const watched = await openPage(browser, options);
  await letIn(watched.page, at.web.url, PASSWORD);
  await watched.page.locator(".stations").waitFor();
  return watched;
}

describe.skipIf(!hasChromium)(
  `the console in Chromium${hasChromium ? "" : " (skipped: /usr/bin/chromium is missing)"}`,
  () => {
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterEach(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      await Promise.all(open.splice(0).map((web) => web.stop()));
    });
    afterAll(async () => {
      await browser?.close();
    });

    it("weighs less than 150 kB of compressed script at first paint, and names no other host", () => {
      const assets = readdirSync(join(pages, "assets")).map((file) => ({
        file,
        bytes: readFileSync(join(pages, "assets", file)),
      }));
      const document = readFileSync(join(pages, "index.html"), "utf8");
      // What the document asks for at once; the other scripts are fetched with the views that need them.
      const scripts = assets.filter(({ file }) => file.endsWith(".js") && document.includes(`/assets/${file}"`));
      const size = scripts.reduce((sum, { bytes }) => sum + gzipSync(bytes).length, 0);
      expect(scripts.length).toBeGreaterThan(0);
      expect(size).toBeLessThan(150_000);
      expect(document).not.toMatch(/https?:\/\//);
      expect(document).not.toMatch(/<script(?![^>]*src=)/);
    });

    it("leads the first visitor from a password to the overview", async () => {
      const at = await world({ unclaimed: true });
      const { page, complaints } = await openPage(browser, { viewport: PHONE });
      await page.goto(at.web.url);
      await page.getByRole("heading", { name: "Make this box yours" }).waitFor();
      await page.getByLabel("New password").fill("password123");
      await page.getByText("among the most used").waitFor();
      await page.getByLabel("New password").fill(PASSWORD);
      await page.getByLabel("Repeat it").fill("seven quiet otter");
      await page.getByRole("button", { name: "Set password" }).click();
      await page.getByText("The two passwords differ.").waitFor();
      await page.getByLabel("Repeat it").fill(PASSWORD);
      await page.getByRole("button", { name: "Set password" }).click();
      await page.getByRole("button", { name: "Later" }).click();
      await page.getByText("Running").waitFor();
      await page.getByText("Live", { exact: true }).waitFor();
      expect(await page.locator("[data-slot]").count()).toBe(8);
      expect(complaints).toEqual([]);
    });

    it("signs in with the right password only, and out again", async () => {
      const at = await world();
      const { page } = await openPage(browser);
      await page.goto(`${at.web.url}/rentals`);
      await page.getByLabel("Password").fill("wrong password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("That is not the password.").waitFor();
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("heading", { name: "Rentals" }).waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Rentals" }).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      expect(await page.locator("body").textContent()).not.toContain((await at.box.lines())[0]?.number);
    });

    it("shows what changes without a reload", async () => {
      const at = await world();
      const { page, complaints } = await owner(at);
      await page.evaluate("globalThis.notReloaded = true");
      at.box.setSlot("s1", {
        state: "down",
        step: "sim",
        problem: { code: "sim.missing", message: "no SIM", hint: "Insert a SIM." },
        since: systemClock.now(),
      });
      const card = page.locator("[data-slot=s1]");
      await card.getByText("No SIM in this slot").waitFor();
      await card.getByText("Insert a SIM.").waitFor();
      for (let i = 0; i < 7; i++) at.box.receive("s2");
      await page.getByText("12,853", { exact: true }).waitFor();
      at.box.record({ level: "error", code: "slot.down", slot: "s1", details: { reason: "sim.missing" } });
      await page.getByRole("list", { name: "Events" }).getByText("Slot s1 is down: No SIM in this slot").waitFor();
      const relay = (await at.box.overview()).relay;
      at.box.setOverview({ relay: { ...relay, state: "down", since: systemClock.now() }, clock: "suspect" });
      await page.getByText("Unreachable").waitFor();
      await page.getByText("In doubt").waitFor();
      expect(await page.title()).toBe("(2) Overview · Numberbox");
      expect(await page.evaluate("globalThis.notReloaded")).toBe(true);
      expect(complaints).toEqual([]);
    });

    it("says in words when intake is paused, and that SMS are safe", async () => {
      const at = await world();
      const { page } = await owner(at);
      at.box.setOverview({
        intake: { state: "paused", problem: { code: "store.full", message: "full", hint: "Make room." } },
      });
      await page.getByText("Paused", { exact: true }).waitFor();
      await page.getByText("SMS stay safe on the SIMs").waitFor();
    });

    it("shows the box's verify key for the relay's operator, and again where the relay asks for it", async () => {
      const at = await world();
      const { page, complaints } = await owner(at);
      const { provider } = await at.box.overview();
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      const foot = page.locator(".overview-foot");
      await foot.getByText(provider, { exact: true }).waitFor();
      await foot.getByText("Give this key to the operator of your relay.").waitFor();
      await foot.getByRole("button", { name: "Copy this box's verify key" }).click();
      await page.getByText("The verify key is copied.").waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(provider);
      const refused = (reason: string) =>
        at.box.record({ level: "error", code: "relay.grant_refused", line: "line-1", details: { reason } });
      for (const reason of ["relay.unknown_provider", "relay.unknown_provider", "relay.mailbox_full"]) refused(reason);
      const events = page.getByRole("list", { name: "Events" });
      await events.getByText("the renter's mailbox is full").waitFor();
      expect(await events.getByText(provider, { exact: true }).count()).toBe(1);
      const asking = events.getByRole("listitem").filter({ hasText: provider });
      await asking.getByText("the relay does not serve this provider").waitFor();
      expect(complaints).toEqual([]);
    });

    it("says so when the browser does not let it copy the verify key", async () => {
      const at = await world();
      const { page } = await owner(at);
      await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
      await page.getByRole("button", { name: "Copy this box's verify key" }).click();
      await page.getByText("Select the key and copy it by hand.").waitFor();
    });

    it("names the stations along the pipeline, and says how far back the charts reach", async () => {
      const at = await world();
      const { page } = await owner(at);
      const names = await page.locator(".station dt").allTextContents();
      expect(names).toEqual(["Intake", "Received", "Outbox", "Forwarded", "Acknowledged", "Relay", "Clock"]);
      expect(await page.getByText("since you opened this page").count()).toBe(3);
    });

    it("filters slots by state", async () => {
      const at = await world({ slots: 32 });
      const { page } = await owner(at);
      expect(await page.locator("[data-slot]").count()).toBe(32);
      await page.getByRole("button", { name: /^Down/ }).click();
      expect(await page.locator("[data-slot]").count()).toBe(3);
      await page.getByRole("button", { name: /^All/ }).click();
      expect(await page.locator("[data-slot]").count()).toBe(32);
    });

    it("grants a free line through the dialog", async () => {
      const at = await world();
      const { page, complaints } = await owner(at);
      await goTo(page, "Rentals");
      await page.getByRole("button", { name: "Grant a rental" }).click();
      const grant = page.getByRole("button", { name: "Grant", exact: true });
      expect(await grant.isDisabled()).toBe(true);
      await page.getByLabel("Renter's public keys").fill(JSON.stringify(KEYS));
      await page.getByText("Two keys of the right form").waitFor();
      await page.getByRole("button", { name: "7 days" }).click();
      await page.getByLabel("SMS paid for").fill("250");
      await page.getByLabel("Version 2").check();
      await grant.click();
      await page.getByText(/is granted for 7 days/).waitFor();
      const rental = (await at.box.rentals())[0];
      expect(rental).toMatchObject({ line: "line-3", renter: KEYS, envelope_version: 2, credit: 250 });
      await page.locator(`[data-rental="${rental?.id}"]`).waitFor();
      expect(await page.locator("dialog").count()).toBe(0);
      expect(complaints).toEqual([]);
    });

    it("shows why the box refused a grant and keeps what was typed", async () => {
      const at = await world();
      const { page } = await owner(at);
      await goTo(page, "Rentals");
      await page.getByRole("button", { name: "Grant a rental" }).click();
      await page.getByLabel("Renter's public keys").fill(JSON.stringify(KEYS));
      await page.getByText("Two keys of the right form").waitFor();
      at.box.grant = async (request) => FakeBoxConsole.prototype.grant.call(at.box, { ...request, line: "line-1" });
      await page.getByRole("button", { name: "Grant", exact: true }).click();
      await page.getByText("This line is rented already.").waitFor();
      expect(await page.getByLabel("Renter's public keys").inputValue()).toContain(KEYS.verify);
    });

    it.each([
      [
        "picked",
        async (page: Page, text: string) =>
          page
            .locator("input[type=file]")
            .setInputFiles({ name: "users.key.json", mimeType: "application/json", buffer: Buffer.from(text) }),
      ],
      ["pasted", async (page: Page, text: string) => page.getByLabel("Renter's public keys").fill(text)],
      [
        // One input per line: the later ones find the field wiped.
        "put in line by line",
        async (page: Page, text: string) =>
          page.getByLabel("Renter's public keys").fill(JSON.stringify(JSON.parse(text), null, 2)),
      ],
    ])("refuses a key file with a private key, %s, and neither keeps nor sends it", async (_how, give) => {
      const at = await world();
      const { page, sent, complaints } = await owner(at);
      await goTo(page, "Rentals");
      await page.getByRole("button", { name: "Grant a rental" }).click();
      const file = { current: "a", users: { a: { private: PRIVATE, public: KEYS.encrypt, verify: KEYS.verify } } };
      await give(page, JSON.stringify(file));
      await page.getByText("This holds a private key.").waitFor();
      expect(await page.getByRole("button", { name: "Grant", exact: true }).isDisabled()).toBe(true);
      expect(await page.getByLabel("Renter's public keys").inputValue()).toBe("");
      await page.getByRole("button", { name: "Cancel" }).click();
      expect(sent.join("\n")).not.toContain(PRIVATE.slice(0, 12));
      expect(
        await page.evaluate(() => JSON.stringify({ ...localStorage }) + document.documentElement.outerHTML),
      ).not.toContain(PRIVATE.slice(0, 12));
      expect(complaints).toEqual([]);
    });

    it("takes the pair that the command line takes", async () => {
      const at = await world();
      const { page } = await owner(at);
      await goTo(page, "Rentals");
      await page.getByRole("button", { name: "Grant a rental" }).click();
      await page.getByPlaceholder("VERIFY:ENCRYPT").fill(`${KEYS.verify}:${KEYS.encrypt}`);
      await page.getByRole("button", { name: "Grant", exact: true }).click();
      await page.getByText(/is granted for 30 days/).waitFor();
      expect((await at.box.rentals())[0]?.renter).toEqual(KEYS);
    });

    it("heads the past rentals' dates with what they are", async () => {
      const at = await world({ slots: 32 });
      const { page } = await owner(at);
      await goTo(page, "Rentals");
      await page.getByRole("columnheader", { name: "Time left" }).waitFor();
      await page.getByRole("button", { name: /^Past/ }).click();
      await page.getByRole("columnheader", { name: "Ended on" }).waitFor();
      expect(await page.getByRole("columnheader", { name: "Time left" }).count()).toBe(0);
    });

    it("takes a picked public key file", async () => {
      const at = await world();
      const { page } = await owner(at);
      await goTo(page, "Rentals");
      await page.getByRole("button", { name: "Grant a rental" }).click();
      const buffer = Buffer.from(JSON.stringify({ verify: KEYS.verify, public: KEYS.encrypt }));
      await page
        .locator("input[type=file]")
        .setInputFiles({ name: "renter.pub.json", mimeType: "application/json", buffer });
      await page.getByText("Two keys of the right form").waitFor();
    });

    it("ends a rental after asking", async () => {
      const at = await world();
      const { page, complaints } = await owner(at, { viewport: PHONE });
      await goTo(page, "Rentals");
      const first = page.locator("[data-rental]").first();
      const id = await first.getAttribute("data-rental");
      await first.getByRole("button", { name: /^End the rental of/ }).click();
      await page.getByRole("button", { name: "Cancel" }).click();
      expect((await at.box.rentals()).find((rental) => rental.id === id)?.state).toBe("active");
      await first.getByRole("button", { name: /^End the rental of/ }).click();
      await page.getByRole("button", { name: "End the rental", exact: true }).click();
      await page.getByText(/^The rental of .* has ended/).waitFor();
      expect((await at.box.rentals()).find((rental) => rental.id === id)?.state).toBe("ended");
      await page.getByRole("button", { name: /^Past/ }).click();
      await page.locator(`[data-rental="${id}"]`).getByText("Ended", { exact: true }).waitFor();
      expect(complaints).toEqual([]);
    });

    it("says so when the connection is lost, and catches up by itself when the box is back", async () => {
      const at = await world();
      const { page } = await owner(at);
      const port = Number(new URL(at.web.url).port);
      await at.web.stop();
      await page.getByText("The connection to the box is lost.").waitFor();
      at.box.setSlot("s1", { operator: "Back Again Mobile" });
      await serve(at.box, at.settings, port);
      await page.getByText("Back Again Mobile").waitFor();
      await page.getByText("The connection to the box is lost.").waitFor({ state: "detached" });
    });

    it("asks to sign in again when the session was ended elsewhere", async () => {
      const at = await world();
      const { page } = await owner(at);
      const port = Number(new URL(at.web.url).port);
      await setPassword({ settings: at.settings, random: systemRandom, password: "nine loud herons" });
      await at.web.stop();
      await serve(at.box, at.settings, port);
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
    });

    it("can be used with the keyboard alone", async () => {
      const at = await world();
      const { page } = await owner(at);
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
      const focused = () => page.evaluate(() => document.activeElement?.textContent);
      for (let tabs = 0; tabs < 10 && (await focused()) !== "Rentals"; tabs++) await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Rentals" }).waitFor();
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.locator("dialog[open]").waitFor();
      for (let i = 0; i < 15; i++) await page.keyboard.press("Tab");
      expect(
        await page.evaluate(
          () => document.activeElement === document.body || document.activeElement?.closest("dialog") !== null,
        ),
      ).toBe(true);
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "detached" });
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Grant a rental");
    });

    it("remembers the chosen colours", async () => {
      const at = await world();
      const { page } = await owner(at, { colorScheme: "light" });
      const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      const light = await ground();
      await page.getByRole("button", { name: "Colours: as the system" }).click();
      await page.getByRole("button", { name: "Colours: light" }).click();
      await page.getByRole("button", { name: "Colours: dark" }).waitFor();
      const dark = await ground();
      expect(dark).not.toBe(light);
      await page.reload();
      await page.locator(".stations").waitFor();
      expect(await ground()).toBe(dark);
    });

    it("holds still for those who want no motion", async () => {
      const at = await world();
      const { page } = await owner(at, { reducedMotion: "reduce" });
      const moving = await page.evaluate(
        () => document.getAnimations().filter((animation) => animation instanceof CSSAnimation).length,
      );
      expect(moving).toBe(0);
    });

    it.each([360, 390, 768, 1024, 1440])("fits into %d px without scrolling sideways", async (width) => {
      const at = await world({ slots: 32 });
      const { page } = await owner(at, { viewport: { width, height: 800 } });
      expect(await overflow(page)).toBe(0);
      await goTo(page, "Rentals");
      await page.getByRole("heading", { name: "Rentals" }).waitFor();
      expect(await overflow(page)).toBe(0);
      await page.getByRole("button", { name: "Grant a rental" }).click();
      await page.locator("dialog[open]").waitFor();
      expect(await overflow(page)).toBe(0);
      const clipped = await page.evaluate(
        () =>
          [...document.querySelectorAll(".slot, .dialog-body > *")].filter(
            (part) => part.scrollWidth > part.clientWidth + 1,
          ).length,
      );
      expect(clipped).toBe(0);
    });

    it.each([360, 641, 768, 961])("keeps its bar within %d px while it waits for the box", async (width) => {
      const at = await world();
      const { page } = await owner(at, { viewport: { width, height: 800 } });
      await page.routeWebSocket(/./, () => {}); // taken, and never answered
      await page.reload();
      await page.getByText("Connecting", { exact: true }).waitFor();
      expect(await overflow(page)).toBe(0);
    });

    // Colours are the same at each width, and places in each colour: two looks see both.
    const looks = [
      { colorScheme: "light", viewport: DESKTOP },
      { colorScheme: "dark", viewport: PHONE },
    ] as const;
    it.each(looks)("has nothing axe objects to, $colorScheme at $viewport.width px", async (look) => {
      const fresh = await world({ unclaimed: true });
      const newcomer = await openPage(browser, look);
      await newcomer.page.goto(fresh.web.url);
      await newcomer.page.getByLabel("New password").fill("password123");
      await newcomer.page.getByText("among the most used").waitFor();
      expect(await violations(newcomer.page)).toEqual([]);

      // More of them would only be more of the same.
      const at = await world({ slots: 8 });
      const stranger = await openPage(browser, look);
      await stranger.page.goto(at.web.url);
      await stranger.page.getByRole("button", { name: "Sign in" }).waitFor();
      expect(await violations(stranger.page)).toEqual([]);

      const { page } = await owner(at, look);
      at.box.record({ level: "error", code: "slot.down", slot: "s1", details: { reason: "sim.missing" } });
      const { relay } = await at.box.overview();
      at.box.setOverview({
        clock: "suspect",
        relay: { ...relay, state: "down" },
        outbox: { depth: 9, oldest_ms: 90_000 },
      });
      await page.getByText("In doubt").waitFor();
      // An arriving event is tinted for a moment.
      await page.waitForFunction(() => document.querySelector(".event")?.getAnimations().length === 0);
      expect(await violations(page)).toEqual([]);
      await goTo(page, "Rentals");
      await page.getByRole("heading", { name: "Rentals" }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole("button", { name: "Grant a rental" }).click();
      await page.getByLabel("Renter's public keys").fill(JSON.stringify(KEYS));
      await page.getByText("Two keys of the right form").waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByLabel("Renter's public keys").fill('{"private":1}');
      await page.getByText("This holds a private key.").waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page
        .getByRole("button", { name: /^End the rental of/ })
        .first()
        .click();
      await page.locator("dialog[open]").waitFor();
      expect(await violations(page)).toEqual([]);
    });

    it("says what to do next where there is nothing yet", async () => {
      const at = await world({ fresh: true, slots: 0 });
      const { page } = await owner(at);
      await page.getByText("Plug in a modem").waitFor();
      await page.getByText("Nothing has happened since the box started.").waitFor();
      expect(await violations(page)).toEqual([]);
      await goTo(page, "Rentals");
      await page.getByText("No number is rented").waitFor();
      expect(await violations(page)).toEqual([]);
    });

    it("serves the document uncached and hashed assets for ever, with the security headers", async () => {
      const at = await world();
      const document = await fetch(`${at.web.url}/rentals`);
      expect(document.headers.get("cache-control")).toBe("no-cache");
      expect(document.headers.get("content-security-policy")).toContain("script-src 'self'");
      const script = /src="(\/assets\/[^"]+\.js)"/.exec(await document.text())?.[1] ?? "";
      const asset = await fetch(at.web.url + script);
      expect([asset.status, asset.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
      expect((await fetch(`${at.web.url}/assets/none.js`)).status).toBe(404);
      expect((await fetch(`${at.web.url}/favicon.svg`)).headers.get("content-type")).toContain("image/svg+xml");
    });
  },
);
