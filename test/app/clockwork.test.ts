import { beforeEach, describe, expect, it } from "vitest";
import { Clockwork, lastTrustedTime } from "../../src/app/clockwork.ts";
import { days, millis, minutes, seconds, slotId, unixMs } from "../../src/base/index.ts";
import { ClockSetting, NetworkTime, noMachineFacts, type Rental, TimeAnchor } from "../../src/core/index.ts";
import { CoreRig, lineOf, START } from "../core/core-rig.ts";

let rig: CoreRig;
let rental: Rental;
let clockwork: Clockwork;
let settled: number;

beforeEach(async () => {
  rig = new CoreRig();
  const [first] = await rig.rent(1);
  if (first === undefined) throw new Error("no rental");
  rental = first;
  const { clock, time, store: settings, rentals, events, log } = rig;
  settled = 0;
  const sip = {
    settle: () => {
      settled++;
      return Promise.resolve();
    },
  };
  clockwork = new Clockwork({ clock, time, settings, rentals, sip, events, log, clockSetting: null });
  clockwork.start();
  await rig.clock.advance(seconds(1));
});

describe("the clockwork", () => {
  it("ends a rental within seconds of its time", async () => {
    rig.clock.jump(days(30));
    rig.time.evidence(unixMs(START + days(30)));
    await rig.clock.advance(seconds(6));
    expect(rig.rentals.get(rental.id)?.state).toBe("expired");
  });

  it("has renters told of their SIP accounts every few seconds", async () => {
    const before = settled;
    await rig.clock.advance(seconds(30));
    expect(settled - before).toBeGreaterThan(4);
  });

  it("tells a jump of the clock once, and ends nothing by it", async () => {
    rig.clock.jump(days(4000));
    await rig.clock.advance(minutes(5));
    const jumps = rig.allEvents().filter((event) => event.code === "clock.jumped");
    expect(jumps).toMatchObject([{ level: "warn", details: { seconds: days(4000) / 1000 } }]);
    expect(rig.rentals.active(lineOf(1).id)).toEqual(rental);
  });

  it("ends what has run out once the machine's clock is set by the only SIM's network, and tells of no jump", async () => {
    await clockwork.stop();
    const { clock, time, store: settings, rentals, events, log } = rig;
    const anchor = await TimeAnchor.open(settings, log);
    const clockSetting = new ClockSetting({
      ...{ clock, time, anchor, events, log },
      machine: { facts: async () => ({ ...noMachineFacts, clockSynchronised: false }) },
      setter: {
        set: async (wanted) => void clock.after(seconds(3), "systemd", () => clock.jump(millis(wanted - clock.now()))),
      },
    });
    const network = new NetworkTime({ time, clock, anchor, slots: () => 1, setting: clockSetting });
    const sip = { settle: () => Promise.resolve() };
    const again = new Clockwork({ clock, time, settings, rentals, sip, events, log, clockSetting });
    again.start();
    await clock.advance(minutes(4));
    expect([time.confidence, network.wanted()]).toEqual(["trusted", true]);
    network.told(slotId("1"), unixMs(clock.now() + days(60)), "26201");
    await clock.advance(minutes(4));
    const codes = rig.allEvents().map(({ code }) => code);
    expect(codes).toContain("clock.set");
    expect(codes).not.toContain("clock.jumped");
    expect(time.now() - clock.now()).toBe(0);
    expect(rig.rentals.get(rental.id)?.state).toBe("expired");
    await again.stop();
  });

  it("remembers the time about every ten minutes while it is trusted, for the next start", async () => {
    expect(await lastTrustedTime(rig.store)).toBe(START);
    const before = rig.store.commits;
    await rig.clock.advance(minutes(60));
    expect(rig.store.commits - before).toBe(6);
    expect(await lastTrustedTime(rig.store)).toBeGreaterThan(START + minutes(49));
    rig.clock.jump(days(4000));
    await rig.clock.advance(minutes(60));
    expect(await lastTrustedTime(rig.store)).toBeLessThanOrEqual(START + minutes(60));
  });

  it("remembers the time when it stops, and does nothing afterwards", async () => {
    await rig.clock.advance(seconds(33));
    await clockwork.stop();
    expect(await lastTrustedTime(rig.store)).toBe(START + seconds(34));
    expect(rig.clock.pending).toEqual([]);
  });

  it("waits at its stop for the round that runs", async () => {
    const release = rig.store.stallWrites();
    rig.clock.jump(days(30));
    rig.time.evidence(unixMs(START + days(30)));
    await rig.clock.advance(seconds(6));
    const stopped = clockwork.stop();
    release();
    await stopped;
    expect(rig.rentals.get(rental.id)?.state).toBe("expired");
    expect(rig.clock.pending).toEqual([]);
  });

  it("goes on when the disk fails", async () => {
    rig.store.failWrites("store.full");
    await rig.clock.advance(minutes(15));
    expect(rig.log.lines.some((line) => line.startsWith("warn time_not_saved"))).toBe(true);
    rig.store.failWrites(null);
    await rig.clock.advance(minutes(15));
    expect(await lastTrustedTime(rig.store)).toBeGreaterThan(START + minutes(19));
  });

  it("survives a fault of its own", async () => {
    rig.rentals.tick = () => Promise.reject(new Error("odd"));
    await rig.clock.advance(seconds(30));
    expect(rig.log.lines.filter((line) => line.startsWith("error clockwork_failed")).length).toBeGreaterThan(3);
  });
});

describe("lastTrustedTime", () => {
  it.each([
    [null, null],
    ["1767225600000", 1767225600000],
    ["", null],
    ["-5", null],
    ["1e9", null],
    ["99999999999999999999", null],
  ])("of %j is %j", async (text, expected) => {
    const settings = new CoreRig().store;
    if (text !== null) await settings.setSetting("time.last", text);
    expect(await lastTrustedTime(settings)).toBe(expected);
  });
});
