import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LIBRARY } from "./fake-disk.ts";

const TRY = "systemctl --no-block start numberbox-try-update.service";
let root: string;
const at = (name: string): string => join(root, name);

function put(name: string, text = ""): void {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
}

/** A command that writes down how it was called, and fails where a file says so. */
function shim(name: string): void {
  put(
    `shims/${name}`,
    `#!/bin/sh\necho "${name} $*" >>"$W/calls"\n[ ! -f "$W/fails-${name}" ] || { cat "$W/fails-${name}"; exit 1; }\n`,
  );
  chmodSync(at(`shims/${name}`), 0o755);
}

beforeEach(() => {
  root = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "numberbox-recover-"));
  for (const name of ["media/sda1", "boot", "box", "host/connections", "sys/class/block"])
    mkdirSync(at(name), { recursive: true });
  for (const name of ["rauc", "systemctl", "udevadm", "factory-reset", "sync"]) shim(name);
  put("host/connections/home.nmconnection");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function start(): readonly string[] {
  rmSync(at("calls"), { force: true });
  const env = {
    ...{
      PATH: `${at("shims")}:/usr/bin:/bin`,
      W: root,
      NUMBERBOX_MEDIA: at("media"),
      NUMBERBOX_BOOTCONFIG: at("boot"),
    },
    ...{ NUMBERBOX_BOX_DATA: at("box"), NUMBERBOX_HOST_STATE: at("host"), NUMBERBOX_SYS: at("sys") },
    NUMBERBOX_RUN: at("run"),
    NUMBERBOX_FACTORY_RESET: at("shims/factory-reset"),
  };
  const done = spawnSync(join(LIBRARY, "recover"), [], { env, encoding: "utf8" });
  expect(done.status, done.stderr).toBe(0);
  const calls = existsSync(at("calls")) ? readFileSync(at("calls"), "utf8").trim().split("\n") : [];
  return calls.filter((line) => !/^(?:udevadm|sync) /.test(line));
}

const told = (place = "media/sda1"): string => readFileSync(at(`${place}/numberbox-recovery-done.txt`), "utf8");

describe("recovery from a stick", () => {
  it("does nothing without a file", () => {
    expect(start()).toEqual([]);
    expect(existsSync(at("host/connections/home.nmconnection"))).toBe(true);
  });

  it("has the stick mounted before it looks", () => {
    const device = at("sys/devices/usb1/1-1/block/sdb/sdb1");
    mkdirSync(device, { recursive: true });
    symlinkSync(device, at("sys/class/block/sdb1"));
    put("shims/udevadm", '#!/bin/sh\n[ "$1" != info ] || echo vfat\n');
    chmodSync(at("shims/udevadm"), 0o755);
    expect(start()).toEqual(["systemctl start numberbox-stick@sdb1.service"]);
  });

  it("does what is asked for once, and says what it did", () => {
    put("media/sda1/numberbox-recovery.txt", "# I am locked out\r\nOwner\r\nnetwork\r\n");
    expect(start()).toEqual([]);
    expect([existsSync(at("box/owner-lost")), existsSync(at("host/connections/home.nmconnection"))]).toEqual([
      true,
      false,
    ]);
    expect(told()).toMatch(/^owner: nobody owns.*\nnetwork: forgotten/);
    rmSync(at("box/owner-lost"));
    start();
    expect(existsSync(at("box/owner-lost"))).toBe(false);
  });

  it.each(["do not reset", "reset network", "owner: please, no reset", "owner network", "reset-network"])(
    "does nothing of a line with more than a word, as it may say the opposite: %s",
    (line) => {
      put("media/sda1/numberbox-recovery.txt", `${line}\r\n`);
      expect(start()).toEqual([]);
      expect([existsSync(at("box/owner-lost")), existsSync(at("box/network-lost"))]).toEqual([false, false]);
      expect(told()).toMatch(/^[a-z ]+: not done; one of these words goes on a line of its own/);
    },
  );

  it.each([
    ["a byte order mark, spaces and a dot", "\ufeff\t - Owner.  \r\n"],
    ["two bytes for each letter", "\ufeffo\0w\0n\0e\0r\0\r\0\n\0"],
  ])("reads what editors write: %s", (_what, text) => {
    put("media/sda1/numberbox-recovery.txt", text);
    start();
    expect(existsSync(at("box/owner-lost"))).toBe(true);
  });

  it("names the words where nothing is asked for", () => {
    put("media/sda1/numberbox-recovery.txt", "# owner\r\n\r\n");
    expect(start()).toEqual([]);
    expect(told()).toMatch(/^nothing is asked for.* install, owner, network, reset$/m);
  });

  it("follows nothing that lies where it leaves a mark", () => {
    put("precious", "keys");
    symlinkSync(at("precious"), at("box/owner-lost"));
    put("media/sda1/numberbox-recovery.txt", "owner");
    start();
    expect(readFileSync(at("precious"), "utf8")).toBe("keys");
    expect(lstatSync(at("box/owner-lost")).isFile()).toBe(true);
  });

  it("installs nothing over the system that is still there for going back", () => {
    put("run/trying");
    put("media/sda1/numberbox-recovery.txt", "install");
    put("media/sda1/new.raucb");
    expect(start()).toEqual([]);
    expect(told()).toContain("on trial");
  });

  it("reads the boot partition of the card, too, by the name that Windows makes", () => {
    put("boot/NUMBERBOX-RECOVERY.TXT", "reset");
    expect(start()).toEqual(["factory-reset mark", "systemctl reboot"]);
    expect(told("boot")).toContain("everything is deleted");
  });

  it("installs the newest bundle beside it, and starts it", () => {
    put("media/sda1/numberbox-recovery.txt", "install");
    put("media/sda1/old.raucb");
    put("media/sda1/new.raucb");
    utimesSync(at("media/sda1/old.raucb"), 1, 1);
    expect(start()).toEqual([`rauc install ${at("media/sda1/new.raucb")}`, TRY]);
  });

  it.each([
    ["there is none", "", /there is no bundle/],
    ["it is not signed", "new.raucb", /new\.raucb was not installed: signature verification failed/],
  ])("goes on with what runs where %s", (_what, bundle, why) => {
    put("media/sda1/numberbox-recovery.txt", "install");
    if (bundle !== "") put(`media/sda1/${bundle}`);
    put("fails-rauc", "installing\nsignature verification failed\n");
    expect(start()).not.toContain(TRY);
    expect(told()).toMatch(why);
  });

  it("names the words where it knows one not, and reads nothing through a link", () => {
    put("media/sda1/numberbox-recovery.txt", "$(reboot)\nformat");
    expect(start()).toEqual([]);
    expect(told()).toMatch(/^reboot: not done.* install, owner, network, reset\nformat: not done/);
    rmSync(at("media/sda1"), { recursive: true });
    put("secret", "reset");
    mkdirSync(at("media/sda1"));
    symlinkSync(at("secret"), at("media/sda1/numberbox-recovery.txt"));
    expect(start()).toEqual([]);
  });
});
