// One appliance in qemu, without KVM if need be: its serial console as a log, its web server on a port of this machine, a shell where the image
// was built with --debug, modems as USB serial adapters, and a power cord that can be pulled.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, open, readFile, rm } from "node:fs/promises";
import { request } from "node:https";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { command } from "../../os-image/lib/command.ts";
import { messageOf } from "../../src/base/index.ts";
import type { Platform } from "./platform.ts";

export interface MachineOptions {
  readonly platform: Platform;
  /** Disk as a file that this machine may write: a qcow2 over the image. */
  readonly disk: string;
  /** For sockets and logs. */
  readonly folder: string;
  readonly httpsPort: number;
  /** TCP ports of simulated modems. */
  readonly modems: readonly number[];
  /** In MiB. */
  readonly memory?: number;
  /** Content of an NVMe disk that it has, and the serial number. */
  readonly nvme?: { readonly file: string; readonly serial: string };
  /** A chip that resets it when nobody feeds it. Not for machines that compete for the cores: a start without KVM is slow. */
  readonly watchdog?: boolean;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Makes a disk over the image. The table that finds newly written clusters is in qemu's memory until the guest flushes, and gone with qemu;
 * what is written over known clusters stays. So after a cut some of what was not flushed is there and some is not, in no order, as in a card.
 */
export async function makeOverlay(image: string, file: string): Promise<void> {
  await rm(file, { force: true });
  await command("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "raw", "-b", image, file, "4G"]);
}

/** Where this machine's SSH is on this host. */
export const sshPortOf = (httpsPort: number): number => httpsPort + 20_000;

/** What every machine has, whatever its board. */
function devices({ disk, folder, httpsPort, modems, nvme, watchdog = false }: MachineOptions): string[] {
  const serials = modems.flatMap((port, at) => [
    ...["-chardev", `socket,id=modem${at},host=127.0.0.1,port=${port},reconnect=2`],
    ...["-device", `usb-serial,chardev=modem${at},bus=usb.0,always-plugged=on`],
  ]);
  return [
    ...["-display", "none", "-uuid", "0a1b2c3d-0000-4000-8000-000000000001"],
    ...["-drive", `file=${disk},format=qcow2,if=none,id=disk,cache=writeback,discard=unmap`],
    ...["-device", "virtio-blk-pci,drive=disk", "-device", "virtio-rng-pci"],
    ...["-device", "virtio-balloon-pci,id=balloon"],
    "-netdev",
    `user,id=net,hostfwd=tcp:127.0.0.1:${httpsPort}-:443,hostfwd=tcp:127.0.0.1:${sshPortOf(httpsPort)}-:22`,
    ...["-device", "virtio-net-pci,netdev=net,romfile="],
    ...(watchdog ? ["-device", "i6300esb"] : []),
    ...["-device", "qemu-xhci,id=usb,p2=15,p3=1"],
    ...["-chardev", `file,id=console,path=${join(folder, "console.log")},append=on`, "-serial", "chardev:console"],
    ...["-device", "virtio-serial-pci"],
    ...["-chardev", `socket,id=shell,path=${join(folder, "shell.sock")},server=on,wait=off`],
    ...["-device", "virtconsole,chardev=shell"],
    ...["-qmp", `unix:${join(folder, "qmp.sock")},server=on,wait=off`],
    ...serials,
    ...(nvme === undefined
      ? []
      : ["-drive", `file=${nvme.file},format=raw,if=none,id=nvme`, "-device", `nvme,drive=nvme,serial=${nvme.serial}`]),
  ];
}

/** A terminal takes lines of 4,095 bytes (N_TTY_BUF_SIZE), and nothing behind them. */
const MAX_LINE = 2000;
/** So much of a command is told when it fails. */
const SHOWN = 400;

/** Puts a long command into a file of the guest; returns what runs it. */
function inPieces(line: string, id: number, write: (text: string) => void): string {
  const file = `/run/numberbox-test-${id}`;
  const text = Buffer.from(line).toString("base64");
  for (let at = 0; at < text.length; at += MAX_LINE) write(`printf %s '${text.slice(at, at + MAX_LINE)}' >>${file}\n`);
  return `base64 -d ${file} | sh`;
}

export class Machine {
  readonly options: MachineOptions;
  #child: ChildProcess | null = null;
  /** Until the cord is pulled, or qemu ends for good. */
  #power: Promise<void> = Promise.resolve();
  #on = true;
  #shell: Socket | null = null;
  #heard = "";
  /** When it was switched on, in milliseconds of `performance.now()`. */
  readonly begun = performance.now();

  private constructor(options: MachineOptions) {
    this.options = options;
  }

  static async start(options: MachineOptions): Promise<Machine> {
    const machine = new Machine(options);
    const first = await machine.#begin("");
    machine.#power = machine
      .#run(first)
      .catch((error: unknown) => appendFile(join(options.folder, "qemu.log"), `${messageOf(error)}\n`))
      .finally(() => {
        machine.#on = false;
      });
    return machine;
  }

  async #begin(said: string): Promise<readonly string[]> {
    const { platform, disk, folder, memory = 1024 } = this.options;
    return await platform.begin({ disk, folder, memory, said });
  }

  /** Runs qemu, and again as long as the boot loader is outside of it and a reset ended it. */
  async #run(first: readonly string[]): Promise<void> {
    let board: readonly string[] | null = first;
    while (board !== null && this.#on) {
      const before = (await this.console()).length;
      const code = await this.#qemu(board);
      const said = (await this.console()).slice(before);
      board = this.#on && code === 0 && this.options.platform.wasReset(said) ? await this.#begin(said) : null;
    }
  }

  async #qemu(board: readonly string[]): Promise<number | null> {
    const { platform, folder } = this.options;
    const log = await open(join(folder, "qemu.log"), "a");
    try {
      if (!this.#on) return null;
      const args = [...board, ...devices(this.options)];
      const child = spawn(platform.program, args, { stdio: ["ignore", log.fd, log.fd] });
      this.#child = child;
      const [code] = (await once(child, "close")) as [number | null];
      return code;
    } finally {
      await log.close();
    }
  }

  get running(): boolean {
    return this.#on;
  }

  /** Pulls the cord. */
  async cut(): Promise<void> {
    this.#on = false;
    this.#shell?.destroy();
    this.#child?.kill("SIGKILL");
    await this.#power;
  }

  async console(): Promise<string> {
    return await readFile(join(this.options.folder, "console.log"), "utf8").catch(() => "");
  }

  /** Status of a GET over https, 0 when nobody answers. The certificate is the box's own. */
  async get(path: string): Promise<{ status: number; body: string }> {
    const { httpsPort } = this.options;
    return await new Promise((resolve) => {
      const nothing = () => resolve({ status: 0, body: "" });
      const asked = request(
        {
          host: "127.0.0.1",
          port: httpsPort,
          path,
          rejectUnauthorized: false,
          timeout: 20_000,
          headers: { host: "numberbox.local" },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
          answer.on("error", nothing);
        },
      );
      asked.on("timeout", () => asked.destroy());
      asked.on("error", nothing);
      asked.end();
    });
  }

  /** Seconds from the start until the console answered; throws after `minutes`, or when qemu ended. */
  async ready(minutes = this.options.platform.patience): Promise<number> {
    const until = performance.now() + minutes * 60_000;
    while (performance.now() < until) {
      if (!this.running) throw new Error("qemu ended; see qemu.log");
      if ((await this.get("/health")).status === 200) {
        // The shell of before a restart is another one's now.
        this.#shell?.destroy();
        return (performance.now() - this.begun) / 1000;
      }
      await pause(1000);
    }
    throw new Error(
      `the console did not answer within ${minutes} minutes; the serial console ends with:\n${(await this.console()).slice(-1500)}`,
    );
  }

  /** One command of the machine protocol. */
  async qmp(execute: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const socket = await this.#monitor();
    try {
      socket.write(
        `${JSON.stringify({ execute: "qmp_capabilities" })}\n${JSON.stringify({ execute, arguments: args, id: "asked" })}\n`,
      );
      let text = "";
      for await (const chunk of socket) {
        text += String(chunk);
        for (const line of text.split("\n").slice(0, -1)) {
          const message = JSON.parse(line) as { id?: string; return?: unknown; error?: { desc: string } };
          if (message.id !== "asked") continue;
          if (message.error !== undefined) throw new Error(`${execute}: ${message.error.desc}`);
          return message.return;
        }
      }
      throw new Error(`${execute}: qemu hung up`);
    } finally {
      socket.destroy();
    }
  }

  /** qemu opens its socket a moment after it has begun; that of a machine before lies there meanwhile. */
  async #monitor(): Promise<Socket> {
    for (let tries = 0; ; tries++) {
      const socket = connect(join(this.options.folder, "qmp.sock"));
      try {
        await once(socket, "connect");
        return socket;
      } catch (error) {
        if (tries === 50) throw error;
        await pause(200);
      }
    }
  }

  /** Bytes that the guest has written to its disk since it was switched on. */
  async written(): Promise<number> {
    const stats = (await this.qmp("query-blockstats")) as readonly { qdev?: string; stats: { wr_bytes: number } }[];
    return Math.max(...stats.map(({ stats: { wr_bytes } }) => wr_bytes));
  }

  /** Runs a command as root in the guest, in an image with --debug. Throws when it fails, or after `seconds`. */
  async run(line: string, seconds = 300): Promise<string> {
    const shell = await this.#open();
    const id = Math.floor(performance.now());
    this.#heard = "";
    // Written in halves, so that a shell that repeats what it is told is not taken for the answer.
    const short = line.length > MAX_LINE ? inPieces(line, id, (piece) => shell.write(piece)) : line;
    shell.write(`echo "be""gun-${id}"; ( ${short} ) 2>&1; echo "do""ne-${id} $?"\n`);
    const answer = new RegExp(`begun-${id}\r?\n([^]*)done-${id} (\\d+)`);
    const until = performance.now() + seconds * 1000;
    while (performance.now() < until) {
      const [, text = "", status] = answer.exec(this.#heard) ?? [];
      if (status !== undefined) {
        const out = text.replaceAll("\r", "");
        if (status !== "0") throw new Error(`${line.slice(0, SHOWN)}: ended with ${status}: ${out.slice(-1500)}`);
        return out.trim();
      }
      if (!this.running) throw new Error(`${line.slice(0, SHOWN)}: the machine is gone`);
      await pause(200);
    }
    throw new Error(`${line.slice(0, SHOWN)}: no end within ${seconds} s: ${this.#heard.slice(-1500)}`);
  }

  async #open(): Promise<Socket> {
    if (this.#shell !== null && !this.#shell.destroyed) return this.#shell;
    const socket = connect(join(this.options.folder, "shell.sock"));
    await once(socket, "connect");
    this.#heard = "";
    socket.on("data", (chunk: Buffer) => {
      this.#heard += chunk.toString();
    });
    socket.on("error", () => socket.destroy());
    this.#shell = socket;
    for (let tries = 0; tries < 120; tries++) {
      socket.write("\n");
      await pause(2000);
      if (/# [^\n]*$/.test(this.#heard)) break;
    }
    socket.write("stty -echo cols 4000; export TERM=dumb PS1='# '; bind 'set enable-bracketed-paste off'\n");
    await pause(1500);
    return socket;
  }
}
