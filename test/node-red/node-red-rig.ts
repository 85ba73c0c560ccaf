// A real Node-RED in a process of its own, with the nodes of this package, driven by its admin interface as the editor drives it.

import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import { z } from "zod";
import { root } from "../architecture/source-tree.ts";

export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [member: string]: unknown;
}

/** What a debug node shows, or what a node's status says. */
export interface Comms {
  readonly topic: string;
  readonly data: unknown;
}

const comms = z.array(z.object({ topic: z.string(), data: z.unknown() }));
const debugged = z.object({ name: z.string().optional(), msg: z.unknown(), format: z.string().optional() });

export class NodeRedRig {
  readonly folder: string;
  readonly #socket: string;
  readonly #child: ChildProcess;
  readonly heard: Comms[] = [];
  #comms: WebSocket | null = null;
  #waiting: (() => void)[] = [];
  #err = "";

  private constructor(folder: string, access: string) {
    this.folder = folder;
    this.#socket = join(folder, "s");
    const args = ["--folder", folder, "--socket", this.#socket, "--access", access, "--child"];
    this.#child = spawn(process.execPath, [join(root, "src/bin/launch.mjs"), "node-red", ...args], {
      stdio: ["pipe", "ignore", "pipe"],
    });
  }

  /** Starts it and waits until it listens. `access`: the box's access file. */
  static async start(access = "/nowhere"): Promise<NodeRedRig> {
    const rig = new NodeRedRig(await mkdtemp(join(tmpdir(), "numberbox-flows-")), access);
    await new Promise<void>((resolve, reject) => {
      rig.#child.once("exit", (code) => reject(new Error(`Node-RED ended with ${code}: ${rig.#err}`)));
      rig.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        rig.#err += text;
        if (rig.#err.includes("node-red: listens")) resolve();
      });
    });
    await rig.#listen();
    return rig;
  }

  async stop(): Promise<void> {
    this.#comms?.terminate();
    const gone = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin?.end();
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Everything that it said to its standard error. */
  get said(): string {
    return this.#err;
  }

  async admin(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const text = await new Promise<string>((resolve, reject) => {
      const data = body === undefined ? undefined : JSON.stringify(body);
      const sent = request(
        {
          ...{ socketPath: this.#socket, method, path: `/flows/${path}`, agent: false },
          headers: {
            accept: "application/json",
            ...(data === undefined ? {} : { "content-type": "application/json" }),
            ...headers,
          },
        },
        (response) => {
          let got = "";
          response.setEncoding("utf8").on("data", (chunk: string) => {
            got += chunk;
          });
          response.on("end", () => {
            if ((response.statusCode ?? 500) >= 400)
              reject(new Error(`${method} ${path}: ${response.statusCode} ${got}`));
            else resolve(got);
          });
        },
      );
      sent.on("error", reject);
      sent.end(data);
    });
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  /** Replaces all flows and starts them. */
  async deploy(flow: readonly FlowNode[], env: Readonly<Record<string, string>> = {}): Promise<void> {
    const named = Object.entries(env).map(([name, value]) => ({ name, value, type: "str" }));
    const withEnv = flow.map((node) =>
      node.type === "tab" ? { ...node, env: overridden(z.array(envEntry).catch([]).parse(node.env), named) } : node,
    );
    await this.admin("POST", "flows", withEnv, { "Node-RED-Deployment-Type": "full" });
  }

  async inject(id: string): Promise<void> {
    await this.admin("POST", `inject/${id}`, {});
  }

  /** Messages that the debug node of this name has shown. */
  shown(name: string): readonly unknown[] {
    return this.heard.flatMap(({ topic, data }) => {
      const parsed = topic === "debug" ? debugged.safeParse(data) : null;
      if (parsed?.success !== true || parsed.data.name !== name) return [];
      const { msg, format } = parsed.data;
      if (typeof msg !== "string" || format === undefined || !/^(Object|array|error)/i.test(format)) return [msg];
      return [parsedOr(msg)];
    });
  }

  /** As if it had not been heard yet. */
  forget(topic: string): void {
    this.heard.splice(0, this.heard.length, ...this.heard.filter((each) => each.topic !== topic));
  }

  status(id: string): unknown {
    return this.heard.findLast(({ topic }) => topic === `status/${id}`)?.data;
  }

  /** Resolves once `look` gives something; the test's own time limit is the deadline. */
  async until<T>(look: () => T | undefined | false | null): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false && found !== null) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #listen(): Promise<void> {
    const socket = new WebSocket(`ws+unix://${this.#socket}:/flows/comms`);
    this.#comms = socket;
    socket.on("message", (data) => {
      const parsed = comms.safeParse(JSON.parse(String(data)));
      if (!parsed.success) return;
      this.heard.push(...parsed.data.map(({ topic, data: value }) => ({ topic, data: value })));
      for (const wake of this.#waiting.splice(0)) wake();
    });
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("open", resolve));
    for (const topic of ["debug", "status/#", "notification/#"]) socket.send(JSON.stringify({ subscribe: topic }));
  }
}

const envEntry = z.looseObject({ name: z.string(), value: z.string(), type: z.string() });
type EnvEntry = z.infer<typeof envEntry>;

function overridden(own: readonly EnvEntry[], given: readonly EnvEntry[]): readonly EnvEntry[] {
  const names = new Set(given.map(({ name }) => name));
  return [...own.filter(({ name }) => !names.has(name)), ...given];
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
