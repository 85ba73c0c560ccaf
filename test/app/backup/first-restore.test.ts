import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { FirstRestore } from "../../../src/app/backup/first-restore.ts";
import { AppError, seconds, silentLogger } from "../../../src/base/index.ts";
import type { BackupContents } from "../../../src/protocol/index.ts";
import { setPassword } from "../../../src/web/index.ts";
import { MemorySettings } from "../../sim/memory-settings.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { put } from "./backup-rig.ts";
import { machineWithStick } from "./stick-rig.ts";

const OLD = "numberbox-box-20260101-030000.nbbackup";
const NEW = "numberbox-box-20261101-030000.nbbackup";
const PASSPHRASE = "Seven quiet otters, ÄÖÜ";

const CONTENTS: BackupContents = {
  ...{ id: "b1", created_at: 1, version: "0.6.0", size: 9, same_identity: false, entries: [], missing: [] },
  identity: { name: "worm:attic", verify: "v" },
};

const open: FirstRestore[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.stop();
});

/** A box whose backups are opened by PASSPHRASE alone. */
function rig() {
  const { machine, stick } = machineWithStick();
  const [clock, settings] = [new VirtualClock(), new MemorySettings()];
  const taken: string[] = [];
  const restored: object[] = [];
  const recorded: object[] = [];
  const first = new FirstRestore({
    ...{ machine, clock, settings, log: silentLogger },
    backups: {
      takeFromStick: async (id) => {
        taken.push(id);
        return { size: 9 };
      },
      check: async (passphrase) => {
        if (passphrase !== PASSPHRASE) throw new AppError("archive.wrong_passphrase", "the passphrase does not fit");
        return CONTENTS;
      },
      restore: async (wish) => void restored.push(wish),
    },
    events: { record: (event) => void recorded.push(event) },
  });
  open.push(first);
  const told = (): string => {
    const file = join(stick, "numberbox-restore-done.txt");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };
  return { clock, settings, stick, first, taken, restored, recorded, told };
}

/** What there is after the next look. */
async function later<T>(clock: VirtualClock, look: () => T): Promise<T> {
  await clock.advance(seconds(10));
  return look();
}

describe("a new box with a stick", () => {
  it.each(["numberbox-restore.txt", "NUMBERBOX-RESTORE.TXT", "numberbox-restore.txt.txt", "numberbox-restore"])(
    "becomes the box of the newest backup on it, by the passphrase in %s, which does not stay",
    async (name) => {
      const { stick, first, restored, told } = rig();
      put(stick, OLD, "old");
      put(stick, NEW, "new");
      put(stick, name, `\uFEFF${PASSPHRASE}\r\n`);
      first.start();
      await expect.poll(told).toBe(`Restored: worm:attic, from ${NEW}.\n`);
      expect(restored).toEqual([{ id: "b1", passphrase: PASSPHRASE, confirm: "worm:attic", by: name }]);
      expect(readdirSync(stick).toSorted()).toEqual([OLD, NEW, "numberbox-restore-done.txt"].toSorted());
      expect(
        readdirSync(stick)
          .map((file) => readFileSync(join(stick, file), "utf8"))
          .join(),
      ).not.toContain("otters");
    },
  );

  it("says on the stick why it did not, once, and tries again when the file was changed", async () => {
    const { clock, stick, first, restored, recorded, told } = rig();
    put(stick, NEW, "new");
    put(stick, "numberbox-restore.txt", "wrong");
    first.start();
    await expect.poll(told).toContain("archive.wrong_passphrase");
    await clock.advance(seconds(60));
    expect(recorded).toEqual([
      { level: "warn", code: "restore.stick_failed", details: { reason: "archive.wrong_passphrase" } },
    ]);
    put(stick, "numberbox-restore.txt", PASSPHRASE);
    await expect.poll(() => later(clock, () => restored.length)).toBe(1);
    expect(told()).toContain("Restored: worm:attic");
  });

  it("waits for a stick that comes later, and for a backup on it", async () => {
    const { clock, stick, first, taken, told } = rig();
    first.start();
    await clock.advance(seconds(30));
    put(stick, "numberbox-restore.txt", PASSPHRASE);
    await expect.poll(() => later(clock, told)).toContain("backup.none_on_stick");
    expect(taken).toEqual([]);
  });

  it("does nothing once somebody owns it", async () => {
    const { clock, settings, stick, first, taken } = rig();
    await setPassword({ settings, random: new SeededRandom("owner"), password: "correct horse battery" });
    put(stick, NEW, "new");
    put(stick, "numberbox-restore.txt", PASSPHRASE);
    first.start();
    await clock.advance(seconds(60));
    await first.stop();
    expect(taken).toEqual([]);
  });
});
