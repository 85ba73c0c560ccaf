// What the console costs: the box for each viewer of a farm of 32 slots that takes 20 SMS a second, and the viewer's own machine.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { WebSocket } from "ws";
import { hasChromium, launchChromium } from "../e2e/browser.ts";
import type { Batch, FeedOperations } from "./bare-feed-worker.ts";
import { type BoxRig, openBoxRig } from "./box-rig.ts";
import { FarmPage, type FirstShown, type PageLook } from "./farm-page.ts";
import { against, type BenchOptions, machineTime, pause, type Row, Skipped, spread } from "./measure.ts";
import { type Worker, withWorkers } from "./worker.ts";

const SLOTS = 32;
const PER_SECOND = 20;
/** One is the page, the others read as fast as they can: so many tell the cost of one from the noise. */
const VIEWERS = 9;
const SLOWER = 4;
/** Loads of the page in each run: one is stretched by whatever else the machine does in those two seconds. */
const FIRSTS = 3;
const PASSWORD = "seven quiet otters";

interface Console {
  readonly url: string;
  readonly token: string;
}

/** Reads and drops; the first one keeps what it was sent, for the floor. */
async function viewer(address: string, token: string | null, keep: Batch[] | null): Promise<WebSocket> {
  const socket = new WebSocket(address, token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
  let first = 0;
  socket.on("message", (data) => {
    if (keep === null) return;
    const now = machineTime();
    first ||= now;
    const batch = keep.at(-1);
    // What is sent at once comes at once.
    if (batch !== undefined && now - first - batch.at < 5)
      keep[keep.length - 1] = { ...batch, texts: [...batch.texts, String(data)] };
    else keep.push({ at: now - first, texts: [String(data)] });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  return socket;
}

const viewers = (count: number, address: string, token: string | null): Promise<WebSocket[]> =>
  Promise.all(Array.from({ length: count }, () => viewer(address, token, null)));

/** CPU that the box uses, in % of a core. */
async function load(box: BoxRig["box"], ms: number): Promise<number> {
  const [begin, before] = [machineTime(), await box.call("usage")];
  await pause(ms);
  const after = await box.call("usage");
  return (100 * (after.cpuMs - before.cpuMs)) / (machineTime() - begin);
}

interface Watched {
  /** In % of a core, for each viewer. */
  readonly ours: number;
  readonly bare: number;
  readonly look: PageLook;
  readonly idle: PageLook;
  readonly bytes: number;
}

interface Stage {
  readonly rig: BoxRig;
  readonly farm: FarmPage;
  readonly console: Console;
  readonly floor: Worker<FeedOperations>;
  readonly windowMs: number;
}

async function bareShare(floor: Stage["floor"], batches: readonly Batch[], windowMs: number): Promise<number> {
  const sockets = await viewers(VIEWERS, await floor.call("open"), null);
  const cpuMs = await floor.call("replay", batches);
  for (const socket of sockets) socket.terminate();
  return (100 * cpuMs) / windowMs / VIEWERS;
}

async function watched({ rig, farm, console, floor, windowMs }: Stage): Promise<Watched> {
  const { box, modems } = rig;
  const live = `${console.url.replace("http", "ws")}/api/v1/live`;
  await farm.show();
  await pause(windowMs / 2);
  const idle = await farm.look();
  await farm.leave();
  await modems.call("stream", PER_SECOND);
  await pause(1000);
  const alone = await load(box, windowMs);
  const kept: Batch[] = [];
  await farm.show();
  const sockets = [await viewer(live, console.token, kept), ...(await viewers(VIEWERS - 2, live, console.token))];
  await pause(1000);
  await farm.look();
  kept.length = 0;
  const together = await load(box, windowMs);
  const look = await farm.look();
  const batches = [...kept];
  for (const socket of sockets) socket.terminate();
  modems.call("stopStream").catch(() => {});
  await farm.leave();
  const bytes = batches.reduce((sum, { texts }) => sum + texts.reduce((all, text) => all + text.length, 0), 0);
  const [origin = 0] = batches.map(({ at }) => at);
  const replayed = batches.map(({ at, texts }) => ({ at: at - origin, texts }));
  const bare = await bareShare(floor, replayed, windowMs);
  return { ours: (together - alone) / VIEWERS, bare, look, idle, bytes: (bytes * 1000) / windowMs };
}

function rowOf(runs: readonly Watched[], firsts: readonly (FirstShown & { readonly work: number })[]): Row {
  const figure = (what: string, unit: string, samples: readonly number[], target?: string) => ({
    ...{ what, unit, value: spread(samples) },
    ...(target === undefined ? {} : { target }),
  });
  const shares = runs.map(({ ours }) => ours);
  const frames = runs.map(({ look }) => look.longestFrame);
  const calm = runs.map(({ idle }) => idle.longestFrame);
  return {
    name: `console, ${SLOTS} slots at ${PER_SECOND} SMS/s`,
    figures: [
      {
        ...figure("box for each viewer", "% of a core", shares, "< 5 %"),
        floor: against(
          "the same texts by bare ws",
          shares,
          runs.map(({ bare }) => bare),
        ),
      },
      {
        ...figure("longest frame of the page", "ms", frames, "< 100 ms"),
        floor: against("while nothing happens", frames, calm),
      },
      figure(
        "longest task of the page",
        "ms",
        runs.map(({ look }) => look.longestTask),
        "< 100 ms",
      ),
      figure(
        `first pixels, CPU ${SLOWER} times slower`,
        "ms",
        firsts.map(({ painted }) => painted),
      ),
      figure(
        `interactive, CPU ${SLOWER} times slower`,
        "ms",
        firsts.map(({ interactive }) => interactive),
        "< 2,000 ms",
      ),
      // What a machine that is busy with other things cannot stretch; two seconds of one that is four times as slow.
      figure(
        "work of the page until interactive",
        "ms of CPU",
        firsts.map(({ work }) => work),
        "< 500 ms",
      ),
      figure(
        "scripts of the first view, gzip",
        "kB",
        firsts.map(({ scriptBytes }) => scriptBytes / 1000),
        "< 150 kB",
      ),
    ],
    facts: { viewers: VIEWERS, feed_bytes_per_second: Math.round(spread(runs.map(({ bytes }) => bytes)).median) },
  };
}

export async function consoleRow(options: BenchOptions): Promise<Row> {
  if (!hasChromium) throw new Skipped("no /usr/bin/chromium");
  const repetitions = options.quick ? 2 : 3;
  const windowMs = options.quick ? 6_000 : 15_000;
  const pages = join(options.folder, "pages");
  const configFile = fileURLToPath(new URL("../../src/web/pages/vite.config.ts", import.meta.url));
  await build({ configFile, logLevel: "error", build: { outDir: pages } });
  const browser = await launchChromium();
  try {
    return await withWorkers(async (hire) => {
      const rig = await openBoxRig(hire, { folder: options.folder, slots: SLOTS, pages });
      const console = await rig.box.call("console", PASSWORD);
      const farm = await FarmPage.open(browser, { url: console.url, password: PASSWORD, slots: SLOTS });
      const floor = hire<FeedOperations>("bare-feed-worker.ts");
      const runs: Watched[] = [];
      const firsts: (FirstShown & { readonly work: number })[] = [];
      for (let i = 0; i < repetitions; i++) {
        for (let j = 0; j < FIRSTS; j++) firsts.push({ ...(await farm.first(SLOWER)), work: await farm.work() });
        runs.push(await watched({ rig, farm, console, floor, windowMs }));
      }
      await rig.box.call("stop");
      return rowOf(runs, firsts);
    });
  } finally {
    await browser.close();
  }
}
