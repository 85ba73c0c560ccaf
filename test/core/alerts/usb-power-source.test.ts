import { describe, expect, it } from "vitest";
import { minutes } from "../../../src/base/index.ts";
import { type HubPort, usbPowerSource } from "../../../src/core/index.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

function rig(first: Readonly<Record<string, number>>) {
  const clock = new VirtualClock();
  let counts = first;
  const ports = (): Promise<readonly HubPort[]> =>
    Promise.resolve(Object.entries(counts).map(([name, overCurrents]) => ({ name, overCurrents })));
  const source = usbPowerSource(ports, clock);
  const seen = async () =>
    (await source.observe()).map(({ subject, value, details }) => [subject, value, details?.count]);
  return {
    ...{ clock, seen },
    now: (next: typeof counts) => {
      counts = next;
    },
  };
}

describe("the power of USB ports", () => {
  it("is no alert for what was cut off before the box looked", async () => {
    const { seen } = rig({ "1-1-port1": 7, "1-1-port2": 0 });
    expect(await seen()).toEqual([]);
    expect(await seen()).toEqual([]);
  });

  it("is one for the port that was cut off, until half an hour has passed without another cut", async () => {
    const { clock, seen, now } = rig({ "1-1-port1": 7, "1-1-port2": 0 });
    await seen();
    now({ "1-1-port1": 7, "1-1-port2": 2 });
    expect(await seen()).toEqual([["1-1-port2", true, 2]]);
    await clock.advance(minutes(29));
    expect(await seen()).toEqual([["1-1-port2", true, 2]]);
    now({ "1-1-port1": 7, "1-1-port2": 3 });
    await seen();
    await clock.advance(minutes(29));
    expect(await seen()).toEqual([["1-1-port2", true, 3]]);
    await clock.advance(minutes(1));
    expect(await seen()).toEqual([["1-1-port2", false, 3]]);
  });

  it("is none for a hub that was plugged in anew, which counts from nothing", async () => {
    const { seen, now } = rig({ "1-1-port1": 7 });
    await seen();
    now({});
    await seen();
    now({ "1-1-port1": 0 });
    expect(await seen()).toEqual([]);
    now({ "1-1-port1": 1 });
    expect(await seen()).toEqual([["1-1-port1", true, 1]]);
  });
});
