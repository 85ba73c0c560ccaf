// Disks that the box's data can be moved to, and where it is now: as sysfs and udev tell of them, and the image's early start (data-disk).

import { readdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { systemCodeOf } from "../base/index.ts";
import type { DataDisks, DataPlace, SpareDisk } from "../core/index.ts";
import { moveOutcome, parseJsonWith } from "../protocol/index.ts";

export interface DataDisksDeps {
  /** Usually `/sys`. */
  readonly sys: string;
  /** Usually `/proc`. */
  readonly proc: string;
  /** Usually `/run`. */
  readonly runtime: string;
  readonly dataFolder: string;
}

/** What data-disk writes at each start. */
const placeFile = z.object({
  on: z.enum(["card", "disk"]),
  model: z.string(),
  last: moveOutcome.nullable(),
});

/** Read by data-disk, in the data folder. */
const REQUEST = "data-disk-request";
const SECTOR = 512;
/** Nothing smaller holds a box's data for long; a reader without a card has 0. */
const SMALLEST = 1024 ** 3;
const OWN_MOUNTS: ReadonlySet<string> = new Set(["/data", "/bootconfig"]);

const readable = (text: string): string => text.replaceAll("_", " ").trim();

class SystemDisks implements DataDisks {
  readonly #deps: DataDisksDeps;

  constructor(deps: DataDisksDeps) {
    this.#deps = deps;
  }

  async place(): Promise<DataPlace | null> {
    const file = join(this.#deps.runtime, "numberbox-image", "data.json");
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      if (systemCodeOf(error) === "ENOENT") return null;
      throw error;
    }
    const { on, model, last } = parseJsonWith(placeFile, text, "host.bad_data_place", "where the data is");
    // The early start counts seconds.
    return {
      on,
      model: model === "" ? null : readable(model),
      last: last === null ? null : { ...last, at: last.at * 1000 },
    };
  }

  async disks(): Promise<readonly SpareDisk[]> {
    const folder = join(this.#deps.sys, "block");
    const own = await this.#own();
    const names = (await readdir(folder).catch(() => [])).filter((name) => !own.has(name));
    const found = await Promise.all(names.map((name) => this.#disk(join(folder, name))));
    return found.filter((disk) => disk !== null).toSorted((a, b) => a.id.localeCompare(b.id));
  }

  async request(id: string | null): Promise<void> {
    const file = join(this.#deps.dataFolder, REQUEST);
    if (id === null) return await rm(file, { force: true });
    await writeFile(`${file}.new`, `${id}\n`, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  }

  async #disk(link: string): Promise<SpareDisk | null> {
    const path = await realpath(link).catch(() => "");
    const bus = /\/usb\d+\//.test(path) ? "usb" : /\/nvme[^/]*\//.test(path) ? "nvme" : null;
    if (bus === null) return null;
    const size = Number(await this.#text(path, "size")) * SECTOR;
    const facts = await this.#udev(path);
    const id = facts.get("ID_SERIAL") ?? "";
    // The image reads no other letters back; two disks without a serial number cannot be told apart.
    if (!/^[A-Za-z0-9_.:+-]{1,199}$/.test(id) || !(size >= SMALLEST) || (await this.#text(path, "ro")) === "1")
      return null;
    return { id, bus, size, model: readable(facts.get("ID_MODEL") ?? id), holds: await this.#holds(path) };
  }

  async #holds(path: string): Promise<readonly string[]> {
    const parts = (await readdir(path)).filter((name) => name.startsWith(basename(path))).toSorted();
    const all = await Promise.all([path, ...parts.map((name) => join(path, name))].map((each) => this.#udev(each)));
    const texts = all.map((facts) => facts.get("ID_FS_LABEL") ?? facts.get("ID_FS_TYPE") ?? "");
    return texts.filter((text) => text !== "").map(readable);
  }

  /** Disks that the box runs from. */
  async #own(): Promise<ReadonlySet<string>> {
    const text = await readFile(join(this.#deps.proc, "self", "mountinfo"), "utf8").catch(() => "");
    const numbers = text.split("\n").flatMap((line) => {
      // "36 35 98:0 /root /mount options …": proc_pid_mountinfo(5).
      const [, , number = "", , mount = ""] = line.split(" ");
      return OWN_MOUNTS.has(mount) && /^\d+:\d+$/.test(number) ? [number] : [];
    });
    const paths = await Promise.all(
      numbers.map((number) => realpath(join(this.#deps.sys, "dev", "block", number)).catch(() => "")),
    );
    // A partition's folder is in its disk's.
    return new Set(paths.flatMap((path) => [basename(path), basename(dirname(path))]));
  }

  /** What udev knows of a block device. */
  async #udev(path: string): Promise<ReadonlyMap<string, string>> {
    const number = await this.#text(path, "dev");
    const text = number === "" ? "" : await this.#text(this.#deps.runtime, "udev", "data", `b${number}`);
    const pairs = [...text.matchAll(/^E:([A-Z0-9_]+)=(.*)$/gm)].map(
      ([, key = "", value = ""]) => [key, value] as const,
    );
    return new Map(pairs);
  }

  /** Nothing for what is not there: a disk may be pulled out meanwhile. */
  async #text(...path: string[]): Promise<string> {
    return await readFile(join(...path), "utf8").then(
      (text) => text.trim(),
      () => "",
    );
  }
}

export function dataDisks(deps: DataDisksDeps): DataDisks {
  return new SystemDisks(deps);
}
