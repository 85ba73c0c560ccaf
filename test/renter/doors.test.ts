// A renter's client of a relay with several addresses: whichever of them fails when, every message is shown once, and nobody else is
// given a sign-in.

import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { seconds, silentLogger, toBase64url } from "../../src/base/index.ts";
import { formatChallenge } from "../../src/protocol/index.ts";
import { createRenterClient, MailboxWatch, type RenterClient, type RenterState } from "../../src/renter/index.ts";
import { wsWire } from "../../src/renter-node/index.ts";
import { OddServer } from "../relay/odd-server.ts";
import { RelayRig, type RigOptions } from "../relay/relay-rig.ts";
import { RelayDoor } from "../sim/relay-door.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { openState, RecordingSink } from "./client-rig.ts";
import { grantOf, messageOf, NOW, provider, renter, suite } from "./fixtures.ts";
import { MemoryFolder } from "./memory-folder.ts";

interface Reader {
  readonly client: RenterClient;
  readonly clock: VirtualClock;
  readonly state: RenterState;
  readonly sink: RecordingSink;
  /** Follows until the test ends, or until what is returned is called. */
  readonly follow: () => () => Promise<void>;
}

async function rigOf(options: RigOptions = {}): Promise<RelayRig> {
  const providers = [{ verify: toBase64url(provider.verify), name: "one" }];
  const rig = await RelayRig.start({ providers, ...options });
  onTestFinished(() => rig.stop());
  return rig;
}

async function doorTo(url: string): Promise<RelayDoor> {
  const door = await RelayDoor.start(url);
  onTestFinished(() => door.stop());
  return door;
}

async function readerOf(urls: readonly string[], disk = new Map<string, Uint8Array>()): Promise<Reader> {
  const [relayUrl = "", ...mirrors] = urls;
  const clock = new VirtualClock(NOW);
  const state = await openState(new MemoryFolder(disk));
  const client = createRenterClient({
    ...{ relayUrl, mirrors, identity: renter, crypto: suite, clock, state, openWire: wsWire },
    ...{ random: new SeededRandom("renter"), log: silentLogger },
  });
  const sink = new RecordingSink();
  const follow = () => {
    const abort = new AbortController();
    const following = client.follow(sink, abort.signal);
    const stop = async (): Promise<void> => {
      abort.abort();
      await following;
      await state.close();
    };
    let stopped: Promise<void> | null = null;
    const once = (): Promise<void> => {
      stopped ??= stop();
      return stopped;
    };
    onTestFinished(once);
    return once;
  };
  return { client, clock, state, sink, follow };
}

/** A relay with a rental, and two addresses. */
async function scene(options: RigOptions = {}) {
  const rig = await rigOf(options);
  await rig.register(grantOf());
  const doors = [await doorTo(rig.url), await doorTo(rig.url)] as const;
  let seq = 0;
  const deliver = async (): Promise<number> => {
    seq++;
    const { v, id, listing_id, rental_id, ts, envelope, signature } = await messageOf({ seq });
    const { status } = await rig.forward({ v, id, listing_id, rental_id, seq, ts, envelope, signature });
    expect(status).toBe(200);
    return seq;
  };
  return { rig, doors, deliver };
}

/** Lets time go on in small steps, each long enough in fact for a relay on this machine to answer. */
async function passUntil(rig: RelayRig, clock: VirtualClock, done: () => boolean): Promise<void> {
  for (let step = 0; step < 200 && !done(); step++) {
    await clock.advance(seconds(4));
    for (let i = 0; i < 8 && !done(); i++) await rig.call("GET", "/health");
  }
  expect(done()).toBe(true);
}

describe("follow at two addresses of one relay", () => {
  it("goes on at the second when the first is gone, without a word of it, and shows all once", async () => {
    const { doors, deliver } = await scene();
    const { sink, follow } = await readerOf(doors.map(({ url }) => url));
    await deliver();
    follow();
    await sink.until(() => sink.ups === 1);
    await deliver();
    await sink.until(() => sink.entries.length === 2);
    doors[0].shut();
    await deliver();
    await sink.until(() => sink.ups === 2);
    await deliver();
    await sink.until(() => sink.entries.length === 4);
    expect([sink.seqs, sink.downs, sink.codes]).toEqual([[1, 2, 3, 4], [], []]);
  });

  it("tells of it when none is left, and goes on with what comes back first", async () => {
    const { rig, doors, deliver } = await scene();
    const { sink, clock, follow } = await readerOf(doors.map(({ url }) => url));
    follow();
    await sink.until(() => sink.ups === 1);
    for (const door of doors) door.shut();
    await sink.until(() => sink.downs.length === 1);
    await deliver();
    doors[1].open();
    await passUntil(rig, clock, () => sink.ups === 2);
    expect(sink.seqs).toEqual([1]);
  });

  it("takes the first again once it has held, and misses nothing of that", async () => {
    const { rig, doors, deliver } = await scene();
    const { sink, clock, follow } = await readerOf(doors.map(({ url }) => url));
    doors[0].shut();
    follow();
    await sink.until(() => sink.ups === 1);
    await deliver();
    await sink.until(() => sink.entries.length === 1);
    doors[0].open();
    const before = doors[0].callers.length;
    await passUntil(rig, clock, () => sink.ups === 2);
    expect(doors[0].callers.length).toBeGreaterThan(before);
    doors[1].shut();
    await deliver();
    await passUntil(rig, clock, () => sink.entries.length === 2);
    expect(sink.seqs).toEqual([1, 2]);
    // A machine that stands still while the time of the test goes on may have led it back to the second before that was shut.
    for (const { error } of sink.downs) expect(error).toMatchObject({ code: "renter.relay_unreachable" });
  });

  it("shows every message once and in order, whichever address fails when, and however", async () => {
    const event = fc.record({ door: fc.nat(1), happens: fc.constantFrom("shut", "open", "swallow", "time", "mail") });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 8, maxLength: 20 }), async (events) => {
        const { rig, doors, deliver } = await scene();
        const { sink, clock, follow } = await readerOf(doors.map(({ url }) => url));
        const stop = follow();
        let sent = 0;
        for (const { door, happens } of events) {
          if (happens === "shut") doors[door]?.shut();
          if (happens === "open") doors[door]?.open();
          if (happens === "swallow") doors[door]?.swallow(1);
          if (happens === "time") await clock.advance(seconds(5));
          sent = await deliver();
        }
        for (const door of doors) {
          door.open();
          door.swallow(0);
        }
        await passUntil(rig, clock, () => sink.entries.length >= sent);
        expect(sink.seqs).toEqual(Array.from({ length: sent }, (_, at) => at + 1));
        expect(sink.codes).toEqual([]);
        // And the relay has a receipt for each: none waits any more.
        const left = async () => (await rig.mailbox(await rig.login(renter))).messages.length;
        for (let tries = 0; tries < 300 && (await left()) > 0; tries++) await clock.advance(seconds(2));
        expect(await left()).toBe(0);
        await stop();
      }),
      { numRuns: 8 },
    );
  });
});

describe("addresses that a relay tells of itself", () => {
  /** A relay that tells both of its addresses. */
  async function telling() {
    const doors = [await doorTo("http://127.0.0.1:9"), await doorTo("http://127.0.0.1:9")] as const;
    const made = await scene({ publicUrls: doors.map(({ url }) => url) });
    for (const door of doors) door.leadTo(made.rig.url);
    return { ...made, doors };
  }

  it("are taken when the one that was named is gone, now and after a restart", async () => {
    const { rig, doors, deliver } = await telling();
    const disk = new Map<string, Uint8Array>();
    const first = await readerOf([doors[0].url], disk);
    const stop = first.follow();
    await first.sink.until(() => first.sink.ups === 1);
    await deliver();
    await first.sink.until(() => first.sink.entries.length === 1);
    await passUntil(rig, first.clock, () => first.state.relay(doors[0].url).doors.length > 0);
    expect(first.state.relay(doors[0].url).doors).toEqual([doors[1].url]);
    doors[0].shut();
    await first.sink.until(() => first.sink.ups === 2);
    await deliver();
    await first.sink.until(() => first.sink.entries.length === 2);
    expect(first.sink.downs).toEqual([]);
    await stop();

    const again = await readerOf([doors[0].url], disk);
    await deliver();
    again.follow();
    await again.sink.until(() => again.sink.entries.length === 1);
    expect(again.sink.seqs).toEqual([3]);
  });

  it("are given no signature for another host, and no token of the relay that told of them", async () => {
    const asked: string[] = [];
    let verify = "";
    const lure = await OddServer.start((response, request) => {
      asked.push(
        `${request.method} ${request.url}${request.headers.authorization === undefined ? "" : " with a token"}`,
      );
      const expires = NOW / 1000 + 60;
      const pubkey = toBase64url(renter.verify);
      const challenge = formatChallenge({ host: "victim.example", pubkey, nonce: "n".repeat(22), expires });
      const body =
        request.url === "/info" ? { version: "1", protocol: 1, verify } : { challenge, expires, status: "ok" };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    onTestFinished(() => lure.stop());
    const door = await doorTo("http://127.0.0.1:9");
    const { rig, deliver } = await scene({ publicUrls: [door.url, lure.url] });
    door.leadTo(rig.url);
    verify = ((await rig.call("GET", "/info")).body as { readonly verify: string }).verify;
    const { clock, state, sink, follow } = await readerOf([door.url]);
    follow();
    await sink.until(() => sink.ups === 1);
    await passUntil(rig, clock, () => state.relay(door.url).doors.length > 0);
    door.shut();
    await sink.until(() => sink.downs.length === 1);
    expect(asked).toContain("POST /auth/challenge");
    expect(asked.filter((each) => each === "POST /auth" || each.endsWith("token"))).toEqual([]);
    door.open();
    await deliver();
    await passUntil(rig, clock, () => sink.entries.length === 1);
    expect(sink.seqs).toEqual([1]);
  });
});

describe("a mailbox that is looked into", () => {
  it("is looked into at the second address when the first is gone", async () => {
    const { doors, deliver } = await scene();
    await deliver();
    const urls = { relayUrl: doors[0].url, mirrors: [doors[1].url] };
    const watch = new MailboxWatch({ ...urls, identity: renter, crypto: suite, clock: new VirtualClock(NOW) });
    const { signal } = new AbortController();
    doors[0].shut();
    const begin = { next: 0, epoch: null };
    expect(await watch.look(begin, signal)).toMatchObject({ waiting: 1, next: 1 });
    // A mirror of another relay is not believed.
    const other = await rigOf({ random: new SeededRandom("another relay's key") });
    doors[0].open();
    doors[1].leadTo(other.url);
    expect(await watch.look(begin, signal)).toMatchObject({ waiting: 1 });
    doors[0].shut();
    await expect(watch.look(begin, signal)).rejects.toMatchObject({ code: expect.stringMatching(/^renter\./) });
  });
});
