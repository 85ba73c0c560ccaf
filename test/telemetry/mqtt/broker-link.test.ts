import { describe, expect, it } from "vitest";
import { AppError, millis, minutes, seconds } from "../../../src/base/index.ts";
import { BrokerLink } from "../../../src/telemetry/mqtt/broker-link.ts";
import { RecordingLogger } from "../../core/core-rig.ts";
import { FakeBroker } from "../../sim/mqtt/fake-broker.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

function rig() {
  const clock = new VirtualClock();
  const broker = new FakeBroker();
  const log = new RecordingLogger();
  const link = new BrokerLink({
    ...{ port: broker, clock, log, random: new SeededRandom("link") },
    now: () => clock.now(),
    availability: "n/b/state",
    subscriptions: ["n/b/state"],
    onMessage: () => {},
    limits: { events: 20, replies: 5, states: 100, bytes: 1000 },
  });
  const told = (): string[] => broker.published.map(({ topic, payload }) => `${topic}=${payload}`);
  return { clock, broker, link, log, told };
}

const state = (topic: string, payload: string) => ({ topic, payload, kind: "state" }) as const;
const event = (payload: string) => ({ topic: "n/b/event", payload, kind: "event" }) as const;

describe("the link to a broker", () => {
  it("says online, then what it knows", async () => {
    const { clock, link, told } = rig();
    link.publish(state("n/b/box", "1"));
    link.start();
    await clock.flush();
    expect(told()).toEqual(["n/b/box=1", "n/b/state=online"]);
    expect(link.facts()).toMatchObject({ state: "online", published: 2, connects: 1, problem: null });
    await link.stop();
  });

  it("keeps events while the broker is away, and only the newest state", async () => {
    const { clock, broker, link, told } = rig();
    broker.goDown();
    link.start();
    await clock.advance(minutes(10));
    for (const text of ["1", "2", "3"]) {
      link.publish(event(text));
      link.publish(state("n/b/box", text));
    }
    expect(link.facts().problem?.code).toBe("mqtt.unreachable");
    broker.comeBack();
    await clock.advance(minutes(3));
    expect(told()).toEqual(["n/b/state=online", "n/b/box=3", "n/b/event=1", "n/b/event=2", "n/b/event=3"]);
    expect(link.facts()).toMatchObject({ state: "online", problem: null });
    await link.stop();
  });

  it("knocks ever more seldom: not a hundred times in an hour", async () => {
    const { clock, broker, link, log } = rig();
    broker.failure = new AppError("mqtt.bad_credentials", "no", { retryable: true });
    link.start();
    await clock.advance(minutes(60));
    expect(broker.connects).toBeGreaterThan(25);
    expect(broker.connects).toBeLessThan(75);
    // Said once, not with every attempt.
    expect(log.lines.filter((line) => line.includes("mqtt_offline"))).toHaveLength(1);
    await link.stop();
  });

  it("publishes everything again to a broker that lost it", async () => {
    const { clock, broker, link } = rig();
    link.start();
    link.publish(state("n/b/box", "1"));
    link.publish(state("n/b/slot/1/state", "2"));
    await clock.flush();
    broker.goDown();
    expect(broker.retained.get("n/b/state")).toBe("offline");
    broker.comeBack({ kept: false });
    await clock.advance(seconds(5));
    expect([...broker.retained].sort()).toEqual([
      ["n/b/box", "1"],
      ["n/b/slot/1/state", "2"],
      ["n/b/state", "online"],
    ]);
    await link.stop();
  });

  it("sends an event again that was not acknowledged, and none that was", async () => {
    const { clock, broker, link, told } = rig();
    link.start();
    await clock.flush();
    link.publish(event("acknowledged"));
    await clock.flush();
    broker.mute = true;
    link.publish(event("unknown"));
    await clock.flush();
    broker.goDown();
    broker.mute = false;
    broker.comeBack();
    await clock.advance(seconds(5));
    const events = told().filter((line) => line.startsWith("n/b/event"));
    expect(events).toEqual(["n/b/event=acknowledged", "n/b/event=unknown", "n/b/event=unknown"]);
    await link.stop();
  });

  it("cuts off a broker that takes messages and acknowledges none", async () => {
    const { clock, broker, link } = rig();
    broker.mute = true;
    link.start();
    await clock.advance(millis(seconds(30) + 1));
    expect(link.facts()).toMatchObject({ state: "waiting", problem: { code: "mqtt.silent" } });
    expect(broker.retained.get("n/b/state")).toBe("offline");
    broker.mute = false;
    await clock.advance(seconds(5));
    expect(link.facts().state).toBe("online");
    await link.stop();
  });

  it("has a bounded number of messages under way and in the queue", async () => {
    const { clock, broker, link } = rig();
    link.start();
    await clock.flush();
    broker.mute = true;
    for (let i = 0; i < 100; i++) link.publish(event(String(i)));
    await clock.flush();
    expect(broker.published.filter(({ topic }) => topic === "n/b/event")).toHaveLength(16);
    expect(link.queue.waiting.events).toBe(20);
    expect(link.queue.dropped.events).toBe(64);
    await clock.settle(link.stop());
  });

  it("says offline when it stops, and nothing runs any more", async () => {
    const { clock, broker, link, told } = rig();
    link.start();
    await clock.flush();
    await link.stop();
    await link.stop();
    expect(told().at(-1)).toBe("n/b/state=offline");
    link.publish(event("late"));
    await clock.advance(minutes(5));
    expect(told().at(-1)).toBe("n/b/state=offline");
    expect(clock.pending).toEqual([]);
    expect(broker.connects).toBe(1);
  });

  it.each([
    [
      "while the broker does not answer its goodbye",
      async ({ broker, clock }: ReturnType<typeof rig>) => {
        await clock.flush();
        broker.mute = true;
      },
    ],
    [
      "while it waits to connect",
      async ({ broker, clock }: ReturnType<typeof rig>) => {
        broker.goDown();
        await clock.advance(seconds(20));
      },
    ],
    ["before it has connected", async () => {}],
  ])("stops in time %s", async (_, prepare) => {
    const made = rig();
    made.link.start();
    await prepare(made);
    await made.clock.settle(made.link.stop(), millis(2000));
    await made.clock.flush();
    expect(made.clock.pending).toEqual([]);
    expect(made.link.facts().state).toBe("stopped");
    expect(made.broker.retained.get("n/b/state") ?? "offline").toBe("offline");
  });
});
