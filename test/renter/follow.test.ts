import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { millis, seconds } from "../../src/base/index.ts";
import { platformWire, renterTimeouts } from "../../src/renter/index.ts";
import { wsWire } from "../../src/renter-node/index.ts";
import { type Rig, rigFor } from "./client-rig.ts";
import { FakeRelay } from "./fake-relay.ts";
import { grantOf, messageOf } from "./fixtures.ts";

let relay: FakeRelay;
let rig: Rig;
let following: Promise<void>;

function follow(): void {
  following = rig.client.follow(rig.sink, rig.abort.signal);
}

async function followUntilUp(): Promise<void> {
  follow();
  await rig.sink.until(() => rig.sink.ups === 1);
}

/** Lets the next attempt begin. */
async function retry(): Promise<void> {
  const { downs } = rig.sink;
  await rig.clock.advance(downs[downs.length - 1]?.retryIn ?? millis(0));
}

/** Lets time go on until the next connection stands. */
async function upAgain(): Promise<void> {
  const { ups } = rig.sink;
  while (rig.sink.ups === ups) await rig.clock.advance(millis(100));
}

describe.each([
  { wire: "ws", openWire: wsWire, pauses: true },
  { wire: "the platform's own", openWire: platformWire, pauses: false },
])("follow over $wire", ({ openWire, pauses }) => {
  beforeEach(async () => {
    relay = await FakeRelay.start();
    relay.rentals = [{ grant: grantOf(), state: "active", last_seq: 0 }];
    rig = await rigFor(relay.url, undefined, openWire);
  });
  afterEach(async () => {
    rig.abort.abort();
    await following;
    await relay.stop();
  });

  it("hands over what waits, then what is pushed, and acknowledges both", async () => {
    relay.push(await messageOf({ seq: 1 }));
    await followUntilUp();
    expect(rig.sink.seqs).toEqual([1]);
    relay.push(await messageOf({ seq: 2 }));
    await relay.until(() => relay.acknowledged.length === 2);
    expect(rig.sink.seqs).toEqual([1, 2]);
  });

  it("resumes behind the last message and misses nothing that came while it was away", async () => {
    await followUntilUp();
    relay.push(await messageOf({ seq: 1 }));
    await relay.until(() => relay.acknowledged.length === 1);
    relay.dropSockets();
    await rig.sink.until(() => rig.sink.downs.length === 1);
    relay.push(await messageOf({ seq: 2 }));
    await upAgain();
    expect(rig.sink.seqs).toEqual([1, 2]);
    expect(relay.frames).toContainEqual(expect.objectContaining({ type: "auth", after: 2 }));
  });

  it("takes a message that is pushed twice once", async () => {
    await followUntilUp();
    const message = await messageOf({ seq: 1 });
    relay.push(message);
    relay.push(message);
    await relay.until(() => relay.acknowledged.length >= 1);
    relay.push(await messageOf({ seq: 2 }));
    await rig.sink.until(() => rig.sink.entries.length === 2);
    expect(rig.sink.seqs).toEqual([1, 2]);
  });

  it("waits longer after each failed attempt, up to the longest wait", async () => {
    relay.failNext("rentals", ...Array.from({ length: 12 }, () => "reset" as const));
    follow();
    for (let attempt = 1; attempt <= 10; attempt++) {
      await rig.sink.until(() => rig.sink.downs.length === attempt);
      await retry();
    }
    const waits = rig.sink.downs.slice(0, 10).map(({ retryIn }) => retryIn);
    const { first, max } = renterTimeouts.reconnect;
    waits.forEach((wait, at) => {
      const step = Math.min(max, first * 2 ** at);
      expect(wait).toBeGreaterThanOrEqual(step / 2);
      expect(wait).toBeLessThanOrEqual(step);
    });
  });

  it("begins with short waits again after a connection that held", async () => {
    relay.failNext("rentals", "reset", "reset", "reset", "reset");
    follow();
    for (let attempt = 1; attempt <= 4; attempt++) {
      await rig.sink.until(() => rig.sink.downs.length === attempt);
      await retry();
    }
    await rig.sink.until(() => rig.sink.ups === 1);
    await rig.clock.advance(seconds(26));
    await relay.until(() => relay.frames.some((frame) => JSON.stringify(frame) === '{"type":"ping"}'));
    relay.dropSockets();
    await rig.sink.until(() => rig.sink.downs.length === 5);
    expect(rig.sink.downs[4]?.retryIn).toBeLessThanOrEqual(renterTimeouts.reconnect.first);
  });

  it("asks a silent relay for a sign of life, and gives it up without an answer", async () => {
    relay.pongs = false;
    await followUntilUp();
    await rig.clock.advance(renterTimeouts.ping);
    await relay.until(() => relay.frames.some((frame) => JSON.stringify(frame) === '{"type":"ping"}'));
    expect(rig.sink.downs).toEqual([]);
    await rig.clock.advance(renterTimeouts.pong);
    await rig.sink.until(() => rig.sink.downs.length === 1);
    expect(rig.sink.downs[0]?.error).toMatchObject({ code: "renter.relay_unreachable" });
  });

  it("gets another token when the WebSocket refuses the one it has", async () => {
    await followUntilUp();
    relay.forgetTokens();
    relay.sendRaw(JSON.stringify({ type: "error", code: "relay.unauthorized", error: "expired" }));
    await rig.sink.until(() => rig.sink.downs.length === 1);
    await upAgain();
    expect(relay.asked.filter((path) => path === "auth")).toHaveLength(2);
  });

  it("ends a connection on which something else than frames comes, and starts another", async () => {
    await followUntilUp();
    relay.sendRaw("<html>");
    relay.sendRaw('{"type":"pong"}');
    await rig.sink.until(() => rig.sink.downs.length === 1);
    await rig.clock.flush();
    expect(rig.clock.pending).toEqual(["reconnecting to the relay"]);
    expect(rig.sink.downs[0]?.error).toMatchObject({ code: "renter.bad_reply" });
    await upAgain();
  });

  it("gives up a WebSocket that is never ready", async () => {
    relay.failNext("ws", "hang");
    follow();
    await relay.until(() => relay.asked.includes("ws"));
    await rig.clock.advance(renterTimeouts.connect);
    await rig.sink.until(() => rig.sink.downs.length === 1);
    expect(rig.sink.ups).toBe(0);
  });

  it("reports a bad message that is pushed and goes on", async () => {
    await followUntilUp();
    relay.push({ ...(await messageOf({ seq: 1 })), ts: 1 }, await messageOf({ seq: 2 }));
    await relay.until(() => relay.acknowledged.length === 1);
    expect(rig.sink.codes).toEqual(["renter.bad_signature"]);
    expect(rig.sink.seqs).toEqual([2]);
    expect(rig.sink.downs).toEqual([]);
  });

  it("asks for the rentals when a message of a new one is pushed", async () => {
    await followUntilUp();
    const rentalId = "e".repeat(32);
    relay.rentals.push({ grant: grantOf({ rentalId }), state: "active", last_seq: 1 });
    relay.push(await messageOf({ seq: 1, rentalId }));
    await rig.sink.until(() => rig.sink.entries.length === 1 || rig.sink.errors.length > 0);
    expect(rig.sink.codes).toEqual([]);
  });

  it("takes a flood in batches, in order, while what it hands over is taken slowly", async () => {
    await followUntilUp();
    const taken: number[] = [];
    const gate = Promise.withResolvers<void>();
    rig.sink.messages = async (entries) => {
      taken.push(entries.length);
      rig.sink.entries.push(...entries);
      await gate.promise;
    };
    const flood = await Promise.all(Array.from({ length: 600 }, (_, at) => messageOf({ seq: at + 1 })));
    relay.push(...flood);
    await rig.clock.flush(300);
    gate.resolve();
    await relay.until(() => relay.acknowledged.length === 600);
    expect(rig.sink.seqs).toEqual(flood.map((message) => message.seq));
    if (pauses) expect(Math.max(...taken)).toBeLessThan(450);
  });

  it("ends at once and for good when told to, and leaves no connection and no timer", async () => {
    await followUntilUp();
    rig.abort.abort();
    await following;
    await relay.until(() => relay.connections === 0);
    expect(rig.clock.pending).toEqual([]);
  });

  it("ends while it waits for the next attempt", async () => {
    relay.failNext("rentals", "reset");
    follow();
    await rig.sink.until(() => rig.sink.downs.length === 1);
    rig.abort.abort();
    await following;
    expect(rig.clock.pending).toEqual([]);
  });

  it("rejects when what it hands over is not taken: going on would acknowledge what nobody read", async () => {
    relay.push(await messageOf({ seq: 1 }));
    const sink = Object.assign(rig.sink, { messages: () => Promise.reject(new TypeError("broken sink")) });
    await expect(rig.client.follow(sink, rig.abort.signal)).rejects.toThrow("broken sink");
    expect(relay.acknowledged).toEqual([]);
    following = Promise.resolve();
  });
});

describe("a grant that comes while the client follows", () => {
  const OTHER = "fedcba9876543210fedcba9876543210";
  const rental = {
    grant: grantOf({ rentalId: OTHER, listingId: "b".repeat(16) }),
    state: "active",
    last_seq: 0,
  } as const;

  beforeEach(async () => {
    relay = await FakeRelay.start();
    relay.rentals = [{ grant: grantOf(), state: "active", last_seq: 0 }];
  });
  afterEach(() => relay.stop());

  async function followed(awaits: () => boolean) {
    const rig = await rigFor(relay.url);
    let told = 0;
    const sink = Object.assign(rig.sink, { rentals: () => void told++, awaits });
    const following = rig.client.follow(sink, rig.abort.signal);
    await rig.sink.until(() => rig.sink.ups === 1);
    await rig.clock.flush(50);
    const end = async (): Promise<void> => {
      rig.abort.abort();
      await following;
      await rig.state.close();
    };
    return { rig, told: () => told, end };
  }

  it("is fetched when the relay names it", async () => {
    const { rig, told, end } = await followed(() => false);
    expect(relay.frames).toContainEqual(expect.objectContaining({ type: "auth", rentals: true }));
    const before = told();
    relay.rentals = [...relay.rentals, rental];
    relay.sendRaw(JSON.stringify({ type: "rental", rental_id: OTHER }));
    await expect.poll(() => rig.state.grant(OTHER)).toEqual(rental.grant);
    expect(told()).toBe(before + 1);
    await end();
  });

  it("is found by asking now and then where the relay names none, as long as one is awaited", async () => {
    let isAwaited = true;
    const { rig, end } = await followed(() => isAwaited);
    relay.rentals = [...relay.rentals, rental];
    await rig.clock.advance(renterTimeouts.lookForRentals);
    await expect.poll(() => rig.state.grant(OTHER)).toEqual(rental.grant);
    isAwaited = false;
    const asked = relay.asked.length;
    await rig.clock.advance(renterTimeouts.ping);
    await rig.clock.advance(renterTimeouts.lookForRentals);
    expect(relay.asked.slice(asked).filter((path) => path === "rentals")).toEqual([]);
    await end();
  });
});
