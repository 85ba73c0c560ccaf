// The daemons that are measured side by side, each on the same farm of ptys: ours as its user starts it, and two peers, tuned for
// speed or as they come.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sqlite3 from "sqlite3";
import { messageOf } from "../../src/base/index.ts";
import { startBoxProcess } from "./box-process.ts";
import { boxConfig, newRenter } from "./box-rig.ts";
import type { BoxOperations } from "./box-worker.ts";
import { type Program, peerProgram } from "./debian-peers.ts";
import { Skipped } from "./measure.ts";
import { withWorkers } from "./worker.ts";

export interface Site {
  /** The daemon makes a folder of its own in it. */
  readonly folder: string;
  /** The modems' ttys. */
  readonly links: readonly string[];
  /** For speed; otherwise the peer's own defaults. */
  readonly tuned: boolean;
}

export interface Running {
  readonly version: string;
  readonly pids: readonly number[];
  /** Messages that it has stored since its start. */
  stored(): Promise<number>;
  stop(): Promise<void>;
}

export interface Daemon {
  readonly name: string;
  /** Messages that a modem gets in one run: some tens of seconds of the daemon's own pace at most. */
  readonly perModem: (modems: number, quick: boolean) => number;
  /** Throws `Skipped` where the daemon is not to be had. */
  start(site: Site): Promise<Running>;
}

const STOP_MS = 20_000;

const countFiles = (folders: readonly string[]): Promise<number> =>
  Promise.resolve(folders.flatMap((folder) => readdirSync(folder)).length);

async function endAll(children: readonly ChildProcess[]): Promise<void> {
  const alive = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  const gone = alive.map((child) => once(child, "exit"));
  for (const child of alive) child.kill("SIGTERM");
  const timer = setTimeout(() => alive.map((child) => child.kill("SIGKILL")), STOP_MS);
  await Promise.all(gone);
  clearTimeout(timer);
}

/** `end` is what it gets when the bench is killed. */
function run({ file, env }: Program, args: readonly string[], end: "TERM" | "KILL"): ChildProcess {
  return spawn("setpriv", ["--pdeathsig", end, file, ...args], { env, stdio: "ignore" });
}

const pidsOf = (children: readonly ChildProcess[]): readonly number[] => children.flatMap(({ pid }) => pid ?? []);

/** Messages in the outbox: the relay is away. */
function outboxRows(folder: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const db = new sqlite3.Database(join(folder, "box.db"), sqlite3.OPEN_READONLY);
    db.get<{ count: number }>("SELECT count(*) AS count FROM outbox", (error, row) => {
      db.close();
      if (error === null) resolve(row.count);
      else reject(error);
    });
  });
}

/** `numberbox start` with every line rented: each message is sealed, signed and committed with fsync before it is deleted. */
export const numberbox: Daemon = {
  name: "numberbox",
  perModem: (modems, quick) => Math.ceil((quick ? 3_000 : 12_000) / modems),
  async start({ folder, links }) {
    const own = mkdtempSync(join(folder, "numberbox-"));
    const config = boxConfig(links);
    // A box that has run before: its lines are rented and the program is compiled.
    await withWorkers(async (hire) => {
      const box = hire<BoxOperations>("box-worker.ts");
      await box.call("start", { folder: own, config });
      await box.call("rent", newRenter());
      await box.call("stop");
    });
    await (await startBoxProcess(own, config)).stop();
    const box = await startBoxProcess(own, config);
    return {
      version: "here",
      pids: [box.pid],
      stored: () => outboxRows(own),
      stop: async () => {
        const code = await box.stop();
        if (code !== 0) throw new Error(`the box ended with ${code}:\n${box.err.slice(-2000)}`);
      },
    };
  },
};

const GAMMU_TUNED = `commtimeout = 1
receivefrequency = 0
statusfrequency = 0
loopsleep = 0
checksecurity = 0
checkbattery = 0
checksignal = 0
checknetwork = 0
resetfrequency = 0
hardresetfrequency = 0
`;

/** Every process has a folder of its own: two of them would give two files the same name. */
function gammuConfig(folder: string, link: string, tuned: boolean): string {
  return `[gammu]
device = ${link}
connection = at115200
synchronizetime = no
use_locking = no

[smsd]
service = files
logfile = ${join(folder, "log")}
debuglevel = 0
inboxpath = ${join(folder, "in")}/
outboxpath = ${join(folder, "out")}/
sentsmspath = ${join(folder, "out")}/
errorsmspath = ${join(folder, "out")}/
inboxformat = unicode
${tuned ? GAMMU_TUNED : ""}`;
}

/** One process for each modem, messages as files. */
export const gammu: Daemon = {
  name: "gammu-smsd",
  perModem: (modems, quick) => Math.ceil((quick ? 3_000 : 12_000) / modems),
  async start({ folder, links, tuned }) {
    const program = peerProgram("gammu-smsd", "gammu-smsd");
    const own = mkdtempSync(join(folder, "gammu-"));
    const folders = links.map((_, at) => join(own, `modem${at + 1}`));
    const children = links.map((link, at) => {
      const of = folders[at] ?? own;
      for (const name of ["in", "out"]) mkdirSync(join(of, name), { recursive: true });
      writeFileSync(join(of, "gammurc"), gammuConfig(of, link, tuned));
      // Without its modem it does not heed SIGTERM for minutes.
      return run(program, ["-c", join(of, "gammurc")], "KILL");
    });
    return {
      version: program.version,
      pids: pidsOf(children),
      stored: () => countFiles(folders.map((of) => join(of, "in"))),
      stop: () => endAll(children),
    };
  },
};

function smsdConfig(folder: string, links: readonly string[], tuned: boolean): string {
  const folders = ["outgoing", "checked", "failed", "sent", "incoming"].map(
    (name) => `${name} = ${join(folder, name)}`,
  );
  const modem = (link: string, at: number): string =>
    `[M${at + 1}]\ndevice = ${link}\nincoming = high\nbaudrate = 115200\n${tuned ? "poll_faster = 50\ncheck_memory_method = 31\n" : ""}`;
  return `devices = ${links.map((_, at) => `M${at + 1}`).join(",")}
${folders.join("\n")}
logfile = ${join(folder, "log")}
infofile = ${join(folder, "run")}
pidfile = ${join(folder, "pid")}
loglevel = 4
${tuned ? "delaytime = 1\n" : ""}
${links.map(modem).join("\n")}`;
}

/** One process for each modem and one above, messages as files. */
export const smsd3: Daemon = {
  name: "smsd3",
  // It sleeps 0.1 s for each message.
  perModem: (_, quick) => (quick ? 100 : 200),
  async start({ folder, links, tuned }) {
    const program = peerProgram("smsd", "smstools");
    const own = mkdtempSync(join(folder, "smsd-"));
    for (const name of ["outgoing", "checked", "failed", "sent", "incoming"]) mkdirSync(join(own, name));
    writeFileSync(join(own, "smsd.conf"), smsdConfig(own, links, tuned));
    const child = run(program, ["-c", join(own, "smsd.conf"), "-t"], "TERM");
    return {
      version: program.version,
      pids: pidsOf([child]),
      stored: () => countFiles([join(own, "incoming")]),
      stop: () => endAll([child]),
    };
  },
};

const PEERS: readonly Daemon[] = [gammu, smsd3];

/** Measures ours and each peer in turn. A peer that cannot be measured is left out, and `facts` says why. */
export async function eachDaemon<T>(
  facts: Record<string, number | string>,
  measure: (daemon: Daemon) => Promise<T>,
): Promise<readonly T[]> {
  const measured = [await measure(numberbox)];
  for (const peer of PEERS) {
    try {
      measured.push(await measure(peer));
    } catch (error) {
      facts[peer.name] = `${error instanceof Skipped ? "skipped" : "failed"}: ${messageOf(error)}`;
    }
  }
  return measured;
}
