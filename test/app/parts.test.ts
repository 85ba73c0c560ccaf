import { describe, expect, it } from "vitest";
import { Parts } from "../../src/app/index.ts";
import { seconds } from "../../src/base/index.ts";
import { RecordingLogger } from "../core/core-rig.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

function open() {
  const [clock, log] = [new VirtualClock(), new RecordingLogger()];
  return { clock, log, parts: new Parts(clock, log), ended: [] as string[] };
}

describe("Parts", () => {
  it("stop in the reverse order of their start, one after another", async () => {
    const { clock, parts, ended } = open();
    parts.started("store", () => void ended.push("store"));
    parts.started("intake", async () => {
      await clock.sleep(seconds(1), "intake ends");
      ended.push("intake");
    });
    parts.started("slots", () => void ended.push("slots"));
    await clock.settle(parts.stop(seconds(3)));
    expect(ended).toEqual(["slots", "intake", "store"]);
  });

  it("that fail or hang do not keep the others from stopping, and are named in the log", async () => {
    const { clock, log, parts, ended } = open();
    parts.started("store", () => void ended.push("store"));
    parts.started("hanging", () => new Promise(() => {}));
    parts.started("rejecting", () => Promise.reject(new Error("no")));
    parts.started("throwing", () => {
      throw new Error("no");
    });
    await clock.settle(parts.stop(seconds(3)));
    expect(ended).toEqual(["store"]);
    expect(clock.monotonic()).toBe(seconds(3));
    expect(log.lines.map((line) => /"part":"(\w+)"/.exec(line)?.[1])).toEqual(["throwing", "rejecting", "hanging"]);
  });

  it("stop once, and whoever asks again waits for the first", async () => {
    const { clock, parts, ended } = open();
    parts.started("slow", async () => {
      await clock.sleep(seconds(2), "slow ends");
      ended.push("slow");
    });
    const first = parts.stop(seconds(3));
    const again = parts.stop(seconds(3)).then(() => ended.push("again"));
    await clock.settle(Promise.all([first, again]));
    expect(ended).toEqual(["slow", "again"]);
  });
});
