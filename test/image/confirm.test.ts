// The trial's own service: keeps what the box keeps, goes back when the box gives up or never says a word. Run with a PATH in which
// nothing reaches this machine.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const LIBRARY = fileURLToPath(new URL("../../os-image/rootfs/usr/lib/numberbox-image", import.meta.url));
const BOOT = "11111111-2222-3333-4444-555555555555";

describe("the trial of an update", () => {
  let folder = "";
  const at = (name: string): string => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-trial-"));
    for (const name of ["run", "boot", "state", "bin"]) mkdirSync(at(name));
    writeFileSync(at("run/slot"), "B\n");
    writeFileSync(at("run/tried"), "1\n");
    writeFileSync(at("boot/numberbox.env"), "boot_partition=2\ntry_partition=\n".padEnd(512, "#"));
    writeFileSync(at("state/pending"), "B\n");
    writeFileSync(at("state/attempted"), "B\n");
    writeFileSync(at("system.conf"), "[system]\ncompatible=numberbox-amd64\n");
    writeFileSync(at("boot_id"), `${BOOT}\n`);
    writeFileSync(at("bin/systemctl"), `#!/bin/sh\necho active\n`);
    chmodSync(at("bin/systemctl"), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function run(script: string, ...args: readonly string[]): { status: number | null; out: string } {
    const env = {
      ...{ PATH: `${at("bin")}:/usr/bin:/bin`, NUMBERBOX_BOOTCONFIG: at("boot"), NUMBERBOX_RUN: at("run") },
      ...{
        NUMBERBOX_SLOT_STATE: at("state"),
        NUMBERBOX_RAUC_CONF: at("system.conf"),
        NUMBERBOX_BOOT_ID: at("boot_id"),
      },
      ...{ NUMBERBOX_VERDICT: at("verdict"), NUMBERBOX_IMAGE_LIB: LIBRARY, NUMBERBOX_REBOOT: "echo reboot" },
      ...{ NUMBERBOX_PAUSE: "true", NUMBERBOX_TRY_SECONDS: "60", NUMBERBOX_STEADY_SECONDS: "10" },
    };
    const done = spawnSync("/bin/sh", [join(LIBRARY, script), ...args], { env, encoding: "utf8" });
    return { status: done.status, out: `${done.stdout}${done.stderr}`.trim() };
  }
  const choice = (): string => readFileSync(at("boot/numberbox.env"), "utf8");

  it("tells the box which half runs, and that it is on trial", () => {
    run("boot-slot", "settle");
    expect(JSON.parse(readFileSync(at("run/boot.json"), "utf8"))).toEqual({
      ...{ slot: "B", trying: true, compatible: "numberbox-amd64" },
    });
  });

  it("keeps the half when the box keeps it", () => {
    run("boot-slot", "settle");
    writeFileSync(at("verdict"), `keep ${BOOT}\n`);
    expect(run("confirm")).toEqual({ status: 0, out: "confirm: this slot is kept" });
    expect(choice()).toContain("boot_partition=3");
    expect(existsSync(at("run/trying"))).toBe(false);
    expect(existsSync(at("state/pending"))).toBe(false);
  });

  it("goes back at once when the box gives up, and says why", () => {
    run("boot-slot", "settle");
    writeFileSync(at("verdict"), `give_up ${BOOT} not up again: 2\n`);
    const { out } = run("confirm");
    expect(out).toContain("not up again: 2");
    expect(out.split("\n").at(-1)).toBe("reboot");
    expect(choice()).toContain("boot_partition=2");
    writeFileSync(at("run/slot"), "A\n");
    writeFileSync(at("run/tried"), "0\n");
    run("boot-slot", "settle");
    expect(readFileSync(at("state/last-update.json"), "utf8")).toContain("not up again: 2");
  });

  it.each([
    ["says nothing", null],
    ["said it of an earlier start", "keep 99999999-2222-3333-4444-555555555555\n"],
    ["wrote nonsense", "\n"],
  ])("goes back in the end when the box %s", (_name, verdict) => {
    run("boot-slot", "settle");
    if (verdict !== null) writeFileSync(at("verdict"), verdict);
    const { out } = run("confirm");
    expect(out).toContain("the box has not decided yet");
    expect(out).toContain("reboot");
    expect(choice()).toContain("boot_partition=2");
  });

  it("leaves a half alone that is not on trial", () => {
    writeFileSync(at("run/slot"), "A\n");
    writeFileSync(at("run/tried"), "0\n");
    rmSync(at("state/attempted"));
    run("boot-slot", "settle");
    expect(run("confirm")).toEqual({ status: 0, out: "" });
  });
});
