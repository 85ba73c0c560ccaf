// The console's settings in Chromium, over a box that is started anew: the form, what the box says of it, the difference, the restart.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { systemRandom } from "../../src/base/system-random.ts";
import { setPassword } from "../../src/web/index.ts";
import { freePort, openRunner, type RunnerRig } from "../app/settings-rig.ts";
import { hasChromium, launchChromium, letIn, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

const PASSWORD = "seven quiet otters";
const SECRET = "correct horse battery";
const pages = inject("pages");
let browser: Browser;

const config = (port: number): string => `# Our box.
slots:
  # in the attic
  - id: attic
    port: /dev/ttyUSB0
  - id: cellar
    port: /dev/ttyUSB9
lines:
  - { id: line-a, number: "+15550100", slot: attic }
emercoin: { url: "http://127.0.0.1:6662", user: rpc, password_file: secrets/old, socks5: "socks5://me:${SECRET}@127.0.0.1:9" }
web: { listen: "127.0.0.1:${port}" }
`;

async function openSettings(viewport: {
  width: number;
  height: number;
}): Promise<{ rig: RunnerRig; page: Page; complaints: string[] }> {
  const rig = openRunner(config(await freePort()), { pages });
  const box = await rig.runner.start();
  await setPassword({ settings: box.store, random: systemRandom, password: PASSWORD });
  const { page, complaints } = await openPage(browser, { viewport });
  await letIn(page, box.consoleUrl, PASSWORD, "/settings");
  await page.waitForSelector(".settings-panel");
  return { rig, page, complaints };
}

const open = (page: Page, section: string) =>
  page.locator(".settings-list").getByRole("button", { name: section }).click();

describe.skipIf(!hasChromium)("the console's settings", () => {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
  });

  it("are changed in the form, with the box's words at the field, the difference before, and a restart after", async () => {
    const { rig, page, complaints } = await openSettings({ width: 1280, height: 860 });
    await open(page, "Intake of SMS");
    await page.fill("#setting-intake-part_timeout", "1y");
    await page.waitForSelector("#setting-intake-part_timeout[aria-invalid=true]");
    expect(await page.textContent("#setting-intake-part_timeout-note")).toContain("a time such as 30s");
    expect(await pageFaults(page)).toEqual([]);
    await page.fill("#setting-intake-part_timeout", "20m");
    await open(page, "Log");
    await page.selectOption("#setting-log-level", "debug");
    await page.waitForSelector("#setting-log-level[aria-invalid=false]");
    await page.getByRole("button", { name: "Review" }).click();
    await page.waitForSelector(".diff-added");
    expect(await page.textContent("dialog")).toMatch(/At once.*Log › Level.*With the next restart.*Part timeout/s);
    expect(await page.locator(".diff-added").allTextContents()).toContain("+  part_timeout: 20m");
    expect(await pageFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Apply" }).click();
    const restart = page.getByRole("button", { name: "Restart now" });
    await restart.waitFor();
    expect(rig.text()).toContain("  # in the attic\n");
    const before = rig.runner.box;
    await restart.click();
    const told = page.getByText("The box is restarting").first();
    await told.waitFor();
    await told.waitFor({ state: "detached" });
    await restart.waitFor({ state: "detached" });
    expect(rig.runner.box).not.toBe(before);
    expect(await rig.settings()).toMatchObject({ pending: [] });
    // Chromium says itself that connections were refused while there was no box.
    expect(complaints.filter((text) => !/ERR_|WebSocket/.test(text))).toEqual([]);
  });

  it("hold lists: an item is added, moved and taken away, and the comments of the others stay", async () => {
    const { rig, page } = await openSettings({ width: 1280, height: 860 });
    await open(page, "Slots");
    await page.getByRole("button", { name: "Move attic down" }).click();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.fill("#setting-slots-2-id", "roof");
    await page.fill("#setting-slots-2-port", "usb:1-1.4");
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("button", { name: "Restart now" }).waitFor();
    expect(rig.text()).toMatch(/id: cellar.*# in the attic.*id: attic.*id: roof\n {4}port: usb:1-1.4/s);
    await page.getByRole("button", { name: "History" }).click();
    await page.getByRole("button", { name: "Go back to this" }).click();
    await page.waitForSelector(".diff-removed");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.locator(".version").nth(2).waitFor();
    expect(rig.text()).toMatch(/^# Our box\.\nslots:\n {2}# in the attic\n {2}- id: attic/);
  });

  it("never show a secret, and take one that they put in a file", async () => {
    const { rig, page } = await openSettings({ width: 1280, height: 860 });
    await open(page, "Emercoin node");
    await page.getByRole("button", { name: "Enter the secret" }).first().click();
    await page.fill("#secret-value", "a new password");
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByText("Kept in secrets/old").waitFor();
    await page.fill("#setting-emercoin-wallet", "rent");
    await page.getByRole("button", { name: "Review" }).click();
    await page.waitForSelector(".diff-added");
    expect(await page.content()).not.toContain(SECRET);
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("button", { name: "Restart now" }).waitFor();
    expect(readFileSync(join(rig.folder, "secrets", "old"), "utf8")).toBe("a new password");
    expect(rig.text()).toContain(`socks5://me:${SECRET}@`);
  });

  it.each([
    ["a phone", 360, 740],
    ["a desk", 1440, 900],
  ])("are whole on %s, light and dark, as form, text and history", async (_name, width, height) => {
    const { page } = await openSettings({ width, height });
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const mode of ["Text", "History", "Form"]) {
        await page.getByRole("button", { name: mode, exact: true }).click();
        await page.waitForSelector(
          mode === "Text" ? "#setting-yaml, #settings-yaml" : mode === "History" ? ".version" : ".settings-panel",
        );
        expect(await pageFaults(page)).toEqual([]);
        if (process.env.SHOTS)
          await page.screenshot({ path: `/tmp/shot-${width}-${scheme}-${mode}.png`, fullPage: true });
      }
    }
  });
});
