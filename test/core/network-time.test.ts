import { describe, expect, it } from "vitest";
import { days, minutes, silentLogger, slotId, unixMs } from "../../src/base/index.ts";
import { type AgreedTime, NetworkTime, TimeAnchor, TrustedTime } from "../../src/core/index.ts";
import { MemoryBoxStore } from "../sim/memory-store.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const [ONE, TWO, THREE] = [slotId("1"), slotId("2"), slotId("3")];
const [HOME, OTHER, THIRD] = ["26201", "26202", "26203"];

/** A box that was off for a month, and whose clock stands where it was left. */
async function rig(slots = 2, store = new MemoryBoxStore()) {
  const clock = new VirtualClock();
  const time = new TrustedTime(clock, unixMs(clock.now() + days(30)));
  const anchor = await TimeAnchor.open(store, silentLogger);
  const heard: AgreedTime[] = [];
  let asked = false;
  const setting = { wanted: () => asked, heard: (agreed: AgreedTime) => void heard.push(agreed) };
  const network = new NetworkTime({ time, clock, anchor, slots: () => slots, setting });
  const real = () => unixMs(clock.now() + days(60));
  const ask = (): void => {
    asked = true;
  };
  return { clock, time, network, real, store, anchor, heard, ask };
}

describe("time of the networks", () => {
  it("is wanted only while the box doubts its clock, or nobody keeps the machine's", async () => {
    const { time, network, real, ask } = await rig();
    expect(network.wanted()).toBe(true);
    time.evidence(real());
    expect(network.wanted()).toBe(false);
    ask();
    expect(network.wanted()).toBe(true);
  });

  it("is believed when two slots say the same", async () => {
    const { clock, time, network, real } = await rig();
    network.told(ONE, real(), HOME);
    expect(time.confidence).toBe("suspect");
    await clock.advance(minutes(20));
    network.told(TWO, unixMs(real() + minutes(2)), OTHER);
    expect([time.confidence, time.now() - real()]).toEqual(["trusted", minutes(2)]);
  });

  it("is not believed of one among several, however often it says it, nor of two that differ", async () => {
    const { time, network, real } = await rig();
    for (let i = 0; i < 5; i++) network.told(ONE, real(), HOME);
    network.told(TWO, unixMs(real() + minutes(10)), OTHER);
    expect(time.confidence).toBe("suspect");
  });

  it("is forgotten after an hour", async () => {
    const { clock, time, network, real } = await rig();
    network.told(ONE, real(), HOME);
    await clock.advance(minutes(61));
    network.told(TWO, real(), HOME);
    expect(time.confidence).toBe("suspect");
  });

  it("is believed of the only slot", async () => {
    const { time, network, real } = await rig(1);
    network.told(ONE, real(), null);
    expect(time.confidence).toBe("trusted");
  });

  it("is never earlier than what the box knows, nor from before there were boxes", async () => {
    const { clock, time, network } = await rig(1);
    network.told(ONE, unixMs(clock.now() + days(29)), HOME);
    network.told(ONE, unixMs(Date.UTC(2019, 0, 1)), HOME);
    expect(time.confidence).toBe("suspect");
  });
});

describe("a cell that lies", () => {
  it("moves a box by 400 days at most, however many of its modems it catches, and however often it speaks", async () => {
    const { clock, time, network, heard } = await rig();
    const lie = unixMs(clock.now() + days(30 + 401));
    for (const slot of [ONE, TWO, ONE, TWO]) network.told(slot, lie, HOME);
    expect(time.confidence).toBe("suspect");
    expect(heard).toMatchObject([{ voices: 1, believed: false }, { believed: false }, { believed: false }]);
  });

  it("moves it no further at the next start, and the one after it", async () => {
    const { clock, time, network, store } = await rig(1);
    const start = time.now();
    const lie = unixMs(start + days(390));
    network.told(ONE, lie, HOME);
    expect(time.now()).toBe(lie);
    await clock.advance(minutes(1));
    const later = new TrustedTime(clock, lie);
    const anchor = await TimeAnchor.open(store, silentLogger);
    const again = new NetworkTime({ time: later, clock, anchor, slots: () => 1, setting: null });
    again.told(ONE, unixMs(lie + days(390)), HOME);
    expect(later.confidence).toBe("suspect");
    // Once somebody else has confirmed the time, it counts from there.
    anchor.release();
    again.told(ONE, unixMs(lie + days(390)), HOME);
    expect(later.confidence).toBe("trusted");
  });

  it("is not believed against another network", async () => {
    const { time, network, real } = await rig(3);
    network.told(THREE, real(), OTHER);
    network.told(ONE, unixMs(real() + days(100)), HOME);
    network.told(TWO, unixMs(real() + days(100)), HOME);
    expect(time.confidence).toBe("suspect");
  });

  it("is outvoted by two networks that agree", async () => {
    const { time, network, real } = await rig(3);
    network.told(ONE, unixMs(real() + days(100)), HOME);
    network.told(TWO, real(), OTHER);
    network.told(THREE, real(), THIRD);
    expect([time.confidence, time.now()]).toEqual(["trusted", real()]);
  });

  it("is not believed against the relay", async () => {
    const { clock, time, network, real, heard, ask } = await rig(1);
    time.witness(real());
    ask();
    await clock.advance(minutes(30));
    network.told(ONE, unixMs(real() + minutes(6)), HOME);
    expect(heard).toEqual([]);
    network.told(ONE, real(), HOME);
    expect(heard).toEqual([{ time: real(), voices: 2, believed: true }]);
  });
});

describe("networks that agree", () => {
  it("are believed further than one alone, and not for ever", async () => {
    const told = async (ahead: number) => {
      const { clock, time, network } = await rig();
      for (const [slot, code] of [
        [ONE, HOME],
        [TWO, OTHER],
      ] as const)
        network.told(slot, unixMs(clock.now() + days(30 + ahead)), code);
      return time.confidence;
    };
    expect(await told(1800)).toBe("trusted");
    expect(await told(1840)).toBe("suspect");
  });

  it("are one where the modems do not tell which they are", async () => {
    const { network, real, heard } = await rig();
    network.told(ONE, real(), null);
    network.told(TWO, real(), HOME);
    expect(heard).toMatchObject([{ voices: 1 }]);
  });
});
