// What is wrong with a page for people: what axe finds, and whether it is wider than its screen.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What moves has come to its end: a colour that is on its way to another one is no colour of the page. What turns for ever goes on. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}

/** What axe objects to, each with the element and what would mend it. */
export async function violations(page: Page): Promise<readonly string[]> {
  await atRest(page);
  await page.evaluate(axeSource);
  const results = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<AxeResults> } };
    return axe.run();
  });
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** Pixels that the page is wider than its screen. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

export async function pageFaults(page: Page): Promise<readonly string[]> {
  const wide = await overflow(page);
  return [...(await violations(page)), ...(wide > 0 ? [`${wide} px too wide`] : [])];
}
