// What becomes of keys that were removed from the bucket of state: the mark goes, too, once every process had time to see it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Clock, hours, millis, silentLogger, unixMs, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { RelayStore } from "../../src/core/index.ts";
import { openJetStreamStore } from "../../src/jetstream/index.ts";
import type { NatsLink } from "../../src/jetstream/link.ts";
import { StateMirror } from "../../src/jetstream/state-mirror.ts";
import { eventually } from "../contract/relay-scene.ts";
import { hasNats, NatsServers } from "../sim/nats/nats-servers.ts";

describe("the mirror of the bucket of state", () => {
  const name = "paper.test.one";
  const saved = utf8(JSON.stringify({ at: 1, text: "x" }));
  const mirrorOf = (): StateMirror =>
    new StateMirror({ link: {} as NatsLink, clock: systemClock, log: silentLogger, stream: "KV_test" });

  it("counts no key that was removed, and takes no older write in behind the removal", () => {
    const mirror = mirrorOf();
    mirror.apply(name, 5, saved);
    mirror.apply(name, 6, null);
    mirror.apply(name, 5, saved);
    expect([mirror.size, mirror.papers.size, mirror.revision(name)]).toEqual([0, 0, 6]);
    mirror.apply(name, 7, saved);
    expect([mirror.size, mirror.papers.size, mirror.revision(name)]).toEqual([1, 1, 7]);
  });

  it("forgets a mark only if nothing newer came under the key", () => {
    const mirror = mirrorOf();
    mirror.apply(name, 6, null);
    const [[, mark] = ["", { revision: 0, since: millis(0) }]] = mirror.marksOlderThan(systemClock.monotonic());
    mirror.apply(name, 8, null);
    mirror.forgetMark(name, mark);
    expect(mirror.revision(name)).toBe(8);
    mirror.forgetMark(name, { ...mark, revision: 8 });
    expect(mirror.revision(name)).toBe(0);
  });

  it("drops a key whose mark it has missed, unless it was written again meanwhile", () => {
    const mirror = mirrorOf();
    mirror.apply(name, 5, saved);
    mirror.missed(name, 4);
    expect(mirror.papers.size).toBe(1);
    mirror.missed(name, 5);
    expect([mirror.size, mirror.papers.size]).toEqual([0, 0]);
  });
});

describe.skipIf(!hasNats)("keys that were removed (nats-server is not installed)", () => {
  let servers: NatsServers;
  const stores: RelayStore[] = [];
  let ahead = 0;
  const clock: Clock = Object.create(systemClock, {
    monotonic: { value: () => millis(systemClock.monotonic() + ahead) },
  });

  const open = async (): Promise<RelayStore> => {
    const store = await openJetStreamStore({
      ...{ servers: servers.urls, login: { kind: "none" }, tls: null, prefix: "marks", replicas: 1 },
      ...{ placementTags: [], clock, random: systemRandom, crypto: systemCrypto, log: silentLogger },
    });
    stores.push(store);
    return store;
  };
  const keysOf = async (store: RelayStore): Promise<number> => (await store.state()).figures.state_keys ?? -1;
  const entriesOf = async (store: RelayStore): Promise<number> => (await store.state()).figures.state_entries ?? -1;

  beforeAll(async () => {
    servers = await NatsServers.start(1);
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
    await servers.stop();
  });

  it("leave neither the processes' memory nor the cluster's disk fuller, and one that is written again stays", async () => {
    const [one, other] = [await open(), await open()];
    const [keys, entries] = [await keysOf(one), await entriesOf(one)];
    const paper = (id: number, at: number) => ({ kind: "test", id: `p${id}`, text: "x", at: unixMs(at) });
    for (let id = 0; id < 30; id++) await one.papers.save(paper(id, 1000), () => true);
    for (let went = 1; went > 0; ) went = await one.upkeep.forgetPapers("test", unixMs(2000));
    expect(
      await eventually(
        () => keysOf(other),
        (count) => count === keys,
      ),
    ).toBe(keys);
    expect(await keysOf(one)).toBe(keys);
    // As long as others may not have seen them the marks stay.
    await one.upkeep.forgetSessions(0);
    expect(await entriesOf(one)).toBe(entries + 30);
    ahead += hours(7);
    await other.papers.save(paper(3, 5000), () => true);
    await one.upkeep.forgetSessions(0);
    await other.upkeep.forgetSessions(0);
    expect(await entriesOf(one)).toBe(entries + 1);
    for (const store of [one, other, await open()]) {
      expect(await store.papers.find("test", "p3")).toMatchObject({ text: "x" });
      expect(
        await eventually(
          () => keysOf(store),
          (count) => count === keys + 1,
        ),
      ).toBe(keys + 1);
    }
    // A key whose mark is gone can be written as if it had never been.
    expect(await other.papers.save(paper(4, 5000), (stored) => stored === null)).toBe(true);
  });
});
