import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { dataDisks } from "../../src/host/index.ts";
import { codeOf } from "../contract/box-store.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

interface Device {
  readonly number: string;
  readonly facts: Readonly<Record<string, string>>;
}

interface Disk extends Device {
  /** Below `/sys/devices`. */
  readonly place: string;
  /** In sectors of 512 bytes. */
  readonly sectors: number;
  readonly readOnly?: boolean;
  readonly partitions?: Readonly<Record<string, Device>>;
}

const GIB = 1024 ** 3 / 512;
const CARD: Disk = {
  ...{
    place: "platform/mmc0/mmc_host/mmc0:1/block/mmcblk0",
    number: "179:0",
    sectors: 32 * GIB,
    facts: { ID_SERIAL: "0x1" },
  },
  partitions: { mmcblk0p6: { number: "179:6", facts: { ID_FS_LABEL: "data" } } },
};
const SSD: Disk = {
  ...{ place: "pci0/usb2/2-1/host0/block/sda", number: "8:0", sectors: 931 * GIB },
  facts: { ID_SERIAL: "Samsung_T7_S5-0:0", ID_MODEL: "Samsung_T7" },
  partitions: {
    sda1: { number: "8:1", facts: { ID_FS_LABEL: "MY_FILMS", ID_FS_TYPE: "exfat" } },
    sda2: { number: "8:2", facts: { ID_FS_TYPE: "ext4" } },
  },
};
const NVME: Disk = {
  ...{ place: "pci0/nvme/nvme0/nvme0n1", number: "259:0", sectors: 465 * GIB },
  facts: { ID_SERIAL: "WD_Blue_22-1", ID_MODEL: "WD_Blue" },
};

class Machine {
  readonly root = tempFolder();

  write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  plug({ place, number, sectors, facts, readOnly = false, partitions = {} }: Disk): this {
    const name = place.split("/").at(-1) ?? "";
    const folder = `sys/devices/${place}`;
    this.write(`${folder}/size`, `${sectors}\n`);
    this.write(`${folder}/ro`, readOnly ? "1\n" : "0\n");
    this.#device(folder, { number, facts });
    mkdirSync(join(this.root, "sys/block"), { recursive: true });
    symlinkSync(join(this.root, folder), join(this.root, "sys/block", name));
    for (const [part, device] of Object.entries(partitions)) this.#device(`${folder}/${part}`, device);
    return this;
  }

  mount(number: string, at: string): this {
    this.write(
      "proc/self/mountinfo",
      `30 1 254:0 / / ro - squashfs /dev/dm-0 ro\n36 30 ${number} / ${at} rw - ext4 /dev/x rw\n`,
    );
    return this;
  }

  get disks() {
    const at = (name: string) => join(this.root, name);
    mkdirSync(at("box"), { recursive: true });
    return dataDisks({ sys: at("sys"), proc: at("proc"), runtime: at("run"), dataFolder: at("box") });
  }

  #device(folder: string, { number, facts }: Device): void {
    this.write(`${folder}/dev`, `${number}\n`);
    mkdirSync(join(this.root, "sys/dev/block"), { recursive: true });
    symlinkSync(join(this.root, folder), join(this.root, "sys/dev/block", number));
    const lines = Object.entries(facts).map(([key, value]) => `E:${key}=${value}\n`);
    this.write(`run/udev/data/b${number}`, `S:disk/x\nI:12\n${lines.join("")}`);
  }
}

describe("disks for the data", () => {
  it("are those on USB and NVMe that the box does not run from, with what is on them", async () => {
    const machine = new Machine().plug(CARD).plug(SSD).plug(NVME).mount("179:6", "/data");
    expect(await machine.disks.disks()).toEqual([
      {
        ...{ id: "Samsung_T7_S5-0:0", model: "Samsung T7", bus: "usb", size: 931 * 1024 ** 3 },
        holds: ["MY FILMS", "ext4"],
      },
      { id: "WD_Blue_22-1", model: "WD Blue", bus: "nvme", size: 465 * 1024 ** 3, holds: [] },
    ]);
  });

  it("are not the disk of a box that runs from USB", async () => {
    const machine = new Machine().plug(SSD).plug(NVME).mount("8:1", "/data");
    expect((await machine.disks.disks()).map(({ id }) => id)).toEqual(["WD_Blue_22-1"]);
  });

  it.each([
    ["an empty card reader", { sectors: 0 }],
    ["one that cannot be written", { readOnly: true }],
    ["one without a serial number", { facts: { ID_MODEL: "Nameless" } }],
    ["one whose serial number the image would not read back", { facts: { ID_SERIAL: "a b;reboot" } }],
  ] as const)("are not %s", async (_what, change) => {
    const machine = new Machine().plug({ ...SSD, ...change }).mount("179:6", "/data");
    expect(await machine.disks.disks()).toEqual([]);
  });

  it("are asked for in a file that the next start reads", async () => {
    const machine = new Machine();
    await machine.disks.request("Samsung_T7_S5-0:0");
    expect(readFileSync(join(machine.root, "box/data-disk-request"), "utf8")).toBe("Samsung_T7_S5-0:0\n");
  });
});

describe("the place of the data", () => {
  it("is told by the image, with what became of a move", async () => {
    const machine = new Machine();
    machine.write(
      "run/numberbox-image/data.json",
      '{"on":"disk","disk":"sda","model":"Samsung_T7","last":{"result":"moved","reason":"","at":1790000000}}\n',
    );
    expect(await machine.disks.place()).toEqual({
      ...{ on: "disk", model: "Samsung T7" },
      last: { result: "moved", at: 1_790_000_000_000 },
    });
  });

  it("is unknown on a machine without the image, and a fault where its file is not one", async () => {
    const machine = new Machine();
    expect(await machine.disks.place()).toBeNull();
    machine.write("run/numberbox-image/data.json", '{"on":"moon"}');
    expect(await codeOf(machine.disks.place())).toBe("host.bad_data_place");
  });
});
