// What the layer of disk-log.c writes down: one record per operation, in the order in which they happened.

import { readFileSync } from "node:fs";

/** An operation on a watched file, or a deletion asked of a modem. */
export type DiskRecord = { readonly nanoseconds: bigint } & (
  | {
      readonly op: "open";
      readonly handle: number;
      readonly path: string;
      readonly create: boolean;
      readonly cut: boolean;
    }
  | { readonly op: "write"; readonly handle: number; readonly offset: number; readonly data: Buffer }
  | { readonly op: "truncate"; readonly handle: number; readonly size: number }
  /** An fsync that has returned. It vouches for the first `covers` records of the log. */
  | { readonly op: "sync"; readonly handle: number; readonly covers: number }
  | { readonly op: "rename"; readonly from: string; readonly to: string }
  | { readonly op: "unlink" | "mkdir"; readonly path: string }
  /** `port` as the configuration names it: `tcp://127.0.0.1:PORT`. */
  | { readonly op: "at"; readonly port: string; readonly text: string }
);

const HEAD = 32;
const OPERATIONS = ["", "open", "write", "truncate", "sync", "rename", "unlink", "mkdir", "at", "unmodelled"] as const;

/** All whole records of the file; the last one may have been cut by the end of the process. Throws for what is not modelled. */
export function readDiskLog(file: string): readonly DiskRecord[] {
  const log = readFileSync(file);
  const records: DiskRecord[] = [];
  for (let at = 0; at + HEAD <= log.length; ) {
    const nameEnd = at + HEAD + log.readUInt32LE(at + 4);
    const end = nameEnd + log.readUInt32LE(at + 8);
    if (end > log.length) break;
    const name = log.toString("utf8", at + HEAD, nameEnd);
    records.push(recordOf(log.subarray(at, at + HEAD), name, log.subarray(nameEnd, end)));
    at = end;
  }
  return records;
}

function recordOf(head: Buffer, name: string, data: Buffer): DiskRecord {
  const handle = head.readUInt32LE(12);
  const number = Number(head.readBigInt64LE(16));
  const nanoseconds = head.readBigUInt64LE(24);
  const op = OPERATIONS[head.readUInt32LE(0)] ?? "";
  switch (op) {
    case "open":
      return { op, nanoseconds, handle, path: name, create: (number & 1) !== 0, cut: (number & 2) !== 0 };
    case "write":
      return { op, nanoseconds, handle, offset: number, data };
    case "truncate":
      return { op, nanoseconds, handle, size: number };
    case "sync":
      return { op, nanoseconds, handle, covers: number };
    case "rename": {
      const [from = "", to = ""] = name.split("\0");
      return { op, nanoseconds, from, to };
    }
    case "unlink":
    case "mkdir":
      return { op, nanoseconds, path: name };
    case "at":
      return { op, nanoseconds, port: name, text: data.toString("latin1") };
    case "unmodelled":
    case "":
      throw new Error(`the disk's model does not know this: ${name}`);
  }
}
