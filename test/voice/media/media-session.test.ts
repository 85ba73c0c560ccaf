import { describe, expect, it } from "vitest";
import { millis } from "../../../src/base/index.ts";
import { MediaSession } from "../../../src/voice/media/media-session.ts";
import { announcementTones, toneFrames, tonesLength } from "../../../src/voice/media/tones.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { frameOf, HandLink, HandModem } from "./media-rig.ts";

function rig() {
  const clock = new VirtualClock();
  const link = new HandLink();
  const modem = new HandModem();
  return { clock, link, modem, session: new MediaSession(link, clock) };
}

function* frames(value: number, count: number): Generator<Uint8Array, undefined> {
  for (let i = 0; i < count; i++) yield frameOf(value);
  return undefined;
}

describe("the sound of a call", () => {
  it("goes to the phone in the very exchange in which the modem said it", () => {
    const { link, modem, session } = rig();
    session.attach(modem);
    modem.say(1);
    modem.say(2);
    expect(link.sent).toEqual([1, 2]);
  });

  it("comes from the phone after two frames, one for each of the modem's", () => {
    const { link, modem, session } = rig();
    session.attach(modem);
    link.phoneSays(7);
    expect(modem.say(1)).toBeNull();
    link.phoneSays(8);
    expect([modem.say(1), modem.say(1), modem.say(1)]).toEqual([7, 8, null]);
    expect(session.counts().missing).toBe(1);
  });

  it("throws away the old end when the modem stood still, and goes on three frames behind", () => {
    const { link, modem, session } = rig();
    session.attach(modem);
    for (let value = 1; value <= 100; value++) link.phoneSays(value);
    const said = Array.from({ length: 5 }, () => modem.say(0));
    expect(said.filter((value) => value !== null).length).toBeLessThanOrEqual(5);
    expect(said[0]).toBeGreaterThanOrEqual(95);
    expect(session.counts().dropped).toBeGreaterThanOrEqual(95);
  });

  it.each([0.99, 1.01])("stays within 100 ms over ten minutes when the modem's clock is %s of the phone's", (rate) => {
    const { link, modem, session } = rig();
    session.attach(modem);
    let phone = 0;
    let delay = 0;
    for (let n = 0; n < 30_000; n++) {
      for (; phone <= n * rate; phone++) link.phoneSays(phone % 200);
      const said = modem.say(0);
      if (said !== null) delay = Math.max(delay, (phone - 1 - said + 200) % 200);
    }
    expect(delay).toBeLessThanOrEqual(5);
    const { dropped, missing } = session.counts();
    // One percent of 30,000 frames has to go somewhere: dropped, or made up by silence.
    expect(dropped + missing).toBeLessThanOrEqual(450);
  });

  it("is silence at the modem while the phone holds, and nothing old is heard after it", () => {
    const { link, modem, session } = rig();
    session.attach(modem);
    link.phoneSays(5, 3);
    session.hold(true);
    link.phoneSays(6, 3);
    expect([modem.say(1), modem.say(1)]).toEqual([null, null]);
    session.hold(false);
    link.phoneSays(7, 2);
    expect([modem.say(1), modem.say(1), modem.say(1)]).toEqual([7, 7, null]);
    expect(link.sent).toEqual([1, 1, 1, 1, 1]);
  });

  it("counts frames that Asterisk did not take and blocks nobody", () => {
    const { link, modem, session } = rig();
    session.attach(modem);
    link.full = true;
    modem.say(1);
    link.full = false;
    modem.say(2);
    expect(link.sent).toEqual([2]);
    expect(session.counts().lostUp).toBe(1);
  });

  it("leaves silence at the modem when it is closed", () => {
    const { link, modem, session } = rig();
    session.attach(modem);
    session.close();
    session.close();
    expect(modem.attached).toBe(false);
    expect(link.closed).toBe(true);
    session.attach(modem);
    expect(modem.attached).toBe(false);
  });
});

describe("a sound of the box", () => {
  it("takes the place of the modem's voice, frame by frame, while the phone is still heard", async () => {
    const { clock, link, modem, session } = rig();
    session.attach(modem);
    const said = session.say(frames(9, 2), millis(40));
    link.phoneSays(4, 3);
    const back = [modem.say(1), modem.say(1), modem.say(1), modem.say(1)];
    await clock.settle(said, millis(100));
    expect(link.sent).toEqual([9, 9, 1, 1]);
    expect(back).toEqual([4, 4, 4, null]);
  });

  it("is timed by the box when there is no modem", async () => {
    const { clock, link, session } = rig();
    const said = session.say(frames(9, 50), millis(1000));
    await clock.advance(millis(500));
    expect(link.sent.length).toBeGreaterThanOrEqual(25);
    expect(link.sent.length).toBeLessThanOrEqual(27);
    await clock.settle(said, millis(1000));
    expect(link.sent).toHaveLength(50);
    expect(clock.pending).toEqual([]);
  });

  it("goes on in the modem's time when the modem comes in the middle of it", async () => {
    const { clock, link, modem, session } = rig();
    const said = session.say(frames(9, 4), millis(80));
    session.attach(modem);
    await clock.advance(millis(200));
    expect(link.sent).toEqual([9]);
    for (let i = 0; i < 4; i++) modem.say(1);
    await clock.settle(said, millis(10));
    expect(link.sent).toEqual([9, 9, 9, 9, 1]);
  });

  it("ends for its caller even when the modem stands still, the session closes, or the next one begins", async () => {
    const { clock, modem, session } = rig();
    session.attach(modem);
    const stuck = session.say(frames(9, 10), millis(200));
    await clock.settle(stuck, millis(2300));
    const first = session.say(frames(9, 10), millis(200));
    const second = session.say(frames(8, 10), millis(200));
    await clock.settle(first, millis(1));
    session.close();
    await clock.settle(second, millis(1));
    await session.say(frames(9, 1), millis(20));
    expect(clock.pending).toEqual([]);
  });

  it("is an echo until the call is over", async () => {
    const { clock, link, session } = rig();
    const over = session.echo();
    link.phoneSays(3, 2);
    expect(link.sent).toEqual([3, 3]);
    session.close();
    await clock.settle(over, millis(1));
  });
});

describe("tones", () => {
  it("of each announcement last as long as they say, at the level of speech", () => {
    for (const what of ["blocked", "emergency", "no_credit", "unreachable", "busy", "warning"] as const) {
      const tones = announcementTones(what);
      const made = [...toneFrames(tones)];
      expect(made.length * 20 - tonesLength(tones)).toBeGreaterThanOrEqual(0);
      expect(made.length * 20 - tonesLength(tones)).toBeLessThan(20);
      const samples = made.flatMap((bytes) => Array.from(new Int16Array(bytes.buffer)));
      const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(peak).toBeGreaterThan(6000);
      expect(peak).toBeLessThan(9000);
    }
  });

  it("are the frequency that they say", () => {
    const made = [...toneFrames([{ hertz: [1000], ms: 200 }])].flatMap((b) => Array.from(new Int16Array(b.buffer)));
    const crossings = made.filter((value, i) => value >= 0 && (made[i - 1] ?? 0) < 0).length;
    expect(Math.abs(crossings - 200)).toBeLessThanOrEqual(1);
  });
});
