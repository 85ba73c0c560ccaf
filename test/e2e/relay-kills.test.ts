// The short version of `npm run torture:relay`.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasNats } from "../sim/nats/nats-servers.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { tortureRelays } from "./relay-kill.ts";
import { RelayWorld } from "./relay-world.ts";

const seed = `relay-kills ${process.pid}`;

describe.skipIf(!hasNats)("two relays over three NATS servers (nats-server is not installed)", () => {
  let world: RelayWorld;
  let leaks: readonly string[] | null = null;

  beforeAll(async () => {
    world = await RelayWorld.start(6);
  }, 120_000);
  afterAll(async () => {
    if (leaks === null) await world.stop();
  });

  it("bring every acknowledged message to its renter once, although a relay and a server are killed", async () => {
    const random = new SeededRandom(seed);
    const report = await tortureRelays(world, { kills: 2, perSecond: 60, random, between: 300, away: 100 });
    expect(report.faults, seed).toEqual([]);
    expect(report.messages).toBeGreaterThan(60);
    expect(report.reconnected).toBeGreaterThan(0);
  }, 300_000);

  it("leave no text, no sender and no number in the cluster's files, the relays' folders and anybody's log", async () => {
    leaks = await world.stop();
    expect(leaks).toEqual([]);
  }, 60_000);
});

describe.skipIf(!hasNats)("the same without anything in front, both addresses known to box and renters", () => {
  let world: RelayWorld;

  beforeAll(async () => {
    world = await RelayWorld.start(6, "mirrors");
  }, 120_000);
  afterAll(async () => {
    await world.stop();
  });

  it("bring every acknowledged message to its renter once, and nobody waits for the relay that is gone", async () => {
    const random = new SeededRandom(seed);
    const report = await tortureRelays(world, { kills: 3, perSecond: 60, random, between: 300, away: 100 });
    expect(report.faults, seed).toEqual([]);
    expect(report.messages).toBeGreaterThan(60);
  }, 300_000);
});
