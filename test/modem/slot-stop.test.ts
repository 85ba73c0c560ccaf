import { describe, expect, it } from "vitest";
import { type Millis, millis, minutes, seconds } from "../../src/base/index.ts";
import type { ByteLink } from "../../src/modem/index.ts";
import { CLOSE_LIMIT } from "../../src/modem/timeouts.ts";
import { ScriptLink } from "./script-link.ts";
import { readyRig, SlotRig } from "./slot-rig.ts";

describe("stop", () => {
  const times: readonly Millis[] = [0, 1, 50, 500, 1500, 2500, 4000, 9000, 20_000, 45_000].map(millis);

  it.each(times)("after %i ms of a slot in trouble settles everything and closes the port", async (after) => {
    const rig = new SlotRig({ seed: `stop ${after}` });
    rig.modem.reset();
    rig.fault(
      { kind: "stall", probability: 0.2, ms: 5000 },
      { kind: "late", probability: 0.1 },
      { kind: "split", max: 3, ms: 5, probability: 0.5 },
      { kind: "unplug", probability: 0.02, ms: 3000 },
    );
    rig.send("one", "two", "three");
    rig.runner.start();
    await rig.pass(after);
    await rig.stop();
    const { length } = rig.commands;
    await rig.pass(minutes(2));
    expect(rig.commands.length).toBe(length);
    rig.runner.start();
    await rig.pass(minutes(1));
    expect(rig.commands.length).toBe(length);
  });

  it("before the start, twice, or at once after it does no harm", async () => {
    const never = new SlotRig();
    await never.stop();
    await never.stop();
    const brief = new SlotRig();
    brief.runner.start();
    await brief.stop();
  });

  it("does not wait for a commit that hangs", async () => {
    const rig = await readyRig();
    rig.intake.hold();
    rig.send("hello");
    await rig.pass(seconds(1));
    await rig.stop();
    expect(rig.modem.card?.store.used).toBe(1);
    expect(rig.log.events).toEqual(["slot.ready"]);
  });

  it("does not wait for an intake that was stopped before it", async () => {
    const rig = await readyRig();
    rig.intake.hold();
    rig.send("hello");
    await rig.pass(seconds(1));
    rig.intake.stop();
    await rig.pass(seconds(1));
    await rig.stop();
  });

  it("during an opening that hangs ends at once, and closes the link should it come", async () => {
    const late: ((link: ByteLink) => void)[] = [];
    const rig = new SlotRig({ openLink: () => () => new Promise((resolve) => late.push(resolve)) });
    rig.runner.start();
    await rig.pass(seconds(1));
    await rig.clock.settle(rig.runner.stop(), millis(0));
    const link = new ScriptLink();
    late[0]?.(link);
    await rig.clock.flush();
    expect(link.closed).toBe(true);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])("%i turns after the link came closes that link", async (turns) => {
    const link = new ScriptLink();
    const rig: SlotRig = new SlotRig({ openLink: () => async () => link });
    rig.runner.start();
    for (let i = 0; i < turns; i++) await Promise.resolve();
    const stopping = rig.runner.stop();
    await rig.clock.settle(stopping);
    expect(rig.status.state).toBe("stopped");
    expect(link.closed).toBe(true);
    expect(rig.clock.pending).toEqual([]);
  });

  it("of a port whose closing hangs ends in time", async () => {
    const link = new ScriptLink();
    link.closeHangs = true;
    const rig = new SlotRig({ openLink: () => async () => link });
    rig.runner.start();
    await rig.pass(seconds(1));
    await rig.clock.settle(rig.runner.stop(), CLOSE_LIMIT);
    expect(rig.status.state).toBe("stopped");
  });

  it("of a port that takes no bytes ends in time", async () => {
    const link = new ScriptLink();
    link.stuck = true;
    const rig = new SlotRig({ openLink: () => async () => link });
    rig.runner.start();
    await rig.pass(seconds(1));
    await rig.clock.settle(rig.runner.stop(), seconds(1));
    expect(rig.status.state).toBe("stopped");
  });
});
