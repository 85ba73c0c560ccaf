import { beforeEach, describe, expect, it } from "vitest";
import { hours, minutes, silentLogger } from "../../../src/base/index.ts";
import { Renewals, type RunningPublisher } from "../../../src/core/index.ts";
import { bytes } from "./fake-chain.ts";
import { PublisherRig, wishOf } from "./publisher-rig.ts";

const NAME = "ness:test:a";

describe("renewals", () => {
  let rig: PublisherRig;
  let publisher: RunningPublisher;
  let renewals: Renewals;
  let within = 30;
  const told: string[] = [];
  beforeEach(async () => {
    rig = new PublisherRig();
    publisher = await rig.open();
    within = 30;
    told.length = 0;
    const renew = () => publisher.submit(wishOf({ operation: "update", value: bytes("v1"), days: 365 }));
    renewals = new Renewals({
      ...{ node: rig.chain, publisher, clock: rig.clock, log: silentLogger, every: hours(6) },
      targets: () => [{ name: NAME, line: null, within, renew }],
      events: { record: ({ code, details }) => void told.push(`${code} ${details?.reason}`) },
    });
  });

  it("leave a name alone until 30 days before its end, then renew it once", async () => {
    await rig.chain.register(NAME, "v1", 60);
    rig.chain.mine(29 * 175);
    await renewals.check();
    expect(publisher.list()).toEqual([]);
    rig.chain.mine(2 * 175);
    await renewals.check();
    await renewals.check();
    expect(publisher.list()).toHaveLength(1);
    await rig.tick();
    await rig.mine(3);
    await renewals.check();
    expect(publisher.list()).toHaveLength(1);
    expect((await rig.chain.name(NAME))?.expiresAt).toBe(101 + (60 + 365) * 175);
    expect(told).toEqual(["name.renewing due"]);
  });

  it("tell once that a name has gone, and of one that the wallet does not own", async () => {
    await renewals.check();
    rig.chain.mineForeign("new", { name: NAME, value: "x", days: 1 });
    await renewals.check();
    await renewals.check();
    expect(told).toEqual(["name.expired unknown", "name.not_renewed emercoin.name_foreign"]);
    expect(publisher.list()).toEqual([]);
  });

  it("do nothing where the owner wants none", async () => {
    await rig.chain.register(NAME, "v1", 1);
    within = 0;
    await renewals.check();
    expect(publisher.list()).toEqual([]);
  });

  it("look every few hours by themselves, through a node that is away, until the box stops", async () => {
    await rig.chain.register(NAME, "v1", 20);
    rig.chain.fail("name", "emercoin.unreachable");
    renewals.start();
    await rig.clock.flush();
    expect(told).toEqual(["name.not_renewed emercoin.unreachable"]);
    await rig.clock.advance(hours(6));
    await rig.clock.advance(minutes(1));
    expect(publisher.latest(NAME)?.state).toBe("sent");
    await publisher.stop();
    await renewals.stop();
    expect(rig.clock.pending).toEqual([]);
  });
});
