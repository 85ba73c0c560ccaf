// What a run of kills over the chain needs: a simulated Emercoin node that stays, and a box of its own process that does not.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { millis, type Random, Secret, seconds } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createEmercoinNode, type EmercoinNode, httpTransport } from "../../src/chain/index.ts";
import { type SimEmercoin, startSimEmercoin } from "../sim/emercoin/index.ts";
import { Numberbox, numberbox } from "./processes.ts";

const access = z.object({ url: z.string(), token: z.string() });

/** Of an escrow. */
export const PARTIES = ["renter", "provider", "arbiter"] as const;
export type Party = (typeof PARTIES)[number];

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A whole number of 0 to `below` - 1. */
export function draw(random: Random, below: number): number {
  const [high = 0, low = 0] = random.bytes(2);
  return (high * 256 + low) % below;
}

export class ChainWorld {
  readonly folder: string;
  readonly sim: SimEmercoin;
  kills = 0;
  /** Requests that the box took and died over, before its answer. */
  unanswered = 0;
  #box: Numberbox | null = null;
  #access: z.infer<typeof access> | null = null;

  private constructor(folder: string, sim: SimEmercoin) {
    this.folder = folder;
    this.sim = sim;
  }

  static async start(folder: string, lines: number): Promise<ChainWorld> {
    const sim = await startSimEmercoin({ clock: systemClock, random: systemRandom, wallets: ["payer", ...PARTIES] });
    const world = new ChainWorld(folder, sim);
    await mkdir(world.data, { recursive: true });
    await writeFile(join(world.data, "rpc.password"), sim.password);
    const config = {
      lines: Array.from({ length: lines }, (_, at) => ({ id: `line-${at}`, number: `+1202555010${at}` })),
      relay: { url: "http://127.0.0.1:9" },
      web: { listen: "127.0.0.1:0" },
      emercoin: { url: sim.url, user: sim.user, password_file: "rpc.password", wallet: "", poll_every: "1s" },
      identity: { name: "killed" },
      listing: { tiers: { sms_only: { pricing: { rental_daily: "0.2", per_sms: "0.01" } } } },
      rental: { rest_after_day: "0s" },
    };
    await writeFile(join(folder, "box.json"), JSON.stringify(config));
    await world.startBox();
    return world;
  }

  get data(): string {
    return join(this.folder, "data");
  }

  client(wallet: string): EmercoinNode {
    const credentials = new Secret(`${this.sim.user}:${this.sim.password}`);
    const transport = httpTransport({ url: this.sim.url, credentials: async () => credentials });
    return createEmercoinNode({ transport: transport.send, clock: systemClock, wallet });
  }

  async startBox(): Promise<void> {
    await rm(join(this.data, "local-access.json"), { force: true });
    this.#box = Numberbox.start(["start", "--config", join(this.folder, "box.json"), "--data", this.data]);
    await this.until("the box", async () => {
      const text = await readFile(join(this.data, "local-access.json"), "utf8").catch(() => null);
      if (text === null) return this.#box?.alive === false ? Promise.reject(new Error(this.#box.err)) : undefined;
      this.#access = access.parse(JSON.parse(text));
      return true;
    });
  }

  async killBox(): Promise<void> {
    await this.#box?.kill();
    this.kills++;
  }

  /** Null when the box died before it answered. */
  async call(method: "GET" | "POST", path: string, body?: unknown): Promise<Answer | null> {
    if (this.#access === null) return null;
    const init: RequestInit = {
      method,
      headers: { authorization: `Bearer ${this.#access.token}`, "content-type": "application/json" },
      signal: AbortSignal.timeout(20_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    try {
      const response = await fetch(`${this.#access.url}/api/v1/${path}`, init);
      return { status: response.status, body: await response.json() };
    } catch {
      return null;
    }
  }

  /** As `call`, of a box that is alive; anything but 200 is a fault of the run. */
  async told<T>(schema: z.ZodType<T>, method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
    const answer = await this.call(method, path, body);
    if (answer?.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return schema.parse(answer.body);
  }

  /** Sends a request, kills the box at a random moment while it works, and starts it again. */
  async killDuring(path: string, body: unknown, within: number, random: Random): Promise<void> {
    const asked = this.call("POST", path, body);
    await systemClock.sleep(millis(draw(random, within)), "a kill");
    await this.killBox();
    if ((await asked) === null) this.unanswered++;
    if (draw(random, 2) === 0) await this.sim.mine(1);
    await this.startBox();
  }

  keyfile(party: Party): string {
    return join(this.folder, `${party}.key.json`);
  }

  partyEnv(party: Party): Readonly<Record<string, string>> {
    const node = `${this.sim.url.replace("://", `://${this.sim.user}@`)}/wallet/${party}`;
    return { NUMBERBOX_EMERCOIN_URL: node, NUMBERBOX_EMERCOIN_PASSWORD: this.sim.password, HOME: this.folder };
  }

  async partyKeys(): Promise<void> {
    for (const party of PARTIES) {
      const { code, err } = await numberbox(["identity", "create", party, "--out", this.keyfile(party)]);
      if (code !== 0) throw new Error(err);
    }
  }

  async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const deadline = systemClock.monotonic() + seconds(60);
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (systemClock.monotonic() > deadline) throw new Error(`${what} did not come`);
      await systemClock.sleep(millis(50), what);
    }
  }

  async stop(): Promise<void> {
    await this.#box?.stop();
    await this.sim.stop();
  }
}
