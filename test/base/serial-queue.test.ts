import { describe, expect, it } from "vitest";
import { SerialQueue } from "../../src/base/index.ts";

describe("a serial queue", () => {
  it("goes on behind a task that throws before it has a promise", async () => {
    const queue = new SerialQueue("test");
    const broken = queue.run((): Promise<never> => {
      throw new RangeError("at once");
    });
    const next = queue.run(async () => "done");
    await expect(broken).rejects.toThrow("at once");
    expect(await next).toBe("done");
    expect([queue.busy, queue.depth]).toEqual([false, 0]);
  });

  it("runs one after another, and rejects what waits when it is stopped", async () => {
    const queue = new SerialQueue("test");
    const order: string[] = [];
    let finish = (): void => {};
    const first = queue.run(async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      order.push("first");
    });
    const second = queue.run(async () => order.push("second"));
    queue.stop();
    await expect(second).rejects.toMatchObject({ code: "base.stopped" });
    finish();
    await first;
    expect(order).toEqual(["first"]);
    await expect(queue.run(async () => 1)).rejects.toMatchObject({ code: "base.stopped" });
  });
});
