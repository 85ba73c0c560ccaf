// The layer under a small program: what it writes down, and what our own files look like after a power cut.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { everything, nothing } from "./chance.ts";
import { Disk, type Image, imageOf } from "./disk.ts";
import { type DiskRecord, readDiskLog } from "./disk-log.ts";
import { buildLayer, layerEnvironment, whyNoLayer } from "./layer.ts";

const reason = whyNoLayer();
const src = (file: string): string => JSON.stringify(fileURLToPath(new URL(`../../src/${file}`, import.meta.url)));

describe.skipIf(reason !== null)(`the layer below a program${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  const built = mkdtempSync(join(tmpdir(), "numberbox-layer-"));
  const layer = reason === null ? buildLayer(built) : "";
  afterAll(() => rmSync(built, { recursive: true, force: true }));

  /** Runs a program with `root` as the watched folder. */
  function run(program: string, lie = ""): { root: string; log: readonly DiskRecord[]; disk: Disk } {
    const folder = tempFolder();
    const [root, file] = [join(folder, "disk"), join(folder, "log")];
    mkdirSync(root);
    const text = `const root = ${JSON.stringify(root)};\n${program}`;
    const env = { ...process.env, ...layerEnvironment(layer, { root, log: file, lie }) };
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", text], { env });
    expect(String(stderr)).toBe("");
    expect(status).toBe(0);
    const log = readDiskLog(file);
    const disk = new Disk(root, new Map());
    for (const entry of log) disk.apply(entry);
    return { root, log, disk };
  }

  const MIXED = `
    import fs from "node:fs";
    fs.mkdirSync(root + "/box");
    const fd = fs.openSync(root + "/box/a", "w");
    fs.writeSync(fd, "one"); fs.writevSync(fd, [Buffer.from("two"), Buffer.from("three")]); fs.writeSync(fd, "X", 1);
    fs.writevSync(fd, [Buffer.from("y"), Buffer.from("z")], 4); fs.fdatasyncSync(fd); fs.ftruncateSync(fd, 9); fs.closeSync(fd);
    process.chdir(root + "/box"); fs.mkdirSync("in"); fs.appendFileSync("in/b", "some"); fs.appendFileSync("in/b", "more");
    fs.renameSync("a", root + "/box/c"); fs.writeFileSync("d", "gone"); fs.unlinkSync("d");
    await fs.promises.writeFile("e", "late", { flush: true }); await fs.promises.rm("e");`;

  it("tells every write, whatever call made it: the replay is the folder as it is", () => {
    const { root, disk } = run(MIXED);
    expect(texts(disk.afterCut(everything))).toEqual(texts(imageOf(root, "box")));
    expect(texts(disk.afterCut(everything)).get("box/c")).toBe("oXetyzthr");
  });

  it("writes no fsync down of a file whose disk lies", () => {
    expect(run(MIXED).log.filter(({ op }) => op === "sync")).toHaveLength(2);
    expect(run(MIXED, "/e").log.filter(({ op }) => op === "sync")).toHaveLength(1);
  });

  it("refuses to replay a call that is not modelled", () => {
    expect(() =>
      run(`import fs from "node:fs"; fs.writeFileSync(root + "/a", ""); fs.linkSync(root + "/a", root + "/b");`),
    ).toThrow("link");
  });

  it.each([
    ["box", "app/data-folder.ts", "openDataFolder"],
    ["renter", "renter-node/disk-folder.ts", "openDiskFolder"],
  ])("Repro #3: a new folder of the %s is there after a power cut, with its parents", (_, file, name) => {
    const { disk } = run(`import { ${name} } from ${src(file)}; await ${name}(root + "/a/b");`);
    expect([...disk.afterCut(nothing).keys()]).toEqual(["a", "a/b"]);
  });

  it("finds a replaced file whole after a power cut", () => {
    const { disk } = run(
      `import { replaceFile } from ${src("app/data-folder.ts")}; await replaceFile(root + "/a", "old"); await replaceFile(root + "/a", "new");`,
    );
    expect(texts(disk.afterCut(nothing))).toEqual(new Map([["a", "new"]]));
  });
});

function texts(image: Image): ReadonlyMap<string, string | undefined> {
  return new Map([...image].map(([name, content]) => [name, content?.toString()]));
}
