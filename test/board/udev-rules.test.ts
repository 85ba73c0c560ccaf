import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { boardUdevFile, parseBoard, type UdevFile, udevFiles } from "../../src/board/index.ts";
import { MODEM_VENDORS } from "../../src/board/modem-vendors.ts";
import { switchUdevFile } from "../../src/board/udev-switches.ts";
import { PROFILES, profileOfUsb } from "../../src/modem/profiles/index.ts";
import { changedBoard } from "./board-fixture.ts";
import { askUdev, type FakeDevice, udevVersion, whyNoUdev } from "./fake-sysfs.ts";
import { shippedBoards } from "./shipped-boards.ts";
import { readRules } from "./udev-grammar.ts";

const board = parseBoard(changedBoard());
const files = udevFiles([board]);
const allFiles = udevFiles([...shippedBoards, board]);

describe("the grammar check", () => {
  it.each([
    ['KERNEL="x", KERNELS=="y", MODE="0660"', "KERNEL does not take ="],
    ['KERNEL=="x" MODE="0660"', "not a rule"],
    ['KERNEL=="x", MODE="660"', "MODE 660"],
    ['KERNELZ=="x"', "unknown key KERNELZ"],
    ['KERNEL{a}=="x"', "KERNEL with a wrong attribute"],
    ['KERNEL=="x", GOTO="nowhere"', "no label nowhere further down"],
    ['KERNEL=="x", SYMLINK+="$atr{y}"', "unknown $ in $atr{y}"],
    ['MODE="0660"', "acts on every device"],
    ['KERNEL=="x", ', "not a rule"],
  ])("refuses %s", (line, problem) => {
    expect(readRules(line).problems).toEqual([`1: ${problem}`]);
  });
});

describe("udev rules", () => {
  it.each(allFiles.map((file) => [file.name, file.text]))("%s keep to the grammar", (_name, text) => {
    const { rules, problems } = readRules(text);
    expect(problems).toEqual([]);
    expect(rules.length).toBeGreaterThan(0);
  });

  const version = udevVersion();
  it.skipIf(version < 254)(
    `pass udevadm verify${version < 254 ? ` (skipped: udevadm is ${version === 0 ? "not here" : version}, verify came with 254)` : ""}`,
    () => {
      const folder = mkdtempSync(join(tmpdir(), "numberbox-rules-"));
      try {
        const paths = allFiles.map((file) => {
          writeFileSync(join(folder, file.name), file.text);
          return join(folder, file.name);
        });
        const { status, stdout, stderr } = spawnSync("udevadm", ["verify", "--resolve-names=never", ...paths], {
          encoding: "utf8",
        });
        expect({ status, said: status === 0 ? "" : `${stdout}${stderr}` }).toEqual({ status: 0, said: "" });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );

  it("follow the board to another port", () => {
    const { text } = boardUdevFile(board, "2-1.3,5-2");
    expect(text).toContain('KERNELS=="2-1.3.4.2:*"');
    expect(text).toContain('KERNEL=="5-2"');
    expect(text).not.toContain("1-1.4");
  });

  it("give every position's port a name of its own", () => {
    for (const each of shippedBoards) {
      const links = [...boardUdevFile(each).text.matchAll(/SYMLINK\+="([^"]+)"/g)].map(([, link]) => link);
      expect(new Set(links).size).toBe(links.length);
      expect(links.length).toBe(each.positions.length);
    }
  });
});

describe("modems that the box knows", () => {
  it("are all known to the rules for modems without a board", () => {
    const ids = PROFILES.flatMap((profile) => profile.usb.map((layout) => layout.usbId));
    const covered = (id: string): boolean =>
      MODEM_VENDORS.some(
        ({ vendor, products }) => id.startsWith(`${vendor}:`) && (products?.includes(id.slice(5)) ?? true),
      );
    expect(ids.length).toBeGreaterThan(30);
    expect(ids.filter((id) => !covered(id))).toEqual([]);
  });

  it("are what the boards that come with the program are fitted with", () => {
    const models = shippedBoards.flatMap((each) => each.models.map((model) => model.usb));
    expect(models.filter((id) => profileOfUsb(id) === null)).toEqual([]);
  });
});

const MODEM = { idVendor: "2c7c", idProduct: "0125", authorized: "1", "power/control": "auto" };

/** A modem's USB device and, below it, interface 2 with a tty. */
function modem(path: string, attributes: Readonly<Record<string, string>> = MODEM): readonly FakeDevice[] {
  const name = path.split("/").at(-1) ?? "";
  const [device, tty] = [`platform/usb1/${path}`, `platform/usb1/${path}/${name}:1.2`];
  return [
    {
      path: device,
      subsystem: "usb",
      uevent: { DEVTYPE: "usb_device", DEVNAME: "bus/usb/001/005", MAJOR: "189", MINOR: "5" },
      attributes,
    },
    {
      path: tty,
      subsystem: "usb",
      uevent: { DEVTYPE: "usb_interface", DRIVER: "option" },
      attributes: { bInterfaceNumber: "02" },
    },
    { path: `${tty}/ttyUSB7`, subsystem: "usb-serial", uevent: { DRIVER: "option1" } },
    { path: `${tty}/ttyUSB7/tty/ttyUSB7`, subsystem: "tty", uevent: { DEVNAME: "ttyUSB7", MAJOR: "188", MINOR: "7" } },
  ];
}

const reason = whyNoUdev();
describe.skipIf(reason !== null)(`udev itself${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  it("names the port of a position after board, position and interface, and tells ModemManager to leave it", () => {
    const said = askUdev(modem("1-1/1-1.4/1-1.4.2"), files);
    expect(said).toMatch(/^DEVLINKS=.*\/dev\/numberbox\/small\/2-if02/m);
    expect(said).toMatch(/^ID_MM_PORT_IGNORE=1$/m);
    expect(said).not.toContain("numberbox/usb/");
  });

  it("does the same for a modem in the upstream port itself", () => {
    expect(askUdev(modem("3-1"), files)).toMatch(/\/dev\/numberbox\/small\/4-if02/);
  });

  it("tells 1-1.1 from 1-1.10 and from what hangs behind 1-1.1", () => {
    for (const other of ["1-1/1-1.10", "1-1/1-1.1/1-1.1.1"])
      expect(askUdev(modem(other), files)).not.toContain("numberbox/small");
  });

  it("lets the group reset a position's modem over USB", () => {
    const said = askUdev(modem("1-1/1-1.1").slice(0, 1), files);
    expect(said).toMatch(/^ID_MM_DEVICE_IGNORE=1$/m);
    for (const program of ["/bin/chgrp numberbox", "/bin/chmod g\\+w"])
      expect(said).toMatch(new RegExp(`${program} /sys/devices/platform/usb1/1-1/1-1.1/authorized`));
  });

  it("lets the group switch the ports of a hub that feeds positions, and no others", () => {
    const hub = (path: string): readonly FakeDevice[] => [
      { path: `platform/usb1/${path}`, subsystem: "usb", uevent: { DEVTYPE: "usb_interface", DRIVER: "hub" } },
    ];
    const own = [boardUdevFile(board)];
    const said = askUdev(hub("1-1/1-1.4/1-1.4:1.0"), own, "bind");
    expect(said).toContain("/bin/chgrp numberbox /sys/devices/platform/usb1/1-1/1-1.4/1-1.4:1.0/1-1.4-port2/disable");
    expect(said).not.toContain("port3/disable");
    expect(askUdev(hub("1-1/1-1:1.0"), own, "bind")).not.toContain("chgrp");
  });

  it("lets the group switch the ports of any hub without a board's file, but not of the computer's root hubs", () => {
    const shared = [switchUdevFile()];
    const hub = (path: string): readonly FakeDevice[] => [
      { path: `platform/usb1/${path}`, subsystem: "usb", uevent: { DEVTYPE: "usb_interface", DRIVER: "hub" } },
    ];
    const said = askUdev(hub("1-1/1-1:1.0"), shared, "bind");
    expect(said).toMatch(
      /run: .*\/bin\/chgrp numberbox \/sys\/devices\/platform\/usb1\/1-1\/1-1:1\.0\/\*-port\*\/disable/,
    );
    expect(askUdev(hub("1-0:1.0"), shared, "bind")).not.toMatch(/^run: .*chgrp/m);
    const other = { ...hub("1-1/1-1:1.0")[0], uevent: { DEVTYPE: "usb_interface", DRIVER: "option" } };
    expect(askUdev([{ ...other, path: "platform/usb1/1-1/1-1:1.0", subsystem: "usb" }], shared)).not.toMatch(/^run: /m);
  });

  /** A GPIO chip below a device with this driver. */
  const chip = (parent: string, subsystem: string, driver: string): readonly FakeDevice[] => [
    { path: `platform/soc/${parent}`, subsystem, uevent: { DRIVER: driver } },
    {
      path: `platform/soc/${parent}/gpiochip3`,
      subsystem: "gpio",
      uevent: { DEVNAME: "gpiochip3", MAJOR: "254", MINOR: "3" },
    },
  ];

  it.each([
    ["fe200000.gpio", "platform", "pinctrl-bcm2835", ["header"]],
    ["1f000d0000.gpio", "platform", "pinctrl-rp1", ["header"]],
    ["1-0020", "i2c", "pca953x", ["1-0020", "i2c-20"]],
    ["spi0.1", "spi", "mcp23s08", ["spi0.1"]],
    ["gpio-sim.0", "platform", "gpio-sim", ["gpio-sim.0"]],
  ])("gives the group the pins of %s (%s, %s), and names them", (parent, subsystem, driver, names) => {
    const said = askUdev(chip(parent, subsystem, driver), [switchUdevFile()]);
    const links = /^DEVLINKS=(.*)$/m.exec(said)?.[1]?.split(" ") ?? [];
    const own = links.filter((link) => link.startsWith("/dev/numberbox/"));
    expect(own.sort()).toEqual(names.map((name) => `/dev/numberbox/gpio/${name}`));
    expect(said).toMatch(/MODE 0660/);
  });

  it.each([
    ["firmware:gpio", "platform", "raspberrypi-exp-gpio"],
    ["107d517c00.gpio", "platform", "brcmstb-gpio"],
  ])("leaves the computer's own chip %s (%s, %s) alone", (parent, subsystem, driver) => {
    const said = askUdev(chip(parent, subsystem, driver), [switchUdevFile()]);
    expect(said).not.toContain("/dev/numberbox/");
    expect(said).not.toMatch(/switches\.rules:\d+ MODE/);
  });

  it("names a modem without a board after its USB path, and leaves other serial ports alone", () => {
    expect(askUdev(modem("1-3"), files)).toMatch(/^DEVLINKS=.*\/dev\/numberbox\/usb\/1-3:1\.2/m);
    const converter = askUdev(modem("1-3", { idVendor: "1a86", idProduct: "7523" }), files);
    expect(converter).not.toContain("numberbox/");
    expect(converter).not.toContain("ID_MM_PORT_IGNORE");
  });

  it("leaves a modem to others where the owner says so", () => {
    const mine: UdevFile = { name: "60-local.rules", text: 'SUBSYSTEM=="tty", KERNELS=="1-3:*", ENV{NUMBERBOX}="0"\n' };
    expect(askUdev(modem("1-3"), [mine, ...files])).not.toContain("numberbox/usb");
  });

  it("takes back what brltty has made of a relay board, and only of ours", () => {
    const brltty: UdevFile = {
      name: "90-brltty-usb-generic.rules",
      text: 'SUBSYSTEM=="usb", ATTR{idVendor}=="1a86", ENV{BRLTTY_BRAILLE_DRIVER}="bm", ENV{SYSTEMD_WANTS}="brltty-device@.service"\n',
    };
    const relay = { idVendor: "1a86", idProduct: "7523" };
    const wants = /^SYSTEMD_WANTS=brltty/m;
    expect(askUdev(modem("1-1/1-1.2", relay).slice(0, 1), [...files, brltty])).not.toMatch(wants);
    expect(askUdev(modem("1-5", relay).slice(0, 1), [...files, brltty])).toMatch(wants);
  });

  it("keeps its rules off a device that goes away", () => {
    expect(askUdev(modem("1-1/1-1.4/1-1.4.2"), files, "remove")).not.toContain("ID_MM_PORT_IGNORE");
  });
});
