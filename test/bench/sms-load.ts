// A whole box in this process, into which SMS pour at a steady rate: what else runs here shares its event loop and its disk.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBox } from "../../src/app/index.ts";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { until } from "../sim/asterisk/until.ts";
import { SimBoard, simLinkOpener } from "../sim/modem/index.ts";
import { boxConfig, newRenter } from "./box-rig.ts";

const SLOTS = 8;

export interface SmsLoad<T> {
  readonly result: T;
  /** SMS that were durable at the end, of those that were sent. */
  readonly sent: number;
  readonly stored: number;
}

/** Runs `work` while `perSecond` SMS come in. The simulated modems run here too, so that the load is more than a box has. */
export async function underSmsLoad<T>(folder: string, perSecond: number, work: () => Promise<T>): Promise<SmsLoad<T>> {
  const data = mkdtempSync(join(folder, "sms-load-"));
  const pages = join(data, "pages");
  mkdirSync(pages);
  writeFileSync(join(pages, "index.html"), "<!doctype html>");
  const board = new SimBoard({ slots: SLOTS, seed: "load", clock: systemClock, log: silentLogger });
  const ports = Array.from({ length: SLOTS }, (_, at) => `sim://slot/${at + 1}`);
  const parts = { version: "bench", clock: systemClock, random: systemRandom, suite: systemCrypto, log: silentLogger };
  const config = parseBoxConfig(boxConfig(ports), "the load");
  const box = await startBox({
    ...parts,
    config,
    dataFolder: join(data, "box"),
    pages,
    openSimLink: simLinkOpener(board),
  });
  let sent = 0;
  try {
    const keys = newRenter();
    for (let at = 1; at <= SLOTS; at++)
      await box.console.grant({ line: `line-${at}`, renter: keys, days: 1, credit: null, envelope_version: 1 });
    await until("the slots of the load", () => box.slots().every(({ state }) => state === "ready"), 60_000);
    const timer = setInterval(() => {
      board.modem((sent % SLOTS) + 1).sendSms({ from: "+15550100", body: `number ${sent}, of a steady load` });
      sent++;
    }, 1000 / perSecond);
    const result = await work();
    clearInterval(timer);
    const stored = async () => (await box.console.overview()).outbox.depth;
    await until("the last SMS", async () => (await stored()) >= sent, 60_000);
    return { result, sent, stored: await stored() };
  } finally {
    await box.stop();
    board.stop();
  }
}
