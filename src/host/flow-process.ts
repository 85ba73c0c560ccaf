// The Node-RED process of a box that no systemd looks after: a child with less priority and bounded memory, that can read its own folder
// and the program, start no other program and load no native code.

import { spawn } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { AppError, type Logger, systemCodeOf } from "../base/index.ts";
import type { FlowHost, FlowProcess } from "../core/index.ts";

export interface FlowProcessOptions {
  /** The folder of the program, with its `node_modules` and `src`, and where links in it lead. */
  readonly program: readonly string[];
  /** `src/bin/launch.mjs`. */
  readonly launcher: string;
  /** Node-RED's own folder: flows, credentials, settings. */
  readonly folder: string;
  readonly socket: string;
  /** The box's access file. */
  readonly access: string;
  /** Below which Node-RED is served. */
  readonly root: string;
  readonly memoryMb: number;
  /** 0-19; the higher, the more others go before it. */
  readonly nice: number;
  readonly log: Logger;
}

/** Of its words, a line no longer than this is kept. */
const MOST_WORDS = 300;
const PID_FILE = "node-red.pid";

export function flowHost(options: FlowProcessOptions): FlowHost {
  return {
    spawn: async ({ safe }) => {
      await endLeftOver(options);
      return await start(options, safe);
    },
    probe: (signal) => probe(options, signal),
  };
}

/** Whether Node-RED answers at its socket. */
export function probe(
  { socket, root }: Pick<FlowProcessOptions, "socket" | "root">,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: socket, path: `${root}settings`, signal, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on("error", () => resolve(false));
    asked.end();
  });
}

function argumentsOf(options: FlowProcessOptions, safe: boolean): readonly string[] {
  const { program, launcher, folder, socket, access, root, memoryMb } = options;
  const own = [folder, socket];
  return [
    `--max-old-space-size=${memoryMb}`,
    // Node's permission model: a flow is the owner's code, but it has no business in the box's keys and database.
    "--permission",
    ...[...program, ...own, access].map((path) => `--allow-fs-read=${path}`),
    ...own.map((path) => `--allow-fs-write=${path}`),
    // The model cannot sync files, which Node-RED then tells with each of them.
    "--no-warnings",
    launcher,
    "node-red",
    ...["--folder", folder, "--socket", socket, "--access", access, "--root", root, "--child"],
    ...(safe ? ["--safe"] : []),
  ];
}

async function start(options: FlowProcessOptions, safe: boolean): Promise<FlowProcess> {
  const child = spawn(process.execPath, argumentsOf(options, safe), {
    cwd: options.folder,
    // Nothing of the box's own environment: it may hold credentials.
    env: { PATH: "/usr/bin:/bin", HOME: options.folder, NODE_ENV: "production" },
    // Its standard input ends with the box, even with one that was killed: then the child ends, too.
    stdio: ["pipe", "ignore", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  child.stdin.on("error", () => {});
  listen(child.stderr, options.log);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", () => resolve());
    child.once("error", (cause) => reject(notStarted(cause)));
  });
  if (child.pid !== undefined) {
    lower(child.pid, options);
    await writeFile(join(options.folder, PID_FILE), `${child.pid}\n`, { mode: 0o600 });
  }
  return { exited, end: (now) => void child.kill(now ? "SIGKILL" : "SIGTERM") };
}

function lower(pid: number, { nice, log }: FlowProcessOptions): void {
  try {
    setPriority(pid, Math.min(nice, constants.priority.PRIORITY_LOW));
  } catch (cause) {
    log.warn("node_red_priority", { reason: systemCodeOf(cause) ?? "unknown" });
  }
}

function notStarted(cause: unknown): AppError {
  return new AppError("host.no_program", `Node-RED cannot be started (${systemCodeOf(cause) ?? "?"})`, {
    hint: "Run `npm run setup` in the program's folder.",
    cause,
  });
}

/** The child's own words: lines that it made for this purpose, without anything of a flow's messages. */
function listen(stream: NodeJS.ReadableStream, log: Logger): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = (lines.pop() ?? "").slice(-MOST_WORDS);
    for (const line of lines) if (/^node-red: /.test(line)) log.info("node_red", { said: line.slice(10, MOST_WORDS) });
  });
}

/** A Node-RED that a killed box has left, and that hangs, so that it did not end with it. */
async function endLeftOver({ folder, log }: FlowProcessOptions): Promise<void> {
  const file = join(folder, PID_FILE);
  const pid = Number(await readFile(file, "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 1) return;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  // The number may be another program's by now.
  if (command.split("\0").includes(folder) && command.includes("\0node-red\0")) {
    log.warn("node_red_left_over", { pid });
    try {
      process.kill(pid, "SIGKILL");
    } catch (cause) {
      log.warn("node_red_not_ended", { reason: systemCodeOf(cause) ?? "unknown" });
    }
  }
  await rm(file, { force: true });
}
