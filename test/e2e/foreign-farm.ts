// The farm of simulated modems in Python, as a child process: what it says of itself, and what it is told to do.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./foreign-farm.py", import.meta.url));

/** What a modem says of itself; where more than one value is right, all of them. */
export interface FarmTruth {
  readonly imei: string;
  readonly iccid: string;
  readonly imsi: string;
  readonly operator: string;
  readonly mcc_mnc: readonly (string | null)[];
  readonly registration: string;
  readonly technology: readonly (string | null)[];
  readonly signal_dbm: number | null;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: readonly string[];
  readonly memories: Readonly<Record<string, readonly [used: number, total: number]>>;
}

export interface FarmModem {
  readonly name: string;
  readonly port: string;
  readonly truth: FarmTruth;
  /** Every SMS that its network gave out, in order. */
  readonly given: readonly { readonly from: string; readonly text: string }[];
  /** SMS that wait in the network, and on the modem. */
  readonly waiting: number;
  readonly stored: number;
  readonly boots: number;
}

export interface FarmAsk {
  readonly do: "rain" | "sms" | "hang" | "unplug" | "plug" | "swap" | "state";
  readonly modem?: string;
  readonly [member: string]: unknown;
}

export class ForeignFarm {
  readonly #child: ChildProcess;
  readonly #waiting: ((line: string) => void)[] = [];
  readonly #gone: Promise<never>;
  #first: readonly FarmModem[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#gone = once(child, "exit").then(([code]: (number | null)[]) => {
      throw new Error(`the farm ended with ${code}`);
    });
    this.#gone.catch(() => {});
    if (child.stdout === null) throw new Error("the farm has no standard output");
    createInterface({ input: child.stdout }).on("line", (line) => this.#waiting.shift()?.(line));
  }

  static async start(options: {
    readonly dir: string;
    readonly modems?: readonly string[];
    readonly tcp?: readonly string[];
    /** Every modem waits to be plugged in. */
    readonly unplugged?: boolean;
  }): Promise<ForeignFarm> {
    const { dir, modems, tcp, unplugged = false } = options;
    const chosen = modems === undefined ? [] : ["--modems", modems.join(",")];
    const ports = [...(tcp === undefined ? [] : ["--tcp", tcp.join(",")]), ...(unplugged ? ["--unplugged"] : [])];
    const argv = [SCRIPT, "--dir", dir, ...chosen, ...ports];
    const farm = new ForeignFarm(spawn("python3", argv, { stdio: ["pipe", "pipe", "inherit"] }));
    farm.#first = (await farm.#line()).modems ?? [];
    return farm;
  }

  get modems(): readonly FarmModem[] {
    return this.#first;
  }

  async #line(): Promise<{ modems?: readonly FarmModem[] }> {
    const line = new Promise<string>((resolve) => this.#waiting.push(resolve));
    return JSON.parse(await Promise.race([line, this.#gone]));
  }

  /** Does one thing; resolves with the farm's state after it. */
  async ask(what: FarmAsk): Promise<readonly FarmModem[]> {
    this.#child.stdin?.write(`${JSON.stringify(what)}\n`);
    return (await this.#line()).modems ?? [];
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.stdin?.end();
    await ended;
  }
}
