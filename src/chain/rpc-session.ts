// Typed calls: method and parameters out, a parsed answer or a coded error back.

import type { z } from "zod";
import { AppError, type Millis } from "../base/index.ts";
import type { JsonRpc } from "./json-rpc.ts";

export interface TypedCall<T> {
  readonly reply: z.ZodType<T>;
  readonly timeout?: Millis;
}

export class RpcSession {
  readonly #rpc: JsonRpc;

  constructor(rpc: JsonRpc) {
    this.#rpc = rpc;
  }

  async read<T>(method: string, params: readonly unknown[], { reply, timeout }: TypedCall<T>): Promise<T> {
    const value = await this.#rpc.call({ method, params, kind: "read", ...(timeout === undefined ? {} : { timeout }) });
    return parse(reply, method, value);
  }

  async write<T>(method: string, params: readonly unknown[], { reply, timeout }: TypedCall<T>): Promise<T> {
    const value = await this.#rpc.call({
      method,
      params,
      kind: "write",
      ...(timeout === undefined ? {} : { timeout }),
    });
    return parse(reply, method, value);
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
