// The doctor's look at a machine, over a tree of the kernel's files.

import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { AppError, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { machineExam, type ProgramRunner, parseUnits } from "../../src/host/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

const noProgram: ProgramRunner = () => Promise.reject(new AppError("host.no_program", "not here"));

class Tree {
  readonly root = tempFolder();

  file(path: string, content = ""): string {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
    return whole;
  }

  link(path: string, target: string): void {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    symlinkSync(target, whole);
  }

  exam(run: ProgramRunner = noProgram, dataFolder = this.root) {
    const at = (name: string): string => join(this.root, name);
    const roots = { proc: at("proc"), sys: at("sys"), etc: at("etc"), lib: at("lib") };
    return machineExam({ ...roots, dataFolder, clock: systemClock, log: silentLogger, run });
  }

  /** The disk that the folder is on, as sysfs shows an eMMC with a partition. */
  emmc(life: string, spare: string, faults: string): void {
    const { dev } = statSync(this.root);
    const number = `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
    const disk = "sys/devices/emmc2bus/mmc_host/mmc0/mmc0:0001/block/mmcblk0";
    this.file(`${disk}/mmcblk0p2/partition`, "2\n");
    this.file(`${disk}/device/life_time`, life);
    this.file(`${disk}/device/pre_eol_info`, spare);
    this.file("sys/fs/ext4/mmcblk0p2/errors_count", faults);
    this.link(`sys/dev/block/${number}`, join(this.root, disk, "mmcblk0p2"));
  }
}

describe("a machine that tells nothing", () => {
  it("is examined without a fault", async () => {
    const exam = new Tree().exam();
    expect(await exam.programs()).toBeNull();
    expect(await exam.hasModemRules()).toBe(false);
    expect(await exam.hubPorts()).toEqual([]);
    expect(await exam.power()).toBeNull();
    expect(await exam.wear()).toEqual({ faults: null, usedPercent: null, spare: null });
    expect(await exam.units(["a.service"])).toEqual([]);
    expect(await exam.port("/dev/no-such-tty")).toEqual({ exists: false, permitted: false, group: null, heldBy: null });
  });
});

describe("a port", () => {
  it("is told with its group, and with the other program that has it open", async () => {
    const tree = new Tree();
    const tty = tree.file("dev/ttyUSB2");
    tree.file("etc/group", `root:x:0:\nmodems:x:${statSync(tty).gid}:pi\n`);
    tree.link("proc/self", "77");
    tree.link("proc/77/fd/5", tty);
    tree.file("proc/77/comm", "node\n");
    const group = statSync(tty).gid === 0 ? "root" : "modems";
    expect(await tree.exam().port(tty)).toEqual({ exists: true, permitted: true, group, heldBy: null });
    tree.link("proc/123/fd/3", tty);
    tree.file("proc/123/comm", "minicom\n");
    expect((await tree.exam().port(tty)).heldBy).toBe("minicom");
  });

  // Root may use every port.
  it.skipIf(process.getuid?.() === 0)("that is another's is not permitted", async () => {
    const tree = new Tree();
    const tty = tree.file("dev/ttyUSB2");
    chmodSync(tty, 0o000);
    expect(await tree.exam().port(tty)).toMatchObject({ exists: true, permitted: false });
  });

  it("is known by what it points to, as udev's names do", async () => {
    const tree = new Tree();
    const tty = tree.file("dev/ttyUSB2");
    tree.link("dev/numberbox-1", tty);
    tree.link("proc/9/fd/3", tty);
    tree.file("proc/9/comm", "gpsd\n");
    expect(await tree.exam().port(join(tree.root, "dev/numberbox-1"))).toMatchObject({ exists: true, heldBy: "gpsd" });
  });
});

describe("programs", () => {
  it("are those that run, by name; what ended meanwhile is left out", async () => {
    const tree = new Tree();
    tree.file("proc/1/comm", "systemd\n");
    tree.file("proc/812/comm", "ModemManager\n");
    mkdirSync(join(tree.root, "proc/900"));
    tree.file("proc/meminfo", "MemTotal: 1 kB\n");
    expect(await tree.exam().programs()).toEqual(new Set(["systemd", "ModemManager"]));
  });

  it("are kept off by rules of udev, wherever those are", async () => {
    for (const folder of ["etc", "lib"]) {
      const tree = new Tree();
      tree.file(`${folder}/udev/rules.d/60-serial.rules`);
      expect(await tree.exam().hasModemRules()).toBe(false);
      tree.file(`${folder}/udev/rules.d/71-numberbox-modems.rules`);
      expect(await tree.exam().hasModemRules()).toBe(true);
    }
  });
});

describe("power", () => {
  it("is told of each port of each hub", async () => {
    const tree = new Tree();
    tree.file("sys/bus/usb/devices/1-1:1.0/1-1-port10/over_current_count", "3\n");
    tree.file("sys/bus/usb/devices/1-1:1.0/1-1-port2/over_current_count", "0\n");
    tree.file("sys/bus/usb/devices/1-1:1.0/1-1-port3/disable", "0\n");
    tree.file("sys/bus/usb/devices/1-1.4:1.2/bInterfaceNumber", "02\n");
    expect(await tree.exam().hubPorts()).toEqual([
      { name: "1-1-port2", overCurrents: 0 },
      { name: "1-1-port10", overCurrents: 3 },
    ]);
  });

  it.each([
    ["0", [false, false, false, false]],
    ["50005", [true, true, true, true]],
    ["0x50000", [false, true, false, true]],
    ["80008", [false, false, true, true]],
    ["20002", [false, false, false, false]],
  ])("of a Raspberry Pi whose firmware says %s", async (told, [lowNow, lowBefore, throttledNow, throttledBefore]) => {
    for (const place of ["soc/soc:firmware", "soc@107c000000/soc@107c000000:firmware"]) {
      const tree = new Tree();
      tree.file(`sys/devices/platform/${place}/get_throttled`, `${told}\n`);
      expect(await tree.exam().power()).toEqual({ lowNow, lowBefore, throttledNow, throttledBefore });
    }
  });

  it("is told by the image's own module where the kernel has no file for it", async () => {
    const tree = new Tree();
    tree.file("sys/devices/platform/soc/soc:firmware/uevent", "");
    tree.file("sys/module/numberbox_tryboot/parameters/throttled", "50000\n");
    const before = { lowBefore: true, throttledBefore: true };
    expect(await tree.exam().power()).toEqual({ lowNow: false, throttledNow: false, ...before });
    tree.file("sys/devices/platform/soc/soc:firmware/get_throttled", "0\n");
    expect(await tree.exam().power()).toMatchObject({ lowBefore: false });
  });

  it("is not guessed from what is no number", async () => {
    const tree = new Tree();
    tree.file("sys/devices/platform/soc/soc:firmware/get_throttled", "not supported\n");
    expect(await tree.exam().power()).toBeNull();
  });
});

describe("the disk", () => {
  it("tells its wear by the worse kind of its memory, its spare blocks, and the file system's faults", async () => {
    const tree = new Tree();
    tree.emmc("0x03 0x0b\n", "0x02\n", "7\n");
    expect(await tree.exam().wear()).toEqual({ faults: 7, usedPercent: 110, spare: "low" });
  });

  it("tells nothing where the kernel does not define what it says", async () => {
    const tree = new Tree();
    tree.emmc("0x00 0x00\n", "0x00\n", "");
    expect(await tree.exam().wear()).toEqual({ faults: null, usedPercent: null, spare: null });
  });

  it("is measured by commits of which nothing is left", async () => {
    const tree = new Tree();
    const times = await tree.exam().commitTimes();
    expect(times.length).toBeGreaterThan(4);
    for (const time of times) expect(time).toBeGreaterThanOrEqual(0);
    expect(readdirSync(tree.root)).toEqual([]);
    expect(await tree.exam(noProgram, join(tree.root, "nowhere")).commitTimes()).toEqual([]);
  });

  it("names what keeps the box from writing", async () => {
    const tree = new Tree();
    const file = tree.file("no-folder");
    await expect(tree.exam(noProgram, file).commitTimes()).rejects.toThrow(
      expect.objectContaining({ code: "disk.cannot_write" }),
    );
  });
});

const SHOWN = `Id=asterisk.service
LoadState=loaded
ActiveState=active
UnitFileState=generated
NRestarts=4

Id=drachtio.service
LoadState=not-found
ActiveState=inactive
UnitFileState=
NRestarts=0

Id=mosquitto.service
LoadState=loaded
ActiveState=failed
UnitFileState=enabled
NRestarts=0

Id=nodered.service
LoadState=loaded
ActiveState=inactive
UnitFileState=disabled
NRestarts=0

Id=x.socket
LoadState=loaded
ActiveState=activating
UnitFileState=static
`;

describe("units of systemd", () => {
  it("are those that are installed, with whether they should run", () => {
    expect(parseUnits(SHOWN)).toEqual([
      { name: "asterisk.service", wanted: true, state: "active", restarts: 4 },
      { name: "mosquitto.service", wanted: true, state: "failed", restarts: 0 },
      { name: "nodered.service", wanted: false, state: "inactive", restarts: 0 },
      { name: "x.socket", wanted: false, state: "changing", restarts: 0 },
    ]);
    expect(parseUnits("")).toEqual([]);
    expect(parseUnits("Failed to connect to bus")).toEqual([]);
  });

  it("are asked for by name, a few at a time", async () => {
    const asked: (readonly string[])[] = [];
    const run: ProgramRunner = async ({ program, args }) => {
      asked.push([program, ...args]);
      return SHOWN;
    };
    const names = Array.from({ length: 13 }, (_, at) => `u${at}.service`);
    expect(await new Tree().exam(run).units(names)).toHaveLength(8);
    expect(asked.map((args) => args.slice(-2))).toEqual([
      ["u10.service", "u11.service"],
      ["--", "u12.service"],
    ]);
    expect(asked[0]?.slice(0, 4)).toEqual(["systemctl", "show", expect.stringContaining("ActiveState"), "--"]);
  });
});
