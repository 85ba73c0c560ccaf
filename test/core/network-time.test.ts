import { describe, expect, it } from "vitest";
import { days, minutes, slotId, unixMs } from "../../src/base/index.ts";
import { NetworkTime, TrustedTime } from "../../src/core/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const [ONE, TWO] = [slotId("1"), slotId("2")];

/** A box that was off for a month, and whose clock stands where it was left. */
function rig(slots = 2) {
  const clock = new VirtualClock();
  const time = new TrustedTime(clock, unixMs(clock.now() + days(30)));
  const network = new NetworkTime({ time, clock, slots: () => slots });
  const real = () => unixMs(clock.now() + days(60));
  return { clock, time, network, real };
}

describe("time of the networks", () => {
  it("is wanted only while the box doubts its clock", () => {
    const { time, network, real } = rig();
    expect(network.wanted()).toBe(true);
    time.evidence(real());
    expect(network.wanted()).toBe(false);
  });

  it("is believed when two slots say the same", async () => {
    const { clock, time, network, real } = rig();
    network.told(ONE, real());
    expect(time.confidence).toBe("suspect");
    await clock.advance(minutes(20));
    network.told(TWO, unixMs(real() + minutes(2)));
    expect([time.confidence, time.now() - real()]).toEqual(["trusted", minutes(2)]);
  });

  it("is not believed of one among several, however often it says it, nor of two that differ", () => {
    const { time, network, real } = rig();
    for (let i = 0; i < 5; i++) network.told(ONE, real());
    network.told(TWO, unixMs(real() + minutes(10)));
    expect(time.confidence).toBe("suspect");
  });

  it("is forgotten after an hour", async () => {
    const { clock, time, network, real } = rig();
    network.told(ONE, real());
    await clock.advance(minutes(61));
    network.told(TWO, real());
    expect(time.confidence).toBe("suspect");
  });

  it("is believed of the only slot", () => {
    const { time, network, real } = rig(1);
    network.told(ONE, real());
    expect(time.confidence).toBe("trusted");
  });

  it("is never earlier than what the box knows, nor from before there were boxes", () => {
    const { clock, time, network } = rig(1);
    network.told(ONE, unixMs(clock.now() + days(29)));
    network.told(ONE, unixMs(Date.UTC(2019, 0, 1)));
    expect(time.confidence).toBe("suspect");
  });
});
