// The disk behind a log: replays it, and tells what may be left after a power cut. The model is the strictest reading of POSIX: an
// fsync of a file saves its bytes and its size, not its name; a name made, changed or removed is saved by an fsync of its folder
// alone; what is not saved may survive or not, each change for itself. (ext4, XFS and btrfs promise more: names survive in order, and
// with the file's fsync. All that can be left on them can be left here.) Only a rename within a folder is one change, as POSIX says.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { type Chance, nothing } from "./chance.ts";
import { DiskFile } from "./disk-file.ts";
import type { DiskRecord } from "./disk-log.ts";

type Node = DiskFile | DiskFolder;

/** A change of names: what a name now stands for, null for nothing. */
interface Change {
  readonly record: number;
  readonly names: ReadonlyMap<string, Node | null>;
}

class DiskFolder {
  /** As the process sees it. */
  readonly live = new Map<string, Node>();
  readonly #synced = new Map<string, Node>();
  #changes: Change[] = [];

  /** A name that is on the disk already. */
  hold(name: string, node: Node): void {
    this.live.set(name, node);
    this.#synced.set(name, node);
  }

  change(record: number, names: Change["names"]): void {
    this.#changes.push({ record, names });
    apply(this.live, names);
  }

  sync(covers: number): void {
    for (const { record, names } of this.#changes) if (record < covers) apply(this.#synced, names);
    this.#changes = this.#changes.filter(({ record }) => record >= covers);
  }

  afterCut(chance: Chance): ReadonlyMap<string, Node> {
    const entries = new Map(this.#synced);
    for (const { names } of this.#changes) if (chance.entry()) apply(entries, names);
    return entries;
  }
}

function apply(entries: Map<string, Node>, names: Change["names"]): void {
  for (const [name, node] of names) {
    if (node === null) entries.delete(name);
    else entries.set(name, node);
  }
}

/** What a folder holds, by paths relative to it. A folder stands as null. */
export type Image = ReadonlyMap<string, Buffer | null>;

export class Disk {
  readonly #path: string;
  readonly #root = new DiskFolder();
  readonly #handles = new Map<number, Node>();
  #records = 0;

  /** `path` is the watched folder, `image` what it holds at the beginning, all of it synced. */
  constructor(path: string, image: Image) {
    this.#path = path;
    for (const [name, content] of image) {
      this.#folderOf(join(path, name)).hold(
        basename(name),
        content === null ? new DiskFolder() : new DiskFile(content),
      );
    }
  }

  /** Applies the next record of the log. */
  apply(entry: DiskRecord): void {
    const record = this.#records++;
    switch (entry.op) {
      case "open":
        return this.#open(record, entry);
      case "write":
        return this.#file(entry.handle).write(record, entry.offset, entry.data);
      case "truncate":
        return this.#file(entry.handle).resize(record, entry.size);
      case "sync":
        return this.#handles.get(entry.handle)?.sync(entry.covers);
      case "mkdir":
        return this.#name(record, entry.path, new DiskFolder());
      case "unlink":
        return this.#name(record, entry.path, null);
      case "rename":
        return this.#rename(record, entry.from, entry.to);
      case "at":
        return;
    }
  }

  /** What may be left if the power goes now. */
  afterCut(chance: Chance = nothing): Image {
    const image = new Map<string, Buffer | null>();
    const visit = (folder: DiskFolder, path: string): void => {
      for (const [name, node] of folder.afterCut(chance)) {
        const at = path === "" ? name : `${path}/${name}`;
        image.set(at, node instanceof DiskFile ? node.afterCut(chance) : null);
        if (node instanceof DiskFolder) visit(node, at);
      }
    };
    visit(this.#root, "");
    return image;
  }

  #open(record: number, { handle, path, create, cut }: Extract<DiskRecord, { op: "open" }>): void {
    let node = path === this.#path ? this.#root : this.#folderOf(path).live.get(basename(path));
    if (node === undefined && create) {
      node = new DiskFile();
      this.#name(record, path, node);
    } else if (node instanceof DiskFile && cut) {
      node.resize(record, 0);
    }
    // What is neither known nor made here is only read.
    if (node !== undefined) this.#handles.set(handle, node);
  }

  #rename(record: number, from: string, to: string): void {
    const folder = this.#folderOf(from);
    const node = folder.live.get(basename(from));
    if (node === undefined || folder !== this.#folderOf(to)) throw new Error(`not modelled: ${from} becomes ${to}`);
    folder.change(
      record,
      new Map([
        [basename(from), null],
        [basename(to), node],
      ]),
    );
  }

  #name(record: number, path: string, node: Node | null): void {
    this.#folderOf(path).change(record, new Map([[basename(path), node]]));
  }

  #file(handle: number): DiskFile {
    const node = this.#handles.get(handle);
    if (node instanceof DiskFile) return node;
    throw new Error(`a write to handle ${handle}, which is no file that the log has seen opened`);
  }

  #folderOf(path: string): DiskFolder {
    const names = relative(this.#path, dirname(path)).split("/");
    return names
      .filter((name) => name !== "")
      .reduce((folder, name) => {
        const next = folder.live.get(name);
        if (next instanceof DiskFolder) return next;
        throw new Error(`the folder of ${path} is not known`);
      }, this.#root);
  }
}

/** What a real folder holds at and below `name`; nothing when there is none. */
export function imageOf(folder: string, name: string): Image {
  const image = new Map<string, Buffer | null>();
  const found = readdirSync(folder, { withFileTypes: true }).find((entry) => entry.name === name);
  if (found === undefined) return image;
  const visit = (path: string): void => {
    image.set(path, null);
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const inner = `${path}/${entry.name}`;
      if (entry.isDirectory()) visit(inner);
      else image.set(inner, readFileSync(join(folder, inner)));
    }
  };
  visit(name);
  return image;
}

/** Lays an image down in a folder. */
export function layDown(image: Image, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of image) {
    if (content === null) mkdirSync(join(folder, name), { mode: 0o700 });
    else writeFileSync(join(folder, name), content, { mode: 0o600 });
  }
}
