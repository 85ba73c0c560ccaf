// From the body of a request to the answer: batches, named arguments, error codes and the HTTP status that goes with them.

import { isAppError } from "../../../src/base/index.ts";
import { type Command, type CommandTable, helpText } from "./commands.ts";
import { ByteText, type Json, type Param, readJson, renderJson } from "./json-values.ts";
import type { NodeState } from "./node-state.ts";
import { Args } from "./rpc-args.ts";
import { RPC, RpcError } from "./rpc-error.ts";

export interface RpcAnswer {
  readonly status: number;
  readonly body: Buffer;
}

interface Reply {
  readonly result: Json;
  readonly error: RpcError | null;
  readonly id: Json;
}

const replyJson = ({ result, error, id }: Reply): Json => ({ result, error: error === null ? null : error.json, id });

function statusOf(error: RpcError | null): number {
  if (error === null) return 200;
  if (error.code === RPC.REQUEST) return 400;
  return error.code === RPC.METHOD ? 404 : 500;
}

const answer = (status: number, json: Json): RpcAnswer => ({
  status,
  body: Buffer.concat([renderJson(json), Buffer.from("\n")]),
});

const isObject = (value: Param): value is { readonly [key: string]: Param } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An id comes back as it came; its text is bytes here. */
const idOf = (id: Param | undefined): Json => (typeof id === "string" ? new ByteText(id) : ((id ?? null) as Json));

/** Positions for named arguments; gaps are null, trailing ones fall away. */
function positional(command: Command, params: Param): readonly Param[] {
  if (!isObject(params)) return (params ?? []) as readonly Param[];
  const unknown = Object.keys(params).find((name) => !command.names.includes(name));
  if (unknown !== undefined) throw new RpcError(RPC.PARAMETER, `Unknown named parameter ${unknown}`);
  const values = command.names.map((name) => params[name] ?? null);
  const last = values.findLastIndex((value) => value !== null);
  return values.slice(0, last + 1);
}

export class RpcDispatcher {
  readonly #node: NodeState;
  readonly #table: CommandTable;

  constructor(node: NodeState, table: CommandTable) {
    this.#node = node;
    this.#table = table;
  }

  /** `wallet` is the name in the request's path, null for none. */
  async answer(body: Uint8Array, wallet: string | null): Promise<RpcAnswer> {
    let request: Param;
    try {
      request = readJson(body);
    } catch {
      return answer(500, replyJson({ result: null, error: new RpcError(RPC.PARSE, "Parse error"), id: null }));
    }
    if (Array.isArray(request)) {
      const replies: Json[] = [];
      for (const one of request) replies.push(replyJson(await this.#reply(one, wallet)));
      return answer(200, replies);
    }
    if (!isObject(request)) {
      const error = new RpcError(RPC.PARSE, "Top-level object parse error");
      return answer(500, replyJson({ result: null, error, id: null }));
    }
    const reply = await this.#reply(request, wallet);
    return answer(statusOf(reply.error), replyJson(reply));
  }

  async #reply(request: Param, wallet: string | null): Promise<Reply> {
    const id = isObject(request) ? idOf(request.id) : null;
    try {
      if (!isObject(request)) throw new RpcError(RPC.REQUEST, "Invalid Request object");
      return { result: await this.call(request.method, request.params ?? null, wallet), error: null, id };
    } catch (error) {
      if (error instanceof RpcError) return { result: null, error, id };
      // What no check foresaw is an answer too, as an exception in the node is.
      if (isAppError(error)) return { result: null, error: new RpcError(RPC.MISC, error.message), id };
      throw error;
    }
  }

  /** Runs one command. Throws `RpcError`. */
  async call(method: Param | undefined, params: Param, wallet: string | null): Promise<Json> {
    if (method === undefined || method === null) throw new RpcError(RPC.REQUEST, "Missing method");
    if (typeof method !== "string") throw new RpcError(RPC.REQUEST, "Method must be a string");
    if (params !== null && typeof params !== "object") {
      throw new RpcError(RPC.REQUEST, "Params must be an array or object");
    }
    const node = this.#node;
    if (node.warmUp !== null) throw new RpcError(RPC.WARM_UP, node.warmUp);
    const command = Object.hasOwn(this.#table, method) ? this.#table[method] : undefined;
    if (command === undefined) throw new RpcError(RPC.METHOD, "Method not found");
    const args = new Args(positional(command, params));
    if (command.needsWallet) node.wallet(wallet);
    if (args.count < command.least || args.count > command.most) throw new RpcError(RPC.MISC, helpText(command));
    return command.run({
      node,
      args,
      method,
      path: wallet,
      get wallet() {
        return node.wallet(wallet);
      },
    });
  }
}
