import { describe, expect, it } from "vitest";
import { millis, withDeadline } from "../../src/base/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

describe("withDeadline on a signal that has aborted already", () => {
  it("rejects at once, and a later failure of the promise is nobody's unhandled rejection", async () => {
    const clock = new VirtualClock();
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      const { promise, reject } = Promise.withResolvers<void>();
      const options = { clock, timeout: millis(10), what: "test", signal: AbortSignal.abort() };
      const settled = withDeadline(promise, options).catch((error: unknown) => error);
      reject(new TypeError("late"));
      expect(await settled).toMatchObject({ code: "base.stopped" });
      await clock.flush();
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
  });
});
