import { beforeEach, describe, expect, it } from "vitest";
import { hours, millis, minutes, rentalId, seconds } from "../../src/base/index.ts";
import type { ForwardOutcome, OutboxStore, RelayPort } from "../../src/core/index.ts";
import type { WireMessage } from "../../src/protocol/index.ts";
import type { RelayFault } from "../sim/fake-relay.ts";
import { provider, renter } from "./core-rig.ts";
import { ForwarderRig, numbers } from "./forwarder-rig.ts";

let rig: ForwarderRig;

beforeEach(() => {
  rig = new ForwarderRig();
});

const advance = (span: Parameters<ForwarderRig["core"]["clock"]["advance"]>[0]) => rig.core.clock.advance(span);

/** Starts with `count` rentals that the relay knows, and an empty outbox. */
async function running(count: number): Promise<void> {
  await rig.rent(count);
  rig.forwarder.start();
  await advance(seconds(1));
  expect(rig.relay.grants.size).toBe(count);
}

describe("the forwarder", () => {
  it("registers a grant before the first message of its rental, and each grant once", async () => {
    await rig.rent(2);
    await rig.arrive(2, 1);
    await rig.arrive(1, 2);
    const order: string[] = [];
    const noting: RelayPort = {
      register: (grant, signal) => {
        order.push(`grant ${grant.rental_id}`);
        return rig.relay.register(grant, signal);
      },
      forward: (message, signal) => {
        order.push(`message ${message.rental_id} ${message.seq}`);
        return rig.relay.forward(message, signal);
      },
      receipts: (place, signal) => rig.relay.receipts(place, signal),
    };
    rig.open({ relay: noting }).start();
    await advance(minutes(1));
    for (const rental of rig.rentals) {
      const mine = order.filter((step) => step.includes(rental.id));
      expect(mine[0]).toBe(`grant ${rental.id}`);
      expect(mine.filter((step) => step.startsWith("grant"))).toHaveLength(1);
    }
    expect(rig.seqs(1)).toEqual([1, 2]);
    expect(rig.seqs(2)).toEqual([1]);
    expect(await rig.waiting()).toBe(0);
  });

  it("forwards within a second of the notice, in the order of seq", async () => {
    await running(1);
    await rig.arrive(70);
    await advance(seconds(1));
    expect(rig.seqs()).toEqual(numbers(70));
    expect(await rig.waiting()).toBe(0);
    expect(rig.forwarder.link.kind).toBe("up");
    expect((await rig.core.store.counters()).forwarded).toBe(70);
  });

  it("finds what nobody told it of: from the last run, and by looking every half minute", async () => {
    await rig.rent(1);
    await rig.arrive(2);
    rig.open().start();
    await advance(seconds(1));
    expect(rig.seqs()).toEqual([1, 2]);
    const silent = rig.forwarder;
    rig.forwarder = rig.open();
    await rig.arrive(1);
    await advance(seconds(36));
    expect(rig.seqs()).toEqual([1, 2, 3]);
    await silent.stop();
  });

  it("survives an outbox that cannot be read", async () => {
    await rig.rent(1);
    await rig.arrive(1);
    const { store } = rig.core;
    let broken = true;
    const rentalsWithWork = () => (broken ? Promise.reject(new Error("gone")) : store.rentalsWithWork());
    rig.open({ store: withStore(store, { rentalsWithWork }) }).start();
    await advance(minutes(1));
    expect(rig.seqs()).toEqual([]);
    broken = false;
    await advance(minutes(1));
    expect(rig.seqs()).toEqual([1]);
  });

  it("serves at most eight rentals at a time, and one message of each", async () => {
    await rig.rent(1);
    let [now, most] = [0, 0];
    const served = new Map<string, number>();
    const slow: RelayPort = {
      register: async () => ({ kind: "registered" }),
      receipts: async () => null,
      forward: async (message, signal): Promise<ForwardOutcome> => {
        now++;
        most = Math.max(most, now);
        const mine = (served.get(message.rental_id) ?? 0) + 1;
        expect(mine).toBe(1);
        served.set(message.rental_id, mine);
        await rig.core.clock.sleep(seconds(1), "slow relay", signal);
        now--;
        served.set(message.rental_id, mine - 1);
        return { kind: "accepted", status: "queued" };
      },
    };
    const { store, ids } = manyRentals(20, 3);
    rig.open({ relay: slow, store }).start();
    // A second for each message: one rental goes ahead for a second, then three rounds of three seconds, and nobody waits in between.
    await advance(millis(10_500));
    expect(most).toBe(8);
    expect(store.left()).toBe(0);
    expect(ids).toHaveLength(20);
  });

  it("serves a rental once at a time, however often it is told of it", async () => {
    await running(1);
    rig.relay.setFault({ kind: "slow", delay: seconds(1) });
    const before = rig.relay.calls.forward;
    await rig.arrive(2);
    for (let i = 0; i < 5; i++) {
      rig.forwarder.notify(rig.rentals[0]?.id ?? never());
      await advance(millis(100));
    }
    expect(rig.relay.calls.forward - before).toBe(1);
    await advance(minutes(1));
    expect(rig.seqs()).toEqual([1, 2]);
  });

  it("lets the others go as soon as the first has shown that the relay answers", async () => {
    await rig.rent(1);
    const { store } = manyRentals(8, 100);
    let [now, most] = [0, 0];
    const slow: RelayPort = {
      register: async () => ({ kind: "registered" }),
      receipts: async () => null,
      forward: async (_message, signal) => {
        most = Math.max(most, ++now);
        await rig.core.clock.sleep(millis(10), "slow relay", signal);
        now--;
        return { kind: "accepted", status: "queued" };
      },
    };
    rig.open({ relay: slow, store }).start();
    await advance(millis(100));
    expect(most).toBe(8);
  });
});

describe("a relay that is down for a day", () => {
  it("is asked seldom, by one rental at a time, and then gets everything in order", async () => {
    await running(3);
    rig.relay.setFault({ kind: "down" });
    const before = rig.relay.calls.forward;
    for (let hour = 0; hour < 24; hour++) {
      for (const line of [1, 2, 3]) await rig.arrive(2, line);
      await advance(hours(1));
    }
    expect(rig.forwarder.link).toMatchObject({ kind: "down", code: "relay.unreachable" });
    // Two minutes at most between two probes, one at least.
    expect(rig.relay.calls.forward - before).toBeLessThan(24 * 60 + 20);
    expect(rig.relay.calls.forward - before).toBeGreaterThan(24 * 30 - 20);
    expect(rig.relay.messages).toEqual([]);
    expect(rig.core.eventCodes().filter((code) => code === "relay.down")).toHaveLength(1);

    rig.relay.setFault(null);
    await advance(minutes(5));
    for (const line of [1, 2, 3]) expect(rig.seqs(line)).toEqual(numbers(48));
    expect(await rig.waiting()).toBe(0);
    expect(rig.core.eventCodes().at(-1)).toBe("relay.up");
  });

  it("does not see a herd when it comes back: one probe first", async () => {
    await running(3);
    rig.relay.setFault({ kind: "down" });
    for (const line of [1, 2, 3]) await rig.arrive(5, line);
    await advance(hours(1));
    let [now, most] = [0, 0];
    const before = rig.relay.calls.forward;
    const { forward } = rig.relay;
    rig.relay.forward = async (message, signal) => {
      most = Math.max(most, ++now);
      try {
        return await forward.call(rig.relay, message, signal);
      } finally {
        now--;
      }
    };
    await advance(minutes(10));
    expect(most).toBe(1);
    expect(rig.relay.calls.forward - before).toBeLessThanOrEqual(11);
  });
});

describe("an answer of the relay", () => {
  it("500 makes the box wait and try again, and nothing is lost", async () => {
    await running(1);
    rig.relay.setFault({ kind: "failing" }, 4);
    await rig.arrive(3);
    await advance(minutes(1));
    expect(rig.seqs()).toEqual([1, 2, 3]);
    expect(rig.core.allEvents().find((event) => event.code === "relay.down")?.details).toEqual({
      reason: "relay.internal",
    });
  });

  it("429 with Retry-After is heeded", async () => {
    await running(1);
    rig.relay.setFault({ kind: "busy", after: minutes(3) }, 1);
    await rig.arrive(1);
    await advance(seconds(1));
    const calls = rig.relay.calls.forward;
    await advance(seconds(175));
    expect(rig.relay.calls.forward).toBe(calls);
    await advance(seconds(10));
    expect(rig.seqs()).toEqual([1]);
  });

  it("lost on its way leads to a duplicate, not to a second message", async () => {
    await running(1);
    rig.relay.setFault({ kind: "ack_lost" }, 2);
    await rig.arrive(2);
    await advance(minutes(1));
    expect(rig.seqs()).toEqual([1, 2]);
    expect(await rig.waiting()).toBe(0);
    expect((await rig.core.store.counters()).forwarded).toBe(2);
  });

  it("heard twice harms nothing", async () => {
    await rig.rent(1);
    rig.relay.setFault({ kind: "duplicate" });
    await rig.arrive(3);
    rig.forwarder.start();
    await advance(minutes(1));
    expect(rig.seqs()).toEqual([1, 2, 3]);
    expect(await rig.waiting()).toBe(0);
  });

  it("404 has the box register again, with a pause: the two of them never spin", async () => {
    await running(1);
    rig.relay.forgetAll();
    await rig.arrive(2);
    await advance(minutes(1));
    expect(rig.seqs()).toEqual([1, 2]);
    expect(rig.relay.calls.register).toBe(2);

    const { forward } = rig.relay;
    rig.relay.forward = async () => ({ kind: "unregistered", code: "relay.unknown_rental" });
    const before = rig.relay.calls.register;
    await rig.arrive(1);
    await advance(hours(1));
    // Waits of 5 s doubling to 10 minutes, half of it at least.
    expect(rig.relay.calls.register - before).toBeLessThan(22);
    expect(rig.relay.calls.register - before).toBeGreaterThan(5);
    rig.relay.forward = forward;
    await advance(minutes(11));
    expect(rig.seqs()).toEqual([1, 2, 3]);
  });

  it("404 for a rental whose grant is gone is asked again later", async () => {
    await rig.rent(1);
    await rig.arrive(1);
    const { store } = rig.core;
    const grantOf = async () => null;
    const pendingGrant = async () => null;
    rig.open({ store: withStore(store, { grantOf, pendingGrant }) }).start();
    await advance(minutes(1));
    expect(rig.relay.calls.register).toBe(0);
    expect(rig.relay.calls.forward).toBeGreaterThan(1);
    expect(await rig.waiting()).toBe(1);
  });

  it("404 while the registration cannot be had waits for the link", async () => {
    await running(1);
    rig.relay.forgetAll();
    const { register } = rig.relay;
    rig.relay.register = async () => ({ kind: "retry", code: "relay.timeout", after: null });
    await rig.arrive(1);
    await advance(seconds(10));
    expect(rig.forwarder.link).toMatchObject({ kind: "down", code: "relay.timeout" });
    rig.relay.register = register;
    await advance(minutes(3));
    expect(rig.seqs()).toEqual([1]);
  });

  it("402 holds that rental alone, asks again later, and drops nothing", async () => {
    await running(2);
    const [first] = rig.rentals;
    const { forward } = rig.relay;
    let asked = 0;
    rig.relay.forward = async (message, signal) => {
      if (message.rental_id !== first?.id) return forward.call(rig.relay, message, signal);
      asked++;
      return { kind: "held", code: "relay.unpaid" };
    };
    await rig.arrive(2, 1);
    await rig.arrive(3, 2);
    await advance(hours(1));
    expect(rig.seqs(2)).toEqual([1, 2, 3]);
    expect(await rig.waiting()).toBe(2);
    expect(asked).toBeLessThan(22);
    expect(rig.forwarder.link.kind).toBe("up");
    expect(rig.core.allEvents().find((event) => event.code === "relay.message_held")?.details).toEqual({
      rental: first?.id,
      reason: "relay.unpaid",
    });
    rig.relay.forward = forward;
    await advance(minutes(11));
    expect(rig.seqs(1)).toEqual([1, 2]);
  });

  it("that holds a rental for days is told once per reason, and again when it comes back", async () => {
    await running(1);
    const { forward } = rig.relay;
    const reasons = (): readonly unknown[] =>
      rig.core.allEvents().flatMap(({ code, details }) => (code === "relay.message_held" ? [details.reason] : []));
    let code = "relay.unpaid";
    const holding: RelayPort["forward"] = async () => ({ kind: "held", code });
    rig.relay.forward = holding;
    await rig.arrive(1);
    await advance(hours(48));
    expect(reasons()).toEqual(["relay.unpaid"]);
    code = "relay.mailbox_full";
    await advance(hours(1));
    expect(reasons()).toEqual(["relay.unpaid", "relay.mailbox_full"]);
    rig.relay.forward = forward;
    await advance(hours(1));
    rig.relay.forward = holding;
    await rig.arrive(1);
    await advance(hours(1));
    expect(reasons()).toEqual(["relay.unpaid", "relay.mailbox_full", "relay.mailbox_full"]);
  });

  it("402 that is over is forgotten: the next one is held briefly again", async () => {
    await running(1);
    const { forward } = rig.relay;
    const unpaid: RelayPort["forward"] = async () => ({ kind: "held", code: "relay.unpaid" });
    rig.relay.forward = unpaid;
    await rig.arrive(1);
    await advance(hours(1));
    rig.relay.forward = forward;
    await advance(minutes(11));
    expect(rig.seqs()).toEqual([1]);
    rig.relay.forward = unpaid;
    await rig.arrive(1);
    await advance(seconds(1));
    rig.relay.forward = forward;
    await advance(seconds(10));
    expect(rig.seqs()).toEqual([1, 2]);
  });

  it("that refuses a message for good sets it aside, visibly, and goes on with the next", async () => {
    await running(1);
    refuseSeq(2);
    await rig.arrive(4);
    await advance(minutes(1));
    expect(rig.seqs()).toEqual([1, 3, 4]);
    expect(await rig.core.store.depth()).toMatchObject({ waiting: 0, refused: 1 });
    expect(rig.core.store.refused.map(({ code }) => code)).toEqual(["relay.too_large"]);
    expect(rig.core.allEvents().find((event) => event.code === "relay.message_refused")).toMatchObject({
      level: "error",
      details: { reason: "relay.too_large" },
    });
  });

  it("that refuses a grant holds its rental back and says so", async () => {
    await rig.rent(1);
    await rig.arrive(1);
    const { register } = rig.relay;
    rig.relay.register = async () => ({ kind: "refused", code: "relay.unknown_provider" });
    rig.forwarder.start();
    await advance(minutes(1));
    expect(rig.relay.calls.forward).toBe(0);
    expect(rig.core.allEvents().find((event) => event.code === "relay.grant_refused")).toMatchObject({
      details: { reason: "relay.unknown_provider" },
    });
    rig.relay.register = register;
    await advance(minutes(11));
    expect(rig.seqs()).toEqual([1]);
  });
});

function refuseSeq(seq: number): void {
  const { forward } = rig.relay;
  rig.relay.forward = async (message, signal) =>
    message.seq === seq ? { kind: "refused", code: "relay.too_large" } : await forward.call(rig.relay, message, signal);
}

describe("a rental that ends", () => {
  it("is made known to the relay, and what was sealed before still goes", async () => {
    await running(1);
    rig.relay.setFault({ kind: "down" });
    await rig.arrive(3);
    await advance(minutes(10));
    const [rental] = rig.rentals;
    if (rental === undefined) throw new Error("no rental");
    await rig.core.rentals.end(rental.id);
    rig.relay.setFault(null);
    await advance(minutes(5));
    expect(rig.relay.grants.get(rental.id)?.rev).toBe(2);
    expect(rig.seqs()).toEqual([1, 2, 3]);
  });

  it("while its first grant is on the way gets its second one registered too", async () => {
    await rig.rent(1);
    const [rental] = rig.rentals;
    if (rental === undefined) throw new Error("no rental");
    rig.relay.setFault({ kind: "slow", delay: seconds(5) }, 1);
    rig.forwarder.start();
    await advance(seconds(1));
    await rig.core.rentals.end(rental.id);
    await advance(minutes(1));
    expect(rig.relay.grants.get(rental.id)?.rev).toBe(2);
    expect(await rig.core.store.pendingGrant(rental.id)).toBeNull();
  });
});

describe("a store that fails while marking", () => {
  it.each(["markForwarded", "markRefused", "markRegistered"] as const)(
    "(%s) doubles nothing at the renter and loses nothing",
    async (method) => {
      await rig.rent(1);
      refuseSeq(2);
      await rig.arrive(4);
      const { store } = rig.core;
      let fails = 3;
      const failing = async (...args: readonly unknown[]): Promise<void> => {
        if (fails-- > 0) throw new Error("disk full");
        await Reflect.apply(store[method], store, args);
      };
      rig.open({ store: withStore(store, { [method]: failing }) }).start();
      await advance(minutes(5));
      expect(rig.seqs()).toEqual([1, 3, 4]);
      expect(await store.depth()).toMatchObject({ waiting: 0, refused: 1 });
      expect(rig.core.log.lines.some((line) => line.startsWith("warn forward_failed"))).toBe(true);
    },
  );

  it("still marks what the relay took before the one that it refused", async () => {
    await running(1);
    refuseSeq(3);
    await rig.arrive(3);
    const { store } = rig.core;
    const markRefused = async (): Promise<void> => {
      throw new Error("disk full");
    };
    const [rental] = rig.rentals;
    await rig.forwarder.stop();
    rig.open({ store: withStore(store, { markRefused }) }).start();
    await advance(seconds(1));
    expect(
      (await store.nextMessages(rental?.id ?? rig.rentals[0]?.id ?? never(), 9)).map((row) => row.message.seq),
    ).toEqual([3]);
  });
});

describe("stop", () => {
  const faults: readonly (readonly [string, RelayFault | null])[] = [
    ["idle", null],
    ["during a request", { kind: "slow", delay: minutes(1) }],
    ["while the relay is down", { kind: "down" }],
  ];

  it.each(faults)("%s leaves nobody waiting, no timer, and loses nothing", async (_name, fault) => {
    await running(2);
    rig.relay.setFault(fault);
    await rig.arrive(3, 1);
    await rig.arrive(3, 2);
    await advance(seconds(2));
    const events = rig.core.eventCodes().length;
    await rig.forwarder.stop();
    await rig.forwarder.stop();
    expect(rig.core.clock.pending.filter((name) => !name.startsWith("intake"))).toEqual([]);
    expect(rig.core.eventCodes()).toHaveLength(events);
    rig.relay.setFault(null);
    rig.open().start();
    await advance(minutes(1));
    for (const line of [1, 2]) expect(rig.seqs(line)).toEqual([1, 2, 3]);
    expect(await rig.waiting()).toBe(0);
  });

  it("in the middle of a page marks what the relay has taken already", async () => {
    await running(1);
    await rig.arrive(3);
    const { forward } = rig.relay;
    rig.relay.forward = async (message, signal) => {
      if (message.seq === 3) rig.relay.setFault({ kind: "slow", delay: minutes(1) });
      return await forward.call(rig.relay, message, signal);
    };
    await advance(seconds(1));
    await rig.forwarder.stop();
    expect(await rig.waiting()).toBe(1);
    expect(rig.core.log.lines.filter((line) => line.includes("forward_failed"))).toEqual([]);
  });

  it("before the start is harmless", async () => {
    await rig.forwarder.stop();
    rig.forwarder.start();
    await advance(minutes(1));
    expect(rig.core.clock.pending).toEqual([]);
  });
});

describe("the link of a box that has nothing to forward", () => {
  it("is up when the relay has answered somebody else", async () => {
    expect(rig.forwarder.link.kind).toBe("connecting");
    rig.forwarder.answered();
    rig.forwarder.answered();
    expect(rig.forwarder.link.kind).toBe("up");
    expect(rig.core.eventCodes()).toEqual(["relay.up"]);
    expect(rig.changes).toBe(1);
  });
});

it("what the relay gets is readable by the renter alone", async () => {
  await running(1);
  await rig.arrive(2);
  await advance(seconds(1));
  expect(await rig.received()).toEqual(["m0", "m1"]);
  expect(renter.name).not.toBe(provider.name);
});

function never(): never {
  throw new Error("no rental");
}

/** The store with some methods replaced. */
function withStore(store: OutboxStore, change: Partial<OutboxStore>): OutboxStore {
  const bound: OutboxStore = {
    nextMessages: (id, limit) => store.nextMessages(id, limit),
    rentalsWithWork: () => store.rentalsWithWork(),
    pendingGrant: (id) => store.pendingGrant(id),
    grantOf: (id) => store.grantOf(id),
    markRegistered: (id, rev) => store.markRegistered(id, rev),
    markForwarded: (messages) => store.markForwarded(messages),
    markRefused: (id, code, at) => store.markRefused(id, code, at),
    depth: () => store.depth(),
  };
  return { ...bound, ...change };
}

/** An outbox of `count` rentals with `each` messages, without keys and signatures. */
function manyRentals(count: number, each: number) {
  const rows = new Map<string, WireMessage[]>();
  for (let n = 0; n < count; n++) {
    const id = n.toString(16).padStart(32, "0");
    const message = (seq: number): WireMessage => ({
      v: 1,
      id: `${n}f${seq}`.padStart(32, "0"),
      listing_id: "0".repeat(16),
      rental_id: id,
      seq,
      ts: 0,
      envelope: "",
      signature: "",
    });
    rows.set(id, numbers(each).map(message));
  }
  const rig0 = rig;
  const lineId = rig0.core.rentals.lines()[0]?.id ?? never();
  const ids = [...rows.keys()];
  const store: OutboxStore & { left(): number } = {
    ...withStore(rig0.core.store, {}),
    left: () => [...rows.values()].flat().length,
    rentalsWithWork: async () => ids.filter((id) => (rows.get(id) ?? []).length > 0).map((id) => rentalId(id)),
    pendingGrant: async () => null,
    nextMessages: async (id, limit) =>
      (rows.get(id) ?? []).slice(0, limit).map((message) => ({ message, lineId, storedAt: rig0.core.time.now() })),
    markForwarded: async (messages) => {
      const gone = new Set<string>(messages.map(({ id }) => id));
      for (const [id, mine] of rows)
        rows.set(
          id,
          mine.filter((message) => !gone.has(message.id)),
        );
    },
  };
  return { store, ids };
}
