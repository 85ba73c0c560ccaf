// Typed calls: method and parameters out, a parsed answer or a coded error back.

import type { z } from "zod";
import { AppError, hasCode, type Millis, minutes } from "../base/index.ts";
import { type JsonRpc, noAnswer, type RpcCall } from "./json-rpc.ts";

export interface TypedCall<T> {
  readonly reply: z.ZodType<T>;
  readonly timeout?: Millis;
}

/** A wallet with a long history is read through. */
const LOAD_WALLET = minutes(5);

export class RpcSession {
  readonly #rpc: JsonRpc;
  readonly #wallet: string | undefined;
  #loading: Promise<void> | null = null;

  /** `wallet` is loaded when the node says that it is not: a node forgets with each restart which wallets it had. */
  constructor(rpc: JsonRpc, wallet?: string | undefined) {
    this.#rpc = rpc;
    this.#wallet = wallet;
  }

  async read<T>(method: string, params: readonly unknown[], { reply, timeout }: TypedCall<T>): Promise<T> {
    return parse(reply, method, await this.#call(method, params, "read", timeout));
  }

  async write<T>(method: string, params: readonly unknown[], { reply, timeout }: TypedCall<T>): Promise<T> {
    const value = await this.#call(method, params, "write", timeout);
    try {
      return parse(reply, method, value);
    } catch (error) {
      // It acted; what it did stands in an answer that nobody can read.
      throw noAnswer(error);
    }
  }

  async #call(method: string, params: readonly unknown[], kind: RpcCall["kind"], timeout?: Millis): Promise<unknown> {
    const call: RpcCall = { method, params, kind, ...(timeout === undefined ? {} : { timeout }) };
    try {
      return await this.#rpc.call(call);
    } catch (error) {
      if (!hasCode(error, "emercoin.no_wallet") || this.#wallet === undefined) throw error;
      await this.#load(this.#wallet);
      return await this.#rpc.call(call);
    }
  }

  #load(wallet: string): Promise<void> {
    this.#loading ??= this.#rpc
      .call({ method: "loadwallet", params: [wallet], kind: "write", timeout: LOAD_WALLET })
      .then(
        () => {},
        (error) => {
          // Somebody else was quicker.
          if (!hasCode(error, "emercoin.wallet_loaded")) throw error;
        },
      )
      .finally(() => {
        this.#loading = null;
      });
    return this.#loading;
  }
}

function parse<T>(reply: z.ZodType<T>, method: string, value: unknown): T {
  const parsed = reply.safeParse(value);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new AppError("emercoin.bad_reply", `the Emercoin node's answer to ${method} is not of the known form`, {
    hint: "Update Numberbox, or the node to 0.8.6.",
    context: { method, path },
    cause: parsed.error,
  });
}
