import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkSquashfs, makeSquashfs } from "../../os-image/lib/file-systems.ts";

const hasTools = ["mksquashfs", "unsquashfs"].every((name) => spawnSync(name, ["-version"]).error === undefined);

describe.skipIf(!hasTools)("the system's squashfs (squashfs-tools is not installed)", () => {
  const folder = mkdtempSync(join(tmpdir(), "numberbox-squashfs-"));
  const file = (name: string): string => join(folder, name);
  /** An archive of some files, two of them alike. */
  const archive = (name: string, word: string): string => {
    const root = file(`${name}.d`);
    mkdirSync(join(root, "etc"), { recursive: true });
    // Compresses to something, and to more than a block of it.
    const noise = Array.from({ length: 90_000 }, (_, at) => `${(at * 2_654_435_761) % 4_294_967_296} ${word}`).join(
      "\n",
    );
    for (const path of ["etc/one", "etc/two"]) writeFileSync(join(root, path), noise);
    writeFileSync(join(root, "etc/name"), word);
    execFileSync("tar", ["--sort=name", "-C", root, "-cf", file(name), "."]);
    return file(name);
  };
  let tar = "";
  beforeAll(async () => {
    tar = archive("root.tar", "alpha");
    await makeSquashfs(tar, file("system"), { level: 3, epoch: 1 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is the same for the same archive", async () => {
    await makeSquashfs(tar, file("again"), { level: 3, epoch: 1 });
    expect(readFileSync(file("again")).equals(readFileSync(file("system")))).toBe(true);
  });

  it("has a root folder that is root's, and that nobody else may write: sshd takes no key below any other", () => {
    const listing = execFileSync("unsquashfs", ["-lln", file("system")]).toString();
    expect(listing).toMatch(/^drwxr-xr-x 0\/0 .* squashfs-root$/m);
  });

  it("is refused when a block of it cannot be read", async () => {
    const bytes = readFileSync(file("system"));
    bytes.fill(0, 4096, 8192);
    writeFileSync(file("damaged"), bytes);
    await expect(checkSquashfs(tar, file("damaged"))).rejects.toMatchObject({ code: "image.bad_squashfs" });
  });

  it("is refused when a file holds something else", async () => {
    const other = archive("other.tar", "omega");
    await expect(checkSquashfs(other, file("system"))).rejects.toMatchObject({
      message: expect.stringMatching(/etc\/(name|one): Contents differ/),
    });
  });
});
