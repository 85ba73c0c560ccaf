// What a renter does in the pages at `/dashboard`, step by step, and what a person would see of it.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type MarketStage, PAY_ADDRESS } from "../sim/market-stage.ts";

export const PASSPHRASE = "lotu pira vesa gomi";
export const PHONE = { width: 390, height: 844 };
export const NARROW = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 860 };

export async function makeIdentity(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Make a new identity" }).click();
  await page.getByLabel("Passphrase").fill("short");
  await page.getByRole("button", { name: "Make my identity" }).click();
  await page.getByText("At least 10 characters.").waitFor();
  await page.getByRole("button", { name: "Suggest one" }).click();
  await page.getByText("Write it down now: this is the only time that it is shown.").waitFor();
  if ((await page.getByLabel("Passphrase").getAttribute("type")) !== "text") throw new Error("it is not shown");
  await page.getByLabel("Passphrase").fill(PASSPHRASE);
  await page.getByLabel("Repeat it").fill(PASSPHRASE);
  await page.getByRole("button", { name: "Make my identity" }).click();
  await page.getByText("Live", { exact: true }).waitFor();
}

export async function go(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("link", { name }).filter({ visible: true }).first().click();
}

/** To the step that asks for the payment. */
export async function order(page: Page, method: RegExp): Promise<void> {
  await go(page, /^Rent/);
  await page.locator("a.offer").first().click();
  await page.getByText("The provider himself has published this offer.").waitFor();
  await page.getByText("boxes do not deliver SMS of banks and payment services").waitFor();
  await page.getByText(method).click();
  await page.getByRole("button", { name: "Rent this number" }).click();
}

/** Rents the first offer; resolves with the id of its order. */
export async function rentByEmc(page: Page, stage: MarketStage, listing: string): Promise<string> {
  await order(page, /^Plain EMC/);
  await page.getByText(PAY_ADDRESS).waitFor();
  await page.getByText(/^This holds until /).waitFor();
  const id = stage.orderOf(listing);
  await stage.paid(id);
  await page.getByRole("heading", { name: "The number is yours" }).waitFor();
  return id;
}

/** Where NUMBERBOX_SHOTS names a folder: the page in light and dark, as a desk and a phone show it. */
export async function shots(page: Page, name: string): Promise<void> {
  const folder = process.env.NUMBERBOX_SHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  const before = page.viewportSize();
  for (const [size, viewport] of [
    ["desk", DESKTOP],
    ["phone", NARROW],
  ] as const) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(async () => {
        scrollTo(0, 0);
        const changes = document.getAnimations().filter((each) => each instanceof CSSTransition);
        // One that is cancelled is over too.
        await Promise.allSettled(changes.map(({ finished }) => finished));
      });
      await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before !== null) await page.setViewportSize(before);
}
