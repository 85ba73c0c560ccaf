import { describe, expect, it } from "vitest";
import { deferred } from "../../src/base/index.ts";
import { ForwardQueue } from "../../src/relay/server/forward-queue.ts";

describe("ForwardQueue", () => {
  it("gathers what arrives during a commit into the next one, in order", async () => {
    const batches: (readonly number[])[] = [];
    const commit = deferred<void>();
    const queue = new ForwardQueue<number, string>(async (batch) => {
      batches.push(batch);
      if (batches.length === 1) await commit.promise;
      return batch.map((item) => `done ${item}`);
    });
    const results = [1, 2, 3, 4].map((item) => queue.submit(item));
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
    const results = [1, 2, 3, 4].map((item) => queue.submit(item));
    expect(batches).toEqual([[1], [2]]);
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
    await expect(queue.submit(1)).rejects.toThrow("disk");
    failing = false;
    expect(await queue.submit(2)).toBe(2);
  });

  it("refuses more than it may hold, with a wait", async () => {
    const commit = deferred<void>();
    const queue = new ForwardQueue<number, number>(async (batch) => {
      await commit.promise;
      return batch;
    });
    const taken = Array.from({ length: 4_097 }, (_, item) => queue.submit(item));
    await expect(queue.submit(0)).rejects.toMatchObject({ code: "relay.rate_limited", retryable: true });
    commit.resolve();
    expect(await Promise.all(taken)).toHaveLength(4_097);
  });

  it("treats a store that forgets a result as its own fault", async () => {
    const queue = new ForwardQueue<number, number>(async () => []);
    await expect(queue.submit(1)).rejects.toMatchObject({ code: "relay.internal" });
  });
});
