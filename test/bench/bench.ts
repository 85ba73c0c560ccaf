// `npm run bench`: every figure of the product's speed and size, as a table and as JSON. It judges nothing: targets stand beside
// the figures. `--quick` takes about a minute, the whole run about four.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { type BenchOptions, type Row, Skipped } from "./measure.ts";
import { consoleRow } from "./row-console.ts";
import { cryptoRow } from "./row-crypto.ts";
import { idleRow } from "./row-idle.ts";
import { intakeRow } from "./row-intake.ts";
import { latencyRow } from "./row-latency.ts";
import { listingsRow } from "./row-listings.ts";
import { mailboxRow } from "./row-mailbox.ts";
import { pduRow } from "./row-pdu.ts";
import { peersRow } from "./row-peers.ts";
import { peersIdleRow } from "./row-peers-idle.ts";
import { proofsRow } from "./row-proofs.ts";
import { relayRow } from "./row-relay.ts";
import { replugRow } from "./row-replug.ts";
import { socketsRow } from "./row-sockets.ts";
import { startRow } from "./row-start.ts";
import { voiceRow } from "./row-voice.ts";
import { tableOf } from "./table.ts";

// As the program's own start (src/bin/launch.mjs): what runs in this process has its short pauses of the garbage collector.
setFlagsFromString("--semi-space-growth-factor=1");

const ROWS: Readonly<Record<string, (options: BenchOptions) => Promise<Row>>> = {
  "intake-1": (options) => intakeRow(1, options),
  "intake-8": (options) => intakeRow(8, options),
  "intake-32": (options) => intakeRow(32, options),
  latency: latencyRow,
  crypto: cryptoRow,
  pdu: pduRow,
  proofs: proofsRow,
  relay: relayRow,
  listings: listingsRow,
  mailbox: mailboxRow,
  sockets: socketsRow,
  idle: idleRow,
  console: consoleRow,
  start: startRow,
  voice: voiceRow,
};

/** Side by side with other daemons; only when asked for, since their packages are taken from Debian. */
const PEER_ROWS: typeof ROWS = {
  "peers-1": (options) => peersRow(1, options),
  "peers-8": (options) => peersRow(8, options),
  "peers-32": (options) => peersRow(32, options),
  "peers-idle": peersIdleRow,
  replug: replugRow,
};

const ALL_ROWS = { ...ROWS, ...PEER_ROWS };

const USAGE = `Usage: npm run bench -- [--quick|--long] [--peers] [--json FILE] [--dir FOLDER] [--only ROW[,ROW…]]
  --quick   fewer and shorter repetitions
  --long    calls of ten minutes
  --peers   instead of ours alone: side by side with gammu-smsd and smsd3, taken from Debian where they are not installed
  --json    also write the figures to this file
  --dir     folder on the disk to measure (default: the system's temporary folder)
  --only    some of: ${Object.keys(ALL_ROWS).join(", ")}
`;

function readArguments() {
  const options = {
    quick: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    json: { type: "string" },
    dir: { type: "string", default: tmpdir() },
    peers: { type: "boolean", default: false },
    only: { type: "string" },
  } as const;
  try {
    const { values } = parseArgs({ options });
    const names = values.only?.split(",") ?? Object.keys(values.peers ? PEER_ROWS : ROWS);
    if (names.every((name) => Object.hasOwn(ALL_ROWS, name))) return { ...values, names };
  } catch {
    // Said below.
  }
  process.stderr.write(USAGE);
  process.exit(2);
}

const { quick, long, json, dir, names } = readArguments();
mkdirSync(dir, { recursive: true });
const folder = mkdtempSync(join(dir, "numberbox-bench-"));
const rows: Row[] = [];
const skipped: { readonly row: string; readonly reason: string }[] = [];
const failed: { readonly row: string; readonly error: string }[] = [];
const startedAt = new Date().toISOString();
try {
  for (const name of names) {
    const begin = performance.now();
    process.stderr.write(`${name} … `);
    try {
      const row = await ALL_ROWS[name]?.({ quick, long, folder });
      if (row !== undefined) rows.push(row);
    } catch (error) {
      if (error instanceof Skipped) skipped.push({ row: name, reason: error.message });
      else failed.push({ row: name, error: error instanceof Error ? error.message : String(error) });
    }
    process.stderr.write(`${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const machine = { cpu: cpus()[0]?.model ?? "", cores: availableParallelism(), load: loadavg(), node: process.version };
const report = JSON.stringify({ started_at: startedAt, quick, machine, rows, skipped, failed }, null, 2);
process.stdout.write(`${tableOf(rows)}\n\n${report}\n`);
if (json !== undefined) writeFileSync(json, `${report}\n`);
for (const { row, reason } of skipped) process.stderr.write(`${row} skipped: ${reason}\n`);
for (const { row, error } of failed) process.stderr.write(`${row} failed: ${error}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
