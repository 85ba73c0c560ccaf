// The machine's clock where no time server keeps it: set by what others agree on, and left alone in all other cases.

import { describe, expect, it } from "vitest";
import {
  AppError,
  days,
  hours,
  millis,
  minutes,
  seconds,
  silentLogger,
  type UnixMs,
  unixMs,
} from "../../src/base/index.ts";
import {
  type AgreedTime,
  ClockSetting,
  clockVerdict,
  type EventInput,
  noMachineFacts,
  TimeAnchor,
  TrustedTime,
} from "../../src/core/index.ts";
import { MemoryBoxStore } from "../sim/memory-store.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const MONTHS = days(90);

/** A box that was off for months, on a machine that starts with its last known time. */
async function rig({ synchronised = false as boolean | null, refuses = false, ignores = false } = {}) {
  const clock = new VirtualClock();
  const store = new MemoryBoxStore();
  const time = new TrustedTime(clock, clock.now());
  const anchor = await TimeAnchor.open(store, silentLogger);
  const [asked, events]: [UnixMs[], EventInput[]] = [[], []];
  let kept = synchronised;
  const setting = new ClockSetting({
    ...{ clock, time, anchor, log: silentLogger },
    machine: { facts: async () => ({ ...noMachineFacts, clockSynchronised: kept }) },
    events: { record: (event) => void events.push(event) },
    setter: {
      set: async (wanted) => {
        asked.push(wanted);
        if (refuses) throw new AppError("host.not_allowed", "no");
        if (!ignores) clock.after(seconds(2), "systemd", () => clock.jump(millis(wanted - clock.now())));
      },
    },
  });
  /** As the clockwork does, for so long. */
  const pass = async (span: number): Promise<void> => {
    for (let gone = 0; gone < span; gone += seconds(5)) {
      let done = false;
      const looking = setting.look().then(() => {
        done = true;
      });
      do await clock.advance(seconds(5));
      while (!done);
      await looking;
    }
  };
  const keep = (value: boolean): void => {
    kept = value;
  };
  const say = (by: number, { voices = 1, believed = true } = {}): void =>
    setting.heard({ time: unixMs(clock.now() + by), voices, believed });
  return { clock, time, anchor, setting, asked, events, pass, keep, say };
}
type Rig = Awaited<ReturnType<typeof rig>>;

const codes = ({ events }: Rig): readonly string[] => events.map(({ code }) => code);

describe("a clock that no time server keeps", () => {
  it("is set to what is told, though the box did not doubt it, and is no jump for anybody", async () => {
    const box = await rig();
    const { clock, time, setting, asked, events, pass, say } = box;
    const start = clock.now();
    await pass(minutes(4));
    expect(setting.wanted()).toBe(true);
    say(MONTHS);
    await pass(minutes(3));
    expect(asked).toHaveLength(1);
    expect(Math.abs(clock.now() - (start + MONTHS + minutes(7)))).toBeLessThan(minutes(1));
    expect(time.observe()).toBe(0);
    expect([time.confidence, Math.abs(time.now() - clock.now()) < 1000]).toEqual(["trusted", true]);
    expect(events).toMatchObject([
      { level: "warn", code: "clock.set", details: { seconds: MONTHS / 1000, voices: 1 } },
    ]);
    expect(setting.standing).toEqual({ kind: "right", voices: 1, set: true });
    // From where a lone voice counts, now and after the next start.
    expect(box.anchor.reference(clock.now())).toBeLessThan(start + hours(1));
  });

  it("is asked about again some hours later only", async () => {
    const { setting, pass, say } = await rig();
    await pass(minutes(4));
    say(MONTHS);
    await pass(minutes(3));
    expect(setting.wanted()).toBe(false);
    await pass(hours(6));
    expect(setting.wanted()).toBe(true);
  });

  it("is not asked of networks for ever that do not tell the time", async () => {
    const { setting, pass } = await rig();
    await pass(minutes(10));
    expect(setting.wanted()).toBe(true);
    await pass(minutes(10));
    expect(setting.wanted()).toBe(false);
    await pass(minutes(60));
    expect(setting.wanted()).toBe(true);
  });

  it("waits for time servers in the first minutes", async () => {
    const { asked, pass, say, keep } = await rig();
    await pass(minutes(1));
    say(MONTHS);
    await pass(minutes(1));
    expect(asked).toEqual([]);
    keep(true);
    await pass(minutes(10));
    expect(asked).toEqual([]);
  });

  it("is set by the relay where no network tells the time", async () => {
    const { clock, time, asked, pass } = await rig();
    time.witness(unixMs(clock.now() + MONTHS));
    await pass(minutes(6));
    expect(asked).toHaveLength(1);
    expect(time.confidence).toBe("trusted");
  });

  it("is not set years ahead by the relay alone", async () => {
    const { clock, time, setting, asked, events, pass } = await rig();
    time.witness(unixMs(clock.now() + days(500)));
    await pass(hours(3));
    expect(asked).toEqual([]);
    expect(setting.standing.kind).toBe("too_far");
    expect(events).toMatchObject([{ code: "clock.not_believed" }]);
  });

  it("is left alone where it is right, or ahead: nobody makes an old certificate good again", async () => {
    const box = await rig();
    await box.pass(minutes(4));
    box.say(minutes(4));
    await box.pass(minutes(3));
    expect(box.setting.standing).toMatchObject({ kind: "right", set: false });
    await box.pass(hours(6));
    box.say(-days(3));
    await box.pass(minutes(3));
    expect(box.setting.standing.kind).toBe("ahead");
    expect([box.asked, codes(box)]).toEqual([[], []]);
  });

  it("says once that it cannot be set, and tries again", async () => {
    for (const fault of [{ refuses: true }, { ignores: true }]) {
      const box = await rig(fault);
      await box.pass(minutes(4));
      box.say(MONTHS);
      await box.pass(minutes(62));
      box.say(MONTHS);
      await box.pass(minutes(5));
      expect(box.asked).toHaveLength(2);
      expect(codes(box)).toEqual(["clock.not_set"]);
      expect(box.setting.standing).toMatchObject({
        kind: "failed",
        code: fault.refuses === true ? "host.not_allowed" : "clock.not_set",
      });
    }
  });

  it("does not hold up the end of the box", async () => {
    const { clock, setting, pass, say } = await rig({ ignores: true });
    await pass(minutes(4));
    say(MONTHS);
    await clock.advance(minutes(2));
    const looking = setting.look();
    await clock.advance(seconds(3));
    setting.stop();
    await looking;
  });
});

describe("a clock", () => {
  it.each([true, null])("of which a time server is %s is never set, and no modem is asked", async (synchronised) => {
    const { setting, asked, pass, say } = await rig({ synchronised });
    await pass(minutes(4));
    expect(setting.wanted()).toBe(false);
    say(MONTHS, { voices: 3 });
    await pass(hours(2));
    expect(asked).toEqual([]);
  });

  it("that a time server keeps at last ends the count of what one voice has moved", async () => {
    const { clock, anchor, pass, say, keep } = await rig();
    await pass(minutes(4));
    say(MONTHS);
    await pass(minutes(3));
    keep(true);
    await pass(minutes(3));
    expect(anchor.reference(clock.now())).toBe(clock.now());
  });

  it("that was kept in this run is not moved by one voice when the time server is gone", async () => {
    const { asked, setting, pass, say, keep } = await rig({ synchronised: true });
    await pass(minutes(4));
    keep(false);
    await pass(minutes(3));
    say(MONTHS);
    await pass(minutes(3));
    expect([asked, setting.standing.kind]).toEqual([[], "too_far"]);
    await pass(minutes(62));
    say(MONTHS, { voices: 2 });
    await pass(minutes(3));
    expect(asked).toHaveLength(1);
  });

  it("that two voices find right does so, too", async () => {
    const { clock, anchor, pass, say } = await rig();
    await pass(minutes(4));
    say(MONTHS);
    await pass(hours(6) + minutes(5));
    say(0, { voices: 2 });
    await pass(minutes(3));
    expect(anchor.reference(clock.now())).toBe(clock.now());
  });

  it.each<[string, Partial<AgreedTime>, string]>([
    ["within five minutes", { time: unixMs(1e12 + minutes(5)) }, "right"],
    ["a little more", { time: unixMs(1e12 + minutes(5) + 1) }, "set"],
    ["behind what it says", { time: unixMs(1e12 - minutes(5) - 1) }, "ahead"],
    ["far ahead, by too few", { time: unixMs(2e12), believed: false }, "too_far"],
  ])("is told a time %s", (_, told, verdict) => {
    expect(clockVerdict(unixMs(1e12), { time: unixMs(0), voices: 1, believed: true, ...told })).toBe(verdict);
  });
});
