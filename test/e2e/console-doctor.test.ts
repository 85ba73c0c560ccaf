// The doctor's page in Chromium, over a whole demo: findings by part of the box, the worst first, each fault with what to do.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { ANY_PORTS, type DemoHandle, startDemo } from "../../src/app/index.ts";
import { deferred, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { loadSimulator, startDemoNode } from "../../src/bin/commands/simulator.ts";
import type { DoctorView } from "../../src/protocol/index.ts";
import { endRouted, hasChromium, launchChromium, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

let folder: string;
let browser: Browser;
let demo: DemoHandle;

const TROUBLE: DoctorView = {
  verdict: "fail",
  findings: [
    { area: "box", check: "database", verdict: "ok", code: "store.sound", message: "it is whole, and can be written" },
    {
      ...{ area: "machine", check: "memory and load", verdict: "warn", code: "memory.low" },
      message: "92 MiB of 905 MiB are available; the box itself has 118 MiB",
      hint: "Stop programs that the box does not need (`ps aux --sort=-rss | head`).",
    },
    { area: "machine", check: "clock", verdict: "ok", code: "clock.fine", message: "it is kept by a time server" },
    {
      ...{ area: "modems", check: "ports", verdict: "fail", code: "port.not_permitted" },
      message: "the box may not use /dev/ttyUSB2 of slot upper-left",
      hint: "Run `sudo usermod -aG dialout` with the name of the box's user, and start the box again.",
    },
    {
      ...{ area: "modems", check: "other programs", verdict: "warn", code: "port.rival" },
      message: "ModemManager runs, which takes modems away from the box",
      hint: "Run `sudo systemctl disable --now ModemManager`, or install the rules of `numberbox hardware udev`.",
    },
    { area: "services", check: "relay", verdict: "ok", code: "relay.answers", message: "it answers and is well" },
  ],
};

async function signIn(page: Page, path: string): Promise<void> {
  await page.goto(`${demo.facts.console_url}${path}`);
  await page.fill("#password", demo.facts.admin_password);
  await page.click("button[type=submit]");
}

/** For eyes: into the folder that the environment names, if it names one. */
async function shoot(page: Page, name: string): Promise<void> {
  const shots = process.env.NUMBERBOX_SHOTS;
  if (shots !== undefined) await page.screenshot({ path: join(shots, `doctor-${name}.png`), fullPage: true });
}

describe.skipIf(!hasChromium)("the doctor's page", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-doctor-"));
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

  it("examines the demo itself when it is opened, and again when it is asked", async () => {
    const { page, complaints, sent } = await openPage(browser, { viewport: { width: 1280, height: 900 } });
    await signIn(page, "/");
    await page.getByRole("link", { name: "Doctor", exact: true }).filter({ visible: true }).click();
    await page.getByRole("heading", { name: "Relay and services" }).waitFor({ timeout: 60_000 });
    for (const text of ["It is whole, and can be written", "It answers and is well"])
      await page.getByText(text).waitFor();
    const asked = () => sent.filter((line) => line.includes("/api/v1/doctor")).length;
    expect(asked()).toBe(1);
    await page.getByRole("button", { name: "Examine again" }).click();
    await page.locator(".doctor-groups[aria-busy=true]").waitFor();
    await page.locator(".doctor-groups[aria-busy=false]").waitFor({ timeout: 60_000 });
    expect(asked()).toBe(2);
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, "demo");
    expect(complaints).toEqual([]);
    await endRouted(page);
  }, 150_000);

  it.each([
    ["phone", 360, "light"],
    ["desk", 1440, "dark"],
  ] as const)(
    "puts what needs somebody first, with its remedy, on a %s",
    async (name, width, colorScheme) => {
      const { page, complaints } = await openPage(browser, { viewport: { width, height: 900 }, colorScheme });
      const answered = deferred<void>();
      await page.route("**/api/v1/doctor", async (route) => {
        await answered.promise;
        await route.fulfill({ json: TROUBLE });
      });
      await signIn(page, "/doctor");
      await page.getByText("Examining …").waitFor();
      answered.resolve();
      await page.getByText("3 findings need you").waitFor();
      const titles = page.locator(".doctor-panel h2");
      expect(await titles.allTextContents()).toEqual(["Modems", "Machine", "Box", "Relay and services"]);
      const first = page.locator(".finding").first();
      expect(await first.textContent()).toContain("The box may not use /dev/ttyUSB2 of slot upper-left");
      expect(await first.locator("code").allTextContents()).toEqual(["sudo usermod -aG dialout"]);
      expect(await pageFaults(page)).toEqual([]);
      const shots = process.env.NUMBERBOX_SHOTS;
      if (shots !== undefined) await page.screenshot({ path: join(shots, `doctor-${name}.png`), fullPage: true });
      expect(complaints).toEqual([]);
      await endRouted(page);
    },
    90_000,
  );

  it("says that the box could not be examined", async () => {
    const { page } = await openPage(browser, { viewport: { width: 1280, height: 900 } });
    const problem = {
      ...{ type: "about:blank", title: "Internal Server Error", status: 500 },
      ...{ code: "doctor.check_failed", message: "the doctor is not well", hint: "Report it." },
    };
    await page.route("**/api/v1/doctor", (route) => route.fulfill({ status: 500, json: problem }));
    await signIn(page, "/doctor");
    await page.getByText("The doctor is not well").waitFor();
    await page.getByRole("button", { name: "Examine again" }).waitFor();
    await endRouted(page);
  }, 60_000);
});
