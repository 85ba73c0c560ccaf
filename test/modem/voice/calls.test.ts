// Calls of a slot with simulated modems of each vendor: +CLCC decides, what is said unasked only hurries it.
import { describe, expect, it } from "vitest";
import { isAppError, millis, seconds } from "../../../src/base/index.ts";
import type { ModemCall } from "../../../src/core/index.ts";
import type { DialPlan } from "../../sim/modem/index.ts";
import { SlotRig } from "../slot-rig.ts";
import { CallRig, callRig, Heard, SOUNDING } from "./call-rig.ts";

const ALICE = "+15550111";
const BOB = "+15550122";

const codeOf = async (rig: CallRig, promise: Promise<unknown>): Promise<string> =>
  await rig.clock.settle(
    promise.then(
      () => "ok",
      (error) => (isAppError(error) ? error.code : String(error)),
    ),
  );

describe("a caller", () => {
  it.each(SOUNDING)("of %s rings with its number, is answered, and hangs up", async (twin) => {
    const rig = await callRig({ twin });
    expect(rig.runner.voice.ability()).toBe("audio");
    rig.calls.incoming(ALICE);
    const heard = await rig.ring();
    expect(heard.call).toMatchObject({ direction: "in", number: ALICE, slot: "slot-1" });
    expect(rig.runner.voice.current()).toBe(heard.call);
    await rig.clock.settle(heard.call.answer());
    await rig.told(heard, "connected");
    rig.calls.end();
    await rig.told(heard, "ended hung_up");
    expect(heard.story).toEqual(["connected", "ended hung_up"]);
    expect(rig.runner.voice.current()).toBeNull();
    expect(rig.rings).toHaveLength(1);
    await rig.stop();
  });

  it.each([
    ["a withheld number", null, 0, null],
    ["a number that comes late", ALICE, 2, ALICE],
  ])("with %s rings once that is known", async (_, number, numberAfter, expected) => {
    const rig = await callRig();
    rig.calls.habits.numberAfter = numberAfter;
    rig.modem.settings.clip = 0;
    rig.calls.incoming(number);
    const heard = await rig.ring();
    expect(heard.call.number).toBe(expected);
    await rig.pass(seconds(10));
    expect(rig.rings).toHaveLength(1);
    await rig.stop();
  });

  it("whom only +CLIP names has that number", async () => {
    const rig = await callRig();
    rig.calls.habits.numberAfter = 1_000;
    rig.calls.incoming(ALICE);
    expect((await rig.ring()).call.number).toBe(ALICE);
    await rig.stop();
  });

  it("who gives up before the answer is told as such", async () => {
    const rig = await callRig();
    rig.calls.incoming(ALICE);
    const heard = await rig.ring();
    await rig.pass(seconds(3));
    rig.calls.end();
    await rig.told(heard, "ended cancelled");
    expect(await codeOf(rig, heard.call.answer())).toBe("voice.call_over");
    expect(rig.sent("ATA")).toEqual([]);
    await rig.stop();
  });

  it("who gives up while the answer is on its way is not told as connected", async () => {
    const rig = await callRig();
    const sim = rig.calls.incoming(ALICE);
    const heard = await rig.ring();
    const answered = codeOf(rig, heard.call.answer());
    if (sim !== null) rig.calls.end(sim);
    expect(await answered).toBe("voice.call_over");
    await rig.told(heard, "ended cancelled");
    expect(heard.story).toEqual(["ended cancelled"]);
    await rig.stop();
  });

  it("is declined by hanging up", async () => {
    const rig = await callRig();
    rig.calls.incoming(ALICE);
    const heard = await rig.ring();
    expect(await codeOf(rig, heard.call.hangUp())).toBe("ok");
    await rig.told(heard, "ended declined");
    expect(rig.calls.list).toEqual([]);
    await rig.stop();
  });

  it("whose ring is never told is found all the same", async () => {
    const rig = await callRig();
    rig.calls.habits.reports = "lost";
    rig.calls.habits.ringLost = true;
    rig.calls.incoming(ALICE);
    expect((await rig.ring()).call.number).toBe(ALICE);
    await rig.stop();
  });

  it("who rings at the end of another's call is another call", async () => {
    const rig = await callRig();
    rig.calls.habits.reports = "lost";
    rig.calls.incoming(ALICE);
    const first = await rig.ring();
    await rig.clock.settle(first.call.answer());
    await rig.told(first, "connected");
    rig.calls.end();
    rig.calls.incoming(BOB);
    const second = await rig.ring(2);
    expect(first.story).toEqual(["connected", "ended hung_up"]);
    expect(second.call.number).toBe(BOB);
    await rig.stop();
  });

  it("who rings when nobody listens yet is told to the first who does, unless it is over", async () => {
    const rig = new SlotRig({ voice: {}, modem: { twin: "quectel-ec25" } });
    await rig.start();
    const heard: ModemCall[] = [];
    rig.modem.calls.incoming(ALICE);
    await rig.pass(seconds(5));
    rig.runner.voice.onRing((call) => heard.push(call))();
    await rig.clock.flush();
    expect(heard).toEqual([]);
    const dispose = rig.runner.voice.onRing((call) => heard.push(call));
    await rig.clock.flush();
    expect(heard.map(({ number }) => number)).toEqual([ALICE]);
    dispose();
    rig.modem.calls.end();
    await rig.pass(seconds(5));
    rig.modem.calls.incoming(BOB);
    await rig.pass(seconds(5));
    rig.modem.calls.end();
    await rig.pass(seconds(5));
    rig.runner.voice.onRing((call) => heard.push(call));
    await rig.clock.flush();
    expect(heard).toHaveLength(1);
    await rig.stop();
  });

  it("who rings when the slot is ready only later is told then", async () => {
    const rig = new CallRig();
    rig.calls.incoming(ALICE);
    await rig.start();
    expect((await rig.ring()).call.number).toBe(ALICE);
    await rig.stop();
  });
});

describe("a second caller", () => {
  it("hears busy: call waiting is off at the network, told once for each SIM", async () => {
    const rig = new CallRig();
    await rig.start();
    await rig.pass(seconds(1));
    expect(rig.sent("AT+CCWA")).toEqual(["AT+CCWA=0,0,1"]);
    rig.modem.reset();
    await rig.pass(seconds(30));
    await rig.ready();
    expect(rig.sent("AT+CCWA")).toHaveLength(1);
    rig.calls.incoming(ALICE);
    await rig.ring();
    expect(rig.calls.incoming(BOB)).toBeNull();
    await rig.stop();
  });

  it.each([
    ["quectel-ec25", ["AT+CHLD=0"]],
    ["huawei-e1550", []],
  ] as const)("that a network lets wait all the same does not disturb the call: %s", async (twin, sent) => {
    const rig = await callRig({ twin });
    rig.calls.waiting = true;
    rig.calls.incoming(ALICE);
    const first = await rig.ring();
    await rig.clock.settle(first.call.answer());
    await rig.told(first, "connected");
    const second = rig.calls.incoming(BOB);
    await rig.pass(seconds(5));
    expect(rig.sent("AT+CHLD")).toEqual(sent);
    expect(first.story).toEqual(["connected"]);
    expect(rig.rings).toHaveLength(1);
    if (second !== null) rig.calls.end(second);
    rig.calls.end(rig.calls.list[0]);
    await rig.told(first, "ended hung_up");
    await rig.stop();
  });

  it("rings when the first has gone", async () => {
    const rig = await callRig({ twin: "huawei-e1550" });
    rig.calls.waiting = true;
    rig.calls.incoming(ALICE);
    const first = await rig.ring();
    await rig.clock.settle(first.call.answer());
    await rig.told(first, "connected");
    rig.calls.incoming(BOB);
    await rig.pass(seconds(1));
    await rig.clock.settle(first.call.hangUp());
    const second = await rig.ring(2);
    expect(first.story.at(-1)).toBe("ended hung_up");
    expect(second.call.number).toBe(BOB);
    await rig.stop();
  });
});

describe("a call that is dialled", () => {
  it.each(SOUNDING)("with %s rings, is answered, and ends with our hang-up", async (twin) => {
    const rig = await callRig({ twin });
    rig.calls.plan = { outcome: "answer", alertMs: 1_000, ms: 4_000 };
    const heard = await rig.dial();
    expect(heard.call).toMatchObject({ direction: "out", number: ALICE });
    await rig.told(heard, "connected");
    expect(heard.story).toEqual(["alerting", "connected"]);
    expect(await codeOf(rig, heard.call.hangUp())).toBe("ok");
    await rig.told(heard, "ended hung_up");
    expect(rig.calls.dialled).toEqual([ALICE]);
    expect(rig.calls.list).toEqual([]);
    await rig.stop();
  });

  it.each<[DialPlan["outcome"], string]>([
    ["busy", "busy"],
    ["no_answer", "no_answer"],
    ["unreachable", "unreachable"],
  ])("and is %s says so", async (outcome, cause) => {
    for (const twin of SOUNDING) {
      const rig = await callRig({ twin });
      rig.calls.plan = { outcome, ms: 3_000 };
      const heard = await rig.dial();
      await rig.pass(seconds(8));
      expect(heard.story.at(-1)).toBe(`ended ${cause}`);
      await rig.stop();
    }
  });

  it("and is refused by the network at once is a call that ended", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "refuse" };
    const heard = await rig.dial();
    await rig.pass(seconds(2));
    expect(heard.story).toEqual(["ended unreachable"]);
    await rig.stop();
  });

  it("goes its way when nothing is reported, or with numbers of calls that are wrong", async () => {
    for (const reports of ["lost", "wrong_ids"] as const) {
      const rig = await callRig();
      rig.calls.habits.reports = reports;
      rig.calls.plan = { outcome: "answer", ms: 5_000 };
      const heard = await rig.dial();
      await rig.told(heard, "connected");
      await rig.pass(seconds(20));
      rig.calls.end();
      await rig.told(heard, "ended hung_up");
      expect(heard.story).toEqual(["alerting", "connected", "ended hung_up"]);
      await rig.stop();
    }
  });

  it("and is listed only later is not taken for one that is over", async () => {
    const rig = await callRig();
    rig.calls.habits.listedAfterMs = 2_000;
    rig.calls.habits.reports = "lost";
    rig.calls.plan = { outcome: "answer", ms: 6_000 };
    const heard = await rig.dial();
    await rig.told(heard, "connected");
    expect(heard.story).toEqual(["alerting", "connected"]);
    await rig.stop();
  });

  it("is cancelled while it rings", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "manual" };
    const heard = await rig.dial();
    await rig.pass(seconds(2));
    await rig.clock.settle(heard.call.hangUp());
    await rig.told(heard, "ended cancelled");
    expect(rig.calls.list).toEqual([]);
    await rig.stop();
  });

  it("is given up while the modem has not said OK: dialling is broken off, and nothing is left", async () => {
    const rig = await callRig();
    rig.calls.habits.dialWaits = true;
    rig.calls.plan = { outcome: "manual" };
    const abort = new AbortController();
    const dialled = codeOf(rig, rig.runner.voice.dial(ALICE, abort.signal));
    await rig.pass(seconds(3));
    expect(rig.calls.list).toHaveLength(1);
    const before = rig.clock.monotonic();
    abort.abort();
    expect(await dialled).toBe("base.stopped");
    // Not when the modem's time for its answer is up.
    expect(rig.clock.monotonic() - before).toBeLessThan(1_000);
    await rig.pass(seconds(5));
    expect(rig.calls.list).toEqual([]);
    expect(rig.runner.voice.current()).toBeNull();
    rig.calls.habits.dialWaits = false;
    rig.calls.plan = { outcome: "answer" };
    await rig.told(await rig.dial(), "connected");
    await rig.stop();
  });

  it.each<[DialPlan["outcome"], string]>([
    ["answer", "connected"],
    ["unreachable", "ended unreachable"],
  ])("by a modem that says OK only after the answer ends as it must: %s", async (outcome, last) => {
    const rig = await callRig();
    rig.calls.habits.dialWaits = true;
    rig.calls.plan = { outcome, ms: 6_000 };
    const heard = await rig.dial();
    await rig.told(heard, last);
    expect(rig.status.state).toBe("ready");
    await rig.stop();
  });

  it("by a modem that says nothing until the answer is given up in time: SMS are not kept waiting for longer", async () => {
    const rig = await callRig();
    rig.calls.habits.dialWaits = true;
    rig.calls.plan = { outcome: "manual" };
    rig.send("meanwhile");
    expect(await codeOf(rig, rig.runner.voice.dial(ALICE, new AbortController().signal))).toBe("modem.timeout");
    await rig.pass(seconds(10));
    expect(rig.calls.list).toEqual([]);
    expect(rig.intake.taken).toHaveLength(1);
    expect(rig.status.state).toBe("ready");
    expect(rig.runner.voice.current()).toBeNull();
    await rig.stop();
  });

  it.each(["", "+", "12a", "1;2", "*100#", "1,2", "112\r", "1".repeat(21), "tel:123", "1\nAT"])(
    "to %j is refused before anything is written",
    async (number) => {
      const rig = await callRig();
      expect(await codeOf(rig, rig.runner.voice.dial(number, new AbortController().signal))).toBe("voice.bad_number");
      expect(rig.commands).toEqual([]);
      await rig.stop();
    },
  );

  it("is refused while there is another, while the slot is not ready, and without sound", async () => {
    const rig = await callRig();
    const { signal } = new AbortController();
    rig.calls.incoming(BOB);
    await rig.ring();
    expect(await codeOf(rig, rig.runner.voice.dial(ALICE, signal))).toBe("voice.line_busy");
    await rig.stop();
    expect(await codeOf(rig, rig.runner.voice.dial(ALICE, signal))).toBe("voice.not_ready");
    const mute = await callRig({ twin: "generic" });
    expect(mute.runner.voice.ability()).toBe("calls");
    expect(await codeOf(mute, mute.runner.voice.dial(ALICE, signal))).toBe("voice.no_audio");
    expect(mute.sent("ATD")).toEqual([]);
    await mute.stop();
  });
});

describe("two wishes at once", () => {
  it("a caller who rings while the number is being dialled is told, and the dialling is refused", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "answer" };
    const dialled = codeOf(rig, rig.runner.voice.dial(ALICE, new AbortController().signal));
    rig.calls.incoming(BOB);
    expect(await dialled).toBe("voice.modem_refused");
    expect((await rig.ring()).call.number).toBe(BOB);
    await rig.stop();
  });

  it("what is given up before the number was sent is never dialled", async () => {
    const rig = await callRig();
    const abort = new AbortController();
    const dialled = codeOf(rig, rig.runner.voice.dial(ALICE, abort.signal));
    abort.abort();
    expect(await dialled).toBe("base.stopped");
    await rig.pass(seconds(10));
    expect(rig.sent("ATD")).toEqual([]);
    expect(rig.runner.voice.current()).toBeNull();
    await rig.stop();
  });

  it("one who wants to dial while another does is told that the line is busy", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "manual" };
    const { signal } = new AbortController();
    const first = rig.runner.voice.dial(ALICE, signal);
    expect(await codeOf(rig, rig.runner.voice.dial(BOB, signal))).toBe("voice.line_busy");
    const heard = new Heard(await rig.clock.settle(first));
    await rig.clock.settle(Promise.all([heard.call.hangUp(), heard.call.hangUp()]));
    await rig.told(heard, "ended cancelled");
    expect(rig.calls.dialled).toEqual([ALICE]);
    await rig.stop();
  });

  it("a USSD code is asked for in a call, whose end does not look like its refusal", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "answer", ms: 100 };
    await rig.told(await rig.dial(), "connected");
    const asked = rig.runner.ussd.ask("*100#");
    await rig.pass(millis(300));
    rig.calls.end();
    expect(await rig.clock.settle(asked)).toEqual({ text: "Balance: 5.00 USD", more: false });
    await rig.stop();
  });
});

describe("a call without sound", () => {
  it("is said in the log", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "answer" };
    await rig.told(await rig.dial(), "connected");
    rig.modem.audio.stall(60_000);
    rig.calls.end();
    await rig.pass(seconds(5));
    const mute = await rig.dial();
    await rig.told(mute, "connected");
    await rig.pass(seconds(15));
    expect(JSON.stringify(rig.log).split("call_without_sound")).toHaveLength(2);
    await rig.stop();
  });
});

describe("keys", () => {
  it.each(SOUNDING)("go to the other side in order, each once: %s", async (twin) => {
    const rig = await callRig({ twin });
    rig.calls.plan = { outcome: "answer" };
    const heard = await rig.dial();
    await rig.told(heard, "connected");
    const sent = [..."12*#0"].map((key) => codeOf(rig, heard.call.sendDigit(key)));
    expect(await Promise.all(sent)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
    expect(rig.calls.list[0]?.tones.join("")).toBe("12*#0");
    expect(await codeOf(rig, heard.call.sendDigit("A"))).toBe("voice.bad_digit");
    expect(await codeOf(rig, heard.call.sendDigit("1;H"))).toBe("voice.bad_digit");
    await rig.clock.settle(heard.call.hangUp());
    await rig.told(heard, "ended hung_up");
    expect(await codeOf(rig, heard.call.sendDigit("1"))).toBe("voice.call_over");
    await rig.stop();
  });

  it.each(["quectel-ec25", "simcom-sim7600"] as const)("of the other side are told once: %s", async (twin) => {
    const rig = await callRig({ twin });
    rig.calls.plan = { outcome: "answer" };
    const heard = await rig.dial();
    await rig.told(heard, "connected");
    for (const key of "5#") rig.modem.pressKey(key);
    await rig.pass(seconds(1));
    expect(heard.story.slice(-2)).toEqual(["digit 5", "digit #"]);
    await rig.stop();
  });
});

describe("a call", () => {
  it("tells the first who listens all that has happened, and who comes after the end of the end", async () => {
    const rig = await callRig();
    rig.calls.plan = { outcome: "answer", ms: 1_000 };
    const call = await rig.clock.settle(rig.runner.voice.dial(ALICE, new AbortController().signal));
    await rig.pass(seconds(5));
    rig.calls.end();
    await rig.pass(seconds(5));
    const [first, late] = [new Heard(call), new Heard(call)];
    await rig.clock.flush();
    expect(first.story).toEqual(["alerting", "connected", "ended hung_up"]);
    const later = new Heard(call);
    await rig.clock.flush();
    expect(later.story).toEqual(["ended hung_up"]);
    expect(late.story.at(-1)).toBe("ended hung_up");
    await codeOf(rig, call.hangUp());
    await rig.stop();
  });
});
