import { describe, expect, it } from "vitest";
import { AppError, seconds, silentLogger, slotId } from "../../../src/base/index.ts";
import { type ModemCall, SoundChecks, type SoundChecksDeps, type VoiceSlot } from "../../../src/core/index.ts";
import { FakeGateway, FakeSlotVoice } from "../../sim/fake-voice.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { lineOf } from "../core-rig.ts";

function rig(change: Partial<SoundChecksDeps> = {}) {
  const clock = new VirtualClock();
  const gateway = new FakeGateway();
  const voice = new FakeSlotVoice();
  const diverted = new Map<string, (call: ModemCall) => void>();
  const slot: VoiceSlot = { id: slotId("1"), voice, line: () => lineOf(1) };
  const checks = new SoundChecks({
    ...{ clock, log: silentLogger, now: () => clock.now(), openLoop: (far) => gateway.openLoop(far) },
    desk: {
      slot: (id) => (id === slot.id ? slot : null),
      divert: (id, take) => {
        diverted.set(id, take);
        return () => diverted.delete(id);
      },
    },
    lines: () => [lineOf(1), { ...lineOf(2), slot: slotId("2") }],
    ...change,
  });
  return { clock, gateway, voice, diverted, checks };
}

describe("checks of the sound", () => {
  it("go through Asterisk and back, one at a time", async () => {
    const { clock, gateway, checks } = rig();
    expect(checks.view()).toMatchObject({ state: "idle" });
    expect(checks.begin(null)).toMatchObject({ state: "running", kind: "loop", step: "sound" });
    expect(() => checks.begin(null)).toThrow(expect.objectContaining({ code: "call.check_runs" }));
    await clock.advance(seconds(6));
    expect(checks.view()).toMatchObject({ state: "done", report: { good: true, tones: 12, found: 12 } });
    expect(gateway.loops).toEqual([null]);
    expect(clock.pending).toEqual([]);
  });

  it("say why they failed, and can be made again", async () => {
    let fails = true;
    const { clock, gateway, checks } = rig({
      openLoop: (far) =>
        fails ? Promise.reject(new AppError("voice.media_failed", "no sound")) : gateway.openLoop(far),
    });
    checks.begin(null);
    await clock.flush();
    expect(checks.view()).toMatchObject({ state: "failed", problem: { code: "voice.media_failed" } });
    fails = false;
    checks.begin(null);
    await clock.advance(seconds(6));
    expect(checks.view()).toMatchObject({ state: "done" });
  });

  it("dial no number but an own one of another line", () => {
    const { checks, voice } = rig();
    const number = (text: string) => () => checks.begin({ slot: slotId("1"), number: text });
    expect(number("+15550100")).toThrow(expect.objectContaining({ code: "call.check_number" }));
    expect(number(lineOf(1).number)).toThrow(expect.objectContaining({ code: "call.check_number" }));
    expect(() => checks.begin({ slot: slotId("9"), number: lineOf(2).number })).toThrow(
      expect.objectContaining({ code: "slot.unknown" }),
    );
    expect(voice.dialled).toEqual([]);
    expect(checks.view().state).toBe("idle");
  });

  it("call an own number, which answers by itself and echoes, and hang up", async () => {
    const { clock, gateway, voice, diverted, checks } = rig();
    checks.begin({ slot: slotId("1"), number: lineOf(2).number });
    await clock.flush();
    expect(voice.dialled).toEqual([lineOf(2).number]);
    const other = new FakeSlotVoice();
    const called = other.ring(null);
    diverted.get("2")?.(called);
    await clock.flush();
    expect(called.did).toEqual(["answer"]);
    expect(checks.view()).toMatchObject({ state: "running", step: "dialling" });
    const call = voice.call;
    call?.say({ type: "connected" });
    await clock.advance(seconds(6));
    expect(checks.view()).toMatchObject({ state: "done", kind: "call", slot: "1", report: { good: true } });
    expect(gateway.loops).toEqual([call?.audio]);
    expect(call?.did).toEqual(["hang up"]);
    expect(diverted.size).toBe(0);
  });

  it("that nobody answers, or that a stop ends, leave nothing", async () => {
    const first = rig();
    first.checks.begin({ slot: slotId("1"), number: lineOf(2).number });
    await first.clock.flush();
    first.voice.call?.say({ type: "ended", cause: "busy" });
    await first.clock.flush();
    expect(first.checks.view()).toMatchObject({ state: "failed", problem: { code: "call.check_not_answered" } });
    const second = rig();
    second.checks.begin({ slot: slotId("1"), number: lineOf(2).number });
    await second.clock.flush();
    const call = second.voice.call;
    await second.checks.stop();
    expect(second.checks.view().state).toBe("failed");
    expect(call?.did).toEqual(["hang up"]);
    for (const { clock, diverted } of [first, second]) expect([clock.pending, diverted.size]).toEqual([[], 0]);
  });
});
