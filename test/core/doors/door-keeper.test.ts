import { describe, expect, it, onTestFinished } from "vitest";
import { AppError, type Millis, millis, minutes, seconds } from "../../../src/base/index.ts";
import { DoorKeeper } from "../../../src/core/index.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

/** Time that each door takes; null for one that is not well. */
function open(times: (number | null)[]) {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const ask = async (door: number): Promise<Millis> => {
    asked.push(door);
    const took = times[door] ?? null;
    if (took === null) throw new AppError("relay.unreachable", "down");
    return millis(took);
  };
  const keeper = new DoorKeeper({ count: times.length, clock, random: new SeededRandom("doors"), ask });
  onTestFinished(() => keeper.stop());
  return { keeper, clock, asked, times };
}

const { signal } = new AbortController();

describe("DoorKeeper.through", () => {
  const request = (answers: (string | Error)[], tried: number[]) => ({
    attempt: async (door: number): Promise<string> => {
      tried.push(door);
      const answer = answers[door] ?? "none";
      if (answer instanceof Error) throw answer;
      return answer;
    },
    isFault: (answer: string) => answer === "ill",
    isDoorError: (error: unknown) => error instanceof AppError,
    signal,
  });
  const down = new AppError("relay.unreachable", "down");

  it("goes on to the next door after an error or a faulty answer, and stays there", async () => {
    const { keeper } = open([1, 1, 1]);
    const tried: number[] = [];
    expect(await keeper.through(request([down, "ill", "good"], tried))).toBe("good");
    expect(tried).toEqual([0, 1, 2]);
    expect(keeper.chosen).toBe(2);
    expect(await keeper.through(request([down, "ill", "good"], tried))).toBe("good");
    expect(tried).toEqual([0, 1, 2, 2]);
  });

  it("gives what the last door said where none is well", async () => {
    const tried: number[] = [];
    expect(await open([1, 1]).keeper.through(request([down, "ill"], tried))).toBe("ill");
    await expect(open([1, 1]).keeper.through(request(["ill", down], tried))).rejects.toBe(down);
    await expect(open([1]).keeper.through(request([down], tried))).rejects.toBe(down);
    expect(tried).toEqual([0, 1, 0, 1, 0]);
  });

  it("passes on an error that is not the door's, and blames nobody", async () => {
    const { keeper } = open([1, 1]);
    const ours = new TypeError("ours");
    await expect(keeper.through(request([ours, "good"], []))).rejects.toBe(ours);
    expect(keeper.chosen).toBe(0);
  });

  it("ends with an abort, and blames nobody", async () => {
    const { keeper } = open([1, 1]);
    const abort = new AbortController();
    const attempt = async (): Promise<string> => {
      abort.abort();
      throw down;
    };
    const cut = keeper.through({ ...request([], []), attempt, signal: abort.signal });
    await expect(cut).rejects.toBe(down);
    expect(keeper.chosen).toBe(0);
  });
});

describe("a measuring DoorKeeper", () => {
  it("leaves a single door alone", async () => {
    const { keeper, clock, asked } = open([1]);
    keeper.start();
    await clock.advance(minutes(10));
    expect(asked).toEqual([]);
  });

  it("takes the near door, tells of it, and asks each door once a minute", async () => {
    const { keeper, clock, asked } = open([400, 20]);
    const moves: number[] = [];
    keeper.onMove((door) => moves.push(door));
    keeper.start();
    await clock.advance(seconds(1));
    expect([keeper.chosen, moves, asked]).toEqual([1, [1], [0, 1]]);
    await clock.advance(minutes(5));
    expect([moves, asked.length]).toEqual([[1], 12]);
  });

  it("comes back to the first door once it has held, not at its first answer", async () => {
    const { keeper, clock, times } = open([null, 50]);
    keeper.start();
    await clock.advance(minutes(10));
    expect(keeper.chosen).toBe(1);
    times[0] = 50;
    const moves: number[] = [];
    keeper.onMove((door) => moves.push(door));
    await clock.advance(minutes(20));
    expect([keeper.chosen, moves]).toEqual([0, [0]]);
  });

  it("asks nobody any more once it is stopped", async () => {
    const { keeper, clock, asked } = open([1, 1]);
    keeper.start();
    await clock.advance(seconds(1));
    keeper.stop();
    await clock.advance(minutes(10));
    expect(asked).toHaveLength(2);
  });
});
