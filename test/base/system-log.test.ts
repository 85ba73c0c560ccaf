import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isJournal, systemLogger, withPriorities } from "../../src/base/system-log.ts";

describe("the log in the journal", () => {
  it("has the priority of each line in front, which systemd takes off", () => {
    const lines: string[] = [];
    const log = systemLogger({
      level: "debug",
      destination: withPriorities({ write: (line) => void lines.push(line) }),
    });
    log.debug("a");
    log.info("b");
    log.child({ slot: "1" }).warn("c", { reason: '"level":50,' });
    log.error("d");
    expect(lines.map((line) => line.slice(0, 4))).toEqual(["<7>{", "<6>{", "<4>{", "<3>{"]);
    expect(JSON.parse(lines[2]?.slice(3) ?? "")).toMatchObject({ event: "c", slot: "1" });
  });

  it("is known by the file that systemd names, and a file of somebody else is none", () => {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-log-"));
    const fd = openSync(join(folder, "err"), "w");
    try {
      const { dev, ino } = fstatSync(fd);
      expect(isJournal(`${dev}:${ino}`, fd)).toBe(true);
      expect([isJournal(`${dev}:${ino + 1}`, fd), isJournal(undefined, fd), isJournal("", fd)]).toEqual([
        ...[false, false, false],
      ]);
    } finally {
      closeSync(fd);
      rmSync(folder, { recursive: true });
    }
    expect(isJournal("1:2", 9999)).toBe(false);
  });
});
