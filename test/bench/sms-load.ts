// A whole box in this process, into which SMS pour at a steady rate: what else runs here shares its event loop and its disk. The modems
// are a process of their own, as they are hardware of their own.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBox } from "../../src/app/index.ts";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { until } from "../sim/asterisk/until.ts";
import { boxConfig, newRenter } from "./box-rig.ts";
import { pause } from "./measure.ts";
import type { ModemOperations } from "./modem-worker.ts";
import type { Worker } from "./worker.ts";

const SLOTS = 8;
const STARTED_MS = 15_000;

export interface SmsLoad<T> {
  readonly result: T;
  /** SMS that were durable at the end. */
  readonly stored: number;
}

/** Runs `work` while about `perSecond` SMS come in. */
export async function underSmsLoad<T>(
  modems: Worker<ModemOperations>,
  { folder, perSecond }: { readonly folder: string; readonly perSecond: number },
  work: () => Promise<T>,
): Promise<SmsLoad<T>> {
  const data = mkdtempSync(join(folder, "sms-load-"));
  const pages = join(data, "pages");
  mkdirSync(pages);
  writeFileSync(join(pages, "index.html"), "<!doctype html>");
  const config = parseBoxConfig(boxConfig(await modems.call("open", SLOTS)), "the load");
  const parts = { version: "bench", clock: systemClock, random: systemRandom, suite: systemCrypto, log: silentLogger };
  const box = await startBox({ ...parts, config, dataFolder: join(data, "box"), pages });
  try {
    const keys = newRenter();
    for (let at = 1; at <= SLOTS; at++)
      await box.console.grant({ line: `line-${at}`, renter: keys, days: 1, credit: null, envelope_version: 1 });
    await until("the slots of the load", () => box.slots().every(({ state }) => state === "ready"), 60_000);
    await modems.call("stream", perSecond);
    // A box is started once: what it does for the first time, with or without SMS, is over.
    await pause(STARTED_MS);
    const result = await work();
    await modems.call("stopStream");
    await modems.call("emptied");
    return { result, stored: (await box.console.overview()).outbox.depth };
  } finally {
    await box.stop();
  }
}
