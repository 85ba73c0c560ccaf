// With a real socket of systemd's kind, and the descriptor that its units pass.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { descriptorNamed, type ServiceManagerDeps, serviceManager } from "../../src/host/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const WORKER = fileURLToPath(new URL("service-manager-worker.ts", import.meta.url));
/** Perl is on every Debian; Node knows no datagram sockets of this family. */
const hasPerl = spawnSync("perl", ["-MSocket", "-e", "1"]).status === 0;
const hasProgram = spawnSync("systemd-notify", ["--version"]).status === 0;

/** Writes each datagram as a line, with line breaks as `|`, and closes what is passed along, as systemd does for BARRIER. */
const RECEIVER = `use Socket; $| = 1;
socket(my $s, PF_UNIX, SOCK_DGRAM, 0) or die; bind($s, sockaddr_un($ARGV[0])) or die; print "bound\\n";
while (defined recv($s, my $m, 65536, 0)) { $m =~ s/\\n+$//; $m =~ s/\\n/|/g; print "$m\\n"; }`;
/** Opens the socket as descriptor 3 and becomes the program, as systemd does for OpenFile. */
const OPENER = `use Socket; use POSIX;
socket(my $s, PF_UNIX, SOCK_DGRAM, 0) or die; connect($s, sockaddr_un($ENV{NOTIFY_SOCKET})) or die;
dup2(fileno($s), 3) if fileno($s) != 3; $^F = 3; fcntl(STDIN, 0, 0);
use Fcntl; open(my $k, ">&=", 3) or die; fcntl($k, F_SETFD, 0) or die; exec @ARGV or die;`;

const folders: string[] = [];
const receivers: ChildProcess[] = [];
afterEach(() => {
  for (const each of receivers.splice(0)) each.kill("SIGKILL");
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true });
});

async function rig() {
  const folder = mkdtempSync(join(tmpdir(), "numberbox-notify-"));
  folders.push(folder);
  const socket = join(folder, "notify");
  const receiver = spawn("perl", ["-e", RECEIVER, socket], { stdio: ["ignore", "pipe", "inherit"] });
  receivers.push(receiver);
  let received = "";
  receiver.stdout.setEncoding("utf8").on("data", (text: string) => {
    received += text;
  });
  await once(receiver.stdout, "data");
  const run = (words: readonly string[], env: Readonly<Record<string, string>>, passed: boolean) => {
    const command = [process.execPath, WORKER, ...words];
    const all = { PATH: process.env.PATH ?? "", NOTIFY_SOCKET: socket, ...env };
    const [program = "", ...args] = passed ? ["perl", "-e", OPENER, ...command] : command;
    return spawnSync(program, args, { env: all, encoding: "utf8" });
  };
  /** What has come, once `marker` has. */
  const until = async (marker: string): Promise<readonly string[]> => {
    while (!received.includes(marker)) await once(receiver.stdout, "data");
    return received.split("\n").slice(1, -1);
  };
  return { folder, socket, run, until };
}

const FD = { LISTEN_FDS: "1", LISTEN_FDNAMES: "notify" };

describe.skipIf(!hasPerl || !hasProgram)("systemd (perl or systemd-notify is not installed)", () => {
  it("is told of ready and status by its own program, and fed through its own descriptor", {
    timeout: 60_000,
  }, async () => {
    const { run, until } = await rig();
    const { stdout } = run(
      ["ready", "alive", "extend", "status", "stopping"],
      { ...FD, WATCHDOG_USEC: "60000000" },
      true,
    );
    expect(JSON.parse(stdout)).toEqual({ watchdog: 60_000 });
    const lines = (await until("STOPPING=1")).map((line) => line.replace(/MAINPID=\d+/, "MAINPID=…"));
    expect(lines.filter((line) => line !== "BARRIER=1")).toEqual([
      "READY=1|STATUS=two lines|MAINPID=…",
      "WATCHDOG=1",
      "EXTEND_TIMEOUT_USEC=90000000",
      expect.stringMatching(/^STATUS=on e line/),
      "STOPPING=1",
    ]);
  });

  it("is told all the same by its program where it passed no descriptor", { timeout: 60_000 }, async () => {
    const { run, until } = await rig();
    run(["alive", "stopping"], {}, false);
    const lines = await until("STOPPING=1");
    expect(lines.filter((line) => line !== "BARRIER=1")).toEqual(["WATCHDOG=1", "STOPPING=1"]);
  });

  it("that has gone away does not take the process with it", { timeout: 60_000 }, async () => {
    const { run, socket } = await rig();
    rmSync(socket);
    const { status, stderr } = run(["ready", "alive", "stopping"], FD, false);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("costs no process for the watchdog", { timeout: 60_000 }, async () => {
    const { run, until, folder } = await rig();
    // Were the program started, this one would be, and would leave a trace.
    const trace = join(folder, "started");
    writeFileSync(join(folder, "systemd-notify"), `#!/bin/sh\necho x >>${trace}\n`, { mode: 0o755 });
    const path = `${folder}:${process.env.PATH ?? ""}`;
    run(["alive", "alive", "stopping"], { ...FD, PATH: path }, true);
    expect(await until("STOPPING=1")).toEqual(["WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]);
    expect(() => readFileSync(trace)).toThrow();
  });
});

describe("without systemd", () => {
  const deps: Omit<ServiceManagerDeps, "env"> = {
    ...{ pid: 42, clock: new VirtualClock(), log: silentLogger },
    run: () => Promise.reject(new Error("must not run")),
  };

  it("nobody is told anything", () => {
    expect(serviceManager({ ...deps, env: {} })).toBeNull();
    expect(serviceManager({ ...deps, env: { NOTIFY_SOCKET: "" } })).toBeNull();
  });

  it("another process's descriptors and watchdog are not taken for ours", () => {
    const env = { ...FD, LISTEN_PID: "41", NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "1000000", WATCHDOG_PID: "41" };
    expect(descriptorNamed("notify", { env, pid: 42 })).toBeNull();
    expect(serviceManager({ ...deps, env })?.watchdog).toBeNull();
    expect(descriptorNamed("notify", { env: { ...env, LISTEN_PID: "42" }, pid: 42 })).toBe(3);
    expect(descriptorNamed("other", { env: { ...env, LISTEN_PID: "42" }, pid: 42 })).toBeNull();
  });
});
