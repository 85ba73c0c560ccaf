import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { utf8 } from "../../src/base/index.ts";
import { openDiskFolder } from "../../src/renter-node/index.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "renter-folder-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const text = (name: string): string => readFileSync(join(root, name), "utf8");
const mode = (path: string): number => statSync(path).mode & 0o777;

describe("openDiskFolder", () => {
  it("makes folder and files for their owner alone", async () => {
    const path = join(root, "a", "b");
    const folder = await openDiskFolder(path);
    await folder.replace("state", utf8("x"));
    await folder.append("log", utf8("y"));
    expect([mode(path), mode(join(path, "state")), mode(join(path, "log"))]).toEqual([0o700, 0o600, 0o600]);
  });

  it("replaces a file as a whole and leaves no other behind", async () => {
    const folder = await openDiskFolder(root);
    await folder.replace("state", utf8("a long first version"));
    await folder.replace("state", utf8("second"));
    expect(text("state")).toBe("second");
    expect(readdirSync(root)).toEqual(["state"]);
  });

  it("appends, cuts and reads", async () => {
    const folder = await openDiskFolder(root);
    await folder.append("log", utf8("one"));
    await folder.append("log", utf8("two"));
    await folder.truncate("log", 4);
    expect(await folder.read("log")).toEqual(utf8("onet"));
    expect(await folder.read("other")).toBeNull();
  });

  it("names file and reason when the disk refuses", async () => {
    writeFileSync(join(root, "file"), "");
    await expect(openDiskFolder(join(root, "file", "below"))).rejects.toMatchObject({
      code: "renter.state_io",
      context: { reason: "ENOTDIR" },
    });
  });

  it("gives the lock back", async () => {
    const folder = await openDiskFolder(root);
    const unlock = await folder.lock();
    expect(unlock).not.toBeNull();
    await unlock?.();
    expect(readdirSync(root)).toEqual([]);
  });

  it("refuses the lock while the process that has it lives, and takes it when that is gone", async () => {
    const holder = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
    const gone = new Promise((resolve) => holder.once("exit", resolve));
    writeFileSync(join(root, "lock"), `${holder.pid}\n`);
    const folder = await openDiskFolder(root);
    expect(await folder.lock()).toBeNull();
    holder.kill("SIGKILL");
    await gone;
    expect(await folder.lock()).not.toBeNull();
    expect(text("lock")).toBe(`${process.pid}\n`);
  });

  it("takes over a lock of its own process number, which an earlier process left, and one that says nothing", async () => {
    const folder = await openDiskFolder(root);
    for (const left of [`${process.pid}\n`, "", "nonsense"]) {
      writeFileSync(join(root, "lock"), left);
      expect(await folder.lock()).not.toBeNull();
    }
  });
});
