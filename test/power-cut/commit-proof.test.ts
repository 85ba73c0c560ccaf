import { describe, expect, it } from "vitest";
import { SeededRandom } from "../sim/seeded-random.ts";
import { earlyDeletions } from "./commit-proof.ts";
import { cutPoints } from "./cut-plan.ts";
import type { DiskRecord } from "./disk-log.ts";
import { type Deletion, pairDeletions } from "./ledger.ts";

const HASH = "0123456789abcdef0123456789abcdef";
const PORTS = ["tcp://127.0.0.1:1001", "tcp://127.0.0.1:1002"];
const MESSAGE: Deletion = { slot: 1, index: 7, body: "hello", pdu: "00" };
const nanoseconds = 0n;

const wal: DiskRecord = { op: "open", nanoseconds, handle: 1, path: "/disk/box.db-wal", create: true, cut: false };
const synced = (covers: number): DiskRecord => ({ op: "sync", nanoseconds, handle: 1, covers });
const asked = (index: number, port = PORTS[0] ?? ""): DiskRecord => ({
  op: "at",
  nanoseconds,
  port,
  text: `AT+CMGD=${index}\r`,
});

/** A frame of the log: header and page. */
function frame(number: number, text: string, commit: boolean): readonly DiskRecord[] {
  const offset = 32 + number * (24 + 4096);
  const header = Buffer.alloc(24);
  header.writeUInt32BE(commit ? 9 : 0, 4);
  return [
    { op: "write", nanoseconds, handle: 1, offset, data: header },
    { op: "write", nanoseconds, handle: 1, offset: offset + 24, data: Buffer.from(`\x05${text}\0SM:7`) },
  ];
}

function early(log: readonly DiskRecord[], before: ReadonlySet<string> = new Set()): number {
  const deletions = pairDeletions(log, [MESSAGE], PORTS);
  return earlyDeletions({ log, deletions, hashOf: () => HASH, before }).length;
}

describe("the proof of commits before deletions", () => {
  it("accepts a deletion behind the fsync of its commit", () => {
    expect(early([wal, ...frame(0, HASH, false), ...frame(1, "", true), synced(5), asked(7)])).toBe(0);
  });

  it("accepts a deletion of what was on the disk before", () => {
    expect(early([asked(7)], new Set([HASH]))).toBe(0);
  });

  it.each<[string, readonly DiskRecord[]]>([
    ["before any fsync", [wal, ...frame(0, HASH, true), asked(7), synced(4)]],
    ["behind an fsync that began before the commit was written", [wal, ...frame(0, HASH, true), synced(2), asked(7)]],
    ["behind an fsync without a commit", [wal, ...frame(0, HASH, false), synced(3), asked(7)]],
    [
      "of a transaction that was taken back",
      [wal, ...frame(0, HASH, false), ...frame(0, "", true), synced(5), asked(7)],
    ],
    ["of a message that was never written", [wal, ...frame(0, HASH.replace("0", "1"), true), synced(3), asked(7)]],
  ])("finds a deletion %s", (_, log) => {
    expect(early(log)).toBe(1);
  });
});

describe("pairing a trace with what the modems deleted", () => {
  it("passes over a command that found an empty place, and one that the modem did not get", () => {
    const log = [asked(3), asked(7), asked(8, PORTS[1]), asked(9)];
    expect([...pairDeletions(log, [MESSAGE], PORTS)]).toEqual([[1, MESSAGE]]);
  });

  it("refuses a deletion that nobody asked for, and a command that deletes more than one", () => {
    expect(() => pairDeletions([asked(7, PORTS[1])], [MESSAGE], PORTS)).toThrow("1 messages were deleted");
    const all: DiskRecord = { op: "at", nanoseconds, port: PORTS[0] ?? "", text: "AT+CMGD=1,4\r" };
    expect(() => pairDeletions([all], [MESSAGE], PORTS)).toThrow("AT+CMGD=1,4");
  });
});

describe("the plan of cuts", () => {
  it("has as many as wanted, in order, and some beside what happens once", () => {
    const log = [...Array.from({ length: 100 }, () => frame(0, "", true)).flat(), asked(7)];
    const points = cutPoints([wal, ...log], 60, new SeededRandom("plan"));
    expect(points).toHaveLength(60);
    expect(points).toEqual(points.toSorted((a, b) => a - b));
    expect(points.filter((at) => at >= log.length).length).toBeGreaterThan(5);
  });
});
