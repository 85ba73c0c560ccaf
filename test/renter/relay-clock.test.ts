import { expect, it } from "vitest";
import { hours, minutes, seconds, unixMs } from "../../src/base/index.ts";
import { RelayClock } from "../../src/renter/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { NOW } from "./fixtures.ts";

it.each([
  ["two hours ahead", hours(2), hours(2)],
  ["an hour behind", -hours(1), -hours(1)],
  ["a minute ahead, which a slow network makes too", minutes(1), 0],
])("a clock that is %s", async (_how, off, ahead) => {
  const clock = new VirtualClock(NOW);
  const time = new RelayClock(clock);
  expect(time.now()).toBe(NOW);
  time.heard(unixMs(NOW - off));
  expect(time.ahead).toBe(ahead);
  await clock.advance(seconds(10));
  expect(time.now()).toBe(NOW + seconds(10) - ahead);
});

it("a clock that was set is right again", () => {
  const clock = new VirtualClock(NOW);
  const time = new RelayClock(clock);
  time.heard(unixMs(NOW + hours(3)));
  clock.jump(hours(3));
  time.heard(unixMs(NOW + hours(3)));
  expect([time.ahead, time.now()]).toEqual([0, NOW + hours(3)]);
});
