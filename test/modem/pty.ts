// A pseudo terminal made by socat, the modem's end in the test's hands. Unplugging is killing that one socat.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ModemEnd {
  write(bytes: Uint8Array): void;
  onData(listener: (chunk: Buffer) => void): void;
}

export class Pty {
  /** Where the box's end is. */
  readonly path: string;
  readonly modem: ModemEnd;
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, "tty");
    // The second -d makes socat say when the terminal is there.
    const child = spawn("socat", ["-d", "-d", `pty,raw,echo=0,link=${this.path}`, "stdio"], { stdio: "pipe" });
    this.#child = child;
    this.#exited = new Promise((resolve) => child.once("exit", () => resolve()));
    this.modem = {
      write: (bytes) => child.stdin.write(bytes),
      onData: (listener) => child.stdout.on("data", listener),
    };
    child.stdin.on("error", () => {});
  }

  /** Resolves when the terminal can be opened. */
  static async make(): Promise<Pty> {
    const pty = new Pty(mkdtempSync(join(tmpdir(), "numberbox-pty-")));
    await new Promise<void>((resolve, reject) => {
      let said = "";
      pty.#child.stderr?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("starting data transfer loop")) resolve();
      });
      void pty.#exited.then(() => reject(new Error(`socat ended: ${said}`)));
    });
    return pty;
  }

  /** The modem reads no more. */
  stall(): void {
    this.#child.kill("SIGSTOP");
  }

  /** The modem leaves the bus. */
  async unplug(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  async remove(): Promise<void> {
    await this.unplug();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
