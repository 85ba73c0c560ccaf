import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataFolder, readIfThere, replaceFile } from "../../src/app/data-folder.ts";
import { codeOf } from "../contract/box-store.ts";
import { canMount, smallDisk } from "../sqlite/small-disk.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const lockOf = (folder: string): string => join(folder, "box.lock");

function startTimeOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

describe("the data folder", () => {
  it("is made with its parents, for its owner alone", async () => {
    const path = join(tempFolder(), "a", "b");
    const folder = await openDataFolder(path);
    expect(folder.path).toBe(path);
    expect(modeOf(path)).toBe(0o700);
    expect(modeOf(lockOf(path))).toBe(0o600);
    expect(readdirSync(path)).toEqual(["box.lock"]);
    await folder.release();
    expect(readdirSync(path)).toEqual([]);
  });

  it("that exists keeps its mode: it may be one that others use too", async () => {
    const path = join(tempFolder(), "open");
    mkdirSync(path, { mode: 0o755 });
    await openDataFolder(path);
    expect(modeOf(path)).toBe(0o755);
  });

  it("is refused to a second process while the first lives, and the message names it", async () => {
    const path = tempFolder();
    const other = process.ppid;
    writeFileSync(lockOf(path), `${other} ${startTimeOf(other)}\n`);
    const error: unknown = await openDataFolder(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "app.folder_in_use", context: { holder: other } });
    expect(String(error)).toContain(`process ${other}`);
    expect(readdirSync(path)).toEqual(["box.lock"]);
    expect(readFileSync(lockOf(path), "utf8")).toBe(`${other} ${startTimeOf(other)}\n`);
  });

  it("is refused to the same process a second time", async () => {
    const path = tempFolder();
    const folder = await openDataFolder(path);
    expect(await codeOf(openDataFolder(path))).toBe("app.folder_in_use");
    await folder.release();
    await openDataFolder(path);
  });

  it.each([
    ["of a process that died", () => `${spawnSync("true").pid} 1\n`],
    [
      "of a process whose number another one has now",
      () => `${process.ppid} ${Number(startTimeOf(process.ppid)) - 1}\n`,
    ],
    ["that is empty, as after a power cut", () => ""],
    ["of garbage", () => "what is this"],
    ["with another line behind it", () => `${process.ppid} ${startTimeOf(process.ppid)}\nmore`],
  ])("takes over a lock %s", async (_name, content) => {
    const path = tempFolder();
    writeFileSync(lockOf(path), content());
    await openDataFolder(path);
    expect(readFileSync(lockOf(path), "utf8")).toBe(`${process.pid} ${startTimeOf(process.pid)}\n`);
  });

  it("once released is not taken from the next holder by a second release", async () => {
    const path = tempFolder();
    const first = await openDataFolder(path);
    await first.release();
    await openDataFolder(path);
    await first.release();
    expect(existsSync(lockOf(path))).toBe(true);
  });

  it("that cannot be made is told with the reason", async () => {
    const file = join(tempFolder(), "file");
    writeFileSync(file, "");
    const error: unknown = await openDataFolder(join(file, "folder")).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "app.no_folder" });
    expect(String(error)).toContain("ENOTDIR");
  });

  it("whose lock cannot be written is told with the reason", async () => {
    const path = tempFolder();
    mkdirSync(lockOf(path));
    expect(await codeOf(openDataFolder(path))).toBe("app.cannot_write");
  });

  it.skipIf(!canMount)("on a full disk is store.full (skipped where this user may not mount)", async () => {
    const path = smallDisk(16);
    expect(await codeOf(replaceFile(join(path, "big"), new Uint8Array(64 * 1024)))).toBe("store.full");
  });
});

describe("replaceFile", () => {
  it("writes a file that only its owner reads, and leaves nothing beside it", async () => {
    const path = tempFolder();
    await replaceFile(join(path, "f"), "one");
    await replaceFile(join(path, "f"), Uint8Array.of(1, 2));
    expect([...readFileSync(join(path, "f"))]).toEqual([1, 2]);
    expect(modeOf(join(path, "f"))).toBe(0o600);
    expect(readdirSync(path)).toEqual(["f"]);
  });

  it("keeps the old file when the new one cannot be written", async () => {
    const path = tempFolder();
    writeFileSync(join(path, "f"), "old");
    symlinkSync(join(path, "missing", "target"), join(path, "f.new"));
    expect(await codeOf(replaceFile(join(path, "f"), "new"))).toBe("app.cannot_write");
    expect(readFileSync(join(path, "f"), "utf8")).toBe("old");
  });
});

describe("readIfThere", () => {
  it("is null without a file, and says why one cannot be read", async () => {
    const path = tempFolder();
    expect(await readIfThere(join(path, "none"))).toBeNull();
    writeFileSync(join(path, "some"), "text");
    expect(await readIfThere(join(path, "some"))).toBe("text");
    expect(await codeOf(readIfThere(path))).toBe("app.unreadable");
  });
});
