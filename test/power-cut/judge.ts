// Looks at what a power cut has left: lays it down, opens it as the box would, and compares it with what the modems were told to delete.

import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../src/base/index.ts";
import { type Image, layDown } from "./disk.ts";
import type { Deletion } from "./ledger.ts";
import type { Cut } from "./life.ts";
import { nameOf, type Reader, type Survivors } from "./survivors.ts";

export interface Verdict {
  /** Told to delete, and not in the box. */
  readonly lost: readonly string[];
  /** Twice in the box. */
  readonly doubled: readonly string[];
  /** What would have kept the box from starting. */
  readonly broken: readonly string[];
}

export interface JudgeOptions {
  readonly reader: Reader;
  readonly numberOf: (slot: number) => string;
}

/** Findings told of one cut; a broken disk loses everything. */
const TOLD = 5;
const MEMORY = "/dev/shm";
/** Folders are laid down in memory where there is some: hundreds are, and their fsyncs prove nothing. */
const SCRATCH = freeBytes(MEMORY) > 2 ** 30 ? MEMORY : tmpdir();

/** Opens the data folder `name` of an image as the box would. Rejects with what would keep it from starting. */
export async function survivorsOf(image: Image, name: string, reader: Reader): Promise<Survivors> {
  const folder = mkdtempSync(join(SCRATCH, "numberbox-cut-"));
  try {
    layDown(image, folder);
    return await reader.survivors(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function judge(cut: Cut, name: string, { reader, numberOf }: JudgeOptions): Promise<Verdict> {
  const say = (what: readonly string[]): readonly string[] => what.slice(0, TOLD).map((each) => `${cut.name}: ${each}`);
  const smsOf = ({ slot, body }: Deletion): string => nameOf(numberOf(slot), body);
  try {
    const { messages, parts } = await survivorsOf(cut.image, name, reader);
    const there = new Set(messages);
    const lost = cut.told.filter((each) => !there.has(smsOf(each)) && !parts.has(each.pdu)).map(smsOf);
    const twice = there.size < messages.length ? messages.filter((each, at) => messages.indexOf(each) !== at) : [];
    const whole = cut.told.filter((each) => there.has(smsOf(each)) && parts.has(each.pdu)).map(smsOf);
    return { lost: say(lost), doubled: say([...twice, ...whole]), broken: [] };
  } catch (error) {
    return { lost: [], doubled: [], broken: say([messageOf(error)]) };
  }
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    // There is no such folder.
    return 0;
  }
}
