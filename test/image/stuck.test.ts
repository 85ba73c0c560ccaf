// A start that fails, as `stuck` finds it: the data is a real ext4 in a file, and only mounting and restarting are doubles.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeExt4 } from "../../os-image/lib/file-systems.ts";
import { LIBRARY } from "./fake-disk.ts";

const hasTools = ["/sbin/mke2fs", "/usr/sbin/mke2fs"].some((file) => existsSync(file));
const PATH = "/usr/sbin:/sbin:/usr/bin:/bin";
/** MiB: two groups of 128, of which the second has a copy of the superblock. */
const SIZE = 256;
const GROUPS = [0, 128];
let sound: string;
let root: string;
const at = (name: string): string => join(root, name);
const data = (): string => at("dev/sda7");

function put(name: string, text = ""): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
}

function shim(name: string, body: string): void {
  put(`shims/${name}`, `#!/bin/sh\n${body}\n`);
  chmodSync(at(`shims/${name}`), 0o755);
}

const debugfs = (...requests: readonly string[]): void => {
  for (const request of requests)
    spawnSync("debugfs", ["-w", "-R", request, data()], { env: { PATH, DEBUGFS_PAGER: "cat" } });
};
const preen = (): number | null => spawnSync("e2fsck", ["-f", "-p", data()], { env: { PATH } }).status;
const isWhole = (): boolean => spawnSync("e2fsck", ["-f", "-n", data()], { env: { PATH } }).status === 0;

/** Overwrites where groups begin, superblocks and all: what a card at its end returns. */
function overwrite(groups: readonly number[]): void {
  const handle = openSync(data(), "r+");
  for (const group of groups) writeSync(handle, Buffer.alloc(1 << 20, 0xa5), 0, 1 << 20, group << 20);
  closeSync(handle);
}

function magic(): number {
  const bytes = Buffer.alloc(2);
  const handle = openSync(data(), "r");
  readSync(handle, bytes, 0, 2, 1024 + 56);
  closeSync(handle);
  return bytes.readUInt16LE();
}

beforeAll(async () => {
  if (!hasTools) return;
  const folder = mkdtempSync(join(tmpdir(), "numberbox-sound-"));
  sound = join(folder, "data.img");
  await makeExt4(sound, SIZE, 1_700_000_000);
});
afterAll(() => {
  if (hasTools) rmSync(dirname(sound), { recursive: true });
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "numberbox-stuck-"));
  for (const name of ["data", "boot", "run", "dev/disk/numberbox"]) mkdirSync(at(name), { recursive: true });
  if (hasTools) copyFileSync(sound, data());
  symlinkSync("../../sda7", at("dev/disk/numberbox/data"));
  shim("systemctl", "echo data.mount loaded failed failed /data");
  shim("mountpoint", '[ -e "$W/mounted$2" ] || [ -e "$W/mounted-$(basename "$1")" ]');
  // As the kernel: no magic number, no file system.
  shim(
    "mount",
    `eval "device=\\\${$(($# - 1))}"; [ "$2" = vfat ] && exit 0
[ "$(od -An -tx1 -j 1080 -N 2 "$device" | tr -d ' ')" = 53ef ]`,
  );
  shim("umount", ":");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs the script; returns what it did in the end and after how many seconds. */
function start(): { readonly said: string; readonly after: number } {
  const env = {
    ...{ PATH: `${at("shims")}:${PATH}`, W: root, NUMBERBOX_DATA_ROOT: at("data"), NUMBERBOX_DEV: at("dev") },
    ...{ NUMBERBOX_BOOTCONFIG: at("boot"), NUMBERBOX_RUN: at("run"), NUMBERBOX_PAUSE: "echo pause" },
    NUMBERBOX_REBOOT: "echo anew",
  };
  const { status, stdout, stderr } = spawnSync(join(LIBRARY, "stuck"), [], { env, encoding: "utf8" });
  expect([status, /^anew$/m.test(stdout)], stdout + stderr).toEqual([0, true]);
  return { said: stdout, after: Number(/pause (\d+)\nanew/.exec(stdout)?.[1]) };
}

describe.skipIf(!hasTools)(
  `a start that fails for its data${hasTools ? "" : " (skipped: e2fsprogs are not installed)"}`,
  () => {
    it("mends what the careful check refuses, and starts anew at once", () => {
      put("text", "kept");
      debugfs(`write ${at("text")} kept`, "mkdir lost", "set_inode_field lost mode 0100644", "set_super_value state 2");
      expect(preen()).toBe(4);
      debugfs("set_super_value state 2");
      expect(start().after).toBe(1);
      expect(isWhole()).toBe(true);
      expect(existsSync(at("boot/DATA-DAMAGED.txt"))).toBe(false);
    });

    it("finds its file system again by a copy of the superblock, and drops the note", () => {
      overwrite([0]);
      expect(magic()).not.toBe(0xef53);
      put("boot/DATA-DAMAGED.txt", "before");
      expect(start().after).toBe(1);
      expect([magic(), isWhole()]).toEqual([0xef53, true]);
      expect(existsSync(at("boot/DATA-DAMAGED.txt"))).toBe(false);
    });

    it("keeps data that cannot be mended, says so on the boot partition, and tries again later", () => {
      overwrite(GROUPS);
      expect(start().after).toBe(600);
      expect(readFileSync(at("boot/DATA-DAMAGED.txt"), "utf8")).toMatch(/numberbox-reset\.txt/);
      expect(magic()).not.toBe(0xef53);
    });

    it.each(["numberbox-reset.txt", "NUMBERBOX-RESET"])(
      "begins with empty data where the owner asks for it by %s",
      (name) => {
        overwrite(GROUPS);
        put(`boot/${name}`);
        put("boot/DATA-DAMAGED.txt", "before");
        expect(start().after).toBe(1);
        expect(isWhole()).toBe(true);
        expect([name, "DATA-DAMAGED.txt"].some((each) => existsSync(at(`boot/${each}`)))).toBe(false);
      },
    );

    it("leaves the reset of data that can be mended to the start after it", () => {
      put("boot/numberbox-reset.txt");
      overwrite([0]);
      start();
      expect(existsSync(at("boot/numberbox-reset.txt"))).toBe(true);
    });

    it("keeps asking for the reset when the disk takes no new file system", () => {
      overwrite(GROUPS);
      put("boot/numberbox-reset.txt");
      shim("mkfs.ext4", "exit 1");
      expect(start()).toMatchObject({ after: 600, said: expect.stringContaining("worn out") });
      expect(existsSync(at("boot/numberbox-reset.txt"))).toBe(true);
    });
  },
);

describe("a start that fails for something else", () => {
  it.each([
    ["goes back at once from a system that is only tried", () => put("run/tried", "1\n"), 5],
    ["waits, and tries again, when the data is there", () => put("mounted-data"), 600],
    ["waits, and tries again, when there is no partition", () => rmSync(at("dev/disk/numberbox/data")), 600],
  ] as const)("%s", (_what, stage, after) => {
    stage();
    expect(start().after).toBe(after);
  });

  it.skipIf(!hasTools)("does not hurry when nothing was to be mended", () => {
    expect(start().after).toBe(600);
  });
});
