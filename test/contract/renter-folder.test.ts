// The contract over the disk and over the fake of the tests; the browser's own storage is held to it in test/e2e/folder-in-browser.test.ts.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { openDiskFolder } from "../../src/renter-node/index.ts";
import { type Disk, MemoryFolder } from "../renter/memory-folder.ts";
import { folderCases } from "./renter-folder.ts";

const root = mkdtempSync(join(tmpdir(), "numberbox-folders-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("a renter's folder on a disk", () => {
  it.each(folderCases.map((each, at) => [each.name, each.run, at] as const))("%s", async (_name, run, at) => {
    await run(() => openDiskFolder(join(root, String(at))));
  });
});

describe("a renter's folder in the tests", () => {
  it.each(folderCases.map((each) => [each.name, each.run] as const))("%s", async (_name, run) => {
    const disk: Disk = new Map();
    await run(async () => new MemoryFolder(disk));
  });
});
