import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { type FileBoxStore, openBoxStore } from "../../src/store/index.ts";
import { messageIdOf, rentalIdOf, sampleMessage } from "../sim/store-samples.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

const child = fileURLToPath(new URL("kill-child.ts", import.meta.url));

type Reported = Record<"in" | "out" | "ack", Set<number>>;

/** Lets the child work on `file` and kills it once it has reported `lines` lines. Adds to `reported`. */
async function liveUntilKilled(file: string, lines: number, reported: Reported): Promise<void> {
  const box = spawn(process.execPath, [child, file], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    box.kill("SIGKILL");
  });
  const exit = once(box, "exit");
  let count = 0;
  for await (const line of createInterface({ input: box.stdout })) {
    const [step, seq] = line.split(" ");
    if (step === "in" || step === "out" || step === "ack") reported[step].add(Number(seq));
    if (++count === lines) box.kill("SIGKILL");
  }
  expect(await exit).toEqual([null, "SIGKILL"]);
}

async function check(store: FileBoxStore, reported: Reported): Promise<void> {
  await store.checkIntegrity();
  const rental = rentalIdOf(1);
  const waiting = await store.nextMessages(rental, 1_000_000);
  const last = (await store.lastSequences()).get(rental) ?? 0;
  const { forwarded, acknowledged, received } = await store.counters();
  // Every message is in exactly one place, without gaps, and the counts agree with the rows.
  expect(waiting.map(({ message }) => message.seq)).toEqual(
    Array.from({ length: waiting.length }, (_, i) => last - waiting.length + 1 + i),
  );
  expect(waiting.length + forwarded).toBe(last);
  expect(received).toBe(last);
  expect(await store.depth()).toMatchObject({ waiting: waiting.length, refused: 0 });
  expect((await store.rentalCounts()).get(rental)).toEqual({ messages: last, waiting: waiting.length, acknowledged });
  // Nothing that was reported is missing, nothing is there that was not begun.
  expect(last).toBeGreaterThanOrEqual(Math.max(0, ...reported.in));
  expect(forwarded).toBeGreaterThanOrEqual(Math.max(0, ...reported.out));
  const receipts = new Set((await store.receipts({ after: 0, limit: 1_000_000 })).map(({ messageId }) => messageId));
  expect(receipts.size).toBe(acknowledged);
  for (const seq of reported.ack) expect(receipts).toContain(messageIdOf(1, seq));
  for (const row of waiting) expect(row).toEqual(sampleMessage(1, row.message.seq));
}

describe("a box that is killed again and again", () => {
  it("finds every reported step again, each message once, and counts that agree", async () => {
    const file = join(tempFolder(), "box.db");
    const reported: Reported = { in: new Set(), out: new Set(), ack: new Set() };
    for (const lines of [1, 3, 10, 40, 100]) {
      await liveUntilKilled(file, lines, reported);
      const store = await openBoxStore({ file, clock: new VirtualClock(), log: silentLogger });
      await check(store, reported);
      await store.close();
    }
    expect(reported.ack.size).toBeGreaterThan(10);
  });
});
