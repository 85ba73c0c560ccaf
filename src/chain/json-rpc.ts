// JSON-RPC over HTTP as the Emercoin node speaks it: envelopes out, results or coded errors back. What goes into one request, and
// whether a failed one may be repeated, is decided here.

import { z } from "zod";
import {
  AppError,
  type Clock,
  type Deferred,
  deferred,
  hasCode,
  type Millis,
  millis,
  stoppedError,
  withDeadline,
} from "../base/index.ts";
import { rpcError } from "./rpc-errors.ts";
import { RpcLanes } from "./rpc-lanes.ts";

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
  /** For calls that take long, such as a scan of all outputs; such a call goes alone. */
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
type Reply = z.infer<typeof reply>;
const replies = z.array(reply.extend({ id: z.int() }));
/** Calls in one request: the node works them off one after another, in one of its threads. */
const MAX_BATCH = 50;
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

interface Gathered {
  readonly call: RpcCall;
  readonly result: Deferred<unknown>;
}

// JSON.stringify writes other than control characters as they are: the node takes an escape for one raw byte.
const envelope = ({ method, params }: RpcCall, id: number): string => JSON.stringify({ method, params, id });

export class JsonRpc {
  readonly #options: JsonRpcOptions;
  readonly #lanes: RpcLanes;
  readonly #stop = new AbortController();
  #gathered: Gathered[] = [];

  constructor(options: JsonRpcOptions) {
    this.#options = options;
    this.#lanes = new RpcLanes(options.concurrency ?? 4);
  }

  /**
   * Reads that are asked for in one tick share a request. Rejects with the codes of `rpcError`, `emercoin.busy`, `.bad_credentials`,
   * `.unreachable`, `.no_answer`, `.too_large`, `.bad_reply` or `base.stopped`.
   */
  async call(call: RpcCall): Promise<unknown> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await (call.kind === "read" && call.timeout === undefined ? this.#gather(call) : this.#alone(call));
      } catch (error) {
        const wait = RETRY_AFTER[attempt];
        if (wait === undefined || !this.#mayRepeat(call, error)) throw error;
        await this.#options.clock.sleep(millis(wait), `repeat of ${call.method}`, this.#stop.signal);
      }
    }
  }

  /** Ends what runs and what waits with `base.stopped`. */
  stop(): void {
    this.#lanes.stop();
    this.#stop.abort();
  }

  #mayRepeat({ kind }: RpcCall, error: unknown): boolean {
    // The node did nothing in these cases; being away is for the caller to sit out.
    if (hasCode(error, "emercoin.busy")) return true;
    return kind === "read" && hasCode(error, "emercoin.no_answer");
  }

  #gather(call: RpcCall): Promise<unknown> {
    const result = deferred<unknown>();
    this.#gathered.push({ call, result });
    if (this.#gathered.length === 1) queueMicrotask(() => this.#sendGathered());
    return result.promise;
  }

  #sendGathered(): void {
    const all = this.#gathered;
    this.#gathered = [];
    for (let at = 0; at < all.length; at += MAX_BATCH) void this.#together(all.slice(at, at + MAX_BATCH));
  }

  async #together(batch: readonly Gathered[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    try {
      if (batch.length === 1) first.result.resolve(await this.#alone(first.call));
      else await this.#batch(batch);
    } catch (error) {
      for (const { result } of batch) result.reject(error);
    }
  }

  async #batch(batch: readonly Gathered[]): Promise<void> {
    const body = `[${batch.map(({ call }, id) => envelope(call, id)).join(",")}]`;
    const what = `${batch.length} calls`;
    const answers = this.#parse(replies, what, await this.#exchange(what, body));
    for (const [id, { call, result }] of batch.entries()) {
      const answer = answers.find((each) => each.id === id);
      if (answer === undefined) result.reject(badReply(call.method, 200));
      else settle(result, () => resultOf(call, answer));
    }
  }

  async #alone(call: RpcCall): Promise<unknown> {
    const answered = await this.#exchange(call.method, envelope(call, 1), call.timeout);
    try {
      return resultOf(call, this.#parse(reply, call.method, answered));
    } catch (error) {
      // It took the call; what it made of it stands in an answer that nobody can read.
      if (call.kind === "write" && answered.status === 200 && hasCode(error, "emercoin.bad_reply"))
        throw noAnswer(error);
      throw error;
    }
  }

  #exchange(what: string, body: string, timeout?: Millis): Promise<RpcReply> {
    const { clock, transport, wallet, timeout: usual = millis(30_000) } = this.#options;
    const path = wallet === undefined ? "/" : `/wallet/${encodeURIComponent(wallet)}`;
    return this.#lanes.run(async () => {
      const ended = new AbortController();
      const { signal } = this.#stop;
      if (signal.aborted) throw stoppedError("the Emercoin client");
      const sent = transport({ path, body, signal: AbortSignal.any([ended.signal, signal]) });
      try {
        return await withDeadline(sent, { clock, timeout: timeout ?? usual, what: `emercoin ${what}`, signal });
      } catch (error) {
        ended.abort();
        throw hasCode(error, "base.timeout") ? noAnswer(error) : error;
      }
    });
  }

  #parse<T>(schema: z.ZodType<T>, what: string, { status, body }: RpcReply): T {
    if (status === 401 || status === 403) throw badCredentials();
    if (body.startsWith(QUEUE_FULL)) throw busy();
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch {
      // The parser's own words quote the text, which is somebody's.
      throw badReply(what, status);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw badReply(what, status);
    return parsed.data;
  }
}

function settle(result: Deferred<unknown>, value: () => unknown): void {
  try {
    result.resolve(value());
  } catch (error) {
    result.reject(error);
  }
}

function resultOf({ method }: RpcCall, { error, result }: Reply): unknown {
  if (error !== null) throw rpcError(method, error);
  return result;
}

function badReply(what: string, status: number): AppError {
  return new AppError("emercoin.bad_reply", `what answers ${what} is not an Emercoin node (HTTP ${status})`, {
    hint: "Check `emercoin.url` in the configuration.",
  });
}
