// A card, disks and the kernel's mounts as far as `data-disk` sees them: file systems are folders, a mount is a link to one, and the power
// can be cut before any of the commands that change something.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LIBRARY } from "./fake-disk.ts";

/** Commands of the script that change something: those without a body are the real ones. */
const CHANGING: Readonly<Record<string, string | null>> = {
  ...{ mv: null, rm: null, cp: null, find: null, chmod: null, mkdir: null },
  mount: `eval "place=\\\${$#}"
eval "device=\\\${$(($# - 1))}"; from=$W/fs/\${device##*/}
[ -d "$from" ] || exit 32
if [ -h "$place" ]; then rm "$place"; else rmdir "$place"; fi
ln -s "$from" "$place"`,
  umount: 'rm "$1"; if [ "$1" = "$W/data" ]; then ln -s "$W/fs/card6" "$1"; else mkdir "$1"; fi',
  "systemd-repart": `eval "device=\\\${$#}"; name=\${device##*/}
[ ! -f "$W/uuid/\${name}1" ] || rm -f "$W/dev/disk/by-uuid/$(cat "$W/uuid/\${name}1")"
rm -rf "$W/fs/\${name}1" "$W/uuid/\${name}1"
mkdir -p "$W/sys/class/block/$name/\${name}1"; echo 1 >"$W/sys/class/block/$name/\${name}1/partition"
ln -sfn "$name/\${name}1" "$W/sys/class/block/\${name}1"
: >"$W/dev/\${name}1"; mkdir -p "$W/udev/\${name}1"; echo numberbox-data >"$W/udev/\${name}1/ID_PART_ENTRY_NAME"
mkdir -p "$W/dev/disk/by-partlabel"; ln -sfn "../../\${name}1" "$W/dev/disk/by-partlabel/numberbox-data"`,
  "mkfs.ext4": `eval "device=\\\${$#}"; name=\${device##*/}
[ ! -f "$W/bad-disk" ] || exit 1
rm -rf "$W/fs/$name"; mkdir -p "$W/fs/$name/lost+found" "$W/uuid" "$W/dev/disk/by-uuid"
id=0abc-$(ls "$W/uuid" | wc -l)$$; echo "$id" >"$W/uuid/$name"; ln -s "../../$name" "$W/dev/disk/by-uuid/$id"`,
};

/** Commands that only tell. */
const TELLING: Readonly<Record<string, string>> = {
  ...{ sync: ":", fstrim: ":", e2fsck: ":", nap: 'echo >>"$W/naps"' },
  udevadm: `[ "$1" = info ] || exit 0
for word; do case $word in --property=*) key=\${word#*=} ;; */*) name=\${word##*/} ;; esac; done
cat "$W/udev/$name/$key" 2>/dev/null`,
  blkid: `eval "device=\\\${$#}"; cat "$W/uuid/\${device##*/}"`,
  "systemd-escape": ":",
  systemctl: 'if [ "$1" = is-active ]; then echo active; else echo "$*" >>"$W/asked"; fi',
  findmnt: `eval "place=\\\${$#}"
case "$*" in *first-only*) echo "$W/dev/card6" ;; *) [ ! -h "$place" ] || echo "$W/dev/$(basename "$(readlink -f "$place")")" ;; esac`,
  "start-anew": 'echo >>"$W/restarts"; kill -9 "$PPID"',
};

function counted(name: string, body: string | null): string {
  const real = ["/usr/bin", "/bin"].map((where) => join(where, name)).find((file) => existsSync(file)) ?? name;
  return `#!/bin/sh
read -r n <"$W/count"; n=$((n + 1)); echo "$n" >"$W/count"
if [ "$n" = "$CUT_AT" ]; then kill -9 "$SCRIPT" "$PPID" 2>/dev/null; exit 1; fi
PATH=/usr/bin:/bin
${body ?? `exec ${real} "$@"`}
`;
}

export class FakeCard {
  readonly root = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "numberbox-card-"));

  constructor() {
    for (const name of ["boot", "run", "shims", "fs/card6/lost+found", "dev", "udev", "sys/class/block", "sys/block"])
      mkdirSync(this.#at(name), { recursive: true });
    const shim = (name: string, text: string): void => {
      writeFileSync(this.#at(`shims/${name}`), text);
      chmodSync(this.#at(`shims/${name}`), 0o755);
    };
    for (const [name, body] of Object.entries(CHANGING)) shim(name, counted(name, body));
    for (const [name, body] of Object.entries(TELLING)) shim(name, `#!/bin/sh\n${body}\n`);
    this.#partition("card", "card6", 6);
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** A file of a box's data on the card. */
  write(path: string, text: string): void {
    const file = this.#at(`fs/card6/${path}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** An empty USB disk. */
  plug(name: string, serial: string, { bus = "usb1", sectors = 8_000_000 } = {}): void {
    const folder = this.#at(`sys/devices/${bus}/1-1/block/${name}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "size"), `${sectors}\n`);
    for (const place of ["block", "class/block"]) symlinkSync(folder, this.#at(`sys/${place}/${name}`));
    mkdirSync(this.#at(`udev/${name}`));
    writeFileSync(this.#at(`udev/${name}/ID_SERIAL`), `${serial}\n`);
    writeFileSync(this.#at(`udev/${name}/ID_MODEL`), "Fast_One\n");
  }

  /** The box asks for a move. */
  ask(serial: string): void {
    this.write("var/lib/numberbox/data-disk-request", `${serial}\n`);
  }

  /** A start without the disk: its links are gone until `replug`. */
  unplug(): void {
    rmSync(this.#at("dev/disk.away"), { recursive: true, force: true });
    spawnSync("mv", [this.#at("dev/disk"), this.#at("dev/disk.away")]);
  }

  replug(): void {
    spawnSync("mv", [this.#at("dev/disk.away"), this.#at("dev/disk")]);
  }

  /** The card is another one, as it left the factory. */
  newCard(): void {
    rmSync(this.#at("fs/card6"), { recursive: true });
    mkdirSync(this.#at("fs/card6/lost+found"), { recursive: true });
  }

  /** The kernel tells that a partition is there no more. */
  gone(name: string): void {
    this.#run("gone", name);
  }

  remove(file: string): void {
    rmSync(this.#at(file), { recursive: true });
  }

  mark(file: string, text = ""): void {
    writeFileSync(this.#at(file), text);
  }

  read(file: string): string | null {
    return existsSync(this.#at(file)) ? readFileSync(this.#at(file), "utf8") : null;
  }

  /** One start. Returns whether the script came to its end, what it said, and how many commands changed something. */
  start(cutAt = 0, patience = 3): { readonly ended: boolean; readonly out: string; readonly count: number } {
    for (const each of ["data", "run"]) this.#drop(each);
    mkdirSync(this.#at("run"));
    symlinkSync(this.#at("fs/card6"), this.#at("data"));
    this.mark("count", "0\n");
    const done = this.#run("open", "", { CUT_AT: String(cutAt), NUMBERBOX_DISK_SECONDS: String(patience) });
    return { ended: done.status === 0, out: done.stdout + done.stderr, count: Number(this.read("count")) };
  }

  #run(command: string, argument: string, more: Readonly<Record<string, string>> = {}) {
    const at = (name: string): string => this.#at(name);
    const env = {
      ...{ PATH: `${at("shims")}:/usr/sbin:/usr/bin:/sbin:/bin`, W: this.root, CUT_AT: "0" },
      ...{ NUMBERBOX_DATA_ROOT: at("data"), NUMBERBOX_BOOTCONFIG: at("boot"), NUMBERBOX_DEV: at("dev") },
      ...{ NUMBERBOX_SYS: at("sys"), NUMBERBOX_RUN: at("run"), NUMBERBOX_PAUSE: "nap", NUMBERBOX_REBOOT: "start-anew" },
      ...more,
    };
    const script = `SCRIPT=$$; export SCRIPT; . ${join(LIBRARY, "data-disk")}`;
    return spawnSync("sh", ["-c", script, "data-disk", command, argument], { env, encoding: "utf8", timeout: 20_000 });
  }

  /** What the services of this start find below `/data`: names and texts, without what belongs to a card or a disk. */
  data(): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const name of readdirSync(this.#at("data/"), { recursive: true, encoding: "utf8" })) {
      const file = this.#at(`data/${name}`);
      if (/^(?:lost\+found|image)(?:\/|$)|data-disk-request/.test(name) || !statSync(file).isFile()) continue;
      found[name] = readFileSync(file, "utf8");
    }
    return found;
  }

  /** Everything on the card. */
  card(): readonly string[] {
    return readdirSync(this.#at("fs/card6"), { recursive: true, encoding: "utf8" }).toSorted();
  }

  get mounted(): string {
    return readlinkSync(this.#at("data")).split("/").at(-1) ?? "";
  }

  #drop(name: string): void {
    const file = this.#at(name);
    // A link may lead to a file system that is gone.
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true) unlinkSync(file);
    else rmSync(file, { recursive: true, force: true });
  }

  #partition(disk: string, name: string, number: number): void {
    const folder = this.#at(`sys/class/block/${disk}/${name}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "partition"), `${number}\n`);
    symlinkSync(`${disk}/${name}`, this.#at(`sys/class/block/${name}`));
    writeFileSync(this.#at(`dev/${name}`), "");
  }

  #at(name: string): string {
    return join(this.root, name);
  }
}
