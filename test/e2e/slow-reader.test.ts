// A command whose output is read slowly: `numberbox renter inbox --json | something that takes its time`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { unixMs } from "../../src/base/index.ts";
import { encodeDeliver } from "../../src/sms/index.ts";
import { PROGRAM } from "./processes.ts";

const LINES = 5000;
/** Longer than a finished command waits for what will not close. */
const LATE_MS = 1500;

it("prints everything, however late its reader comes", async () => {
  const sentAt = { unixMs: unixMs(1_700_000_000_000), offsetMinutes: 0 };
  const [pdu] = encodeDeliver({ smsc: "+15550100", from: "+15550101", body: "a message".repeat(10), sentAt });
  const child = spawn(process.execPath, [PROGRAM, "sms", "decode", "-"], { stdio: ["pipe", "pipe", "inherit"] });
  const gone = once(child, "exit");
  child.stdin.end(`${Buffer.from(pdu ?? []).toString("hex")}\n`.repeat(LINES));
  await once(child.stdout, "readable");
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, LATE_MS))]);
  const lines = (await text(child.stdout)).trimEnd().split("\n");
  expect(await gone).toEqual([0, null]);
  expect(lines).toHaveLength(LINES);
  expect(new Set(lines).size).toBe(1);
});
