// Debian's own OpenSSH server on a free port of this machine, with a folder and keys of its own. Its host key is made anew each time.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { millis } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

export const haveSshd = existsSync("/usr/sbin/sshd") && existsSync("/usr/bin/ssh-keygen");

export interface LocalSshd {
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
  readonly privateKey: string;
  /** Where files land. */
  readonly folder: string;
  kill(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const up = await new Promise<boolean>((done) => {
      const socket = connect(port, "127.0.0.1", () => done(true));
      socket.once("error", () => done(false));
      socket.once("connect", () => socket.destroy());
    });
    if (up) return;
    await systemClock.sleep(millis(20), "sshd");
  }
  throw new RangeError("sshd does not listen");
}

const keygen = (file: string): void =>
  void execFileSync("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);

export async function startSshd(): Promise<LocalSshd> {
  const home = tempFolder();
  const folder = join(home, "files");
  mkdirSync(folder);
  keygen(join(home, "host"));
  keygen(join(home, "user"));
  writeFileSync(join(home, "authorized"), readFileSync(join(home, "user.pub")), { mode: 0o600 });
  const port = await freePort();
  const settings = [
    ...[`Port ${port}`, "ListenAddress 127.0.0.1", `HostKey ${join(home, "host")}`, "PidFile none"],
    ...[`AuthorizedKeysFile ${join(home, "authorized")}`, "StrictModes no", "UsePAM no", "PasswordAuthentication no"],
    ...["PermitRootLogin yes", "Subsystem sftp internal-sftp", "LogLevel ERROR"],
  ];
  writeFileSync(join(home, "config"), `${settings.join("\n")}\n`);
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const server: ChildProcess = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", join(home, "config")], { stdio: "ignore" });
  const ended = new Promise<void>((done) => server.once("exit", () => done()));
  const kill = async (): Promise<void> => {
    server.kill("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  await answers(port);
  const shown = execFileSync("/usr/bin/ssh-keygen", ["-lf", join(home, "host.pub")], { encoding: "utf8" });
  return {
    ...{ port, user: userInfo().username, folder, kill },
    hostKey: shown.split(" ")[1] ?? "",
    privateKey: readFileSync(join(home, "user"), "utf8"),
  };
}
