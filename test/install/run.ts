// `npm run install:test`: installs box and relay on a fresh Debian 13 that systemd-nspawn boots, as an operator does, and takes them back.
// Needs root, mmdebstrap, systemd-nspawn and a Debian mirror (the first time); says so and ends well where one is missing.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const cache = join(homedir(), ".cache", "numberbox");
const SUITE = "trixie";
/** Of Debian's, beside its smallest system: what boots it, and what the installation would fetch. */
const PACKAGES = "systemd systemd-sysv dbus udev ca-certificates curl gpiod uhubctl usb-modeswitch".split(" ");
const PARTS =
  "src flows hardware os-image/lib systemd test/tooling package.json package-lock.json .npmrc LICENSE".split(" ");
const OPERATOR = 1000;
const PLACE = "/home/operator/numberbox";
const PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
let failed = 0;

function check(name: string, passed: boolean, said = ""): void {
  console.log(`${passed ? "ok" : "FAILED"}: ${name}${passed || said === "" ? "" : `: ${said.slice(-1500)}`}`);
  if (!passed) failed++;
}

/** What keeps this machine from the test; null when nothing does. */
function missing(): string | null {
  if (process.getuid?.() !== 0) return "systemd-nspawn needs root";
  const tools = { mmdebstrap: "mmdebstrap", "systemd-nspawn": "systemd-container", nsenter: "util-linux" };
  for (const [tool, name] of Object.entries(tools))
    if (spawnSync(tool, ["--version"], { stdio: "ignore" }).error !== undefined)
      return `no ${tool} (sudo apt-get install ${name})`;
  return null;
}

function makeSystem(machine: string): string | null {
  const tar = join(cache, `install-${SUITE}-${process.arch}.tar`);
  if (!existsSync(tar)) {
    mkdirSync(cache, { recursive: true });
    const args = ["--variant=minbase", `--include=${PACKAGES.join(",")}`, SUITE, `${tar}.new`];
    const made = spawnSync("mmdebstrap", ["--format=tar", ...args], { encoding: "utf8", timeout: 1_800_000 });
    if (made.status !== 0) return `Debian ${SUITE} cannot be had: ${made.stderr.trim().split("\n").at(-1)}`;
    renameSync(`${tar}.new`, tar);
  }
  spawnSync("tar", ["-C", machine, "-xf", tar]);
  for (const part of PARTS) cpSync(join(root, part), join(machine, PLACE, part), { recursive: true });
  mkdirSync(join(machine, PLACE, "node_modules"));
  spawnSync("chown", ["-R", `${OPERATOR}:${OPERATOR}`, join(machine, "home/operator")]);
  return null;
}

class Machine {
  readonly #process: ChildProcess;
  #leader = "";

  constructor(folder: string) {
    const modules = realpathSync(join(root, "node_modules"));
    const args = [
      "-q",
      "-D",
      folder,
      "--private-network",
      "--register=no",
      "--console=pipe",
      `--bind-ro=${modules}:${PLACE}/node_modules`,
    ];
    // Where no systemd runs there is no unit to make one beside.
    const bare = existsSync("/run/systemd/system") ? [] : ["--keep-unit"];
    this.#process = spawn("systemd-nspawn", [...args, ...bare, "-b"], {
      stdio: "ignore",
      env: { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" },
    });
  }

  /** Null when it is up; else why not. */
  async boot(): Promise<string | null> {
    const { pid } = this.#process;
    for (let turn = 0; turn < 60; turn++) {
      if (this.#process.exitCode !== null) return `systemd-nspawn ended with ${this.#process.exitCode}`;
      await sleep(1000);
      this.#leader = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0] ?? "";
      if (this.#leader !== "" && /running|degraded/.test(this.sh("systemctl is-system-running").out)) return null;
    }
    return "it did not boot within a minute";
  }

  sh(line: string): { readonly code: number | null; readonly out: string } {
    const args = ["-t", this.#leader, "-a", "env", "-i", PATH, "HOME=/root", "sh", "-c", line];
    const { status, stdout, stderr } = spawnSync("nsenter", args, { encoding: "utf8", timeout: 900_000 });
    return { code: status, out: `${stdout}${stderr}`.trim() };
  }

  /** What `npm run install-service` runs. */
  install(...args: readonly string[]): { readonly code: number | null; readonly out: string } {
    const node = "node_modules/node/bin/node --disable-warning=ExperimentalWarning";
    return this.sh(`cd ${PLACE} && ${node} systemd/install/main.ts ${args.join(" ")} </dev/null`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    const slow = new AbortController();
    await Promise.race([gone, sleep(30_000, null, { signal: slow.signal })]);
    slow.abort();
    if (this.#process.exitCode === null) this.#process.kill("SIGKILL");
  }
}

function box(machine: Machine): void {
  const asked = machine.install();
  check(
    "without --yes and with nobody to ask it tells what it would do, and does nothing",
    asked.code === 1 && asked.out.includes("install.not_confirmed") && asked.out.includes("numberbox.service"),
    asked.out,
  );
  const { code, out } = machine.install("--yes");
  check(
    "the box is installed and starts",
    code === 0 && machine.sh("systemctl is-active numberbox").out === "active",
    out,
  );
  check(
    "the console's address and the code are told",
    /https:\/\/[\d.]+:8443\//.test(out) && /by this code: [A-Z2-9]{4}-[A-Z2-9]{4} /.test(out),
    out,
  );
  check("the console answers", machine.sh("curl -sk https://127.0.0.1:8443/health").out.includes('"ok"'));
  const doctor = machine.sh("cd / && setpriv --reuid numberbox --regid numberbox --init-groups numberbox doctor");
  check(
    "the commands reach it, and the doctor finds it running",
    /services of the system: numberbox.service runs/.test(doctor.out),
    doctor.out,
  );
  const loose = machine.sh(
    "find /usr/lib/numberbox /usr/share/numberbox /usr/bin/numberbox ! -type l \\( ! -user root -o ! -group root -o -perm /022 \\) | head",
  ).out;
  check("nobody but root may change what runs", loose === "", loose);
  check(
    "systemd has no complaint about the unit",
    machine.sh("systemd-analyze verify numberbox.service 2>&1 | grep -i numberbox").out === "",
  );
}

function again(machine: Machine): void {
  const key = "sha256sum /var/lib/numberbox/keystore.json";
  const before = machine.sh(key).out;
  const { code, out } = machine.install("--relay", "--yes");
  check(
    "a relay beside it: the box is brought up to date and keeps its keys",
    code === 0 && machine.sh(key).out === before,
    out,
  );
  check(
    "a relay without settings waits for them",
    machine.sh("systemctl is-active numberbox-relay").out === "inactive" && out.includes("waits for its settings"),
    out,
  );
  const steps = out.split("\n").flatMap((line) => /^ {2}sudo (?!nano)(.*)$/.exec(line)?.[1] ?? []);
  for (const step of steps) machine.sh(step);
  check(
    "with the steps that it tells the relay runs",
    machine.sh("curl -s http://127.0.0.1:8090/v1/health").out.includes('"ok"'),
    steps.join("; "),
  );
}

function back(machine: Machine): void {
  const kept = machine.install("--uninstall", "--yes");
  const left = machine.sh(
    "ls -d /usr/lib/numberbox* /usr/bin/numberbox /usr/share/numberbox /usr/lib/systemd/system/numberbox* /etc/systemd/system/*/numberbox* 2>/dev/null",
  ).out;
  check("taken back, nothing is left of it", kept.code === 0 && left === "", `${kept.out}\n${left}`);
  check(
    "but the data",
    machine.sh("ls /var/lib/numberbox/keystore.json /var/lib/numberbox-relay/relay.key").code === 0,
  );
  machine.install("--yes");
  machine.install("--relay", "--yes");
  const purged = machine.install("--uninstall", "--purge", "--yes");
  const rest = machine.sh(
    "ls -d /var/lib/numberbox* /var/cache/numberbox 2>/dev/null; getent passwd | grep ^numberbox",
  ).out;
  check("with --purge data and users are gone, too", purged.code === 0 && rest === "", `${purged.out}\n${rest}`);
}

async function main(): Promise<void> {
  const reason = missing();
  if (reason !== null) return console.log(`skipped: ${reason}`);
  const folder = mkdtempSync(join("/var/tmp", "numberbox-install-"));
  let machine: Machine | null = null;
  try {
    const why = makeSystem(folder);
    if (why !== null) return console.log(`skipped: ${why}`);
    machine = new Machine(folder);
    const down = await machine.boot();
    if (down !== null) return console.log(`skipped: no system boots here: ${down}`);
    box(machine);
    again(machine);
    back(machine);
  } finally {
    await machine?.stop();
    rmSync(folder, { recursive: true, force: true });
    if (failed > 0) process.exitCode = 1;
  }
}

await main();
