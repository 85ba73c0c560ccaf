// Real nats-servers as child processes on the loopback, each with a fresh store: one alone, or a cluster that is killed server by server.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../asterisk/free-ports.ts";

/** `NUMBERBOX_TEST_NATS_SERVER` names another than Debian's. */
const PROGRAM = [
  process.env.NUMBERBOX_TEST_NATS_SERVER ?? "",
  ...["/usr/sbin/nats-server", "/usr/bin/nats-server", "/usr/local/bin/nats-server"],
].find((path) => existsSync(path));
export const natsProgram = PROGRAM ?? "nats-server";
export const hasNats = PROGRAM !== undefined;

interface Node {
  readonly name: string;
  readonly config: string;
  readonly port: number;
  child: ChildProcess | null;
}

export class NatsServers {
  readonly folder: string;
  readonly #nodes: readonly Node[];
  #log = "";

  private constructor(folder: string, nodes: readonly Node[]) {
    this.folder = folder;
    this.#nodes = nodes;
  }

  /** Resolves when all take connections; a cluster may still be choosing its leader. `extra`: lines for each configuration. */
  static async start(count: number, extra = ""): Promise<NatsServers> {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-nats-"));
    const ports: { client: number; route: number }[] = [];
    for (let i = 0; i < count; i++) ports.push({ client: await freePort(), route: await freePort() });
    const routes = ports.map(({ route }) => `nats-route://127.0.0.1:${route}`).join(", ");
    const nodes = ports.map(({ client, route }, at): Node => {
      const name = `nats-${at + 1}`;
      mkdirSync(join(folder, name));
      const config = join(folder, `${name}.conf`);
      const cluster = `cluster { name: relay, listen: "127.0.0.1:${route}", routes: [${routes}], no_advertise: true }\n`;
      writeFileSync(
        config,
        `server_name: ${name}\nlisten: "127.0.0.1:${client}"\njetstream { store_dir: "${join(folder, name)}" }\n${count > 1 ? cluster : ""}${extra}\n`,
      );
      return { name, config, port: client, child: null };
    });
    const servers = new NatsServers(folder, nodes);
    for (let at = 0; at < count; at++) await servers.comeBack(at);
    return servers;
  }

  /** Servers with configurations of their own. */
  static async startWith(configs: readonly string[], ports: readonly number[]): Promise<NatsServers> {
    const nodes = configs.map(
      (config, at): Node => ({ name: `nats-${at + 1}`, config, port: ports[at] ?? 0, child: null }),
    );
    const servers = new NatsServers(mkdtempSync(join(tmpdir(), "numberbox-nats-")), nodes);
    for (let at = 0; at < nodes.length; at++) await servers.comeBack(at);
    return servers;
  }

  get urls(): readonly string[] {
    return this.#nodes.map(({ port }) => `127.0.0.1:${port}`);
  }

  get count(): number {
    return this.#nodes.length;
  }

  /** What they logged, for a test that failed. */
  get log(): string {
    return this.#log;
  }

  /** SIGKILL: no time to write anything. */
  async kill(at: number): Promise<void> {
    const node = this.#nodes[at];
    const child = node?.child ?? null;
    if (node === undefined || child === null || child.exitCode !== null || child.signalCode !== null) return;
    node.child = null;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** With the store it had. */
  async comeBack(at: number): Promise<void> {
    const node = this.#nodes[at];
    if (node === undefined || node.child !== null) return;
    const child = spawn(natsProgram, ["-c", node.config], { stdio: ["ignore", "ignore", "pipe"] });
    node.child = child;
    await new Promise<void>((resolve, reject) => {
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        this.#log = (this.#log + text).slice(-400_000);
        if (text.includes("Server is ready")) resolve();
      });
      child.once("exit", (code) => reject(new Error(`${node.name} ended with ${code}:\n${this.#log.slice(-4000)}`)));
    });
  }

  async stop(): Promise<void> {
    for (let at = 0; at < this.#nodes.length; at++) await this.kill(at);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
