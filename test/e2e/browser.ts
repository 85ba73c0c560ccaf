// Debian's Chromium for end-to-end tests of pages: a fresh profile for each context, and every complaint of a page kept.

import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

export const hasChromium = existsSync(CHROMIUM);

/** `more`: switches that one test needs. */
export function launchChromium(...more: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      ...more,
    ],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors on the console, uncaught exceptions, violations of the content security policy. */
  readonly complaints: string[];
  /** Everything the page sent, bodies included. */
  readonly sent: string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  const sent: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ""}`));
  return { page, complaints, sent };
}

/** Ends a page whose requests are answered here: one that is on its way would fail outside of any test. */
export async function endRouted(page: Page): Promise<void> {
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.context().close();
}

/** Follows a link of the console's navigation, through the menu where there is no room for it. */
export async function goTo(page: Page, name: string): Promise<void> {
  const link = page.getByRole("link", { name, exact: true }).filter({ visible: true });
  if ((await link.count()) === 0) await page.getByRole("button", { name: "Menu" }).filter({ visible: true }).click();
  await link.first().click();
}

/** Signs in without the form, which `console.test.ts` tries: the browser has the cookie, and the page is at `path`. */
export async function letIn(page: Page, url: string, password: string, path = "/"): Promise<void> {
  const answer = await page.context().request.post(`${url}/api/v1/session`, {
    data: { name: "owner", password },
    headers: { Origin: new URL(url).origin, "X-Numberbox": "1" },
  });
  if (!answer.ok()) throw new Error(`the box lets nobody in: ${answer.status()} ${await answer.text()}`);
  await page.goto(`${url}${path}`);
}
