// A real relay on a free port with a virtual clock and a folder of its own, and plain HTTP to talk to it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { days, type Logger, type Millis, minutes, silentLogger, toBase64url, utf8 } from "../../src/base/index.ts";
import type { Identity } from "../../src/envelope/index.ts";
import {
  authReply,
  challengeReply,
  type MailboxPage,
  mailboxPage,
  type RentalGrant,
  relayProblem,
} from "../../src/protocol/index.ts";
import { type RelayHandle, type RelayServerOptions, startRelay } from "../../src/relay/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { NOW, otherProvider, provider, signWith, suite, verifyOf } from "./fixtures.ts";

export interface CallOptions {
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CallResult {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

/** Tests call more often than a client may: only tests of the limits set them lower. */
const WIDE = {
  requestsPerMinute: 1_000_000,
  authPerMinute: 1_000_000,
  forwardsPerMinute: 1_000_000,
  repeatsPerMinute: 1_000_000,
  readsPerMinute: 1_000_000,
  receiptsPerMinute: 1_000_000,
  rentsPerMinute: 1_000_000,
};

export type RigOptions = Partial<Omit<RelayServerOptions, "listen" | "dataFolder" | "clock" | "crypto">>;

export class RelayRig {
  readonly clock = new VirtualClock(NOW);
  readonly folder: string;
  readonly #options: RigOptions;
  #handle: RelayHandle | null = null;

  private constructor(folder: string, options: RigOptions) {
    this.folder = folder;
    this.#options = options;
  }

  static async start(options: RigOptions = {}): Promise<RelayRig> {
    const rig = new RelayRig(await mkdtemp(join(tmpdir(), "numberbox-relay-")), options);
    await rig.open();
    return rig;
  }

  get url(): string {
    if (this.#handle === null) throw new Error("the relay is not running");
    return this.#handle.url;
  }

  /** Starts the relay, again on the same folder and, with `port`, at the same place. */
  async open(port = 0, more: RigOptions = {}): Promise<void> {
    const log: Logger = this.#options.log ?? silentLogger;
    this.#handle = await startRelay({
      providers: [
        { verify: verifyOf(provider), name: "one" },
        { verify: verifyOf(otherProvider), name: "two" },
      ],
      version: "0.0.0",
      random: new SeededRandom(`relay ${NOW}`),
      ...this.#options,
      ...more,
      listen: { host: "127.0.0.1", port },
      dataFolder: this.folder,
      limits: { ...WIDE, ...this.#options.limits },
      clock: this.clock,
      crypto: suite,
      log,
    });
  }

  async halt(): Promise<void> {
    await this.clock.settle(this.#handle?.stop() ?? Promise.resolve());
    this.#handle = null;
  }

  async stop(): Promise<void> {
    await this.halt();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Lets time pass, with a whole round of housekeeping at its end. */
  async pass(time: Millis): Promise<void> {
    // A round goes through the disk, so it ends at no certain virtual time: the one that was due comes first, then one that is now.
    for (const step of [time, minutes(10)]) {
      await this.clock.advance(step);
      while (!this.clock.pending.includes("relay housekeeping")) await this.clock.flush(1);
    }
  }

  async passDays(count: number): Promise<void> {
    for (let day = 0; day < count; day++) await this.pass(days(1));
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<CallResult> {
    const { body, raw, token, headers } = options;
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(sent === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text === "" ? undefined : JSON.parse(text),
    };
  }

  forward(body: unknown): Promise<CallResult> {
    return this.call("POST", "/forward", { body });
  }

  register(grant: RentalGrant): Promise<CallResult> {
    return this.call("PUT", `/rentals/${grant.rental_id}`, { body: grant });
  }

  /** A token for `who`, by challenge. */
  async login(who: Identity): Promise<string> {
    const pubkey = verifyOf(who);
    const { challenge } = challengeReply.parse((await this.call("POST", "/auth/challenge", { body: { pubkey } })).body);
    const signature = toBase64url(signWith(who)(utf8(challenge)));
    return authReply.parse((await this.call("POST", "/auth", { body: { pubkey, challenge, signature } })).body).token;
  }

  async mailbox(token: string, query = ""): Promise<MailboxPage> {
    return mailboxPage.parse((await this.call("GET", `/sms${query}`, { token })).body);
  }
}

/** `status code` of an answer, or `status status` for what was done: what most tests compare. */
export function verdictOf(result: CallResult): string {
  const problem = relayProblem.safeParse(result.body);
  if (problem.success) return `${result.status} ${problem.data.code}`;
  const done = result.body as { readonly status?: string } | undefined;
  return `${result.status} ${done?.status ?? ""}`.trim();
}
