import { describe, expect, it } from "vitest";
import { deferred, hours, type Millis, minutes, seconds, type UnixMs } from "../../../src/base/index.ts";
import { type Notice, NoticeDesk, type NoticeTarget, type SendOutcome } from "../../../src/core/index.ts";
import { MOST_QUEUED } from "../../../src/core/notices/notice-desk.ts";
import { MemoryNotices } from "../../sim/memory-notices.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { RecordingLogger, START } from "../core-rig.ts";

const sent: SendOutcome = { kind: "sent", status: 200 };
const failed: SendOutcome = { kind: "retry", code: "notify.http_status", status: 500, after: null };
const policy = { backoff: { first: seconds(10), max: minutes(30) }, giveUpAfter: hours(24), disableAfter: hours(72) };

class Receiver implements NoticeTarget {
  readonly policy = policy;
  readonly got: string[] = [];
  readonly at: UnixMs[] = [];
  outcome: SendOutcome | "hang" | "throw" = sent;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  readonly sender = {
    send: async ({ id }: Notice, signal: AbortSignal): Promise<SendOutcome> => {
      this.got.push(id);
      this.at.push(this.#clock.now());
      if (this.outcome === "throw") throw new TypeError("secret text of a library");
      if (this.outcome !== "hang") return this.outcome;
      const end = deferred<SendOutcome>();
      signal.addEventListener("abort", () => end.resolve(failed));
      return end.promise;
    },
  };
}

async function rig(store = new MemoryNotices(), clock = new VirtualClock(START)) {
  const log = new RecordingLogger();
  const now = () => clock.now();
  const desk = new NoticeDesk({ clock, random: new SeededRandom(7), log, now, store });
  const [a, b] = [new Receiver(clock), new Receiver(clock)];
  await desk.load();
  desk.addTarget("channel:a", a);
  desk.addTarget("webhook:b", b);
  desk.start();
  const notice = (id: string, target = "channel:a"): Notice => ({
    id,
    target,
    type: "alert.raised",
    at: clock.now(),
    body: "{}",
  });
  const post = (...ids: string[]) =>
    desk.post(
      ids.map((id) => notice(id)),
      true,
    );
  return { desk, a, b, clock, log, store, notice, post };
}

describe("notices", () => {
  it("go out in their order, one at a time, and are gone when they are sent", async () => {
    const { a, clock, desk, post, store } = await rig();
    await post("1", "2", "3");
    await clock.advance(seconds(2));
    expect(a.got).toEqual(["1", "2", "3"]);
    expect([store.queued, desk.waiting("channel:a")]).toEqual([[], 0]);
  });

  it("that are urgent are durable when they are posted; others within a second", async () => {
    const { a, b, clock, desk, notice, store } = await rig();
    a.outcome = "hang";
    b.outcome = "hang";
    await desk.post([notice("1")], true);
    expect(store.queued.map(({ id }) => id)).toEqual(["1"]);
    for (let n = 0; n < 50; n++) await desk.post([notice(`x${n}`, "webhook:b")], false);
    const before = store.writes;
    expect(store.queued).toHaveLength(1);
    await clock.advance(seconds(1));
    expect([store.queued.length, store.writes]).toEqual([51, before + 1]);
  });

  it("are tried again, later each time, until they are sent", async () => {
    const { a, clock, desk, post } = await rig();
    a.outcome = failed;
    await post("1");
    await clock.advance(hours(2));
    const waits = a.at.slice(1).map((time, at) => time - (a.at[at] ?? 0));
    expect(waits.length).toBeGreaterThan(8);
    for (const [at, wait] of waits.entries()) {
      const step = Math.min(1800, 10 * 2 ** at) * 1000;
      expect(wait).toBeGreaterThanOrEqual(step / 2);
      expect(wait).toBeLessThanOrEqual(step + 1);
    }
    a.outcome = sent;
    await clock.advance(hours(1));
    expect([desk.waiting("channel:a"), desk.state("channel:a")?.failures]).toEqual([0, 0]);
  });

  it("wait for as long as the receiver asks", async () => {
    const { a, clock, post } = await rig();
    a.outcome = { kind: "retry", code: "notify.http_status", status: 429, after: minutes(20) };
    await post("1");
    await clock.advance(minutes(19));
    expect(a.got).toHaveLength(1);
    await clock.advance(minutes(2));
    expect(a.got).toHaveLength(2);
  });

  it("do not all knock while the receiver is down", async () => {
    const { a, clock, post } = await rig();
    a.outcome = failed;
    await post(...Array.from({ length: 200 }, (_, n) => `${n}`));
    await clock.advance(minutes(10));
    expect(a.got.length).toBeLessThan(12);
    a.outcome = sent;
    await clock.advance(hours(1));
    expect(new Set(a.got).size).toBe(200);
  });

  it("of one target are not held up by another that hangs", async () => {
    const { a, b, clock, desk, notice } = await rig();
    a.outcome = "hang";
    await desk.post([notice("1"), notice("2", "webhook:b")], true);
    await clock.advance(seconds(1));
    expect(b.got).toEqual(["2"]);
    await clock.advance(seconds(21));
    expect(desk.attempts("channel:a").map(({ result }) => result)).toEqual(["notify.timeout"]);
  });

  it("survive a sender that throws, whose words go nowhere but to the log", async () => {
    const { a, clock, desk, post } = await rig();
    a.outcome = "throw";
    await post("1");
    await clock.advance(seconds(1));
    expect(desk.attempts("channel:a").map(({ result, status }) => [result, status])).toEqual([
      ["notify.unexpected", null],
    ]);
    expect(JSON.stringify(desk.attempts("channel:a"))).not.toContain("secret");
  });

  it("survive a restart with their waits, and come under the same id", async () => {
    const first = await rig();
    first.a.outcome = failed;
    await first.post("1", "2");
    await first.clock.advance(seconds(40));
    await first.desk.stop();
    const tries = first.store.queued.find(({ id }) => id === "1")?.attempts ?? 0;
    expect(tries).toBeGreaterThan(0);
    const second = await rig(first.store, first.clock);
    await second.clock.advance(seconds(5));
    expect(second.a.got).toEqual([]);
    await second.clock.advance(hours(1));
    expect(second.a.got).toEqual(expect.arrayContaining(["1", "2"]));
    expect(second.store.queued).toEqual([]);
  });

  it("that are in flight when the box stops are sent after the start, without a mark against the receiver", async () => {
    const first = await rig();
    first.a.outcome = "hang";
    await first.post("1");
    await first.clock.advance(seconds(1));
    await first.desk.stop();
    expect([first.store.targets.size, first.store.queued[0]?.attempts]).toEqual([0, 0]);
    const second = await rig(first.store, first.clock);
    await second.clock.advance(seconds(1));
    expect(second.a.got).toEqual(["1"]);
  });

  it("of one id are sent once, however often they are posted while they wait", async () => {
    const { a, clock, post } = await rig();
    a.outcome = failed;
    await post("1", "1");
    await post("1");
    a.outcome = sent;
    await clock.advance(hours(1));
    expect(a.got).toEqual(["1", "1"]);
  });

  it("are given up after a day", async () => {
    const { a, clock, desk, log, post } = await rig();
    a.outcome = failed;
    await post("1");
    await clock.advance(hours(25));
    expect(desk.waiting("channel:a")).toBe(0);
    expect(log.lines.some((line) => line.includes("notify.stale"))).toBe(true);
  });

  it("are bounded: the oldest go", async () => {
    const { a, desk, log, notice, store } = await rig();
    a.outcome = "hang";
    const all = Array.from({ length: MOST_QUEUED + 10 }, (_, n) => notice(`${n}`));
    await desk.post(all, true);
    expect([desk.waiting("channel:a"), store.queued.length]).toEqual([MOST_QUEUED, MOST_QUEUED]);
    expect(store.queued[0]?.id).toBe("10");
    expect(log.lines.filter((line) => line.includes("notify.overflow"))).toHaveLength(10);
  });

  it("are sent from memory while the disk is full", async () => {
    const { a, clock, post, store } = await rig();
    store.full = true;
    await post("1");
    await clock.advance(seconds(1));
    expect(a.got).toEqual(["1"]);
    store.full = false;
    await clock.advance(minutes(1));
    expect([store.queued, store.attempts.length]).toEqual([[], 1]);
  });

  it("do not go to a target that failed for three days, until the owner enables it", async () => {
    const { a, clock, desk, notice } = await rig();
    a.outcome = failed;
    for (let hour = 0; hour < 80; hour++) {
      await desk.post([notice(`${hour}`)], true);
      await clock.advance(hours(1));
    }
    expect(desk.state("channel:a")?.disabled?.code).toBe("notify.http_status");
    const tries = a.got.length;
    await clock.advance(hours(5));
    expect(a.got).toHaveLength(tries);
    a.outcome = sent;
    desk.enable("channel:a");
    await clock.advance(minutes(1));
    expect([desk.state("channel:a")?.disabled, desk.waiting("channel:a")]).toEqual([null, 0]);
  });

  it("do not go on to a receiver that says it wants no more, across a restart", async () => {
    const first = await rig();
    first.a.outcome = { kind: "gone", code: "notify.gone", status: 410 };
    await first.post("1", "2");
    await first.clock.advance(hours(1));
    expect(first.a.got).toEqual(["1"]);
    await first.desk.stop();
    const second = await rig(first.store, first.clock);
    await second.clock.advance(hours(1));
    expect(second.a.got).toEqual([]);
    expect(second.desk.state("channel:a")?.disabled?.code).toBe("notify.gone");
  });

  it("of a target that is no more are dropped", async () => {
    const { a, clock, desk, post, store } = await rig();
    a.outcome = failed;
    await post("1");
    await clock.advance(seconds(2));
    desk.removeTarget("channel:a");
    await post("2");
    await clock.advance(seconds(2));
    expect([store.queued, store.attempts, store.targets.size]).toEqual([[], [], 0]);
  });

  it("can be tried out: past the queue, with the result", async () => {
    const { a, desk, notice } = await rig();
    a.outcome = failed;
    const result = await desk.test(notice("try"));
    expect([result.result, result.status, desk.waiting("channel:a")]).toEqual(["notify.http_status", 500, 0]);
    await expect(desk.test(notice("try", "channel:none"))).rejects.toMatchObject({ code: "notify.unknown_target" });
  });

  it.each([
    ["backwards", -10],
    ["forwards", 10],
  ] as const)("go out although the clock jumps years %s", async (_, years) => {
    const { a, clock, post } = await rig();
    a.outcome = failed;
    await post("1");
    await clock.advance(seconds(1));
    clock.jump(hours(24 * 365 * years) as Millis);
    a.outcome = sent;
    await clock.advance(minutes(2));
    // Set forward, the notice is too old for anybody; set back, it must not wait for years.
    expect(a.got).toHaveLength(years < 0 ? 2 : 1);
  });
});
