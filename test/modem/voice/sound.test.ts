// The sound of calls: the modem is the clock, each frame it says is exchanged for one, whatever way its bytes come.
import { describe, expect, it } from "vitest";
import { millis, seconds } from "../../../src/base/index.ts";
import type { ModemCall, PcmExchange } from "../../../src/core/index.ts";
import { audioPortOf } from "../../../src/modem/voice/audio-port.ts";
import { PcmPump } from "../../../src/modem/voice/pcm-pump.ts";
import { type AudioHabits, type SimSound, ToneMeter, type TwinName, writeTone } from "../../sim/modem/index.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { CapturingLog } from "../capturing-log.ts";
import { ScriptLink } from "../script-link.ts";
import { type CallRig, callRig, SOUNDING } from "./call-rig.ts";

const TONE: SimSound = { hz: 1_000, dbfs: -12 };

/** A source of a tone, as the exchange of a call, that measures what the modem says. */
class Speaker {
  readonly heard: ToneMeter;
  readonly #frame = new Int16Array(160);
  #phase = 0;

  constructor(rig: CallRig) {
    this.heard = new ToneMeter(() => rig.clock.monotonic());
  }

  readonly exchange: PcmExchange = (heard) => {
    this.heard.push(heard);
    this.#phase = writeTone(this.#frame, { hz: 700, dbfs: -20 }, this.#phase);
    return new Uint8Array(this.#frame.buffer);
  };
}

async function inCall(twin: TwinName, habits: Partial<AudioHabits> = {}): Promise<{ rig: CallRig; call: ModemCall }> {
  const rig = await callRig({ twin });
  Object.assign(rig.modem.audio.habits, habits);
  rig.calls.plan = { outcome: "answer", alertMs: null, ms: 200 };
  const heard = await rig.dial();
  await rig.told(heard, "connected");
  return { rig, call: heard.call };
}

/** So long that all set-up is done, then the meters begin. */
async function settled(rig: CallRig, speaker: Speaker): Promise<void> {
  await rig.pass(seconds(5));
  speaker.heard.clear();
  rig.modem.audio.heard.clear();
}

describe("a tone", () => {
  it.each(SOUNDING)("goes both ways at its level with %s", async (twin) => {
    const { rig, call } = await inCall(twin, { says: TONE });
    const speaker = new Speaker(rig);
    call.audio.exchange(speaker.exchange);
    await settled(rig, speaker);
    await rig.pass(seconds(3));
    expect(speaker.heard.tone(1_000)).toBeCloseTo(-12, 1);
    expect(speaker.heard.tone(700)).toBeLessThan(-60);
    expect(rig.modem.audio.heard.tone(700)).toBeCloseTo(-20, 1);
    expect(rig.modem.audio.heard.gaps).toBe(0);
    expect(rig.modem.audio.heard.frames).toBe(speaker.heard.frames);
    expect(call.audio.counts().stalls).toBe(0);
    await rig.stop();
  });

  it.each<[string, Partial<AudioHabits>]>([
    ["short reads", { pieces: 64 }],
    ["reads that cut samples", { pieces: 77 }],
    ["bursts of 5 frames", { burst: 5 }],
    ["bursts in odd pieces", { burst: 5, pieces: 333 }],
    ["a clock 1 % fast", { drift: 0.01 }],
    ["a clock 1 % slow", { drift: -0.01 }],
  ])("survives %s: one frame for each frame, no sample lost", async (_, habits) => {
    const { rig, call } = await inCall("quectel-ec25", { says: TONE, ...habits });
    const speaker = new Speaker(rig);
    call.audio.exchange(speaker.exchange);
    await settled(rig, speaker);
    const said = rig.modem.audio.said;
    await rig.pass(seconds(60));
    expect(speaker.heard.tone(1_000)).toBeCloseTo(-12, 1);
    expect(rig.modem.audio.heard.tone(700)).toBeCloseTo(-20, 1);
    expect(speaker.heard.frames).toBe(rig.modem.audio.said - said);
    expect(rig.modem.audio.heard.frames).toBe(speaker.heard.frames);
    const expected = 50 * 60 * (1 + (habits.drift ?? 0));
    expect(Math.abs(speaker.heard.frames - expected)).toBeLessThanOrEqual(5);
    await rig.stop();
  });
});

describe("silence", () => {
  it("is said while nobody speaks, and when the exchange has nothing or fails", async () => {
    const { rig, call } = await inCall("quectel-ec25", { says: TONE });
    await rig.pass(seconds(3));
    const alone = call.audio.counts();
    expect(alone.heard).toBeGreaterThan(100);
    expect(alone.said).toBe(alone.heard);
    expect(alone.silence).toBe(alone.said);
    expect(rig.modem.audio.heard.level()).toBe(-100);
    expect(rig.modem.audio.heard.frames).toBe(alone.said);
    const speaker = new Speaker(rig);
    const dispose = call.audio.exchange(speaker.exchange);
    await rig.pass(seconds(2));
    expect(rig.modem.audio.heard.tone(700)).toBeCloseTo(-20, 1);
    dispose();
    await rig.pass(seconds(2));
    expect(rig.modem.audio.heard.level()).toBe(-100);
    call.audio.exchange(() => null);
    await rig.pass(seconds(1));
    call.audio.exchange(() => new Uint8Array(10));
    await rig.pass(seconds(1));
    call.audio.exchange(() => {
      throw new Error("broken");
    });
    await rig.pass(seconds(2));
    expect(rig.modem.audio.heard.level()).toBe(-100);
    const { heard, said } = call.audio.counts();
    expect(said).toBe(heard);
    await rig.stop();
  });

  it("of the modem is counted as a stall, and the sound goes on after it", async () => {
    const { rig, call } = await inCall("quectel-ec25", { says: TONE });
    const speaker = new Speaker(rig);
    call.audio.exchange(speaker.exchange);
    await settled(rig, speaker);
    rig.modem.audio.stall(500);
    await rig.pass(seconds(3));
    expect(call.audio.counts().stalls).toBe(1);
    expect(speaker.heard.tone(1_000)).toBeCloseTo(-12, 1);
    await rig.stop();
  });
});

describe("the exchange", () => {
  it("is one at a time: a second takes the first one's place, whose disposer then takes nothing away", async () => {
    const { rig, call } = await inCall("quectel-ec25", { says: TONE });
    const [first, second] = [new Speaker(rig), new Speaker(rig)];
    const dispose = call.audio.exchange(first.exchange);
    await rig.pass(seconds(1));
    const before = first.heard.frames;
    call.audio.exchange(second.exchange);
    dispose();
    await rig.pass(seconds(1));
    expect(first.heard.frames).toBe(before);
    expect(second.heard.frames).toBeGreaterThan(40);
    await rig.stop();
  });

  it("ends with the call, and the next call does not hear it", async () => {
    const { rig, call } = await inCall("quectel-ec25", { says: TONE });
    const speaker = new Speaker(rig);
    call.audio.exchange(speaker.exchange);
    await rig.pass(seconds(1));
    rig.calls.end();
    await rig.pass(seconds(5));
    const over = call.audio.counts();
    const next = await rig.dial();
    await rig.told(next, "connected");
    await rig.pass(seconds(2));
    expect(call.audio.counts()).toEqual(over);
    expect(next.call.audio.counts().heard).toBeGreaterThan(50);
    expect(rig.modem.audio.heard.level()).toBe(-100);
    await rig.stop();
  });

  it("hears the ringing at the other side before the answer", async () => {
    const rig = await callRig();
    rig.modem.audio.habits.says = TONE;
    rig.calls.plan = { outcome: "manual" };
    const heard = await rig.dial();
    const speaker = new Speaker(rig);
    heard.call.audio.exchange(speaker.exchange);
    rig.calls.alert();
    await rig.pass(seconds(3));
    expect(speaker.heard.tone(1_000)).toBeCloseTo(-12, 1);
    await rig.stop();
  });
});

describe("the sound's commands", () => {
  it.each<[TwinName, readonly string[]]>([
    ["quectel-ec25", ["AT+QPCMV=0", "AT+QPCMV=1,0", "ATD+15550111;", "AT+CHUP", "AT+QPCMV=0"]],
    [
      "simcom-sim7600",
      // Refused twice: too early after the connection.
      ["AT+CPCMREG=0", "ATD+15550111;", "AT+CPCMREG=1", "AT+CPCMREG=1", "AT+CPCMREG=1", "AT+CHUP", "AT+CPCMREG=0"],
    ],
    ["huawei-e1550", ["ATD+15550111;", "AT^DDSETEX=2", "AT+CHUP"]],
  ])("of %s come in their order", async (twin, expected) => {
    const rig = await callRig({ twin });
    rig.calls.plan = { outcome: "answer", ms: 500 };
    const heard = await rig.dial();
    await rig.told(heard, "connected");
    await rig.pass(seconds(10));
    await rig.clock.settle(heard.call.hangUp());
    await rig.told(heard, "ended hung_up");
    await rig.pass(seconds(1));
    expect(rig.sent("ATD", "AT+QPCMV", "AT+CPCMREG", "AT^DDSETEX", "AT+CHUP", "ATH")).toEqual(expected);
    await rig.stop();
  });

  it.each<[TwinName, readonly string[]]>([
    ["quectel-ec25", ["AT+QPCMV=0", "AT+QPCMV=1,0", "ATA"]],
    ["simcom-sim7600", ["AT+CPCMREG=0", "ATA", "AT+CPCMREG=1", "AT+CPCMREG=1", "AT+CPCMREG=1"]],
    ["huawei-e1550", ["ATA", "AT^DDSETEX=2"]],
  ])("of %s come in their order around an answer", async (twin, expected) => {
    const rig = await callRig({ twin });
    rig.calls.incoming("+15550111");
    const heard = await rig.ring();
    await rig.clock.settle(heard.call.answer());
    await rig.pass(seconds(10));
    expect(rig.sent("ATA", "AT+QPCMV", "AT+CPCMREG", "AT^DDSETEX")).toEqual(expected);
    await rig.stop();
  });
});

describe("the audio port", () => {
  it("is opened before the first call, stays open, and is opened again when it is lost", async () => {
    const rig = await callRig();
    expect(rig.modem.audio.attached).toBe(true);
    rig.modem.audio.hangup();
    await rig.clock.flush();
    expect(rig.runner.voice.ability()).toBe("calls");
    await rig.pass(seconds(3));
    expect(rig.runner.voice.ability()).toBe("audio");
    await rig.stop();
    expect(rig.modem.audio.attached).toBe(false);
  });

  it("that is configured as none is not opened", async () => {
    const rig = await callRig({ voice: { audio: "none" } });
    expect(rig.runner.voice.ability()).toBe("calls");
    expect(rig.modem.audio.attached).toBe(false);
    await rig.stop();
  });

  it.each([
    ["usb:1-1.4", undefined, "usb:1-1.4:audio"],
    ["usb:1-1.4:2", undefined, "usb:1-1.4:audio"],
    ["usb:1-1.4", "usb:1-1.4:6", "usb:1-1.4:6"],
    ["sim://slot/3", undefined, "sim://slot/3/audio"],
    ["tcp://rack:3001", undefined, null],
    ["tcp://rack:3001", "tcp://rack:3101", "tcp://rack:3101"],
    ["/dev/ttyUSB2", undefined, null],
    ["/dev/ttyUSB2", "/dev/ttyUSB1", "/dev/ttyUSB1"],
    ["sim://slot/3", "none", null],
  ])("of %s with %s is %s", (port, fixed, expected) => {
    expect(audioPortOf(port, fixed)).toBe(expected);
  });
});

describe("the pump", () => {
  const pumped = () => {
    const clock = new VirtualClock();
    const pump = new PcmPump({ clock, log: new CapturingLog() });
    const link = new ScriptLink();
    const written: Uint8Array[] = [];
    pump.attach({
      onData: (listener) => link.onData(listener),
      onClose: (listener) => link.onClose(listener),
      close: () => link.close(),
      write: async (bytes) => {
        written.push(Uint8Array.from(bytes));
      },
    });
    return { clock, pump, link, written };
  };

  it("throws away what comes outside of calls, and keeps in step with the frames", async () => {
    const { pump, link, written } = pumped();
    link.raw("x".repeat(500));
    const { audio, close } = pump.open();
    const seen: number[] = [];
    audio.exchange((heard) => {
      seen.push(heard[0] ?? 0, heard[319] ?? 0);
      return null;
    });
    link.raw(`${"x".repeat(140)}${"y".repeat(320)}`);
    expect(seen).toEqual([0x78, 0x78, 0x79, 0x79]);
    expect(written).toHaveLength(2);
    close();
    link.raw("z".repeat(640));
    expect(written).toHaveLength(2);
  });

  it("takes a piece that was left over before a pause for the past", async () => {
    const { clock, pump, link } = pumped();
    const { audio } = pump.open();
    const seen: number[] = [];
    audio.exchange((heard) => {
      seen.push(heard[0] ?? 0);
      return null;
    });
    link.raw("x".repeat(101));
    await clock.advance(millis(300));
    link.raw("y".repeat(320));
    expect(seen).toEqual([0x79]);
  });

  it("does not make up for the time in which the box stood still", async () => {
    const { pump, link, written } = pumped();
    const { audio } = pump.open();
    link.raw("x".repeat(320 * 300));
    expect(audio.counts()).toMatchObject({ heard: 10, said: 10 });
    expect(written).toHaveLength(10);
  });

  it("gives nothing more to a port that takes nothing, and goes on when it does", async () => {
    const clock = new VirtualClock();
    const pump = new PcmPump({ clock, log: new CapturingLog() });
    const link = new ScriptLink();
    const waiting: (() => void)[] = [];
    pump.attach({
      onData: (listener) => link.onData(listener),
      onClose: (listener) => link.onClose(listener),
      close: () => link.close(),
      write: () => new Promise((resolve) => waiting.push(resolve)),
    });
    const { audio } = pump.open();
    for (let i = 0; i < 40; i++) link.raw("x".repeat(320));
    expect(audio.counts()).toMatchObject({ heard: 40, said: 16 });
    for (const done of waiting.splice(0)) done();
    await clock.flush();
    link.raw("x".repeat(320));
    expect(audio.counts().said).toBe(17);
  });
});
