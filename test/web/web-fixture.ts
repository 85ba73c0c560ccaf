// A web server over a fake box on a free loopback port, and a client that can say anything: wrong hosts, origins and bodies.

import { type IncomingHttpHeaders, request } from "node:http";
import { WebSocket } from "ws";
import { silentLogger } from "../../src/base/index.ts";
import { type LiveFrame, liveFrame } from "../../src/protocol/index.ts";
import {
  type ApiScope,
  createApiToken,
  setPassword,
  startWeb,
  type WebHandle,
  type WebOptions,
} from "../../src/web/index.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { FakePhones } from "../sim/fake-phones.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

export const PASSWORD = "seven quiet otters";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed body; null when it is not JSON. */
  readonly json: Record<string, unknown> | null;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is text or bytes. */
  readonly body?: unknown;
}

export interface WebFixture {
  readonly web: WebHandle;
  readonly box: FakeBoxConsole;
  readonly phones: FakePhones;
  readonly settings: MemorySettings;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly host: string;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Signs in; returns the headers of a signed-in page's writes. */
  signIn(): Promise<Record<string, string>>;
  token(...scopes: readonly ApiScope[]): Promise<Record<string, string>>;
  live(headers: Readonly<Record<string, string>>): LiveClient;
  stop(): Promise<void>;
}

export interface FixtureOptions extends Partial<Omit<WebOptions, "phones">> {
  readonly slots?: number;
  /** Leaves the box without an owner. */
  readonly unclaimed?: boolean;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function encode(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) return body;
  return JSON.stringify(body);
}

function call(url: string, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const body = encode(options.body);
    const headers = {
      ...(body === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)) }),
      ...options.headers,
    };
    const sent = request({ hostname, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A viewer of the live feed that keeps what it got. */
export class LiveClient {
  readonly socket: WebSocket;
  readonly frames: LiveFrame[] = [];
  /** The close code, or the status the upgrade was refused with. */
  readonly ended: Promise<number>;
  #waiting: (() => void)[] = [];

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.socket = new WebSocket(`${url.replace("http", "ws")}/api/v1/live`, { headers });
    this.ended = new Promise((resolve) => {
      this.socket.on("close", (code) => resolve(code));
      this.socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
      this.socket.on("error", () => {});
    });
    this.socket.on("message", (data) => {
      this.frames.push(liveFrame.parse(JSON.parse(data.toString())));
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** Resolves once a frame that passes `test` has come. */
  async until(test: (frame: LiveFrame) => boolean): Promise<LiveFrame> {
    for (;;) {
      const found = this.frames.find(test);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  snapshot(): Promise<LiveFrame> {
    return this.until((frame) => frame.type === "snapshot");
  }

  of(type: LiveFrame["type"]): readonly LiveFrame[] {
    return this.frames.filter((frame) => frame.type === type);
  }
}

let hashed: Promise<ReadonlyMap<string, string>> | null = null;

/** Argon2id takes a third of a second and is the same each time: once for each file is enough. */
async function claimed(settings: MemorySettings): Promise<void> {
  hashed ??= (async () => {
    const first = new MemorySettings();
    await setPassword({ settings: first, random: new SeededRandom("web fixture owner"), password: PASSWORD });
    return first.values;
  })();
  for (const [key, value] of await hashed) settings.values.set(key, value);
}

export async function startFixture(options: FixtureOptions = {}): Promise<WebFixture> {
  const clock = new VirtualClock();
  const random = new SeededRandom("web fixture");
  const settings = new MemorySettings();
  const box = new FakeBoxConsole({ clock, slots: options.slots ?? 8 });
  const phones = new FakePhones({ clock });
  if (options.unclaimed !== true) await claimed(settings);
  const web = await startWeb({
    listen: { host: "127.0.0.1", port: 0 },
    ...{ box, phones, settings, clock, random, log: silentLogger, pages: "/nowhere" },
    ...options,
  });
  const marker = { "x-numberbox": "1" };
  const clients: LiveClient[] = [];
  return {
    ...{ web, box, phones, settings, clock, random, host: new URL(web.url).host },
    call: (method, path, how) => call(web.url, method, path, how),
    signIn: async () => {
      const answer = await call(web.url, "POST", "/api/v1/session", { headers: marker, body: { password: PASSWORD } });
      const cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0];
      if (cookie === undefined) throw new Error(`sign-in failed with status ${answer.status}`);
      return { cookie, ...marker };
    },
    token: async (...scopes) => {
      const token = await createApiToken({ settings, random, name: "test", scopes });
      return { authorization: `Bearer ${token}` };
    },
    live: (headers) => {
      const client = new LiveClient(web.url, headers);
      clients.push(client);
      return client;
    },
    stop: async () => {
      for (const client of clients) client.socket.terminate();
      await web.stop();
    },
  };
}
