// Counts of deliveries in the relay's file: of files of before, and beside programs of before.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { relaySchema } from "../../src/relay/server/schema.ts";
import { SqliteRelayStore } from "../../src/relay/server/sqlite-store.ts";
import { openSqlite, rowParser } from "../../src/sqlite/index.ts";
import { Scene } from "../contract/relay-scene.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { DAY_S, NOW_S } from "./fixtures.ts";

const SUMS = relaySchema.migrations.findIndex(({ name }) => name === "sums of deliveries");
const textRow = rowParser("delivery_sums", (row) => row.text("days"));
const DAY = Math.ceil(NOW_S / DAY_S);

/** The relay's file with its first `steps` only: a program of before opens a newer file, too. */
async function openWith(file: string, steps = relaySchema.migrations.length) {
  const migrations = relaySchema.migrations.slice(0, steps);
  const database = await openSqlite({ file, clock: systemClock, log: silentLogger, ...relaySchema, migrations });
  const store = new SqliteRelayStore(database, systemRandom);
  const kept = () => database.read("SELECT days FROM delivery_sums", [], textRow);
  return { store, kept, close: () => store.close() };
}

describe("counts of deliveries in a relay's file", () => {
  it("are made of what was there before there were any, by whoever asks or ahead, and are kept", async () => {
    const file = join(tempFolder(), "relay.sqlite");
    const before = await openWith(file, SUMS);
    const scene = new Scene(before.store);
    await scene.register();
    await scene.forward([scene.message(1), scene.message(2)]);
    await scene.acknowledge([scene.message(1)]);
    await before.close();
    const now = await openWith(file);
    const ended = { endedAfter: 0, endedBefore: NOW_S + 400 * DAY_S };
    expect(await now.store.upkeep.sumUp({ ...ended, endedBefore: 0 }, null)).toBeNull();
    expect(await now.kept()).toEqual([]);
    expect(await now.store.upkeep.sumUp(ended, null)).toBeNull();
    const counts = await now.kept();
    expect(counts).toHaveLength(1);
    const sums = await now.store.mail.sums([scene.listingId]);
    expect(sums.get(scene.listingId)?.[0]?.[0]).toMatchObject({ sent: 2, acknowledged: 1 });
    await now.close();
  });

  it("do not hold what a program of before adds or removes without knowing them", async () => {
    const file = join(tempFolder(), "relay.sqlite");
    const now = await openWith(file);
    const scene = new Scene(now.store);
    await scene.register();
    await scene.forward([scene.message(1)]);
    await now.store.mail.sums([scene.listingId]);
    await expect.poll(now.kept).toHaveLength(1);
    await now.close();

    const before = await openWith(file, SUMS);
    const old = new Scene(before.store);
    await scene.forward([scene.message(2)], { store: before.store });
    await scene.acknowledge([scene.message(1)], before.store);
    await old.register();
    await before.close();

    const again = await openWith(file);
    const [days] = (await again.store.mail.sums([scene.listingId])).get(scene.listingId) ?? [];
    const count = (of: "sent" | "acknowledged") => days?.reduce((sum, each) => sum + each[of], 0);
    expect([count("sent"), count("acknowledged")]).toEqual([2, 1]);
    await again.close();

    const removing = await openWith(file, SUMS);
    await scene.register(scene.grant({ rev: 2, expiresAt: NOW_S - 50 * DAY_S }), removing.store);
    expect(await removing.store.upkeep.removeRentals(NOW_S - 49 * DAY_S)).toBe(1);
    await removing.close();
    const last = await openWith(file);
    expect(await last.kept()).toEqual([]);
    await last.close();
  });

  it("are read from the file while nothing has changed, not from the messages", async () => {
    const file = join(tempFolder(), "relay.sqlite");
    const now = await openWith(file);
    const scene = new Scene(now.store);
    await scene.register();
    await scene.forward([scene.message(1)]);
    await now.store.mail.sums([scene.listingId]);
    await expect.poll(now.kept).toHaveLength(1);
    await now.close();
    const database = await openSqlite({ file, clock: systemClock, log: silentLogger, ...relaySchema });
    await database.write((tx) => tx.run(`UPDATE delivery_sums SET days = '[[${DAY},7,3]]'`));
    await database.close();
    const again = await openWith(file);
    const marked = [[{ day: DAY, sent: 7, acknowledged: 3 }]];
    expect((await again.store.mail.sums([scene.listingId])).get(scene.listingId)).toEqual(marked);
    await scene.acknowledge([scene.message(1)], again.store);
    const anew = (await again.store.mail.sums([scene.listingId])).get(scene.listingId);
    expect(anew?.[0]?.[0]).toMatchObject({ sent: 1, acknowledged: 1 });
    await again.close();
  });
});
