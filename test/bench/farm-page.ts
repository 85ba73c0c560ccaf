// The console's overview of a farm in Chromium, with an eye on its frames: what a viewer's own machine has to do.

import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { openPage } from "../e2e/browser.ts";

export interface PageLook {
  /** The longest task of the page's main thread, in ms; 0 where none took 50. */
  readonly longestTask: number;
  /** The longest time between two frames, in ms. */
  readonly longestFrame: number;
}

export interface FirstShown {
  /** Since the navigation began, in ms: first pixels, all slots there, and no long task after. */
  readonly painted: number;
  readonly slots: number;
  readonly interactive: number;
  /** Scripts that were fetched, gzipped. */
  readonly scriptBytes: number;
}

interface Watch {
  tasks: { readonly start: number; readonly ms: number }[];
  frames: number[];
  painted: number;
  slots: number;
}

const ALL_SLOTS = "bench: all slots are there";

/** Runs in the page, before its own scripts. */
function watch({ wanted, told }: { readonly wanted: number; readonly told: string }): void {
  const seen: Watch = { tasks: [], frames: [], painted: 0, slots: 0 };
  Object.assign(globalThis, { bench: seen });
  new PerformanceObserver((list) => {
    for (const { startTime: start, duration: ms } of list.getEntries()) seen.tasks.push({ start, ms });
  }).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries())
      if (name === "first-contentful-paint") seen.painted = startTime;
  }).observe({ type: "paint", buffered: true });
  let last = performance.now();
  const frame = (now: number): void => {
    seen.frames.push(now - last);
    last = now;
    if (seen.slots === 0 && document.querySelectorAll("[data-slot]").length >= wanted) {
      seen.slots = now;
      console.debug(told);
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

const taken = (page: Page): Promise<Watch> =>
  page.evaluate(() => {
    const { bench } = globalThis as unknown as { bench: Watch };
    const copy = { ...bench, tasks: [...bench.tasks], frames: [...bench.frames] };
    bench.tasks = [];
    bench.frames = [];
    return copy;
  });

export class FarmPage {
  readonly page: Page;
  readonly #url: string;
  readonly #slots: number;

  private constructor(page: Page, url: string, slots: number) {
    this.page = page;
    this.#url = url;
    this.#slots = slots;
  }

  /** Signs in; the page is then elsewhere, so that it follows nothing. */
  static async open(browser: Browser, box: { url: string; password: string; slots: number }): Promise<FarmPage> {
    const { page } = await openPage(browser, { viewport: { width: 1440, height: 900 } });
    await page.addInitScript(watch, { wanted: box.slots, told: ALL_SLOTS });
    const farm = new FarmPage(page, box.url, box.slots);
    await page.goto(box.url);
    await page.fill("#password", box.password);
    await page.click("button[type=submit]");
    await page.locator("[data-slot]").first().waitFor();
    await farm.leave();
    return farm;
  }

  async leave(): Promise<void> {
    await this.page.goto("about:blank");
  }

  /** Shows the farm; looks from when it stands still. */
  async show(): Promise<void> {
    await this.page.goto(this.#url);
    await this.page
      .locator("[data-slot]")
      .nth(this.#slots - 1)
      .waitFor();
    await this.page.waitForTimeout(1000);
    await taken(this.page);
  }

  /** Since the last look. */
  async look(): Promise<PageLook> {
    const { tasks, frames } = await taken(this.page);
    return { longestTask: Math.max(0, ...tasks.map(({ ms }) => ms)), longestFrame: Math.max(0, ...frames) };
  }

  /** Processor time of the page's main thread, in ms, from the navigation until a second after all slots are there. */
  async work(): Promise<number> {
    const cdp = await this.page.context().newCDPSession(this.page);
    await cdp.send("Network.enable");
    await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
    await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
    const used = async (): Promise<number> => {
      const { metrics } = await cdp.send("Performance.getMetrics");
      const of = (wanted: string): number => metrics.find(({ name }) => name === wanted)?.value ?? 0;
      return 1000 * (of("TaskDuration") - of("DevToolsCommandDuration"));
    };
    const before = await used();
    const shown = this.page.waitForEvent("console", (message) => message.text() === ALL_SLOTS);
    await Promise.all([shown, this.page.goto(this.#url)]);
    await this.page.waitForTimeout(1000);
    const after = await used();
    await cdp.detach();
    await this.leave();
    return after - before;
  }

  /** Loads the farm as a machine `slower` times as slow would, its files fresh from the box. */
  async first(slower: number): Promise<FirstShown> {
    const scripts = new Map<string, Promise<Buffer>>();
    const note = (response: { url(): string; body(): Promise<Buffer> }): void => {
      if (/\.js$/.test(new URL(response.url()).pathname)) scripts.set(response.url(), response.body());
    };
    const cdp = await this.page.context().newCDPSession(this.page);
    await cdp.send("Network.enable");
    await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: slower });
    this.page.on("response", note);
    // A locator would put its own engine into the page, whose work would count as the page's.
    const shown = this.page.waitForEvent("console", (message) => message.text() === ALL_SLOTS);
    await Promise.all([shown, this.page.goto(this.#url)]);
    // Whatever else it does to begin with shows as a long task by now.
    await this.page.waitForTimeout(3000);
    const { tasks, painted, slots } = await taken(this.page);
    this.page.off("response", note);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await cdp.detach();
    const busy = Math.max(0, ...tasks.filter(({ start }) => start < slots + 1000).map(({ start, ms }) => start + ms));
    const bodies = await Promise.all(scripts.values());
    const scriptBytes = bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
    await this.leave();
    return { painted, slots, interactive: Math.max(slots, busy), scriptBytes };
  }
}
