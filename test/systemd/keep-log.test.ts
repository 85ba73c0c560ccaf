// What outlives a power cut of the journal: the script as it is, over a journal that a test writes; and over systemd's own where it can run.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SYSTEMD, valuesOf } from "./unit-files.ts";

const SCRIPT = join(SYSTEMD, "libexec/keep-log");
const rooms: string[] = [];
const running: ChildProcess[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) {
    if (each.exitCode !== null || each.signalCode !== null) continue;
    const ended = once(each, "exit");
    each.kill("SIGKILL");
    await ended;
  }
  for (const each of rooms.splice(0)) rmSync(each, { recursive: true, force: true });
});

/** Stands for journalctl: what is in the file `new` is what has come; `follow` is told of errors through a pipe of the file system. */
const JOURNALCTL = `#!/bin/sh
top=$(dirname "$0")
echo "$*" >>"$top/asked"
case " $* " in
  *" --follow "*) exec cat "$top/errors" ;;
esac
[ ! -e "$top/broken" ] || exit 1
cat "$top/new" 2>/dev/null
rm -f "$top/new"
for word in "$@"; do case $word in --cursor-file=*) echo "s=\${word#*=}" >"\${word#*=}" ;; esac; done
`;

function room(settings: Readonly<Record<string, string>> = {}) {
  const top = mkdtempSync(join(tmpdir(), "numberbox-keep-"));
  rooms.push(top);
  for (const each of ["log", "run"]) mkdirSync(join(top, each));
  writeFileSync(join(top, "journalctl"), JOURNALCTL, { mode: 0o755 });
  spawnSync("mkfifo", [join(top, "errors")]);
  const env = {
    ...{ PATH: "/usr/bin:/bin", RUNTIME_DIRECTORY: join(top, "run"), NUMBERBOX_JOURNALCTL: join(top, "journalctl") },
    ...{ NUMBERBOX_LOG_PAUSE: "60", ...settings },
  };
  const start = (boot = "boot-1") => {
    const child = spawn(SCRIPT, [join(top, "log"), boot], { env, stdio: ["ignore", "ignore", "pipe"] });
    running.push(child);
    // Holds the pipe open until the script is gone, as the journal does.
    const errors = spawn(
      "sh",
      ["-c", 'exec 3>"$1"; while read -r line; do echo "$line" >&3; done', "sh", join(top, "errors")],
      {
        stdio: ["pipe", "ignore", "ignore"],
      },
    );
    running.push(errors);
    return {
      child,
      error: (line: string) => void errors.stdin?.write(`${line}\n`),
      endFollowing: () => void errors.stdin?.end(),
    };
  };
  const kept = (name = "system.log"): string => {
    const file = join(top, "log", name);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };
  const come = (text: string): void => {
    writeFileSync(join(top, "new.tmp"), text);
    spawnSync("mv", [join(top, "new.tmp"), join(top, "new")]);
  };
  const asked = (): string => (existsSync(join(top, "asked")) ? readFileSync(join(top, "asked"), "utf8") : "");
  return { top, start, kept, come, asked };
}

const soon = { timeout: 30_000, interval: 20 };
const stop = async (child: ChildProcess): Promise<void> => {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
};

describe("keep-log", () => {
  it("begins with a line for each start of the machine, and takes what has come until then", async () => {
    const { start, kept, come, asked } = room();
    come("12:00 kernel: early\n");
    const { child } = start();
    await vi.waitFor(
      () => expect(kept()).toMatch(/^-- \S+ the machine has started \(.*boot-1\)\n12:00 kernel: early\n$/),
      soon,
    );
    expect(asked()).toContain("PRIORITY=4 + PRIORITY=5 _SYSTEMD_UNIT=numberbox.service");
    expect(asked()).toMatch(/\+ PRIORITY=5 PRIORITY=6 _SYSTEMD_UNIT=rauc\.service/);
    await stop(child);
  });

  it("writes an error at once, and a warning with the next turn or the stop", async () => {
    const { start, kept, come } = room();
    const { child, error } = start();
    await vi.waitFor(() => expect(kept()).toContain("boot-1"), soon);
    come("12:01 a warning\n12:01 an error\n");
    error("an error");
    await vi.waitFor(() => expect(kept()).toContain("12:01 a warning\n12:01 an error\n"), soon);
    come("12:02 another warning\n");
    await stop(child);
    expect(child.exitCode).toBe(0);
    expect(kept()).toContain("12:02 another warning\n");
  });

  it("writes what is no error in turns", async () => {
    const { start, kept, come } = room({ NUMBERBOX_LOG_PAUSE: "1" });
    const { child } = start();
    await vi.waitFor(() => expect(kept()).toContain("boot-1"), soon);
    come("12:01 a warning\n");
    await vi.waitFor(() => expect(kept()).toContain("12:01 a warning\n"), soon);
    await stop(child);
  });

  it("goes on after a restart of its own without a second line for the machine's start", async () => {
    const { start, kept, come } = room();
    await stop(await started(start, kept));
    come("12:05 later\n");
    const { child } = start();
    await vi.waitFor(() => expect(kept()).toContain("later"), soon);
    await stop(child);
    expect(kept().match(/has started/g)).toHaveLength(1);
  });

  it("ends half a line that a power cut has left", async () => {
    const { top, start, kept } = room();
    writeFileSync(join(top, "log/system.log"), "12:00 half a li");
    const { child } = start("boot-2");
    await vi.waitFor(() => expect(kept()).toMatch(/half a li\n-- .*boot-2\)\n/), soon);
    await stop(child);
  });

  it("keeps two files of bounded size, and of a storm its end", async () => {
    const { top, start, kept, come } = room({ NUMBERBOX_LOG_BYTES: "2000", NUMBERBOX_LOG_CHUNK: "1000" });
    for (let round = 0; round < 4; round++) {
      come(Array.from({ length: 200 }, (_, at) => `12:0${round} line ${at}\n`).join(""));
      const { child } = start();
      await vi.waitFor(() => expect(kept()).toContain(`12:0${round} line 199\n`), soon);
      await stop(child);
    }
    expect(kept()).toContain("-- lines are left out here\n");
    for (const name of ["system.log", "system.log.1"]) {
      expect(kept(name).length).toBeGreaterThan(500);
      expect(statSync(join(top, "log", name)).size).toBeLessThanOrEqual(2000);
    }
    expect(kept() + kept("system.log.1")).not.toContain("12:00 line 199");
  });

  it("cuts lines that nobody reads to their end", async () => {
    const { start, kept, come } = room();
    come(`12:00 ${"x".repeat(5000)}\n12:01 next\n`);
    const { child } = start();
    await vi.waitFor(() => expect(kept()).toContain("next"), soon);
    expect(kept()).toContain(`${"x".repeat(594)}\n12:01 next`);
    await stop(child);
  });

  it("ends when the journal does, so that systemd starts it anew, and waits while it cannot be read", async () => {
    const { top, start, kept } = room();
    writeFileSync(join(top, "broken"), "");
    const { child, endFollowing } = start();
    await vi.waitFor(() => expect(kept()).toContain("boot-1"), soon);
    const ended = once(child, "exit");
    endFollowing();
    await ended;
    expect(child.exitCode).toBe(1);
  });
});

async function started(start: ReturnType<typeof room>["start"], kept: () => string): Promise<ChildProcess> {
  const { child } = start();
  await vi.waitFor(() => expect(kept()).toContain("boot-1"), soon);
  return child;
}

describe("services in whose words callers' numbers may be", () => {
  it.each(["numberbox-asterisk.service", "numberbox-drachtio.service"])("are not kept: %s", (name) => {
    expect(valuesOf(name, "SyslogLevelPrefix")).toEqual(["no"]);
    // systemd's own level for what a service writes: information, which is not kept.
    expect([...valuesOf(name, "SyslogLevel"), ...valuesOf(name, "StandardError")]).toEqual([]);
    expect(readFileSync(SCRIPT, "utf8")).not.toContain(name.replace(".service", ""));
  });
});

/** systemd's own journal, in a machine of its own as far as files go. */
const REAL = `set -eu
mount -t tmpfs t /run
mkdir -p /run/systemd/journal /run/systemd/system /run/log/journal /run/k /run/d
echo 0123456789abcdef0123456789abcdef >/run/id
mount --bind /run/id /etc/machine-id
/lib/systemd/systemd-journald & journal=$!
until [ -S /run/systemd/journal/stdout ]; do sleep 0.1; done
say() { echo "$1" | systemd-cat -t trial -p "$2"; }
say "a warning" warning
say "chatter" info
RUNTIME_DIRECTORY=/run/k "$1" /run/d boot-1 & keeper=$!
until grep -q "a warning" /run/d/system.log 2>/dev/null; do sleep 0.1; done
sleep 1
say "an error" err
until grep -q "an error" /run/d/system.log; do sleep 0.1; done
say "more chatter" info
say "at the end" warning
sleep 0.5
kill -TERM $keeper
wait $keeper
kill $journal
cat /run/d/system.log
`;
const able =
  existsSync("/lib/systemd/systemd-journald") &&
  existsSync("/etc/machine-id") &&
  spawnSync("unshare", ["-rmpf", "--mount-proc", "mount", "-t", "tmpfs", "t", "/run"], { stdio: "ignore" }).status ===
    0;

describe.skipIf(!able)("keep-log over systemd's journal (needs systemd-journald and namespaces)", () => {
  it("keeps warnings and errors, each once, and nothing else", { timeout: 40_000 }, () => {
    const args = ["-rmpf", "--mount-proc", "sh", "-c", REAL, "sh", SCRIPT];
    const { stdout } = spawnSync("unshare", args, { encoding: "utf8", timeout: 30_000 });
    const lines = stdout.trim().split("\n");
    expect(lines.map((line) => line.replace(/^\S+ (?:trial\[\d+\]: )?/, ""))).toEqual([
      expect.stringContaining("the machine has started"),
      ...["a warning", "an error", "at the end"],
    ]);
  });
});
