// Calls and the slot they are in: modems that do not obey, restarts, stops, SMS meanwhile, and what reaches no log.
import { describe, expect, it } from "vitest";
import { isAppError, millis, seconds } from "../../../src/base/index.ts";
import { SlotRig } from "../slot-rig.ts";
import { CallRig, callRig } from "./call-rig.ts";

const ALICE = "+15550111";
const BOB = "+15550122";

const codeOf = async (rig: CallRig, promise: Promise<unknown>): Promise<string> =>
  await rig.clock.settle(
    promise.then(
      () => "ok",
      (error) => (isAppError(error) ? error.code : String(error)),
    ),
  );

describe("a modem that does not obey", () => {
  it("is told to hang up again until its list is empty", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "answer" };
    rig.calls.habits.deafHangUps = 3;
    const heard = await rig.dial();
    await rig.told(heard, "connected");
    await rig.clock.settle(heard.call.hangUp());
    await rig.told(heard, "ended hung_up");
    expect(rig.sent("AT+CHUP", "ATH").length).toBe(4);
    expect(rig.status.state).toBe("ready");
    await rig.stop();
  });

  it("at all loses the call, and the slot starts over", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "answer" };
    rig.calls.habits.deafHangUps = 7;
    const heard = await rig.dial();
    await rig.told(heard, "connected");
    await rig.clock.settle(heard.call.hangUp());
    await rig.told(heard, "ended modem_lost");
    expect(rig.codes).toContain("slot.down");
    await rig.ready();
    expect(rig.calls.list).toEqual([]);
    await rig.stop();
  });

  it("that has a call nobody asked for is told to end it", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "answer", ms: 100 };
    rig.calls.dial(BOB);
    await rig.pass(seconds(40));
    expect(rig.calls.list).toEqual([]);
    expect(rig.rings).toEqual([]);
    await rig.stop();
  });

  it("that answers by itself is told to hang up", async () => {
    const rig = await callRig();
    rig.calls.incoming(ALICE);
    const heard = await rig.ring();
    rig.calls.answer();
    await rig.told(heard, "ended failed");
    expect(rig.calls.list).toEqual([]);
    await rig.stop();
  });
});

describe("the slot", () => {
  it("ends before it is ready what an earlier life of the box left, and lets ring what rings", async () => {
    const rig = new CallRig();
    rig.calls.plan = { outcome: "answer", ms: 0 };
    rig.calls.dial(BOB);
    await rig.clock.advance(millis(1));
    expect(rig.calls.list[0]?.state).toBe("active");
    await rig.start();
    expect(rig.calls.list).toEqual([]);
    await rig.stop();
  });

  it("ends its call when it is stopped", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "answer" };
    const heard = await rig.dial();
    await rig.told(heard, "connected");
    await rig.stop();
    await rig.clock.flush();
    expect(heard.story.at(-1)).toMatch(/^ended (?:hung_up|stopped)$/);
    expect(rig.calls.list).toEqual([]);
  });

  it("loses its call with its modem, and has calls again with it", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "answer" };
    const heard = await rig.dial();
    await rig.told(heard, "connected");
    rig.modem.unplug();
    await rig.told(heard, "ended modem_lost");
    expect(rig.runner.voice.ability()).toBe("none");
    rig.modem.plug();
    await rig.ready();
    await rig.pass(seconds(2));
    expect(rig.runner.voice.ability()).toBe("audio");
    await rig.told(await rig.dial(), "connected");
    await rig.stop();
  });

  it("loses its call when the modem restarts in it", async () => {
    const rig = await callRig();
    rig.calls.incoming(ALICE);
    const heard = await rig.ring();
    rig.modem.reset();
    await rig.told(heard, "ended modem_lost");
    await rig.ready();
    await rig.stop();
  });

  it("takes SMS in a call as at any other time, also while it dials", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "answer", alertMs: 2_000, ms: 20_000 };
    rig.send("before");
    const heard = await rig.dial();
    for (let i = 0; i < 10; i++) {
      rig.send(`in the call ${i}`);
      await rig.pass(seconds(3));
    }
    expect(heard.story).toEqual(["alerting", "connected"]);
    expect(rig.intake.taken).toHaveLength(11);
    rig.expectAllOnce();
    await rig.stop();
  });

  it("without calls asks for none and is not disturbed by a ring", async () => {
    const rig = new SlotRig();
    await rig.start();
    rig.modem.calls.incoming(ALICE);
    await rig.pass(seconds(20));
    expect(rig.commands.filter((text) => /CLCC|CHUP|CCWA|QPCMV/.test(text))).toEqual([]);
    expect(rig.runner.voice.ability()).toBe("none");
    await rig.stop();
  });

  it("writes no number and no key to the log or to an event", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "busy" };
    await rig.told(await rig.dial("+15559876"), "ended busy");
    rig.calls.habits.deafHangUps = 2;
    rig.calls.incoming("+15558765");
    await rig.clock.settle((await rig.ring()).call.hangUp());
    await rig.pass(seconds(10));
    await codeOf(rig, rig.runner.voice.dial("15557654;", new AbortController().signal));
    const told = JSON.stringify([rig.log, rig.events.list({ after: 0, limit: 500 })]);
    expect(told).not.toMatch(/5559876|5558765|5557654/);
    await rig.stop();
  });
});
