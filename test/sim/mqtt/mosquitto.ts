// The real mosquitto as a child process on the loopback, with the configuration and the ACL of the image, their paths and ports apart.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeAuthority } from "./certificates.ts";

const IMAGE = fileURLToPath(new URL("../../../systemd/mosquitto/", import.meta.url));
const PROGRAM = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"].find((path) => existsSync(path));
export const hasMosquitto = PROGRAM !== undefined && existsSync("/usr/bin/mosquitto_sub");

export const PASSWORDS = { numberbox: "box-password", homeassistant: "ha-password", viewer: "viewer-password" };

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

export class Mosquitto {
  readonly folder: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly #config: string;
  #child: ChildProcess | null = null;
  #log = "";

  private constructor(folder: string, ports: readonly [number, number], config: string) {
    this.folder = folder;
    [this.port, this.tlsPort] = ports;
    this.#config = config;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  get tlsUrl(): string {
    return `mqtts://127.0.0.1:${this.tlsPort}`;
  }

  /** What it logged, for a test that failed. */
  get log(): string {
    return this.#log;
  }

  /**
   * Writes files for `folder` and starts it with the image's configuration, which here asks for certificates on the network's side too:
   * `ca.crt`, and `<user>.crt`, `<user>.key`.
   */
  static async start(folder: string): Promise<Mosquitto> {
    const below = join(folder, "numberbox");
    mkdirSync(below, { recursive: true });
    const passwords = join(below, "passwords");
    writeFileSync(passwords, "", { mode: 0o600 });
    for (const [user, password] of Object.entries(PASSWORDS)) {
      execFileSync("mosquitto_passwd", ["-b", passwords, user, password], { stdio: "ignore" });
    }
    const authority = await makeAuthority();
    authority.write(below, [{ file: "server", name: "127.0.0.1", address: "127.0.0.1" }]);
    authority.write(
      below,
      [...Object.keys(PASSWORDS), "stranger"].map((name) => ({ file: name, name })),
    );
    const asks = ["require_certificate true", "use_identity_as_username true", `cafile ${join(below, "ca.crt")}`];
    return await Mosquitto.over(folder, below, asks);
  }

  /** The image's configuration over files that somebody else wrote: `passwords`, `server.crt`, `server.key` in `below`. */
  static async over(folder: string, below: string, more: readonly string[] = []): Promise<Mosquitto> {
    const ports = [await freePort(), await freePort()] as const;
    const text = readFileSync(join(IMAGE, "numberbox.conf"), "utf8")
      .replaceAll("/run/credentials/mosquitto.service", below)
      .replaceAll("/usr/share/numberbox/mosquitto", below)
      .replace("listener 1883", `listener ${ports[0]}`)
      .replace("listener 8883", `listener ${ports[1]} 127.0.0.1`);
    const config = join(folder, "mosquitto.conf");
    // Debian's own file gives log and user.
    writeFileSync(config, `user root\nlog_dest stderr\nlog_type all\n${text}\n${more.join("\n")}\n`);
    writeFileSync(join(below, "numberbox.acl"), readFileSync(join(IMAGE, "numberbox.acl")), { mode: 0o600 });
    const broker = new Mosquitto(folder, ports, config);
    await broker.comeBack();
    const opened = [...broker.log.matchAll(/listen socket on port (\d+)/g)].map(([, port]) => Number(port));
    if (opened.some((port) => !ports.includes(port))) throw new Error(`mosquitto listens on ${opened.join(", ")}`);
    return broker;
  }

  file(name: string): string {
    return join(this.folder, "numberbox", name);
  }

  /** SIGKILL: what a power cut does. */
  async goDown(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async comeBack(): Promise<void> {
    const child = spawn(PROGRAM ?? "mosquitto", ["-c", this.#config], { stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        this.#log = (this.#log + text).slice(-200_000);
        if (/mosquitto version \S+ running/.test(text)) resolve();
      });
      child.once("exit", (code) => reject(new Error(`mosquitto ended with ${code}:\n${this.#log}`)));
    });
  }

  stop(): Promise<void> {
    return this.goDown();
  }
}
