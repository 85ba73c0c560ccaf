// The disk's own scripts, with sfdisk on a disk that is a file: how the data takes the rest of a card, and whose card it is.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { MIB, planDisk, sfdiskScript } from "../../os-image/lib/partition-plan.ts";

const LIBRARY = fileURLToPath(new URL("../../os-image/rootfs/usr/lib/numberbox-image/", import.meta.url));
const PLAN = planDisk("arm64");
const DATA = PLAN.partitions.at(-1);
const SECTORS = 2048;
/** Debian has it in the package fdisk. */
const partitioner = ["/sbin/sfdisk", "/usr/sbin/sfdisk"].find((file) => existsSync(file));

const listed = z.object({
  partitiontable: z.object({ partitions: z.array(z.object({ start: z.number(), size: z.number() })) }),
});

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A card as udev and sysfs show it, its sectors in a sparse file. */
class Card {
  readonly folder = mkdtempSync(join(tmpdir(), "numberbox-grow-"));
  readonly disk = join(this.folder, "dev", "card");

  constructor(mebibytes: number) {
    folders.push(this.folder);
    for (const name of ["dev/disk/numberbox", "sys/class/block", "sys/devices/card/card7", "bin"])
      mkdirSync(join(this.folder, name), { recursive: true });
    writeFileSync(this.disk, "");
    truncateSync(this.disk, PLAN.size * MIB);
    this.#run("sfdisk", ["-q", "--no-reread", "--no-tell-kernel", this.disk], sfdiskScript(PLAN));
    truncateSync(this.disk, mebibytes * MIB);
    symlinkSync("../../card7", join(this.folder, "dev/disk/numberbox/data"));
    symlinkSync("../../devices/card", join(this.folder, "sys/class/block/card"));
    symlinkSync("../../devices/card/card7", join(this.folder, "sys/class/block/card7"));
    this.#tell("card/size", mebibytes * SECTORS);
    this.#tell("card/card7/partition", 7);
    this.#tell("card/card7/start", (DATA?.start ?? 0) * SECTORS);
    this.program("resizepart", 'echo "$*" >>"$W/told"');
    this.kernelReads();
  }

  program(name: string, body: string): void {
    const file = join(this.folder, "bin", name);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
  }

  /** What resizepart and the next start do. */
  kernelReads(): void {
    this.#tell("card/card7/size", this.sizes()[6] ?? 0);
  }

  /** In sectors, from the first partition on. */
  sizes(): number[] {
    const { stdout } = this.#run("sfdisk", ["-J", this.disk]);
    return listed.parse(JSON.parse(stdout)).partitiontable.partitions.map(({ size }) => size);
  }

  /** Returns the exit code. */
  grow(): number | null {
    return this.#run(join(LIBRARY, "grow-data"), []).status;
  }

  told(): string {
    const file = join(this.folder, "told");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** When something was last written to it. */
  written(): bigint {
    return statSync(this.disk, { bigint: true }).mtimeNs;
  }

  #tell(name: string, value: number): void {
    writeFileSync(join(this.folder, "sys/devices", name), `${value}\n`);
  }

  #run(name: string, args: readonly string[], input = ""): { status: number | null; stdout: string } {
    const path = `${join(this.folder, "bin")}:/usr/sbin:/sbin:${process.env.PATH}`;
    const own = { W: this.folder, NUMBERBOX_DEV: join(this.folder, "dev"), NUMBERBOX_SYS: join(this.folder, "sys") };
    return spawnSync(name, args, { input, encoding: "utf8", env: { ...process.env, ...own, PATH: path } });
  }
}

describe.skipIf(partitioner === undefined)(
  `the data partition${partitioner === undefined ? " (sfdisk is not installed)" : ""}`,
  () => {
    const before = new Card(PLAN.size).sizes();

    it("takes the rest of the card, all other partitions stay, and the kernel is told", () => {
      const card = new Card(4096);
      expect(card.grow()).toBe(0);
      const [data = 0, extended = 0] = [card.sizes()[6], card.sizes()[3]];
      expect((DATA?.start ?? 0) * SECTORS + data).toBe(4096 * SECTORS);
      expect(PLAN.extended.start * SECTORS + extended).toBe(4096 * SECTORS);
      expect(card.sizes().toSpliced(6, 1).toSpliced(3, 1)).toEqual(before.toSpliced(6, 1).toSpliced(3, 1));
      expect(card.told()).toBe(`${card.disk} 7 ${data}\n`);
    });

    it("is left alone where it has it, and on a card of the image's own size", () => {
      const card = new Card(2000);
      card.grow();
      card.kernelReads();
      const written = card.written();
      rmSync(join(card.folder, "told"));
      expect([card.grow(), card.told()]).toEqual([0, ""]);
      expect(card.written()).toBe(written);
      const small = new Card(PLAN.size);
      expect([small.grow(), small.told(), small.sizes()]).toEqual([0, "", before]);
    });

    it("takes two TiB of a larger disk, which is what an MBR can say", () => {
      const card = new Card(3 * MIB);
      expect(card.grow()).toBe(0);
      expect((DATA?.start ?? 0) * SECTORS + (card.sizes()[6] ?? 0)).toBe(2 ** 32 - SECTORS);
      card.kernelReads();
      rmSync(join(card.folder, "told"));
      expect([card.grow(), card.told()]).toEqual([0, ""]);
    });

    it.each(["4", "7"])("grows at the next start when the power went before partition %s was written", (number) => {
      const card = new Card(4096);
      card.program("sfdisk", `case "$*" in *"-N ${number} "*) exit 1 ;; *) exec ${partitioner} "$@" ;; esac`);
      expect(card.grow()).not.toBe(0);
      expect(card.sizes().toSpliced(3, 1)).toEqual(before.toSpliced(3, 1));
      rmSync(join(card.folder, "bin/sfdisk"));
      card.kernelReads();
      expect(card.grow()).toBe(0);
      expect((DATA?.start ?? 0) * SECTORS + (card.sizes()[6] ?? 0)).toBe(4096 * SECTORS);
    });
  },
);

describe("a stick", () => {
  it.each([
    ["that is a Numberbox's own is left alone", "1", "", /own: left alone\n$/],
    ["with a file system of sticks is mounted", "", "vfat", /^mounted vfat .*\/dev\/sdq1/],
  ])("%s", (_what, own, type, told) => {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-stick-"));
    folders.push(folder);
    const program = (name: string, body: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    program("findmnt", ":");
    program("udevadm", `case "$*" in *=NUMBERBOX_DISK*) echo "${own}" ;; *=ID_FS_TYPE*) echo "${type}" ;; esac`);
    program("id", "echo 7");
    program("mkdir", ":");
    program("mount", 'echo "mounted $2 $*"');
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    const { status, stdout } = spawnSync(join(LIBRARY, "stick"), ["mount", "sdq1"], { env, encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout).toMatch(told);
  });
});

describe("a box before its start", () => {
  it.each([
    ["with what lasts in its places", ["/data", "/var/lib/numberbox"], "rw", 20, 0, ""],
    ["without the data", ["/var/lib/numberbox"], "rw", 20, 1, "anew"],
    ["without its folder of the data", ["/data"], "rw", 20, 1, "anew"],
    ["with data that was made read-only after a fault", ["/data", "/var/lib/numberbox"], "ro", 901, 1, "anew"],
    ["the same, as Linux 6.15 tells it", ["/data", "/var/lib/numberbox"], "rw,emergency_ro", 901, 1, "anew"],
    ["the same so soon after a start that another would not help", ["/data", "/var/lib/numberbox"], "ro", 899, 0, ""],
  ])("%s", (_what, mounted, options, up, code, asked) => {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-has-"));
    folders.push(folder);
    const script = (name: string, body: string): string => {
      const file = join(folder, name);
      writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
      return file;
    };
    const env = {
      ...process.env,
      NUMBERBOX_MOUNTPOINT: script("mountpoint", `case " ${mounted.join(" ")} " in *" $2 "*) ;; *) exit 32 ;; esac`),
      // Of mounts over one another the last one counts.
      NUMBERBOX_FINDMNT: script("findmnt", `printf 'ro,x\\n${options},errors=remount-ro\\n'`),
      NUMBERBOX_UPTIME: join(folder, "uptime"),
      NUMBERBOX_PAUSE: ":",
      NUMBERBOX_REBOOT: "printf anew",
    };
    writeFileSync(join(folder, "uptime"), `${up}.25 100.00\n`);
    const { status, stdout } = spawnSync(join(LIBRARY, "has-data"), [], { env, encoding: "utf8" });
    expect([status, stdout]).toEqual([code, asked]);
  });
});

describe("the disk of the system", () => {
  const system = (folder: string, name: string) => {
    for (const path of [
      "class/block",
      "devices/dm-0/dm",
      "devices/dm-0/slaves",
      "devices/vda/vda5",
      "devices/sda/sda7",
    ])
      mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, "devices/dm-0/dm/name"), `${name}\n`);
    symlinkSync("../../vda/vda5", join(folder, "devices/dm-0/slaves/vda5"));
    for (const [link, to] of [
      ["dm-0", "dm-0"],
      ["vda5", "vda/vda5"],
      ["sda7", "sda/sda7"],
    ] as const)
      symlinkSync(`../../devices/${to}`, join(folder, "class/block", link));
  };

  it.each([
    ["a partition beside the system's", "system", "vda5", 0],
    ["another card's, with the same signature", "system", "sda7", 1],
    ["any, before the system is open", "other", "vda5", 1],
  ])("is told from others: %s", (_what, name, partition, code) => {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-own-"));
    folders.push(folder);
    system(folder, name);
    const env = { ...process.env, NUMBERBOX_SYS: folder };
    expect(spawnSync(join(LIBRARY, "own-disk"), [partition], { env }).status).toBe(code);
  });
});
