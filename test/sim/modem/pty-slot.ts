// A modem's serial line as a pseudo terminal, so that a host's serial port library itself is under test. One socat for a slot
// joins the pty to the slot's TCP port; it waits until a host opens the pty and ends when the host closes it, so that output
// with nobody there is dropped, and a fresh pty takes the old one's place under the same link.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { AppError, type Clock, type Disposer, type Logger, millis, seconds } from "../../../src/base/index.ts";
import type { SimModem } from "./sim-modem.ts";

export interface PtySlotOptions {
  readonly modem: SimModem;
  /** Where the link to the pty is made. */
  readonly path: string;
  readonly tcpPort: number;
  readonly clock: Clock;
  readonly log: Logger;
}

const START_LIMIT = seconds(5);
const POLL = millis(20);
/** Pause before the next socat, so that one that cannot start does not spin. */
const RESPAWN = millis(20);
const KILL_AFTER = seconds(2);

export class PtySlot {
  readonly #options: PtySlotOptions;
  readonly #disposers: Disposer[] = [];
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #missing = false;
  #running = false;

  constructor(options: PtySlotOptions) {
    this.#options = options;
  }

  /** Resolves when the link exists. Throws `sim.no_socat` or `sim.no_pty`. */
  async start(): Promise<void> {
    const { clock, modem, path } = this.#options;
    this.#running = true;
    this.#disposers.push(
      modem.events.on("unplugged", () => this.#child?.kill("SIGTERM")),
      modem.events.on("plugged", () => this.#spawn()),
    );
    this.#spawn();
    const end = clock.monotonic() + START_LIMIT;
    while (!existsSync(path)) {
      if (this.#missing) {
        throw new AppError("sim.no_socat", "the programs socat and setpriv are needed for a simulated pty", {
          hint: "Install the packages socat and util-linux, or listen on tcp.",
        });
      }
      if (clock.monotonic() > end) {
        throw new AppError("sim.no_pty", `socat made no pty at ${path}`, {
          hint: "Check that the folder can be written to.",
        });
      }
      await clock.sleep(POLL, "wait for the pty");
    }
  }

  async stop(): Promise<void> {
    this.#running = false;
    for (const dispose of this.#disposers) dispose();
    const child = this.#child;
    if (child === undefined) return;
    child.kill("SIGTERM");
    const cancel = this.#options.clock.after(KILL_AFTER, "end socat", () => child.kill("SIGKILL"));
    await this.#exited;
    cancel();
  }

  #spawn(): void {
    const { clock, log, modem, path, tcpPort } = this.#options;
    if (!this.#running || this.#child !== undefined || modem.power === "unplugged") return;
    const pty = `pty,raw,echo=0,link=${path},wait-slave,pty-interval=0.05`;
    // The parent-death signal ends a waiting socat even when the simulator is killed.
    const args = ["--pdeathsig", "TERM", "socat", pty, `tcp:127.0.0.1:${tcpPort},nodelay`];
    const child = spawn("setpriv", args, { stdio: "ignore" });
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      const onEnd = (): void => {
        this.#child = undefined;
        clock.after(RESPAWN, "make a new pty", () => this.#spawn());
        resolve();
      };
      child.once("exit", (code) => {
        // setpriv reports a program that it cannot find with 127.
        this.#missing ||= code === 127;
        onEnd();
      });
      child.once("error", (error) => {
        this.#missing = true;
        log.error("simulated_pty_failed", { slot: modem.slot, reason: error.message });
        onEnd();
      });
    });
  }
}
