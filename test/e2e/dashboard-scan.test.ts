// The way back by QR code in the renter's pages, with a camera that Chromium makes up; and what these pages say without JavaScript, and of
// themselves in each language.

import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { LANGUAGE_NAMES } from "../../src/page-parts/index.ts";
import { MarketStage } from "../sim/market-stage.ts";
import { hasChromium, launchChromium, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";
import { DESKTOP, go, makeIdentity, NARROW, PASSPHRASE, shots } from "./renter-walk.ts";

const PICTURE = new URL("../../src/dashboard/pages/public/icon-192.png", import.meta.url).pathname;

let browser: Browser;
let stage: MarketStage;

/** Chromium on Linux has no detector: one that sees a code in every picture, when it is told what is in it. */
async function detecting(page: Page, code: string): Promise<void> {
  await page.addInitScript((text) => {
    Object.assign(globalThis, {
      BarcodeDetector: class {
        static async getSupportedFormats(): Promise<readonly string[]> {
          return ["qr_code"];
        }
        detect = async (source: { readonly width: number; readonly videoWidth?: number }) =>
          text !== "" && (source.videoWidth ?? source.width) > 0 ? [{ rawValue: text }] : [];
      },
    });
  }, code);
}

const cameraOf = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      for (const track of stream.getTracks()) track.stop();
      return "allowed";
    } catch (error) {
      return (error as Error).name;
    }
  });

async function backupFile(): Promise<string> {
  const { page } = await openPage(browser, { viewport: DESKTOP });
  await page.goto(`${stage.url}/dashboard/`);
  await makeIdentity(page);
  await go(page, /^Account/);
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the backup" }).click();
  return readFileSync(await (await saving).path(), "utf8");
}

async function bringBack(page: Page): Promise<void> {
  await page.getByLabel("Passphrase of the backup").fill(PASSPHRASE);
  await page.getByRole("button", { name: "Bring it back" }).click();
  await page.getByText("Live", { exact: true }).waitFor();
}

describe.skipIf(!hasChromium)(
  `the renter's way back by QR code${hasChromium ? "" : " (skipped: /usr/bin/chromium is missing)"}`,
  () => {
    beforeAll(async () => {
      browser = await launchChromium("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream");
    });
    afterEach(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      await stage?.stop();
    });
    afterAll(async () => {
      await browser?.close();
    });

    it("is by camera on the one page that may use it, and by a picture everywhere", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      const backup = await backupFile();
      const { page, complaints } = await openPage(browser, { viewport: NARROW });
      await detecting(page, backup);
      await page.goto(`${stage.url}/dashboard/`);
      expect(await cameraOf(page)).toBe("NotAllowedError");
      complaints.splice(0);
      await page.getByRole("button", { name: "I have a backup or key file" }).click();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "scan-import");
      await page.getByRole("link", { name: "Scan the QR code with the camera" }).click();
      await page.waitForURL("**/dashboard/scan");
      await page.getByRole("button", { name: "Scan the QR code with the camera" }).click();
      await page.getByText("The code is read. Type its passphrase below.").waitFor();
      expect(await cameraOf(page)).toBe("allowed");
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "scan-read");
      await bringBack(page);
      expect(new URL(page.url()).pathname).toBe("/dashboard/");

      const other = await openPage(browser, { viewport: NARROW });
      await detecting(other.page, backup);
      await other.page.goto(`${stage.url}/dashboard/account`);
      await other.page.getByLabel("Choose a picture of the QR code").setInputFiles(PICTURE);
      await other.page.getByText("The code is read. Type its passphrase below.").waitFor();
      await bringBack(other.page);
      expect([...complaints, ...other.complaints]).toEqual([]);
    });

    it("shows the camera until it is stopped, says what is wrong, and is not offered where the browser reads no codes", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      const { page, complaints } = await openPage(browser, { viewport: NARROW });
      await detecting(page, "");
      await page.goto(`${stage.url}/dashboard/scan`);
      await page.getByRole("button", { name: "Scan the QR code with the camera" }).click();
      await page.getByText("Hold the QR code of your backup in front of the camera.").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      await shots(page, "scan-camera");
      await page.getByRole("button", { name: "Stop the camera" }).click();
      await page.locator("video").waitFor({ state: "hidden" });
      await page.getByLabel("Choose a picture of the QR code").setInputFiles(PICTURE);
      await page.getByText("No QR code could be read.").waitFor();
      const plain = await openPage(browser, { viewport: NARROW });
      await plain.page.goto(`${stage.url}/dashboard/scan`);
      await plain.page.getByLabel("Choose a file").waitFor();
      expect(await plain.page.getByText("QR code").count()).toBe(0);
      expect([...complaints, ...plain.complaints]).toEqual([]);
    });

    it("is told of in four languages without JavaScript; the app's manifest is in the language of the pages", async () => {
      stage = await MarketStage.start(inject("dashboard"));
      const silent = await openPage(browser, { viewport: NARROW, javaScriptEnabled: false });
      await silent.page.goto(`${stage.url}/dashboard/`);
      for (const lang of ["en", "de", "es", "ru"])
        await silent.page.locator(`p[lang="${lang}"]`, { hasText: "JavaScript" }).waitFor();
      const { page } = await openPage(browser, { viewport: NARROW });
      await page.goto(`${stage.url}/dashboard/`);
      const manifest = async (): Promise<Record<string, unknown>> => {
        const href = await page.locator('link[rel="manifest"]').getAttribute("href");
        const answer = await page.request.get(`${stage.url}${href}`);
        expect(answer.headers()["content-type"]).toBe("application/manifest+json");
        return (await answer.json()) as Record<string, unknown>;
      };
      const { lang: _, description: english, ...same } = await manifest();
      for (const id of ["de", "es", "ru"] as const) {
        await page.locator("select", { hasText: LANGUAGE_NAMES[id] }).selectOption(LANGUAGE_NAMES[id]);
        await page.locator(`html[lang="${id}"]`).waitFor();
        const { lang, description, ...rest } = await manifest();
        expect(lang).toBe(id);
        expect(description).not.toBe(english);
        expect(rest).toEqual(same);
      }
    });
  },
);
