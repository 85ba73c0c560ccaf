// JSON-RPC over HTTP as the Emercoin node speaks it: envelopes out, results or coded errors back. What one transport call is, and
// whether a failed one may be repeated, is decided here.

import { z } from "zod";
import { AppError, type Clock, hasCode, type Millis, millis, withDeadline, wrapError } from "../base/index.ts";
import { rpcError } from "./rpc-errors.ts";

export interface RpcReply {
  readonly status: number;
  /** Text of the body; bytes that are not UTF-8 have become U+FFFD. */
  readonly body: string;
}

/**
 * Sends one request. Rejects with `emercoin.unreachable` when nothing was sent, `emercoin.no_answer` when the request may have been
 * acted on.
 */
export type RpcTransport = (request: {
  readonly path: string;
  readonly body: string;
  readonly signal: AbortSignal;
}) => Promise<RpcReply>;

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
  /** Reads may be repeated after any failure; writes only where the node surely did nothing. */
  readonly kind: "read" | "write";
  /** For calls that take long, such as a scan of all outputs. */
  readonly timeout?: Millis;
}

export interface JsonRpcOptions {
  readonly transport: RpcTransport;
  readonly clock: Clock;
  /** Name of the wallet; undefined for the node's only one. */
  readonly wallet?: string | undefined;
  /** For one call, waiting in our own queue not included. Default 30 s. */
  readonly timeout?: Millis;
  /** Requests at a time; the node has four threads and a queue of 16. Default 4. */
  readonly concurrency?: number;
}

const reply = z.object({
  result: z.unknown(),
  error: z.object({ code: z.number(), message: z.string() }).nullable(),
});
/** Waits before a repeated try, in ms. */
const RETRY_AFTER: readonly number[] = [100, 400, 1600];
const QUEUE_FULL = "Work queue depth exceeded";

function busy(): AppError {
  return new AppError("emercoin.busy", "the Emercoin node has too many requests waiting", {
    hint: "Try again in a moment; raise rpcworkqueue in emercoin.conf if it happens often.",
    retryable: true,
  });
}

function badCredentials(): AppError {
  return new AppError("emercoin.bad_credentials", "the Emercoin node refuses the user name or password", {
    hint: "Compare `emercoin.user` and the password file with rpcuser and rpcpassword in emercoin.conf, or use its cookie file.",
  });
}

export function noAnswer(cause: unknown): AppError {
  return new AppError("emercoin.no_answer", "the Emercoin node's answer was lost", {
    hint: "Whether it acted is not known yet; the next look at mempool and chain tells.",
    retryable: true,
    cause,
  });
}

export class JsonRpc {
  readonly #options: JsonRpcOptions;
  readonly #waiting: (() => void)[] = [];
  readonly #stop = new AbortController();
  #running = 0;

  constructor(options: JsonRpcOptions) {
    this.#options = options;
  }

  /** Rejects with the codes of `rpcError`, `emercoin.busy`, `.bad_credentials`, `.unreachable`, `.no_answer`, `.bad_reply` or `base.stopped`. */
  async call(call: RpcCall): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(call);
      } catch (error) {
        const wait = RETRY_AFTER[attempt];
        if (wait === undefined || !this.#mayRepeat(call, error)) throw error;
        await this.#options.clock.sleep(millis(wait), `repeat of ${call.method}`, this.#stop.signal);
      }
    }
  }

  /** Ends what runs and what waits with `base.stopped`. */
  stop(): void {
    this.#stop.abort();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #mayRepeat({ kind }: RpcCall, error: unknown): boolean {
    // The node did nothing in these cases; being away is for the caller to sit out.
    if (hasCode(error, "emercoin.busy")) return true;
    return kind === "read" && hasCode(error, "emercoin.no_answer");
  }

  async #once(call: RpcCall): Promise<unknown> {
    await this.#enter();
    try {
      return this.#read(call.method, await this.#send(call));
    } finally {
      this.#leave();
    }
  }

  async #send({ method, params, timeout }: RpcCall): Promise<RpcReply> {
    const { clock, transport, wallet, timeout: usual = millis(30_000) } = this.#options;
    const ended = new AbortController();
    const path = wallet === undefined ? "/" : `/wallet/${encodeURIComponent(wallet)}`;
    // JSON.stringify writes other than control characters as they are: the node takes an escape for one raw byte.
    const body = JSON.stringify({ method, params, id: 1 });
    const sent = transport({ path, body, signal: AbortSignal.any([ended.signal, this.#stop.signal]) });
    try {
      return await withDeadline(sent, {
        clock,
        timeout: timeout ?? usual,
        what: `emercoin ${method}`,
        signal: this.#stop.signal,
      });
    } catch (error) {
      ended.abort();
      throw hasCode(error, "base.timeout") ? noAnswer(error) : error;
    }
  }

  #read(method: string, { status, body }: RpcReply): unknown {
    if (status === 401 || status === 403) throw badCredentials();
    if (body.startsWith(QUEUE_FULL)) throw busy();
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch (cause) {
      throw this.#badReply(method, status, cause);
    }
    const parsed = reply.safeParse(value);
    if (!parsed.success) throw this.#badReply(method, status, parsed.error);
    if (parsed.data.error !== null) throw rpcError(method, parsed.data.error);
    return parsed.data.result;
  }

  #badReply(method: string, status: number, cause: unknown): AppError {
    return wrapError(cause, "emercoin.bad_reply", `what answers ${method} is not an Emercoin node (HTTP ${status})`, {
      hint: "Check `emercoin.url` in the configuration.",
    });
  }

  async #enter(): Promise<void> {
    const { concurrency = 4 } = this.#options;
    // Whoever leaves hands its place on, so that nobody who comes later overtakes.
    if (this.#running < concurrency) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running--;
    else next();
  }
}
