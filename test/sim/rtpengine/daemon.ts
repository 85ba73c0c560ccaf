// Debian's rtpengine, as a process of its own: it passes packets on in user space, on the loopback, without rights.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type Bencoded, bdecode, bencode } from "../../../src/voice/relay-media/bencode.ts";
import { freePort } from "../asterisk/free-ports.ts";
import { until } from "../asterisk/until.ts";

export const RTPENGINE = ["/usr/bin/rtpengine", "/usr/sbin/rtpengine"].find((path) => existsSync(path)) ?? null;

/** Below those that Linux gives to connections, beside those of `freePort`; several daemons share them, each tries the next. */
const MEDIA_PORTS = { from: 20_000, to: 32_000 };

export class RtpengineDaemon {
  readonly #child: ChildProcess;
  #said = "";
  readonly port: number;

  private constructor(program: string, port: number) {
    this.port = port;
    this.#child = spawn(
      program,
      [
        ...["--foreground", "--log-stderr", "--log-level=4", "--table=-1", "--num-threads=2", "--delete-delay=0"],
        ...["--interface=127.0.0.1", `--listen-ng=127.0.0.1:${port}`],
        ...[`--port-min=${MEDIA_PORTS.from}`, `--port-max=${MEDIA_PORTS.to}`],
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    this.#child.on("error", (error) => {
      this.#said += error.message;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-4000);
    });
  }

  /** Answers when this resolves. */
  static async start(): Promise<RtpengineDaemon> {
    if (RTPENGINE === null) throw new Error("rtpengine is not installed");
    const daemon = new RtpengineDaemon(RTPENGINE, await freePort());
    const answers = async (): Promise<boolean> => (await daemon.#ask("ping")) !== null;
    await until(() => `rtpengine's first answer (it said: ${daemon.#said})`, answers, 20_000);
    return daemon;
  }

  /** How many calls it has, as it says. */
  async calls(): Promise<number> {
    const answer = await until("rtpengine's list of calls", () => this.#ask("list"), 10_000);
    if (!Array.isArray(answer.calls)) throw new Error(`rtpengine has no list of calls: ${JSON.stringify(answer)}`);
    return answer.calls.length;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** Null when nothing came within a quarter of a second. */
  #ask(command: string): Promise<Record<string, Bencoded> | null> {
    return new Promise((resolve) => {
      const socket = createSocket("udp4");
      const done = (answer: Record<string, Bencoded> | null): void => {
        clearTimeout(timer);
        socket.close();
        resolve(answer);
      };
      const timer = setTimeout(() => done(null), 250);
      socket.on("error", () => {});
      socket.on("message", (bytes) =>
        done(bdecode(bytes.subarray(bytes.indexOf(" ") + 1)) as Record<string, Bencoded>),
      );
      socket.send(Buffer.concat([Buffer.from(`${randomUUID()} `), bencode({ command })]), this.port, "127.0.0.1");
    });
  }
}
