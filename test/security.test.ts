import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");
const isThere = (path: string): boolean => existsSync(fileURLToPath(new URL(`../${path}`, import.meta.url)));

const table = read("test/security.md");
const rows = table.split("\n").flatMap((line) => {
  const [, ids, how, shown] = /^\| ([\d., ]+) \| ([a-z/]+) \| (.+) \|$/.exec(line) ?? [];
  return ids === undefined ? [] : [{ ids: ids.split(", "), how, shown: shown ?? "" }];
});
/** Every requirement of level 1 and 2 of the standard, with its level. */
const required = read("test/asvs-5.0.0-l1-l2.txt").trim().split("\n");

describe("test/security.md", () => {
  it("answers every requirement of OWASP ASVS 5.0.0 at levels 1 and 2, each once", () => {
    const ids = required.map((line) => line.split(" ")[0] ?? "");
    expect(ids.length).toBe(253);
    expect(rows.flatMap((row) => row.ids).toSorted()).toEqual(ids.toSorted());
  });

  it("says of each whether a test, the making, or nothing yet holds it", () => {
    expect(rows.filter(({ how }) => !["test", "reason", "n/a", "open"].includes(how ?? ""))).toEqual([]);
    expect(rows.filter(({ shown }) => shown.length < 10)).toEqual([]);
  });

  it("names tests that exist", () => {
    const refs = rows.flatMap(({ shown }) => [...shown.matchAll(/`(test\/[^`]+)`: "([^"]+)"/g)]);
    expect(refs.length).toBeGreaterThan(80);
    const missing = refs.flatMap(([, file = "", name = ""]) =>
      isThere(file) && read(file).includes(`"${name}"`) ? [] : [`${file}: ${name}`],
    );
    expect(missing).toEqual([]);
    const without = rows.filter(({ how, shown }) => how === "test" && !/`test\/[^`]+`: "/.test(shown));
    expect(without).toEqual([]);
  });

  it("counts what it says", () => {
    const count = (how: string): number => rows.filter((row) => row.how === how).flatMap((row) => row.ids).length;
    const [shown, held, none, open] = ["test", "reason", "n/a", "open"].map(count);
    expect(table).toContain(
      `Shown by a test: ${shown}. Held by how the box is made: ${held}. Not applicable: ${none}. Not met, or not wholly: ${open}.`,
    );
  });
});
