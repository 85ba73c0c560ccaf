import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../../os-image/lib/command.ts";
import { makeExt4 } from "../../os-image/lib/file-systems.ts";
import { SIZES } from "../../os-image/lib/partition-plan.ts";

const maker = ["/sbin/mke2fs", "/usr/sbin/mke2fs"].some((file) => existsSync(file));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "numberbox-data-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function make(name: string): Promise<string> {
  const file = join(folder, name);
  await makeExt4(file, SIZES.data, 1_700_000_000);
  return file;
}

describe.skipIf(!maker)(`the file system of data${maker ? "" : " (mke2fs is not installed)"}`, () => {
  it("gives little of a card to inodes, and can grow to a large one", async () => {
    const head = (await command("dumpe2fs", ["-h", await make("one.img")])).toString();
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(head)?.[1]);
    const block = field("Block size");
    expect(block).toBe(4096);
    const share = (field("Inodes per group") * field("Inode size")) / (field("Blocks per group") * block);
    expect(share).toBeLessThan(0.005);
    // Blocks of group descriptors, which are 64 bytes each with the feature 64bit.
    const groups = field("Reserved GDT blocks") * (block / 64);
    expect(groups * field("Blocks per group") * block).toBeGreaterThanOrEqual(256e9);
  });

  it("is the same at each build", async () => {
    const [one, two] = [await readFile(await make("two.img")), await readFile(await make("three.img"))];
    expect(one.equals(two)).toBe(true);
  });
});
