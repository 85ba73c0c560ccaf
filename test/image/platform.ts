// What a test machine is: a PC whose firmware qemu brings, or (arm-board.ts) a board whose boot loader is played here.

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

export const virtualPc: Platform = {
  architecture: "amd64",
  program: "qemu-system-x86_64",
  tools: ["qemu-system-x86_64"],
  patience: 25,
  begin: async ({ memory }) => [
    ...["-machine", "q35", "-accel", "kvm", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max"],
    ...["-smp", "2", "-m", String(memory), "-bios", await firmware()],
  ],
  // It resets within one qemu.
  wasReset: () => false,
};
