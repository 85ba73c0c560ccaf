import { describe, expect, it } from "vitest";
import { SeededRandom } from "../sim/seeded-random.ts";
import { type Chance, everything, nothing, someOf } from "./chance.ts";
import { Disk, type Image } from "./disk.ts";
import type { DiskRecord } from "./disk-log.ts";

type Step = DiskRecord extends infer Each ? (Each extends unknown ? Omit<Each, "nanoseconds"> : never) : never;

const open = (handle: number, path: string, flags: { create?: boolean; cut?: boolean } = {}): Step => ({
  op: "open",
  handle,
  path,
  create: flags.create ?? false,
  cut: flags.cut ?? false,
});
const write = (handle: number, offset: number, text: string): Step => ({
  op: "write",
  handle,
  offset,
  data: Buffer.from(text),
});
const sync = (handle: number, covers: number): Step => ({ op: "sync", handle, covers });
const resize = (handle: number, size: number): Step => ({ op: "truncate", handle, size });

function diskAfter(steps: readonly Step[], image: Image = new Map()): Disk {
  const disk = new Disk("/disk", image);
  for (const step of steps) disk.apply({ ...step, nanoseconds: 0n } as DiskRecord);
  return disk;
}

const left = (disk: Disk, chance: Chance): Readonly<Record<string, string | null>> =>
  Object.fromEntries([...disk.afterCut(chance)].map(([name, content]) => [name, content?.toString() ?? null]));

/** Every outcome of many cuts, as text. */
function outcomes(disk: Disk, file: string, sector: Chance["sector"] = 512): ReadonlySet<string> {
  const random = new SeededRandom("outcomes");
  return new Set(Array.from({ length: 400 }, () => left(disk, { ...someOf(random), sector })[file] ?? "(none)"));
}

const FILE: Image = new Map([["file", Buffer.from("old")]]);

describe("a disk after a power cut", () => {
  it("holds the synced bytes and none of the later ones, or all, or some", () => {
    const disk = diskAfter([open(1, "/disk/file"), write(1, 0, "new"), sync(1, 2), write(1, 0, "late")], FILE);
    expect(left(disk, nothing)).toEqual({ file: "new" });
    expect(left(disk, everything)).toEqual({ file: "late" });
    // The size reaches the disk apart from the bytes.
    expect(outcomes(disk, "file")).toEqual(new Set(["new", "late", "lat", "new\0"]));
  });

  it("may hold any version of a sector that was written more than once", () => {
    const disk = diskAfter([open(1, "/disk/file"), write(1, 0, "one"), write(1, 0, "two")], FILE);
    expect(outcomes(disk, "file")).toEqual(new Set(["old", "one", "two"]));
  });

  it("tears a write at the sectors", () => {
    const disk = diskAfter(
      [open(1, "/disk/file"), write(1, 511, "ab")],
      new Map([["file", Buffer.from(".".repeat(513))]]),
    );
    const ends = new Set([...outcomes(disk, "file")].map((text) => text.slice(511)));
    expect(ends).toEqual(new Set(["..", "a.", ".b", "ab"]));
    expect(outcomes(disk, "file", 4096).size).toBe(2);
  });

  it("is not promised a write that came while the fsync ran", () => {
    const disk = diskAfter([open(1, "/disk/file"), write(1, 0, "one"), write(1, 0, "two"), sync(1, 2)], FILE);
    expect(left(disk, nothing)).toEqual({ file: "one" });
  });

  it("keeps a synced truncation, and zeros behind it when the file grows again", () => {
    const disk = diskAfter([open(1, "/disk/file"), resize(1, 1), resize(1, 3), sync(1, 3)], FILE);
    expect(left(disk, nothing)).toEqual({ file: "o\0\0" });
  });

  it("forgets a new name until its folder is synced, however often the file is", () => {
    const steps = [open(1, "/disk/new", { create: true }), write(1, 0, "text"), sync(1, 2)];
    expect(left(diskAfter(steps), nothing)).toEqual({});
    expect(left(diskAfter([...steps, open(2, "/disk"), sync(2, 4)]), nothing)).toEqual({ new: "text" });
  });

  it("holds the old or the new file after a rename, never neither", () => {
    const steps: readonly Step[] = [
      open(1, "/disk/file.new", { create: true, cut: true }),
      write(1, 0, "new"),
      sync(1, 2),
      { op: "rename", from: "/disk/file.new", to: "/disk/file" },
    ];
    expect(outcomes(diskAfter(steps, FILE), "file")).toEqual(new Set(["old", "new"]));
    expect(left(diskAfter([...steps, open(2, "/disk"), sync(2, 5)], FILE), nothing)).toEqual({ file: "new" });
  });

  it("may hold again what was removed, until the folder is synced", () => {
    const steps: readonly Step[] = [{ op: "unlink", path: "/disk/file" }];
    expect(outcomes(diskAfter(steps, FILE), "file")).toEqual(new Set(["old", "(none)"]));
    expect(left(diskAfter([...steps, open(2, "/disk"), sync(2, 2)], FILE), nothing)).toEqual({});
  });

  it("forgets a new folder with all in it until the folder above is synced", () => {
    const steps: readonly Step[] = [
      { op: "mkdir", path: "/disk/in" },
      open(1, "/disk/in/new", { create: true }),
      write(1, 0, "text"),
      sync(1, 3),
      open(2, "/disk/in"),
      sync(2, 5),
    ];
    expect(left(diskAfter(steps), nothing)).toEqual({});
    expect(left(diskAfter([...steps, open(3, "/disk"), sync(3, 7)]), nothing)).toEqual({ in: null, "in/new": "text" });
  });

  it("opens a file that is cut to nothing as a change like any other", () => {
    const disk = diskAfter([open(1, "/disk/file", { create: true, cut: true })], FILE);
    expect(left(disk, nothing)).toEqual({ file: "old" });
    expect(left(disk, everything)).toEqual({ file: "" });
  });

  it("refuses a log that it does not understand", () => {
    expect(() => diskAfter([write(7, 0, "text")])).toThrow("handle 7");
    expect(() => diskAfter([{ op: "rename", from: "/disk/file", to: "/elsewhere/file" }], FILE)).toThrow();
  });
});
