import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { millis, silentLogger } from "../../src/base/index.ts";
import { openConnection } from "../../src/sqlite/connection.ts";
import { openSqlite } from "../../src/sqlite/index.ts";
import { type BoxStoreOptions, type FileBoxStore, openBoxStore } from "../../src/store/index.ts";
import { boxSchema } from "../../src/store/schema.ts";
import { codeOf, seedRentals } from "../contract/box-store.ts";
import {
  at,
  intake,
  messageIdOf,
  rentalIdOf,
  sampleGrant,
  sampleLine,
  sampleMessage,
  samplePart,
  sampleReceipt,
  sampleRental,
  sampleSeen,
} from "../sim/store-samples.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { canMount, smallDisk } from "../sqlite/small-disk.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

async function openBox(options: Partial<BoxStoreOptions> = {}): Promise<{ store: FileBoxStore; file: string }> {
  const file = options.file ?? join(tempFolder(), "box.db");
  const store = await openBoxStore({ clock: new VirtualClock(), log: silentLogger, ...options, file });
  onTestFinished(() => store.close());
  return { store, file };
}

/** Another program's hand on the file. */
async function tamper(file: string, sql: string): Promise<void> {
  const connection = await openConnection({ file, create: false, busyTimeout: millis(0) });
  await connection.exec(sql);
  await connection.close();
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("the box's store", () => {
  it("stores a batch of 64 messages with one commit", async () => {
    const { store } = await openBox();
    await seedRentals(store, 1);
    const before = (await store.stats()).commits;
    const seqs = range(1, 64);
    await store.commitIntake(
      intake({ outbox: seqs.map((seq) => sampleMessage(1, seq)), seen: seqs.map((seq) => sampleSeen(seq)) }),
    );
    expect((await store.stats()).commits).toBe(before + 1);
    expect(await store.nextMessages(rentalIdOf(1), 64)).toEqual(seqs.map((seq) => sampleMessage(1, seq)));
  });

  it("lets batches of several callers share a commit", async () => {
    const { store } = await openBox();
    await seedRentals(store, 1);
    const before = (await store.stats()).commits;
    await Promise.all(range(1, 40).map((seq) => store.commitIntake(intake({ outbox: [sampleMessage(1, seq)] }))));
    expect((await store.stats()).commits).toBe(before + 1);
    expect((await store.depth()).waiting).toBe(40);
  });

  it("writes one page to the card when a setting changes", async () => {
    const { store } = await openBox();
    await store.setSetting("time.last", "1");
    const before = (await store.stats()).bytes;
    await store.setSetting("time.last", "2");
    // A frame of the log: its head, and the page (https://sqlite.org/walformat.html).
    expect((await store.stats()).bytes - before).toBe(24 + 4096);
    expect(await store.getSetting("time.last")).toBe("2");
  });

  it("keeps everything across a restart", async () => {
    const { store, file } = await openBox();
    const rental = sampleRental(1, { credit: 3 });
    await store.saveLine(sampleLine(1));
    await store.saveRental(rental, sampleGrant(rental));
    await store.commitIntake(
      intake({ outbox: [sampleMessage(1, 1)], parts: [samplePart(1, 1)], seen: [sampleSeen(1)] }),
    );
    await store.saveReceipts([sampleReceipt(1, 1)], { after: 12, epoch: null });
    await store.setSetting("a", "b");
    await store.close();
    const { store: again } = await openBox({ file });
    expect(await again.lines()).toEqual([sampleLine(1)]);
    expect(await again.rentals()).toEqual([rental]);
    expect(await again.pendingGrant(rental.id)).toEqual(sampleGrant(rental));
    expect(await again.nextMessages(rental.id, 9)).toEqual([sampleMessage(1, 1)]);
    expect(await again.openParts()).toEqual([samplePart(1, 1)]);
    expect(await again.findSeen([sampleSeen(1).hash])).toEqual([sampleSeen(1)]);
    expect(await again.receiptPlace()).toEqual({ after: 12, epoch: null });
    expect(await again.getSetting("a")).toBe("b");
  });

  it("prunes thousands of old rows in short steps", async () => {
    const { store } = await openBox();
    const rows = range(1, 1200).map((n) => sampleSeen(n, { deleted: true, at: at(0) }));
    await store.commitIntake(intake({ seen: rows }));
    const before = (await store.stats()).commits;
    expect(await store.pruneSeen(at(1))).toBe(1200);
    expect((await store.stats()).commits).toBe(before + 3);
    expect(await store.findSeen(rows.map(({ hash }) => hash))).toEqual([]);
  });

  it("leaves no trace of a sealed part in the file once its group is closed", async () => {
    const { store, file } = await openBox();
    const sealed = new TextEncoder().encode("TRACE-OF-A-SEALED-PART".repeat(10));
    await store.commitIntake(intake({ parts: [samplePart(1, 1, { sealed }), samplePart(2, 1)] }));
    const copy = `${file}.backup`;
    await store.backup(copy);
    expect(readFileSync(copy).includes("TRACE-OF-A-SEALED-PART")).toBe(true);
    await store.commitIntake(intake({ closedGroups: [samplePart(1, 1).group] }));
    await store.close();
    expect(readFileSync(file).includes("TRACE-OF-A-SEALED-PART")).toBe(false);
  });

  it("takes a backup that opens as a store with the same rows", async () => {
    const { store, file } = await openBox();
    await seedRentals(store, 2);
    await store.commitIntake(intake({ outbox: [sampleMessage(1, 1), sampleMessage(2, 1)], counts: { received: 2 } }));
    const copy = join(dirname(file), "copy.db");
    await store.backup(copy);
    await store.commitIntake(intake({ outbox: [sampleMessage(1, 2)], counts: { received: 1 } }));
    const { store: restored } = await openBox({ file: copy });
    await restored.checkIntegrity();
    expect(await restored.nextMessages(rentalIdOf(1), 9)).toEqual([sampleMessage(1, 1)]);
    expect((await restored.counters()).received).toBe(2);
    expect(await restored.rentals()).toEqual(await store.rentals());
  });

  it("is busy while another process holds the file, and works again afterwards", async () => {
    const { store, file } = await openBox({ busyTimeout: millis(10) });
    await seedRentals(store, 1);
    const other = await openConnection({ file, create: false, busyTimeout: millis(0) });
    onTestFinished(() => other.close());
    await other.exec("BEGIN IMMEDIATE");
    const batch = intake({ outbox: [sampleMessage(1, 1)] });
    expect(await codeOf(store.commitIntake(batch))).toBe("store.busy");
    expect(await codeOf(store.probe())).toBe("store.busy");
    expect(await store.lines()).toHaveLength(1);
    await other.exec("ROLLBACK");
    await store.probe();
    await store.commitIntake(batch);
    expect((await store.depth()).waiting).toBe(1);
  });

  const onFullDisk = "on a full disk refuses intake, keeps what it took, and takes the same batch once there is space";
  it.skipIf(!canMount)(
    canMount ? onFullDisk : `${onFullDisk} (skipped: needs root to mount a small file system)`,
    async () => {
      const folder = smallDisk(1536);
      const ballast = join(folder, "ballast");
      writeFileSync(ballast, new Uint8Array(400 * 1024));
      const { store } = await openBox({ file: join(folder, "box.db") });
      await seedRentals(store, 1);
      const batchOf = (seq: number): Parameters<FileBoxStore["commitIntake"]>[0] =>
        intake({ outbox: [sampleMessage(1, seq)], seen: [sampleSeen(seq)], counts: { received: 1 } });
      let seq = 1;
      let code = "no error";
      for (; code === "no error"; seq++) code = await codeOf(store.commitIntake(batchOf(seq)));
      const refused = seq - 1;
      expect(code).toBe("store.full");
      expect((await store.counters()).received).toBe(refused - 1);
      expect(await store.findSeen([sampleSeen(refused).hash])).toEqual([]);
      rmSync(ballast);
      await store.probe();
      await store.commitIntake(batchOf(refused));
      expect(await store.nextMessages(rentalIdOf(1), 10_000)).toEqual(
        range(1, refused).map((n) => sampleMessage(1, n)),
      );
      await store.checkIntegrity();
    },
  );

  it.each([
    ["a line id", "UPDATE lines SET id = 'NOT A LINE'", (store: FileBoxStore) => store.lines(), "lines", "id"],
    ["a number", "UPDATE lines SET number = 'secret'", (store: FileBoxStore) => store.lines(), "lines", "number"],
    [
      "a rental's state",
      "PRAGMA ignore_check_constraints = ON; UPDATE rentals SET state = 'secret'",
      (store: FileBoxStore) => store.rentals(),
      "rentals",
      "state",
    ],
    [
      "an envelope version",
      "PRAGMA ignore_check_constraints = ON; UPDATE rentals SET envelope_version = 3",
      (store: FileBoxStore) => store.rentals(),
      "rentals",
      "envelope_version",
    ],
  ])("names table and column of a row with %s that makes no sense", async (_, sql, read, table, column) => {
    const { store, file } = await openBox();
    await seedRentals(store, 1);
    await tamper(file, `PRAGMA foreign_keys = OFF; ${sql}`);
    const error: unknown = await read(store).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "store.bad_row", context: { table, column } });
    expect(JSON.stringify(error)).not.toContain("secret");
  });
});

describe("the box's schema", () => {
  const firstSchema = readFileSync(new URL("schema-v1.sql", import.meta.url), "utf8");

  /** A file as version 1 wrote it. */
  async function versionOne(): Promise<string> {
    const file = join(tempFolder(), "box.db");
    const db = await openSqlite({
      file,
      clock: new VirtualClock(),
      log: silentLogger,
      applicationId: boxSchema.applicationId,
      migrations: [{ name: "first schema", sql: firstSchema }],
    });
    await db.close();
    const { message } = sampleMessage(1, 1);
    const { id, listingId, renter } = sampleRental(1);
    await tamper(
      file,
      `INSERT INTO lines VALUES ('line-1', '+15550101', NULL, NULL, '${listingId}');
       INSERT INTO rentals VALUES ('${id}', 'line-1', '${listingId}', '${renter.verify}', '${renter.encrypt}', 1, ${at(1)},
         ${at(86_400_000)}, 'active', NULL, 1, NULL);
       INSERT INTO outbox VALUES (1, '${message.id}', '${id}', 1, 'line-1', '${listingId}', 1, ${message.ts}, ${at(1)}, 'hash',
         '${message.signature}', '${message.envelope}');
       INSERT INTO parts VALUES ('${samplePart(1, 1).group}', 1, 3, 'line-1', ${at(1)}, x'0102');`,
    );
    return file;
  }

  it("opens a file of version 1 with its rows (a released migration never changes)", async () => {
    const { store } = await openBox({ file: await versionOne() });
    await store.checkIntegrity();
    expect(await store.lines()).toEqual([sampleLine(1)]);
    expect(await store.rentals()).toEqual([sampleRental(1)]);
    expect(await store.nextMessages(rentalIdOf(1), 9)).toEqual([sampleMessage(1, 1)]);
    expect(await store.openParts()).toEqual([samplePart(1, 1, { sentAt: null, sealed: Uint8Array.of(1, 2) })]);
    await store.markForwarded([{ id: messageIdOf(1, 1), status: "queued", at: at(2) }]);
    expect((await store.rentalCounts()).get(rentalIdOf(1))).toEqual({ messages: 1, waiting: 0, acknowledged: 0 });
  });

  it("grows only by steps that the system before an update can live with", () => {
    const steps = boxSchema.migrations.map(({ readableFrom }, index) => ({ number: index + 1, readableFrom }));
    const strict = steps.filter(({ number, readableFrom }) => readableFrom === undefined || readableFrom >= number);
    expect(strict.map(({ number }) => number)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
  });

  it("refuses a file that a newer program has migrated", async () => {
    const file = await versionOne();
    await tamper(file, `PRAGMA user_version = ${boxSchema.migrations.length + 1}`);
    expect(await codeOf(openBox({ file }))).toBe("store.newer_schema");
  });

  it("refuses another program's database", async () => {
    const file = await versionOne();
    await tamper(file, "PRAGMA application_id = 77");
    expect(await codeOf(openBox({ file }))).toBe("store.foreign_file");
  });
});
