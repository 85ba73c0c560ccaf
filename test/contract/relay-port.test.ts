import { describe, expect, it } from "vitest";
import { seconds, silentLogger } from "../../src/base/index.ts";
import { createRelayClient } from "../../src/relay/index.ts";
import { grantOf, messageOf, NOW, provider, receiptOf, renter, signWith, suite, verifyOf } from "../relay/fixtures.ts";
import { RelayRig } from "../relay/relay-rig.ts";
import { FakeRelay } from "../sim/fake-relay.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { relayPortContract } from "./relay-port.ts";

const fakeRelay = (clock: VirtualClock, messages = 1_000): FakeRelay =>
  new FakeRelay({ clock, suite, provider: verifyOf(provider), caps: { messages, bytes: 1e9 } });

relayPortContract("FakeRelay", async ({ mailboxMessages }) => {
  const fake = fakeRelay(new VirtualClock(NOW), mailboxMessages);
  return {
    port: fake,
    waiting: async () => fake.waiting,
    acknowledge: async (receipt) => fake.acknowledge(receipt),
    goDown: async () => fake.setFault({ kind: "down" }),
    comeBack: async () => fake.setFault(null),
    stop: async () => {},
  };
});

relayPortContract("createRelayClient with startRelay", async (limits) => {
  const rig = await RelayRig.start({ limits });
  const { url, clock } = rig;
  const identity = { verify: verifyOf(provider), sign: signWith(provider) };
  const port = createRelayClient({ url, clock, random: new SeededRandom("doors"), identity, log: silentLogger });
  return {
    port,
    waiting: async () => (await rig.mailbox(await rig.login(renter))).messages.map((message) => message.id),
    acknowledge: async (receipt) => {
      await rig.call("POST", "/sms/ack", { token: await rig.login(renter), body: { receipts: [receipt] } });
    },
    goDown: () => rig.halt(),
    comeBack: () => rig.open(Number(new URL(url).port)),
    stop: async () => {
      port.stop();
      await rig.stop();
    },
  };
});

describe("the faults of FakeRelay", () => {
  const { signal } = new AbortController();
  async function registered(): Promise<{ fake: FakeRelay; clock: VirtualClock }> {
    const clock = new VirtualClock(NOW);
    const fake = fakeRelay(clock);
    await fake.register(grantOf(), signal);
    return { fake, clock };
  }

  it("ack_lost stores the message, so that the next try is a duplicate", async () => {
    const { fake } = await registered();
    fake.setFault({ kind: "ack_lost" }, 1);
    expect((await fake.forward(messageOf(), signal)).kind).toBe("retry");
    expect(await fake.forward(messageOf(), signal)).toEqual({ kind: "accepted", status: "duplicate" });
    expect(fake.waiting).toEqual([messageOf().id]);
  });

  it("failing and busy store nothing and end after as many calls as told", async () => {
    const { fake } = await registered();
    fake.setFault({ kind: "failing" }, 1);
    expect(await fake.forward(messageOf(), signal)).toEqual({ kind: "retry", code: "relay.internal", after: null });
    fake.setFault({ kind: "busy", after: seconds(7) }, 1);
    expect(await fake.forward(messageOf(), signal)).toMatchObject({ kind: "retry", after: 7_000 });
    expect(fake.waiting).toEqual([]);
    expect(await fake.forward(messageOf(), signal)).toEqual({ kind: "accepted", status: "queued" });
  });

  it("slow answers after its delay, and an abort ends the wait", async () => {
    const { fake, clock } = await registered();
    fake.setFault({ kind: "slow", delay: seconds(30) });
    const abort = new AbortController();
    const cut = fake.forward(messageOf({ seq: 2 }), abort.signal);
    await clock.flush();
    abort.abort();
    await expect(cut).rejects.toMatchObject({ code: "base.stopped" });
    expect(await clock.settle(fake.forward(messageOf(), signal))).toMatchObject({ kind: "accepted" });
    expect(fake.waiting).toEqual([messageOf().id]);
  });

  it("duplicate lets every request arrive twice", async () => {
    const { fake } = await registered();
    fake.setFault({ kind: "duplicate" });
    expect(await fake.forward(messageOf(), signal)).toEqual({ kind: "accepted", status: "duplicate" });
    expect(fake.waiting).toHaveLength(1);
  });

  it("forgets everything when told to, and is registered again", async () => {
    const { fake } = await registered();
    await fake.forward(messageOf(), signal);
    fake.acknowledge(receiptOf(messageOf().envelope));
    fake.forgetAll();
    expect((await fake.forward(messageOf(), signal)).kind).toBe("unregistered");
  });
});
