import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contentOf, stickBackups } from "../../../src/app/backup/stick-backups.ts";
import { collect } from "../../archive/archive-rig.ts";
import { put } from "./backup-rig.ts";
import { machineWithStick } from "./stick-rig.ts";

const OLD = "numberbox-box-20260101-030000.nbbackup";
const NEW = "numberbox-box-20261101-030000.nbbackup";

describe("backups on sticks", () => {
  it("are found in the stick's own folder and in those of backups, the newest first; the card is no stick", async () => {
    const { machine, stick, card } = machineWithStick();
    put(stick, OLD, "old");
    put(stick, `numberbox/${NEW}`, "newer");
    put(stick, "holiday.jpg", "");
    put(stick, "deep/er/than-that.nbbackup", "");
    mkdirSync(join(stick, "a-folder.nbbackup"));
    symlinkSync("/etc/passwd", join(stick, "a-link.nbbackup"));
    put(card, OLD, "");
    const found = await stickBackups(machine, []);
    expect(found.map(({ name, size, stick: label }) => [name, size, label])).toEqual([
      [NEW, 5, "MY STICK"],
      [OLD, 3, "MY STICK"],
    ]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(2);
    expect(Buffer.from(await collect(contentOf(found, found[0]?.id ?? ""))).toString()).toBe("newer");
  });

  it("are looked for where the settings put them, too", async () => {
    const { machine, stick } = machineWithStick();
    put(stick, `saved/here/${NEW}`, "");
    const place = { id: "a", kind: "usb", folder: "saved/here" } as const;
    expect(await stickBackups(machine, [])).toEqual([]);
    expect(await stickBackups(machine, [place])).toMatchObject([{ name: NEW }]);
  });

  it("that are gone are told as gone", () => {
    expect(() => contentOf([], "0123456789abcdef")).toThrow(expect.objectContaining({ code: "backup.stick_gone" }));
  });
});
