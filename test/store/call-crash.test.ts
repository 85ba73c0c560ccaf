import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { DEPOSIT, PRICE, startCallLife } from "./call-life.ts";

const child = fileURLToPath(new URL("call-kill-child.ts", import.meta.url));

/** Lets the child make calls and kills it once it has reported `lines` durable writes. Keeps the minutes of each call. */
async function liveUntilKilled(file: string, lines: number, reported: Map<string, number>): Promise<void> {
  const box = spawn(process.execPath, [child, file, String(lines)], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    box.kill("SIGKILL");
  });
  const exit = once(box, "exit");
  let count = 0;
  for await (const line of createInterface({ input: box.stdout })) {
    const [id = "", minutes] = line.split(" ");
    reported.set(id, Math.max(reported.get(id) ?? 0, Number(minutes)));
    if (++count === lines) box.kill("SIGKILL");
  }
  expect(await exit).toEqual([null, "SIGKILL"]);
}

describe("a box that is killed in mid-call again and again", () => {
  it("finds every durable minute again, ends what was cut, and has billed each minute once", async () => {
    const file = join(tempFolder(), "box.db");
    const reported = new Map<string, number>();
    for (const lines of [1, 2, 5, 12, 40]) {
      await liveUntilKilled(file, lines, reported);
      const clock = new VirtualClock();
      const store = await openBoxStore({ file, clock, log: silentLogger });
      const life = await startCallLife({ store, clock, random: new SeededRandom("check"), onDurable: () => {} });
      await life.book.stop();
      const rows = await store.calls.calls({ before: null, limit: 1000, line: null, rental: null });
      expect(await store.calls.openCalls()).toEqual([]);
      const minutes = new Map(rows.map((row) => [row.id, row.minutes]));
      for (const [id, count] of reported) expect(minutes.get(id)).toBeGreaterThanOrEqual(count);
      const all = rows.reduce((sum, row) => sum + row.minutes, 0);
      expect(rows.reduce((sum, row) => sum + row.cost, 0)).toBe(all * PRICE);
      expect(DEPOSIT - life.credit()).toBe(all * PRICE);
      await store.checkIntegrity();
      await store.close();
    }
    expect(reported.size).toBeGreaterThan(5);
  });
});
