// A disk for `boot-slot` as far as that script sees it: the boot configuration, its state, the running slot; with a firmware that starts
// what is chosen, and a power cut before any of the commands that write.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { autobootText, grubEnvironment } from "../../os-image/lib/boot-files.ts";

export type Loader = "pi" | "grub";
export type Slot = "A" | "B";

export const LIBRARY = fileURLToPath(new URL("../../os-image/rootfs/usr/lib/numberbox-image", import.meta.url));
/** Commands that change what another start would find. */
const WRITERS = ["dd", "mv", "rm"];

/** A command that counts, and cuts the power (kills the script) when its turn has come. */
function shim(folder: string, name: string): void {
  const real = ["/usr/bin", "/bin"].map((where) => join(where, name)).find((file) => existsSync(file)) ?? name;
  const text = `#!/bin/sh
read -r n <"$CUT_COUNT"
n=$((n + 1))
echo "$n" >"$CUT_COUNT"
if [ "$n" = "$CUT_AT" ]; then kill -9 "$PPID"; exit 1; fi
exec ${real} "$@"
`;
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
}

export class FakeDisk {
  // In memory where there is such a place: the scripts sync, and a busy disk makes them wait.
  readonly folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "numberbox-slots-"));
  readonly loader: Loader;
  running: Slot = "A";
  /** What the Raspberry Pi's firmware keeps over a reboot that asks for it, and forgets without power. */
  #tryboot = false;

  constructor(loader: Loader) {
    this.loader = loader;
    for (const name of ["boot", "run", "state", "shims"]) mkdirSync(join(this.folder, name));
    for (const name of WRITERS) shim(join(this.folder, "shims"), name);
    if (loader === "pi") writeFileSync(join(this.folder, "boot/autoboot.txt"), autobootText(2));
    else writeFileSync(join(this.folder, "boot/numberbox.env"), grubEnvironment(2));
    this.write("system.conf", "[system]\ncompatible=numberbox-amd64\n");
    this.#enter("A", false);
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  get choice(): string {
    return readFileSync(join(this.folder, "boot", this.loader === "pi" ? "autoboot.txt" : "numberbox.env"), "utf8");
  }

  get bootFiles(): string[] {
    return readdirSync(join(this.folder, "boot"));
  }

  state(name: string): string | null {
    const file = join(this.folder, "state", name);
    return existsSync(file) ? readFileSync(file, "utf8").trim() : null;
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  get environment(): Record<string, string> {
    const at = (name: string) => join(this.folder, name);
    return {
      PATH: `${at("shims")}:${process.env.PATH ?? ""}:/usr/sbin:/sbin`,
      CUT_COUNT: at("count"),
      CUT_AT: "0",
      NUMBERBOX_BOOTCONFIG: at("boot"),
      NUMBERBOX_RUN: at("run"),
      NUMBERBOX_SLOT_STATE: at("state"),
      NUMBERBOX_RAUC_CONF: at("system.conf"),
      NUMBERBOX_REBOOT: `echo reboot`,
      NUMBERBOX_MODPROBE: "true",
    };
  }

  /** Runs the script once for each of `commands`. `cutAt`: the power is cut before their n-th write. */
  runAll(commands: readonly (readonly string[])[], cutAt = 0): { status: number | null; out: string; cut: boolean } {
    this.write("count", "0\n");
    const env = { ...this.environment, CUT_AT: String(cutAt) };
    const lines = commands.map(
      (args) => `/bin/sh ${LIBRARY}/boot-slot ${args.map((arg) => `'${arg}'`).join(" ")} || exit`,
    );
    const done = spawnSync("/bin/sh", ["-c", lines.join("\n")], { env, encoding: "utf8" });
    if (done.stdout.includes("0 tryboot")) this.#tryboot = true;
    // 128 and the number of SIGKILL.
    return { status: done.status, out: done.stdout.trim(), cut: done.status === 137 };
  }

  run(args: readonly string[]): { status: number | null; out: string } {
    return this.runAll([args]);
  }

  /** The machine starts: the firmware chooses. `power`: it was cut, not a reboot. */
  start(power = false): Slot {
    const text = this.choice;
    const tried = this.loader === "pi" ? this.#tryboot && !power : /^try_partition=[23]$/m.test(text);
    this.#tryboot = false;
    const part = this.loader === "pi" ? (tried ? text.split("[tryboot]")[1] : text.split("[tryboot]")[0]) : text;
    const key = this.loader === "grub" && tried ? "try_partition" : "boot_partition";
    const number = new RegExp(`^${key}=([23])$`, "m").exec(part ?? "")?.[1];
    if (this.loader === "grub" && tried)
      this.write("boot/numberbox.env", text.replace(/^try_partition=[23]$/m, "try_partition=").padEnd(1024, "#"));
    this.#enter(number === "3" ? "B" : "A", tried);
    return this.running;
  }

  #enter(slot: Slot, tried: boolean): void {
    this.running = slot;
    rmSync(join(this.folder, "run"), { recursive: true });
    mkdirSync(join(this.folder, "run"));
    this.write("run/slot", `${slot}\n`);
    this.write("run/tried", tried ? "1\n" : "0\n");
  }
}
