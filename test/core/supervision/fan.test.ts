import { describe, expect, it } from "vitest";
import { AppError, millis, minutes, seconds, silentLogger } from "../../../src/base/index.ts";
import { Fan, fanRuns, type MachineFacts, noMachineFacts } from "../../../src/core/index.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

const limits = { onAt: 65, offAt: 55 };

describe("a fan", () => {
  it.each<[boolean | null, number | null, boolean]>([
    [null, 20, false],
    [null, 60, true],
    [null, 80, true],
    [false, 64.9, false],
    [false, 65, true],
    [true, 55.1, true],
    [true, 55, false],
    [false, null, true],
    [true, null, true],
    [null, null, true],
  ])("that runs: %s runs at %s degrees: %s", (running, temperature, expected) => {
    expect(fanRuns(running, temperature, limits)).toBe(expected);
  });

  function rig() {
    const clock = new VirtualClock();
    const told: (boolean | "released")[] = [];
    let facts: () => Promise<MachineFacts> = async () => ({ ...noMachineFacts, temperatureC: 40 });
    const fan = new Fan({
      ...{ limits, clock, log: silentLogger, machine: { facts: () => facts() } },
      line: { hold: (active) => told.push(active), release: () => told.push("released") },
    });
    return {
      ...{ clock, told, fan },
      is: (temperatureC: number | null) => {
        facts = async () => ({ ...noMachineFacts, temperatureC });
      },
      answers: (next: () => Promise<MachineFacts>) => {
        facts = next;
      },
    };
  }

  it("runs at the start, and follows the temperature within seconds", async () => {
    const { fan, clock, told, is } = rig();
    expect(fan.running).toBeNull();
    fan.start();
    expect([told, fan.running]).toEqual([[true], true]);
    await clock.advance(millis(0));
    expect(told).toEqual([true, false]);
    is(66);
    await clock.advance(seconds(10));
    is(60);
    await clock.advance(minutes(1));
    is(54);
    await clock.advance(seconds(10));
    expect(told).toEqual([true, false, true, false]);
  });

  it("runs when the sensor fails, is gone, or never answers", async () => {
    const { fan, clock, told, is, answers } = rig();
    fan.start();
    await clock.advance(millis(0));
    is(null);
    await clock.advance(seconds(10));
    is(40);
    await clock.advance(seconds(10));
    answers(() => Promise.reject(new AppError("host.program_failed", "broken")));
    await clock.advance(seconds(10));
    is(40);
    await clock.advance(seconds(10));
    answers(() => new Promise(() => {}));
    await clock.advance(seconds(10));
    expect(told).toEqual([true, false, true, false, true, false]);
    await clock.advance(minutes(1));
    expect(told.at(-1)).toBe(true);
  });

  it("gives its line back at the stop, and does nothing more", async () => {
    const { fan, clock, told, is } = rig();
    fan.start();
    is(80);
    fan.stop();
    await clock.advance(minutes(5));
    expect([told, fan.running, clock.pending]).toEqual([[true, "released"], null, []]);
  });
});
