// What a test machine is: a PC whose firmware qemu brings, or (arm-board.ts) a board whose boot loader is played here.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import type { Architecture } from "../../os-image/lib/settings.ts";

export interface Start {
  /** A qcow2; no qemu has it open. */
  readonly disk: string;
  readonly folder: string;
  /** In MiB. */
  readonly memory: number;
  /** The serial console of the start before, or nothing when the machine was without power. */
  readonly said: string;
}

export interface Platform {
  readonly architecture: Architecture;
  /** Of qemu. */
  readonly program: string;
  /** Programs that it needs beside those of every machine. */
  readonly tools: readonly string[];
  /** In minutes: how long a start may take on a busy machine without KVM. */
  readonly patience: number;
  /** Does what a boot loader outside of qemu has to do; returns qemu's arguments for board, processor and what is started. */
  begin(start: Start): Promise<readonly string[]>;
  /** Whether a qemu that ended by itself was a reset. `said`: its serial console. */
  wasReset(said: string): boolean;
}

const FIRMWARE = ["/usr/share/ovmf/OVMF.fd", "/usr/share/qemu/OVMF.fd", "/usr/share/OVMF/OVMF_CODE.fd"];

async function firmware(): Promise<string> {
  for (const file of FIRMWARE)
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file;
  throw new Error("no UEFI for qemu: sudo apt-get install ovmf");
}

/** How long a machine has to run in KVM to be trusted: the firmware of one that cannot stops within the first second. */
const PROBE_MS = 3000;

/**
 * Whether KVM runs this firmware. In a virtual machine there may be a `/dev/kvm` whose machines stop at once ("KVM internal error"), or end
 * qemu; then its own translation is used.
 */
async function kvmRuns(program: string, bios: string): Promise<boolean> {
  const there = await access("/dev/kvm").then(
    () => true,
    () => false,
  );
  if (!there) return false;
  const args = ["-machine", "q35", "-accel", "kvm", "-cpu", "max", "-m", "256", "-bios", bios];
  const rest = ["-display", "none", "-serial", "none", "-net", "none", "-monitor", "stdio"];
  const child = spawn(program, [...args, ...rest], { stdio: ["pipe", "pipe", "ignore"] });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  // It may have ended, and its pipe with it.
  child.stdin.on("error", () => {});
  const ended = once(child, "close");
  const asked = setTimeout(() => child.stdin.end("info status\nquit\n"), PROBE_MS);
  const late = setTimeout(() => child.kill("SIGKILL"), 2 * PROBE_MS);
  await ended;
  clearTimeout(asked);
  clearTimeout(late);
  return said.includes("VM status: running");
}

/** A PC. Whether it has KVM is looked at once, at its first start. */
export function virtualPc(): Platform {
  const program = "qemu-system-x86_64";
  let kvm: Promise<boolean> | null = null;
  return {
    architecture: "amd64",
    program,
    tools: [program],
    patience: 25,
    begin: async ({ memory }) => {
      const bios = await firmware();
      kvm ??= kvmRuns(program, bios);
      const accelerator = (await kvm) ? "kvm" : "tcg,thread=multi,tb-size=512";
      return [
        ...["-machine", "q35", "-accel", accelerator, "-cpu", "max"],
        ...["-smp", "2", "-m", String(memory), "-bios", bios],
      ];
    },
    // It resets within one qemu.
    wasReset: () => false,
  };
}
