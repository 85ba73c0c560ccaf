// The real Asterisk 22 as a child process on the loopback, from the cache of the test tooling and with the box's own configuration.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "../../../src/base/index.ts";
import {
  type AsteriskEdgeSetup,
  type AsteriskSetup,
  asteriskFiles,
  type DrachtioEdgeSetup,
  writeConfiguration,
} from "../../../src/voice/index.ts";
import { findAsterisk } from "../../tooling/asterisk-cache.mjs";
import { freePort } from "./free-ports.ts";
import { until } from "./until.ts";

export const asteriskTree = findAsterisk();

export interface AsteriskOptions {
  readonly edge: (folder: string) => AsteriskEdgeSetup | DrachtioEdgeSetup;
  /** Even: the first of 100 UDP ports. */
  readonly rtp: number;
}

export class AsteriskProcess {
  readonly folder: string;
  readonly setup: AsteriskSetup;
  #child: ChildProcess | null = null;
  #log = "";

  private constructor(folder: string, setup: AsteriskSetup) {
    this.folder = folder;
    this.setup = setup;
  }

  static async start({ edge, rtp }: AsteriskOptions): Promise<AsteriskProcess> {
    if (asteriskTree === null) throw new Error("no Asterisk in the cache");
    const folder = mkdtempSync(join(tmpdir(), "numberbox-asterisk-"));
    const below = (name: string): string => join(folder, name);
    for (const name of ["etc", "state", "run", "log"]) mkdirSync(below(name));
    const { modules, data } = asteriskTree;
    const setup: AsteriskSetup = {
      folders: {
        ...{ configuration: below("etc"), modules, data },
        ...{ state: below("state"), run: below("run"), log: below("log") },
      },
      ari: { port: await freePort(), user: "numberbox", password: new Secret("only-for-a-test-0123") },
      media: { address: "127.0.0.1", ports: { first: rtp, last: rtp + 99 } },
      edge: edge(folder),
    };
    await writeConfiguration(setup.folders.configuration, asteriskFiles(setup));
    const asterisk = new AsteriskProcess(folder, setup);
    await asterisk.comeBack();
    return asterisk;
  }

  get url(): string {
    return `http://127.0.0.1:${this.setup.ari.port}`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** What it said, for a test that failed. */
  get log(): string {
    return this.#log;
  }

  async comeBack(): Promise<void> {
    const tree = asteriskTree;
    if (tree === null) throw new Error("no Asterisk in the cache");
    const config = join(this.setup.folders.configuration, "asterisk.conf");
    const args = ["--library-path", tree.libraries, tree.program, "-f", "-C", config];
    const from = this.#log.length;
    const child = spawn(tree.loader, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#log = (this.#log + text).slice(-200_000);
      });
    await until(
      "Asterisk's start",
      () => {
        if (child.exitCode !== null) throw new Error(`Asterisk ended with ${child.exitCode}:\n${this.#log}`);
        return this.#log.slice(from).includes("Asterisk Ready.");
      },
      30_000,
    );
  }

  /** As systemd stops it; it may take its time to say good-bye. */
  async stopGently(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  }

  /** SIGKILL. */
  async goDown(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  async stop(): Promise<void> {
    await this.goDown();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
