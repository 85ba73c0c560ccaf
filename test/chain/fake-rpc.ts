// A node in this process, behind the transport: answers by method, counts what it was sent.

import { onTestFinished } from "vitest";
import { createEmercoinNode, type EmercoinNode, type RpcTransport } from "../../src/chain/index.ts";
import { JsonRpc, type JsonRpcOptions } from "../../src/chain/json-rpc.ts";
import { RpcSession } from "../../src/chain/rpc-session.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

export interface FakeCall {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly id: number;
}

/** Thrown by a handler: the node's refusal. */
export class Refusal {
  readonly code: number;
  readonly message: string;
  constructor(code: number, message: string) {
    this.code = code;
    this.message = message;
  }
}

export type Handler = (call: FakeCall) => unknown;

export class FakeRpc {
  readonly clock = new VirtualClock();
  /** Bodies in the order in which they came, parsed. */
  readonly requests: unknown[] = [];
  readonly paths: string[] = [];
  readonly calls: FakeCall[] = [];
  /** Set to something else to answer as HTTP, or to fail. */
  intercept: ((body: string) => ReturnType<RpcTransport> | null) | null = null;
  #handler: Handler;

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  readonly transport: RpcTransport = async ({ path, body }) => {
    this.paths.push(path);
    const request: FakeCall | readonly FakeCall[] = JSON.parse(body);
    this.requests.push(request);
    const instead = this.intercept?.(body) ?? null;
    if (instead !== null) return await instead;
    const answer = Array.isArray(request)
      ? await Promise.all(request.map((call) => this.#answer(call)))
      : await this.#answer(request as FakeCall);
    return { status: 200, body: `${JSON.stringify(answer)}\n` };
  };

  async #answer(call: FakeCall): Promise<unknown> {
    this.calls.push(call);
    try {
      return { result: await this.#handler(call), error: null, id: call.id };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { result: null, error: { code: error.code, message: error.message }, id: call.id };
    }
  }

  methods(): readonly string[] {
    return this.calls.map((call) => call.method);
  }

  node(wallet?: string): EmercoinNode {
    const node = createEmercoinNode({ transport: this.transport, clock: this.clock, wallet });
    onTestFinished(() => node.stop());
    return node;
  }

  rpc(options: Partial<JsonRpcOptions> = {}): JsonRpc {
    const rpc = new JsonRpc({ transport: this.transport, clock: this.clock, ...options });
    onTestFinished(() => rpc.stop());
    return rpc;
  }

  session(wallet?: string): RpcSession {
    return new RpcSession(this.rpc({ wallet }), wallet);
  }
}

/** The code that a promise rejects with; "resolved" if it does not. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => "resolved",
    (error: unknown) =>
      typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error),
  );
}
