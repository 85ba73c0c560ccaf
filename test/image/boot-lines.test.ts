// The owner's own lines for the firmware, in folders that stand for the partitions.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configText, ownOverlays } from "../../os-image/lib/boot-files.ts";
import { command } from "../../os-image/lib/command.ts";
import { LIBRARY } from "./fake-disk.ts";

const OWN = readFileSync(fileURLToPath(new URL("../../os-image/boot/config.txt", import.meta.url)), "utf8");
const FILE = "boot/numberbox-hardware.txt";
const DONE = "boot/numberbox-hardware-done.txt";
let root: string;
const at = (name: string): string => join(root, name);

function put(name: string, text = ""): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
}
const read = (name: string): string => readFileSync(at(name), "utf8");

/** A program that writes down how it was called, and does what is given. */
function shim(name: string, body: string): void {
  put(`shims/${name}`, `#!/bin/sh\necho "${name} $*" >>"$W/calls"\n${body}\n`);
  chmodSync(at(`shims/${name}`), 0o755);
}

beforeEach(() => {
  root = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "numberbox-lines-"));
  for (const slot of ["boot_a", "boot_b"]) {
    put(`disks/${slot}/config.txt`, configText(OWN));
    for (const name of ["numberbox-expander", "pi4-spidev"]) put(`disks/${slot}/overlays/${name}.dtbo`);
  }
  put("boot/autoboot.txt", "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n");
  put("run/slot", "A");
  shim("mount", 'for last; do folder=$disk; disk=$last; done\nrmdir "$disk"\nln -s "$folder" "$disk"');
  shim("umount", '[ ! -L "$1" ] || { rm "$1"; mkdir "$1"; }');
  shim("systemctl", ":");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function lines(which: "current" | "next" = "current"): readonly string[] {
  rmSync(at("calls"), { force: true });
  const env = {
    ...{ PATH: `${at("shims")}:/usr/bin:/bin`, W: root, NUMBERBOX_BOOTCONFIG: at("boot"), NUMBERBOX_RUN: at("run") },
    ...{ NUMBERBOX_SLOT_STATE: at("state"), NUMBERBOX_DISKS: at("disks"), NUMBERBOX_IMAGE_LIB: LIBRARY },
  };
  const done = spawnSync(join(LIBRARY, "boot-lines"), [which], { env, encoding: "utf8" });
  expect(done.status, done.stderr).toBe(0);
  return existsSync(at("calls")) ? read("calls").trim().split("\n") : [];
}

const isWrite = (call: string): boolean => call.startsWith("mount") && call.includes("-o rw");
const restarts = (calls: readonly string[]): number => calls.filter((call) => call.includes("reboot")).length;
const room = (slot: "boot_a" | "boot_b"): string => read(`disks/${slot}/config.txt`).slice(512).trimEnd();

describe("the owner's lines for the firmware", () => {
  it("are put into the running slot, and the machine starts anew with them, once", () => {
    put(FILE, "# the relays\r\ndtoverlay=numberbox-expander,addr=0x21\r\n\r\n[pi5]\r\nusb_max_current_enable=1\r\n");
    const calls = lines();
    expect(room("boot_a")).toBe("dtoverlay=numberbox-expander,addr=0x21\n[pi5]\nusb_max_current_enable=1\n[all]");
    expect(read("disks/boot_a/config.txt").startsWith(OWN)).toBe(true);
    expect(read("disks/boot_a/config.txt")).toHaveLength(4096);
    expect(room("boot_b")).toBe("");
    expect(restarts(calls)).toBe(1);
    const again = lines();
    expect([again.filter(isWrite), restarts(again)]).toEqual([[], 0]);
    expect(readdirSync(at("run/boot-slot"))).toEqual([]);
  });

  it("are there in the slot that is tried next, which an update wrote anew, without a restart", () => {
    put(FILE, "gpio=17=op,dl");
    lines();
    put("state/pending", "B");
    expect(restarts(lines("next"))).toBe(0);
    expect(room("boot_b")).toBe("gpio=17=op,dl\n[all]");
  });

  it("do not restart a machine whose update is on trial, nor one whose card does not keep them", () => {
    put(FILE, "gpio=17=op,dl");
    put("run/trying");
    expect(restarts(lines())).toBe(0);
    rmSync(at("run/trying"));
    put("disks/boot_a/config.txt", configText(OWN));
    expect(restarts(lines())).toBe(1);
    put("disks/boot_a/config.txt", configText(OWN));
    expect(restarts(lines())).toBe(0);
  });

  it("go when the file goes", () => {
    put(FILE, "gpio=17=op,dl");
    lines();
    rmSync(at(FILE));
    expect(restarts(lines())).toBe(1);
    expect(room("boot_a")).toBe("");
    expect(read(DONE)).toBe("");
  });

  it.each([
    "kernel=other.img",
    "initramfs other.img",
    "include more.txt",
    "os_prefix=x/",
    "arm_freq=9999",
    "gpio=28=op,dh",
    "gpio=2-40=op",
    "dtoverlay=../../x",
    "dtoverlay=disable-emmc2",
    "[none]",
    `dtparam=${"a".repeat(90)}`,
  ])("leave %s out, and say so", (line) => {
    put(FILE, `${line}\ndtparam=i2c_arm=on\n`);
    lines();
    expect(room("boot_a")).toBe("dtparam=i2c_arm=on\n[all]");
    expect(read(DONE)).toMatch(/^not taken: .*\(.+\)\ntaken: dtparam=i2c_arm=on\n$/);
  });

  it("are bounded, whatever the file is", () => {
    put(FILE, `\u0000\u00ff${"gpio=4=ip\n".repeat(5000)}`);
    lines();
    expect(room("boot_a").split("\n").length).toBeLessThanOrEqual(25);
    expect(read("disks/boot_a/config.txt")).toHaveLength(4096);
  });

  it("are nothing to a PC, nor to a slot of an image of before", () => {
    put(FILE, "gpio=4=ip");
    put("disks/boot_a/config.txt", OWN);
    lines();
    expect(read("disks/boot_a/config.txt")).toBe(OWN);
    rmSync(at("boot/autoboot.txt"));
    expect(lines()).toEqual([]);
  });
});

const hasTools = ["dtc", "fdtoverlay"].every((name) => spawnSync(name, ["--version"]).error === undefined);
/** What Debian's trees have of these names. */
const TREE = (labels: string): string => `/dts-v1/; / { ${labels} };`;
const TREES = {
  "numberbox-expander": TREE('i2c1: i2c@7e804000 { reg = <1>; status = "okay"; };'),
  "numberbox-expander-pi5": TREE(
    'rp1_gpio: pinctrl@400d0000 { reg = <1>; }; rp1_i2c1: i2c@40074000 { reg = <2>; status = "disabled"; };',
  ),
};

describe.skipIf(!hasTools)(`overlays${hasTools ? "" : " (device-tree-compiler is not installed)"}`, () => {
  it("put an expander that Debian's kernel has a driver for at the header's I2C pins", async () => {
    const from = fileURLToPath(new URL("../../os-image/boot/overlays", import.meta.url));
    await ownOverlays(from, at("overlays"));
    expect(readdirSync(at("overlays")).sort()).toEqual(
      Object.keys(TREES)
        .map((name) => `${name}.dtbo`)
        .sort(),
    );
    for (const [name, tree] of Object.entries(TREES)) {
      const base = at("base.dtb");
      await command("dtc", ["-q", "-@", "-I", "dts", "-O", "dtb", "-o", base], { input: tree });
      await command("fdtoverlay", ["-i", base, "-o", at("out.dtb"), at(`overlays/${name}.dtbo`)]);
      const said = (await command("dtc", ["-q", "-I", "dtb", "-O", "dts", at("out.dtb")])).toString();
      expect(said).toContain('compatible = "nxp,pca9555";');
      expect(said).not.toContain("disabled");
    }
  });
});

describe("config.txt", () => {
  it("keeps what is ours on one sector, and room behind it", () => {
    expect(configText(OWN)).toHaveLength(4096);
    expect(configText(OWN).slice(0, 512).trimEnd()).toBe(OWN.trimEnd());
    expect(() => configText("x".repeat(513))).toThrow(/longer than a sector/);
  });
});
