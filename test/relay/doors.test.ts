// The box's client of a relay that has several addresses: nothing is lost and nothing comes twice, whichever of them fails when.

import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { minutes, seconds, silentLogger } from "../../src/base/index.ts";
import { createRelayClient, type RelayClient, type RelayWay } from "../../src/relay/index.ts";
import { RelayDoor } from "../sim/relay-door.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { grantOf, messageOf, NOW, provider, receiptOf, renter, signWith, verifyOf } from "./fixtures.ts";
import { RelayRig, type RigOptions } from "./relay-rig.ts";

const { signal } = new AbortController();

interface Scene {
  readonly rig: RelayRig;
  readonly doors: readonly [RelayDoor, RelayDoor];
  readonly client: RelayClient;
  readonly clock: VirtualClock;
  /** `seq` of what waits for the renter, in order. */
  readonly waiting: () => Promise<readonly (number | null)[]>;
  readonly forward: (seq: number) => Promise<string>;
}

async function doorTo(rig: RelayRig): Promise<RelayDoor> {
  const door = await RelayDoor.start(rig.url);
  onTestFinished(() => door.stop());
  return door;
}

async function rigOf(options: RigOptions = {}): Promise<RelayRig> {
  const rig = await RelayRig.start(options);
  onTestFinished(() => rig.stop());
  return rig;
}

function clientOf(way: RelayWay) {
  const clock = new VirtualClock(NOW);
  const identity = { verify: verifyOf(provider), sign: signWith(provider) };
  const client = createRelayClient({ ...way, identity, clock, random: new SeededRandom("doors"), log: silentLogger });
  onTestFinished(() => client.stop());
  return { client, clock };
}

async function open(options: RigOptions = {}): Promise<Scene> {
  const rig = await rigOf(options);
  const doors = [await doorTo(rig), await doorTo(rig)] as const;
  const { client, clock } = clientOf({ url: doors[0].url, mirrors: [{ url: doors[1].url }] });
  expect(await client.register(grantOf(), signal)).toEqual({ kind: "registered" });
  const token = await rig.login(renter);
  return {
    ...{ rig, doors, client, clock },
    waiting: async () => (await rig.mailbox(token, "?limit=500")).messages.map(({ seq }) => seq),
    forward: async (seq) => {
      const outcome = await client.forward(messageOf({ seq, salt: `${seq}` }), signal);
      return `${outcome.kind} ${outcome.kind === "accepted" ? outcome.status : outcome.code}`;
    },
  };
}

describe("a relay with two addresses", () => {
  it("is asked at the first, and at the second in the same call when the first is gone", async () => {
    const { doors, client, forward, waiting } = await open();
    expect(await forward(1)).toBe("accepted queued");
    expect([client.url, doors[1].callers]).toEqual([doors[0].url, []]);
    doors[0].shut();
    expect([await forward(2), await forward(3)]).toEqual(["accepted queued", "accepted queued"]);
    expect(client.url).toBe(doors[1].url);
    expect(await waiting()).toEqual([1, 2, 3]);
  });

  it("keeps one copy of a message whose answer was lost on the way through the first", async () => {
    const { doors, forward, waiting } = await open();
    doors[0].swallow(1);
    expect(await forward(1)).toBe("accepted duplicate");
    expect(await waiting()).toEqual([1]);
  });

  it("takes every message once and in order, whichever address fails when, and however", async () => {
    const event = fc.record({
      door: fc.nat(1),
      happens: fc.constantFrom("shut", "open", "swallow", "time", "nothing"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 10, maxLength: 25 }), async (events) => {
        const { doors, clock, forward, waiting } = await open();
        for (const [at, { door, happens }] of events.entries()) {
          if (happens === "shut") doors[door]?.shut();
          if (happens === "open") doors[door]?.open();
          if (happens === "swallow") doors[door]?.swallow(1);
          if (happens === "time") await clock.advance(minutes(1));
          // As the forwarder does: again, later, until the relay has said that it has it.
          for (let outcome = ""; !outcome.startsWith("accepted"); ) {
            outcome = await forward(at + 1);
            if (outcome.startsWith("accepted")) break;
            expect(outcome).toMatch(/^retry relay\./);
            await clock.advance(seconds(20));
            for (const each of doors) each.open();
          }
        }
        expect(await waiting()).toEqual(events.map((_, at) => at + 1));
      }),
      { numRuns: 12 },
    );
  });

  it("is asked at the first again once that has held", async () => {
    const { rig, doors, client, clock, forward } = await open();
    client.start();
    doors[0].shut();
    expect(await forward(1)).toBe("accepted queued");
    expect(client.url).toBe(doors[1].url);
    doors[0].open();
    for (let step = 0; step < 300 && client.url !== doors[0].url; step++) {
      await clock.advance(seconds(4));
      // The answers to what was asked then arrive before these do.
      for (let i = 0; i < 8; i++) await rig.call("GET", "/health");
    }
    expect(client.url).toBe(doors[0].url);
    expect(await forward(2)).toBe("accepted queued");
  });

  it("gives its receipts through either, with a sign-in for each", async () => {
    const { rig, doors, client, forward } = await open();
    await forward(1);
    const token = await rig.login(renter);
    const [sent] = (await rig.mailbox(token)).messages;
    await rig.call("POST", "/sms/ack", { token, body: { receipts: [receiptOf(sent?.envelope ?? "")] } });
    const receipts = async () => (await client.receipts({ after: 0, epoch: null }, signal))?.receipts.length;
    expect(await receipts()).toBe(1);
    doors[0].shut();
    expect(await receipts()).toBe(1);
  });

  it("lets the box sign in at each where the relay knows itself by the first alone", async () => {
    const rig = await rigOf();
    const doors = [await doorTo(rig), await doorTo(rig)] as const;
    await rig.halt();
    const named = await rigOf({ publicHost: new URL(doors[0].url).host });
    for (const door of doors) door.leadTo(named.url);
    const { client } = clientOf({ url: doors[0].url, mirrors: [{ url: doors[1].url }] });
    doors[0].shut();
    expect(await client.receipts({ after: 0, epoch: null }, signal)).toMatchObject({ receipts: [] });
    // A challenge that names none of the relay's own addresses is another relay's.
    const { client: stranger } = clientOf({ url: doors[1].url });
    expect(await stranger.claim("a".repeat(32), signal)).toMatchObject({ code: "relay.foreign_challenge" });
  });

  it("gives nothing to an address that leads to another relay", async () => {
    const { rig, doors, client, clock, forward, waiting } = await open();
    const other = await rigOf({ random: new SeededRandom("another relay's key") });
    await other.register(grantOf());
    doors[1].leadTo(other.url);
    expect(await forward(1)).toBe("accepted queued");
    doors[0].shut();
    expect(await forward(2)).toBe("retry relay.other_gateway");
    doors[0].open();
    await clock.advance(minutes(1));
    expect(await forward(2)).toBe("accepted queued");
    expect(client.url).toBe(doors[0].url);
    expect(await waiting()).toEqual([1, 2]);
    expect((await other.mailbox(await other.login(renter))).messages).toEqual([]);
    expect(rig.url).not.toBe(other.url);
  });
});
