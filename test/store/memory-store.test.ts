import { describe, expect, it } from "vitest";
import { codeOf, seedRentals } from "../contract/box-store.ts";
import { MemoryBoxStore } from "../sim/memory-store.ts";
import { intake, rentalIdOf, sampleMessage } from "../sim/store-samples.ts";

const message = intake({ outbox: [sampleMessage(1, 1)] });

describe("MemoryBoxStore under faults", () => {
  it.each(["store.full", "store.busy", "store.io"] as const)(
    "fails writes and probes with %s until told otherwise",
    async (fault) => {
      const store = new MemoryBoxStore();
      await seedRentals(store, 1);
      store.failWrites(fault);
      const error: unknown = await store.commitIntake(message).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: fault, retryable: true });
      expect(await codeOf(store.probe())).toBe(fault);
      expect(await store.nextMessages(rentalIdOf(1), 9)).toEqual([]);
      store.failWrites(null);
      await store.probe();
      await store.commitIntake(message);
      expect((await store.depth()).waiting).toBe(1);
    },
  );

  it("holds writes in order while the disk stalls, and lets reads pass", async () => {
    const store = new MemoryBoxStore();
    await seedRentals(store, 1);
    const before = store.commits;
    const resume = store.stallWrites();
    const writes = [store.commitIntake(message), store.commitIntake(intake({ outbox: [sampleMessage(1, 2)] }))];
    expect(await store.depth()).toMatchObject({ waiting: 0 });
    expect(store.commits).toBe(before);
    resume();
    await Promise.all(writes);
    expect(store.commits).toBe(before + 2);
  });

  it("rejects stalled writes when it closes", async () => {
    const store = new MemoryBoxStore();
    store.stallWrites();
    const write = codeOf(store.probe());
    await store.close();
    expect(await write).toBe("base.stopped");
  });
});
