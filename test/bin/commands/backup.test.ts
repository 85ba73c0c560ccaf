import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { boxFolder, put } from "../../app/backup/backup-rig.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { numberbox } from "../run-rig.ts";

const words = "six words that nobody puts together";

describe("numberbox backup and restore", () => {
  it("carry a box over, with the passphrase from a file or typed", async () => {
    const box = await boxFolder();
    const secret = put(tempFolder(), "backup.pass", `${words}\n`);
    const out = join(tempFolder(), "box.nbbackup");
    const made = await numberbox([
      "backup",
      "--data",
      box.folder,
      "--config",
      box.configFile,
      "--out",
      out,
      "--passphrase-file",
      secret,
      "--json",
    ]);
    expect([made.code, made.err]).toEqual([0, ""]);
    const told = JSON.parse(made.out);
    expect([told.file, told.size]).toEqual([out, statSync(out).size]);
    expect(statSync(out).mode & 0o777).toBe(0o600);

    const looked = await numberbox(["restore", out, "--dry-run", "--passphrase-file", secret]);
    expect([looked.code, looked.err]).toEqual([0, ""]);
    expect(looked.out).toMatch(/Identity +provider.*\n.*by Numberbox/s);
    expect(looked.out).toContain("data/node-red/flows.json");

    const folder = join(tempFolder(), "new");
    const restored = await numberbox(["restore", out, "--data", folder], { lines: [words] });
    expect([restored.code, restored.err]).toEqual([0, ""]);
    expect(restored.out).toContain(`numberbox start --config ${folder}/config.yaml --data ${folder}`);
    expect(readdirSync(folder)).toContain("box.db");
    expect((await numberbox(["identity", "show", "--data", folder])).out).toBe(`${told.identity.verify}\n`);
    // The restored box has its configuration in its own folder now, under the name that `start` looks for.
    renameSync(join(folder, "config.yaml"), join(folder, "box.yaml"));
    const again = await numberbox(["backup", "--data", folder, "--out", `${out}.2`, "--passphrase-file", secret]);
    expect([again.code, again.err]).toEqual([0, ""]);
    expect(again.out).not.toContain("The configuration is not in it");
    for (const { out: text, err } of [made, looked, restored]) expect(text + err).not.toContain(words);
  });

  it("never write over a file, and leave none behind that is not whole", async () => {
    const box = await boxFolder();
    const folder = tempFolder();
    const out = join(folder, "there");
    writeFileSync(out, "mine");
    const refused = await numberbox(["backup", "--data", box.folder, "--out", out], { lines: [words, words] });
    expect([refused.code, refused.err.split(":")[0]]).toEqual([1, "backup.cannot_write"]);
    expect(readFileSync(out, "utf8")).toBe("mine");
    const nowhere = join(folder, "nowhere", "x");
    expect((await numberbox(["backup", "--data", box.folder, "--out", nowhere], { lines: [words, words] })).code).toBe(
      1,
    );
    expect(readdirSync(folder)).toEqual(["there"]);
    expect(existsSync(join(box.folder, "backup-work"))).toBe(false);
  });

  it("refuse two different passphrases, a wrong one, and a file that is not there", async () => {
    const box = await boxFolder();
    const out = join(tempFolder(), "box.nbbackup");
    const differ = await numberbox(["backup", "--data", box.folder, "--out", out], { lines: [words, "others"] });
    expect(differ.err).toMatch(/^identity\.passwords_differ: /);
    expect((await numberbox(["backup", "--data", box.folder, "--out", out], { lines: [words, words] })).code).toBe(0);
    const wrong = await numberbox(["restore", out, "--dry-run"], { lines: ["not these words at all"] });
    expect([wrong.code, wrong.err.split(":")[0]]).toEqual([1, "archive.wrong_passphrase"]);
    const missing = await numberbox(["restore", `${out}x`, "--dry-run"], { lines: [words] });
    expect([missing.code, missing.err.split(":")[0]]).toEqual([1, "restore.cannot_read"]);
  });
});
