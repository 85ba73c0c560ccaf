// rtpengine's NG protocol: one datagram asks, one answers, both begin with the same cookie. What got lost is asked again; rtpengine gives
// the same answer to the same cookie.

import { createSocket, type Socket } from "node:dgram";
import { z } from "zod";
import {
  AppError,
  type Clock,
  type Deferred,
  type Disposer,
  deferred,
  type Millis,
  millis,
  type Random,
  toHex,
} from "../../base/index.ts";
import { type Bencoded, bdecode, bencode } from "./bencode.ts";

export interface NgClientOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
}

export interface NgAnswer {
  readonly result: string;
  readonly sdp?: string | undefined;
}

interface Asked {
  readonly answer: Deferred<NgAnswer>;
  stop: Disposer;
}

const answerShape = z.object({ result: z.string(), sdp: z.string().optional(), "error-reason": z.string().optional() });
/** Together under two seconds: a phone that waits asks again by itself. */
const TRIES: readonly Millis[] = [millis(250), millis(500), millis(1000)];

export class NgClient {
  readonly #options: NgClientOptions;
  readonly #asked = new Map<string, Asked>();
  #socket: Socket | null = null;

  constructor(options: NgClientOptions) {
    this.#options = options;
  }

  /** Rejects with `voice.media_relay`. */
  async ask(command: string, values: Readonly<Record<string, Bencoded>>): Promise<NgAnswer> {
    const socket = this.#open();
    const cookie = toHex(this.#options.random.bytes(8));
    const bytes = Buffer.concat([Buffer.from(`${cookie} `), bencode({ command, ...values })]);
    const asked: Asked = { answer: deferred<NgAnswer>(), stop: () => {} };
    this.#asked.set(cookie, asked);
    const send = (at: number): void => {
      const wait = TRIES[at];
      if (wait === undefined) return asked.answer.reject(unreachable());
      socket.send(bytes, this.#options.port, this.#options.host, () => {});
      asked.stop = this.#options.clock.after(wait, "rtpengine's answer", () => send(at + 1));
    };
    send(0);
    try {
      return await asked.answer.promise;
    } finally {
      asked.stop();
      this.#asked.delete(cookie);
    }
  }

  /** What was asked before, such as the end of a call, is waited for: not for longer than rtpengine has for any answer. */
  async stop(): Promise<void> {
    await Promise.allSettled([...this.#asked.values()].map(({ answer }) => answer.promise));
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  #open(): Socket {
    if (this.#socket !== null) return this.#socket;
    const { host, port } = this.#options;
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.on("message", (bytes, from) => {
      if (from.port === port) this.#take(bytes);
    });
    // Nothing listens there: the time-out says so.
    socket.on("error", () => {});
    this.#socket = socket;
    return socket;
  }

  #take(bytes: Buffer): void {
    const blank = bytes.indexOf(" ");
    const asked = blank < 0 ? undefined : this.#asked.get(bytes.toString("latin1", 0, blank));
    if (asked === undefined) return;
    const parsed = answerShape.safeParse(bdecode(bytes.subarray(blank + 1)));
    if (!parsed.success) return asked.answer.reject(refused("an answer that is none"));
    const { result, sdp, "error-reason": reason } = parsed.data;
    // What it says of the reason names addresses at most.
    if (result === "error") asked.answer.reject(refused(reason ?? "no reason"));
    else asked.answer.resolve({ result, sdp });
  }
}

const HINT = "Check that rtpengine runs, that voice.rtpengine is its listen-ng, and that it has free ports.";

function unreachable(): AppError {
  return new AppError("voice.media_relay", "rtpengine does not answer", { hint: HINT, retryable: true });
}

function refused(reason: string): AppError {
  return new AppError("voice.media_relay", `rtpengine refuses: ${reason.slice(0, 100)}`, {
    hint: HINT,
    retryable: true,
  });
}
