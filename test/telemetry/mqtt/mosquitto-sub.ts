// `mosquitto_sub -v` as a child process: what an operator sees of a broker.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface SeenLine {
  readonly retained: boolean;
  readonly topic: string;
  readonly payload: string;
}

export class MosquittoSub {
  readonly seen: SeenLine[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #rest = "";

  private constructor(args: readonly string[]) {
    // `%r` is whether it was retained; the three are parted by a tab.
    this.#child = spawn("mosquitto_sub", ["-q", "1", "-v", "-F", "%r\t%t\t%p", ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#read(text));
  }

  static start(port: number, account: { readonly user: string; readonly password: string }, topics: readonly string[]) {
    const at = ["-h", "127.0.0.1", "-p", String(port), "-u", account.user, "-P", account.password];
    return new MosquittoSub([...at, ...topics.flatMap((topic) => ["-t", topic])]);
  }

  until(fits: (seen: readonly SeenLine[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!fits(this.seen)) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await gone;
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const [retained, topic = "", ...payload] = line.split("\t");
      this.seen.push({ retained: retained === "1", topic, payload: payload.join("\t") });
    }
    for (const check of [...this.#waiting]) check();
  }
}
