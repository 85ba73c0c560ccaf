import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { silentLogger, unixMs } from "../../src/base/index.ts";
import type { AnswerStore } from "../../src/core/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { MemoryAnswers } from "../../src/web/server/idempotency.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

async function onDisk(): Promise<AnswerStore> {
  const folder = await mkdtemp(join(tmpdir(), "numberbox-answers-"));
  const store = await openBoxStore({ file: join(folder, "box.db"), clock: new VirtualClock(), log: silentLogger });
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return store.answers;
}

const answer = (id: string, at: number, status = 201) => ({
  ...{ id, fingerprint: `of ${id}`, status, body: '{"a":1}', at: unixMs(at) },
});

describe.each([
  ["on disk", onDisk],
  ["in memory", async (): Promise<AnswerStore> => new MemoryAnswers()],
])("answers under a key, kept %s", (_where, open) => {
  it("are given back as they were", async () => {
    const answers = await open();
    expect(await answers.answer("a")).toBeNull();
    await answers.keepAnswer(answer("a", 5), { before: unixMs(0), most: 9 });
    expect(await answers.answer("a")).toEqual(answer("a", 5));
  });

  it("replace what stood under the same key", async () => {
    const answers = await open();
    await answers.keepAnswer(answer("a", 5), { before: unixMs(0), most: 9 });
    await answers.keepAnswer(answer("a", 6, 200), { before: unixMs(0), most: 9 });
    expect(await answers.answer("a")).toEqual(answer("a", 6, 200));
  });

  it("are forgotten when they are old, and when there are too many", async () => {
    const answers = await open();
    for (let n = 1; n <= 6; n++) await answers.keepAnswer(answer(`a${n}`, n), { before: unixMs(n - 3), most: 3 });
    const left = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => answers.answer(`a${n}`)));
    expect(left.map((each) => each?.id ?? null)).toEqual([null, null, null, "a4", "a5", "a6"]);
    await answers.keepAnswer(answer("a7", 7), { before: unixMs(6), most: 3 });
    expect(await answers.answer("a5")).toBeNull();
    expect(await answers.answer("a6")).not.toBeNull();
  });
});
