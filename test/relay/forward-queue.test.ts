import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { deferred } from "../../src/base/index.ts";
import { ForwardQueue } from "../../src/relay/server/forward-queue.ts";

/** As long as a queue waits for more at most. */
async function afterTurns(): Promise<void> {
  for (let turn = 0; turn < 32; turn++) await nextTurn();
}

describe("ForwardQueue", () => {
  it("begins with a few of what is being verified, and takes what came meanwhile next", async () => {
    const batches: number[] = [];
    const commit = deferred<void>();
    const queue = new ForwardQueue<number, number>(async (batch) => {
      batches.push(batch.length);
      if (batches.length === 1) await commit.promise;
      return batch;
    });
    const verified = Array.from({ length: 30 }, () => deferred<number>());
    const results = verified.map(({ promise }) => queue.submit(promise));
    for (const [item, { resolve }] of verified.entries()) {
      resolve(item);
      await nextTurn();
    }
    const [first = 0] = batches;
    expect([batches.length, first >= 8, first < 12]).toEqual([1, true, true]);
    commit.resolve();
    expect(await Promise.all(results)).toHaveLength(30);
    expect(batches).toEqual([first, 30 - first]);
  });

  it("gives the disk the next batch before it answers those of the last", async () => {
    const seen: string[] = [];
    const commits = [deferred<void>(), deferred<void>()];
    const queue = new ForwardQueue<number, number>(async (batch) => {
      const at = seen.push(`batch of ${batch.length}`);
      await commits[at === 1 ? 0 : 1]?.promise;
      return batch;
    });
    const submit = (count: number) => Array.from({ length: count }, (_, item) => queue.submit(Promise.resolve(item)));
    const first = submit(1).map(async (result) => await result.then(() => seen.push("answered")));
    await afterTurns();
    const rest = submit(10);
    await afterTurns();
    commits[0]?.resolve();
    await Promise.all(first);
    expect(seen).toEqual(["batch of 1", "batch of 10", "answered"]);
    commits[1]?.resolve();
    expect(await Promise.all(rest)).toHaveLength(10);
  });

  it("answers first where it would wait for company", async () => {
    const seen: string[] = [];
    const [commit, verifying] = [deferred<void>(), deferred<number>()];
    const queue = new ForwardQueue<number, number>(async (batch) => {
      if (seen.push(`batch of ${batch.length}`) === 1) await commit.promise;
      return batch;
    });
    const first = queue.submit(Promise.resolve(1)).then(() => seen.push("answered"));
    await afterTurns();
    const rest = [queue.submit(Promise.resolve(2)), queue.submit(verifying.promise)];
    await afterTurns();
    commit.resolve();
    await first;
    verifying.resolve(3);
    expect(await Promise.all(rest)).toEqual([2, 3]);
    expect(seen).toEqual(["batch of 1", "answered", "batch of 2"]);
  });

  it("does not wait for ever for what does not verify", async () => {
    const batches: number[] = [];
    const queue = new ForwardQueue<number, number>(async (batch) => {
      batches.push(batch.length);
      return batch;
    });
    const good = queue.submit(Promise.resolve(1));
    const bad = Array.from({ length: 100 }, () => deferred<number>());
    const refused = bad.map(({ promise }) => queue.submit(promise).catch(() => "refused"));
    for (const { reject } of bad.slice(0, 50)) {
      reject(new Error("not signed"));
      await nextTurn();
    }
    expect(batches).toEqual([1]);
    expect(await good).toBe(1);
    for (const { reject } of bad.slice(50)) reject(new Error("not signed"));
    expect(new Set(await Promise.all(refused))).toEqual(new Set(["refused"]));
  });

  it("waits for what is being verified, and for nothing that does not verify", async () => {
    const batches: (readonly number[])[] = [];
    const queue = new ForwardQueue<number, number>(async (batch) => {
      batches.push(batch);
      return batch;
    });
    const [slow, bad] = [deferred<number>(), deferred<number>()];
    const results = [Promise.resolve(1), slow.promise, bad.promise].map((item) => queue.submit(item));
    await afterTurns();
    expect(batches).toEqual([]);
    bad.reject(new Error("not signed"));
    slow.resolve(2);
    await expect(results[2]).rejects.toThrow("not signed");
    expect(await Promise.all(results.slice(0, 2))).toEqual([1, 2]);
    expect(batches).toEqual([[1, 2]]);
  });

  it("gathers what arrives during a commit into the next one, in order", async () => {
    const batches: (readonly number[])[] = [];
    const commit = deferred<void>();
    const queue = new ForwardQueue<number, string>(async (batch) => {
      batches.push(batch);
      if (batches.length === 1) await commit.promise;
      return batch.map((item) => `done ${item}`);
    });
    const first = queue.submit(Promise.resolve(1));
    await afterTurns();
    const results = [first, ...[2, 3, 4].map((item) => queue.submit(Promise.resolve(item)))];
    commit.resolve();
    expect(await Promise.all(results)).toEqual(["done 1", "done 2", "done 3", "done 4"]);
    expect(batches).toEqual([[1], [2, 3, 4]]);
  });

  it("has as many batches stored at once as the store likes, and gathers the rest", async () => {
    const batches: (readonly number[])[] = [];
    const commits = [deferred<void>(), deferred<void>()];
    const queue = new ForwardQueue<number, number>(async (batch) => {
      batches.push(batch);
      await commits[batches.length - 1]?.promise;
      return batch;
    }, 2);
    const results: Promise<number>[] = [];
    for (const item of [1, 2]) {
      results.push(queue.submit(Promise.resolve(item)));
      await afterTurns();
    }
    expect(batches).toEqual([[1], [2]]);
    results.push(...[3, 4].map((item) => queue.submit(Promise.resolve(item))));
    await afterTurns();
    commits[1]?.resolve();
    expect(await results[1]).toBe(2);
    expect(await Promise.all([results[2], results[3]])).toEqual([3, 4]);
    expect(batches).toEqual([[1], [2], [3, 4]]);
    commits[0]?.resolve();
    expect(await results[0]).toBe(1);
  });

  it("rejects a whole batch that failed and goes on with the next", async () => {
    let failing = true;
    const queue = new ForwardQueue<number, number>(async (batch) => {
      if (failing) throw new Error("disk");
      return batch;
    });
    await expect(queue.submit(Promise.resolve(1))).rejects.toThrow("disk");
    failing = false;
    expect(await queue.submit(Promise.resolve(2))).toBe(2);
  });

  it("refuses more than it may hold, with a wait", async () => {
    const commit = deferred<void>();
    const queue = new ForwardQueue<number, number>(async (batch) => {
      await commit.promise;
      return batch;
    });
    const first = queue.submit(Promise.resolve(0));
    await afterTurns();
    const taken = [first, ...Array.from({ length: 4_096 }, (_, item) => queue.submit(Promise.resolve(item)))];
    await expect(queue.submit(Promise.resolve(0))).rejects.toMatchObject({
      code: "relay.rate_limited",
      retryable: true,
    });
    commit.resolve();
    expect(await Promise.all(taken)).toHaveLength(4_097);
  });

  it("treats a store that forgets a result as its own fault", async () => {
    const queue = new ForwardQueue<number, number>(async () => []);
    await expect(queue.submit(Promise.resolve(1))).rejects.toMatchObject({ code: "relay.internal" });
  });
});
