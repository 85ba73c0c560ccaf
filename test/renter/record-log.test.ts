import { describe, expect, it } from "vitest";
import { AppError, fromUtf8, type Logger, silentLogger, utf8 } from "../../src/base/index.ts";
import { decryptLocal, deriveKey, encryptLocal } from "../../src/envelope/index.ts";
import type { LocalSeal } from "../../src/renter/local-seal.ts";
import { RecordLog } from "../../src/renter/record-log.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { renter, stranger, suite } from "./fixtures.ts";
import { type Disk, MemoryFolder } from "./memory-folder.ts";

const NAME = "log";

function sealOf(seed = renter.seed): LocalSeal {
  const key = deriveKey(suite, seed, "test");
  const random = new SeededRandom("log");
  return {
    seal: (plaintext) => encryptLocal({ key, random, domain: "test", plaintext }),
    open: (box) => decryptLocal({ key, domain: "test", box }),
  };
}

interface Options {
  readonly folder?: MemoryFolder;
  readonly atLeast?: number;
  readonly seal?: LocalSeal;
  readonly mode?: "readOnly" | "readWrite";
  readonly log?: Logger;
}

async function open(disk: Disk, options: Options = {}) {
  const {
    folder = new MemoryFolder(disk),
    atLeast = 0,
    seal = sealOf(),
    mode = "readWrite",
    log = silentLogger,
  } = options;
  const opened = await RecordLog.open({ folder, name: NAME, seal, suite, log, atLeast }, mode);
  return { log: opened.log, texts: opened.records.map(fromUtf8) };
}

async function diskWith(...texts: readonly string[]): Promise<{ disk: Disk; ends: number[] }> {
  const disk: Disk = new Map();
  const { log } = await open(disk);
  const ends: number[] = [];
  for (const text of texts) {
    await log.append(utf8(text));
    ends.push(log.size);
  }
  return { disk, ends };
}

function bytesOf(disk: Disk): Uint8Array {
  return disk.get(NAME) ?? new Uint8Array(0);
}

describe("RecordLog", () => {
  it("gives back what was appended, in order, over several openings", async () => {
    const { disk } = await diskWith("one", "two");
    const again = await open(disk);
    await again.log.append(utf8("three"));
    expect((await open(disk)).texts).toEqual(["one", "two", "three"]);
  });

  it("keeps no plaintext on the disk", async () => {
    const { disk } = await diskWith("a secret text");
    expect(fromLatin1(bytesOf(disk))).not.toContain("secret");
  });

  it("cuts off a torn last frame at every length and goes on behind it", async () => {
    const { disk, ends } = await diskWith("one", "two");
    const whole = bytesOf(disk);
    for (let length = (ends[0] ?? 0) + 1; length < whole.length; length++) {
      const torn: Disk = new Map([[NAME, whole.slice(0, length)]]);
      const { log, texts } = await open(torn);
      expect(texts).toEqual(["one"]);
      await log.append(utf8("three"));
      expect((await open(torn)).texts).toEqual(["one", "three"]);
    }
  });

  it("cuts off a tail of zeros, as some file systems leave it", async () => {
    const { disk } = await diskWith("one");
    disk.set(NAME, new Uint8Array([...bytesOf(disk), ...new Uint8Array(64)]));
    expect((await open(disk)).texts).toEqual(["one"]);
  });

  it("leaves a torn tail on the disk when it only reads: another process may be writing it", async () => {
    const { disk } = await diskWith("one", "two");
    disk.set(NAME, bytesOf(disk).slice(0, -3));
    const before = bytesOf(disk).length;
    expect((await open(disk, { mode: "readOnly" })).texts).toEqual(["one"]);
    expect(bytesOf(disk).length).toBe(before);
  });

  it("refuses a file with a damaged byte before the last frame", async () => {
    const { disk } = await diskWith("one", "two", "three");
    const bytes = bytesOf(disk);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await expect(open(disk)).rejects.toMatchObject({ code: "renter.inbox_corrupt" });
  });

  it("refuses a file that is shorter than what is known to have reached the disk", async () => {
    const { disk, ends } = await diskWith("one", "two");
    const atLeast = ends[1] ?? 0;
    disk.set(NAME, bytesOf(disk).slice(0, -1));
    await expect(open(disk, { atLeast })).rejects.toMatchObject({ code: "renter.inbox_corrupt" });
    disk.delete(NAME);
    await expect(open(disk, { atLeast })).rejects.toMatchObject({ code: "renter.inbox_corrupt" });
  });

  it("removes what a failed append left before it writes the next record", async () => {
    const disk: Disk = new Map();
    const folder = new MemoryFolder(disk);
    const { log } = await open(disk, { folder });
    await log.append(utf8("one"));
    folder.full = true;
    await expect(log.append(utf8("two"))).rejects.toMatchObject({ code: "renter.state_io" });
    await expect(log.append(utf8("two"))).rejects.toMatchObject({ code: "renter.state_io" });
    folder.full = false;
    await log.append(utf8("three"));
    expect((await open(disk)).texts).toEqual(["one", "three"]);
  });

  it("does not open with another key", async () => {
    const { disk } = await diskWith("one");
    await expect(open(disk, { seal: sealOf(stranger.seed) })).rejects.toBeInstanceOf(AppError);
  });
});

function fromLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
