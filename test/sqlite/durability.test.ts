import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { rowParser } from "../../src/sqlite/index.ts";
import { openNotes } from "./open-temp.ts";
import { tempFolder } from "./temp-folder.ts";

const child = fileURLToPath(new URL("kill-child.ts", import.meta.url));

/** Runs the writing process and kills it in the moment it reports its `lines`th commit. Returns what it reported. */
async function writeUntilKilled(file: string, lines: number): Promise<readonly number[]> {
  const writer = spawn(process.execPath, [child, file], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => {
    writer.kill("SIGKILL");
  });
  const exit = once(writer, "exit");
  const reported: number[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    reported.push(Number(line));
    if (reported.length === lines) writer.kill("SIGKILL");
  }
  expect(await exit).toEqual([null, "SIGKILL"]);
  return reported;
}

describe("durability", () => {
  it.each([1, 7, 50, 200])(
    "keeps every row whose commit was reported before SIGKILL after %i commits",
    async (lines) => {
      const file = join(tempFolder(), "rows.db");
      const reported = await writeUntilKilled(file, lines);
      expect(reported.length).toBeGreaterThanOrEqual(lines);
      const db = await openNotes({
        file,
        migrations: [{ name: "rows", sql: "CREATE TABLE rows (n INTEGER PRIMARY KEY) STRICT" }],
      });
      const rows = await db.read(
        "SELECT n FROM rows",
        [],
        rowParser("rows", (row) => row.integer("n")),
      );
      expect(rows).toEqual(expect.arrayContaining([...reported]));
      // Of each of the four writers at most the row in flight is there unreported.
      expect(rows.length - reported.length).toBeLessThanOrEqual(4);
      await db.checkIntegrity();
    },
  );
});
