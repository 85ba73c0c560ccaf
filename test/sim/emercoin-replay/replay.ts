// Sends recorded exchanges to the simulated node over HTTP and compares the answers.

import { toHex } from "../../../src/base/index.ts";
import {
  decodeTransaction,
  isAddress,
  parseAddress,
  scriptOfAddress,
  transactionHex,
} from "../../../src/emercoin/index.ts";
import { nobleCoin } from "../../../src/envelope/index.ts";
import type { SimEmercoin } from "../emercoin/index.ts";
import type { NodeState } from "../emercoin/node-state.ts";
import type { VirtualClock } from "../virtual-clock.ts";
import { Comparison, errorText, FIXED, type Looseness, Names } from "./alike.ts";

export interface Recorded {
  readonly method: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string } | null;
  readonly http?: number;
  readonly wallet?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Step {
  /** What happened before, unrecorded. */
  readonly before?: (replay: Replay, recorded: Recorded) => void | Promise<void>;
  readonly node?: 0 | 1;
  readonly wallet?: string;
  /** The arguments, where more than names must be changed. */
  readonly params?: (replay: Replay, params: unknown) => unknown;
  /** The request as Python writes it: with escapes instead of UTF-8. */
  readonly escaped?: boolean;
  readonly loose?: Looseness;
  /** Takes the place of sending and comparing. Returns what differs. */
  readonly instead?: (replay: Replay, recorded: Recorded) => Promise<readonly string[]>;
}

export type Scenario = ReadonlyMap<number, Step>;

export interface HttpReply {
  readonly status: number;
  readonly type: string | null;
  readonly headers: Headers;
  readonly text: string;
}

export interface HttpOptions {
  readonly path?: string;
  readonly node?: number;
  /** `user:password`; null for none. */
  readonly auth?: string | null;
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

const NETWORK = "regtest";
const TYPES = { p2pkh: "legacy", p2sh: "p2sh-segwit", p2wpkh: "bech32", p2wsh: null } as const;

const isRegtest = (text: unknown): text is string => typeof text === "string" && isAddress(nobleCoin, text, NETWORK);
const scriptHex = (text: string): string => toHex(scriptOfAddress(parseAddress(nobleCoin, text, NETWORK)));

export class Replay {
  readonly sim: SimEmercoin;
  readonly clock: VirtualClock;
  readonly names: Names;
  /** Which address a funding transaction paid: tells the output's number. */
  readonly payments = new Map<string, string>();

  constructor(sim: SimEmercoin, clock: VirtualClock) {
    this.sim = sim;
    this.clock = clock;
    this.names = new Names((recorded, simulated) => {
      if (isRegtest(recorded) && isRegtest(simulated)) this.names.set(scriptHex(recorded), scriptHex(simulated));
    });
  }

  state(node = 0): NodeState {
    const found = this.sim.nodes[node];
    if (found === undefined) throw new RangeError("no such node");
    return found.state;
  }

  mine(count = 1, node = 0): void {
    this.sim.mine(count, { node });
  }

  /** A call that nobody recorded. */
  async ask<T>(method: string, params: readonly unknown[] = [], wallet = "", node = 0): Promise<T> {
    const answer = await this.sim.nodes[node]?.call(method, params, wallet);
    return answer as T;
  }

  /** Pays an address of the simulated network and notes it. */
  async fund(address: string, amount: number, recordedTxid?: string): Promise<string> {
    const txid = await this.ask<string>("sendtoaddress", [address, amount]);
    this.payments.set(txid, address);
    if (recordedTxid !== undefined) this.names.set(recordedTxid, txid);
    return txid;
  }

  voutOf(txid: string): number {
    const tx = this.state().chain.txs.get(txid)?.tx ?? this.state().mempool.entries.get(txid)?.tx;
    const script = this.payments.get(txid);
    if (tx === undefined || script === undefined) throw new Error(`nobody knows what ${txid} paid`);
    return tx.outputs.findIndex((output) => toHex(output.script) === scriptHex(script));
  }

  /** A request, with as much virtual time as it takes. */
  http(body: string, options: HttpOptions = {}): Promise<HttpReply> {
    return this.clock.settle(this.send(body, options));
  }

  async send(body: string, options: HttpOptions = {}): Promise<HttpReply> {
    const { path = "/", node = 0, auth = "emc:emc", method = "POST", headers = {} } = options;
    const url = `${this.sim.nodes[node]?.url}${path}`;
    const authorization = auth === null ? {} : { authorization: `Basic ${btoa(auth)}` };
    const request = { method, headers: { ...headers, ...authorization }, ...(method === "POST" ? { body } : {}) };
    const response = await fetch(url, request);
    const text = Buffer.from(await response.arrayBuffer()).toString("utf8");
    return { status: response.status, type: response.headers.get("content-type"), headers: response.headers, text };
  }

  /** One recorded exchange. Returns what differs. */
  async exchange(recorded: Recorded, step: Step = {}): Promise<readonly string[]> {
    await step.before?.(this, recorded);
    if (step.instead !== undefined) return step.instead(this, recorded);
    const node = step.node ?? 0;
    await this.#giveAddresses(recorded.params);
    const mapped = this.#outpoints(this.names.value(expanded(recorded.params)));
    const params = step.params?.(this, mapped) ?? mapped;
    const body = JSON.stringify({ method: recorded.method, params, id: 1 });
    const path = this.#path(recorded, step, node);
    const reply = await this.http(step.escaped === true ? escaped(body) : body, { path, node });
    const differences = this.#compare(recorded, reply, step.loose);
    this.#notePayment(recorded, params, reply);
    return differences;
  }

  #path(recorded: Recorded, step: Step, node: number): string {
    const wallet = step.wallet ?? recorded.wallet;
    if (wallet !== undefined) return `/wallet/${wallet}`;
    const isOfNode = recorded.error?.code === -19 || recorded.method === "unloadwallet";
    return isOfNode || this.state(node).loaded.length < 2 ? "/" : "/wallet/";
  }

  #compare(recorded: Recorded, reply: HttpReply, loose: Looseness | undefined): readonly string[] {
    const { result, error } = JSON.parse(reply.text) as { result: unknown; error: Recorded["error"] };
    const differences: string[] = [];
    if (recorded.http !== undefined && recorded.http !== reply.status) {
      differences.push(`HTTP status: recorded ${recorded.http}, simulated ${reply.status}`);
    }
    const wanted = recorded.error ?? null;
    if (wanted === null && error === null) {
      const comparison = new Comparison(this.names, loose);
      comparison.compare(recorded.result, result);
      return [...differences, ...comparison.differences];
    }
    const [own, theirs] = [wanted, error].map((one) =>
      one == null ? "none" : `${one.code} ${errorText(this.names, one.message)}`,
    );
    return own === theirs ? differences : [...differences, `error: recorded ${own}, simulated ${theirs}`];
  }

  /** Addresses of the recording wallet that no recorded call made: a wallet here gets some of the same kind. */
  async #giveAddresses(value: unknown): Promise<void> {
    if (Array.isArray(value)) for (const one of value) await this.#giveAddresses(one);
    else if (typeof value === "object" && value !== null) {
      for (const one of [...Object.keys(value), ...Object.values(value)]) await this.#giveAddresses(one);
    }
    if (!isRegtest(value) || FIXED.has(value) || this.names.has(value)) return;
    const type = TYPES[parseAddress(nobleCoin, value, NETWORK).kind];
    if (type !== null) this.names.set(value, await this.ask<string>("getnewaddress", ["", type]));
  }

  /** Output numbers: which of two outputs is the change is chance. */
  #outpoints(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#outpoints(one));
    if (typeof value !== "object" || value === null) return value;
    const fields = value as Readonly<Record<string, unknown>>;
    const { txid } = fields;
    if (typeof txid === "string" && "vout" in fields && this.payments.has(txid))
      return { ...fields, vout: this.voutOf(txid) };
    return fields;
  }

  #notePayment(recorded: Recorded, params: unknown, reply: HttpReply): void {
    if (recorded.method !== "sendtoaddress" || reply.status !== 200 || !Array.isArray(params)) return;
    this.payments.set(JSON.parse(reply.text).result, String(params[0]));
  }

  /** A signed copy of a raw transaction with something changed, by these wallets one after another. */
  async signedVariant(
    hex: string,
    change: (tx: ReturnType<typeof decodeTransaction>) => ReturnType<typeof decodeTransaction>,
    wallets: readonly string[],
  ): Promise<string> {
    let signed = transactionHex(change(decodeTransaction(hex)));
    for (const wallet of wallets) {
      signed = (await this.ask<{ hex: string }>("signrawtransactionwithwallet", [signed], wallet)).hex;
    }
    return signed;
  }
}

/** As Python's json.dumps writes it. */
function escaped(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** `<20480 x "A">` stands for that many letters. */
function expanded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expanded);
  const match = typeof value === "string" ? /^<(\d+) x "(.)">$/.exec(value) : null;
  return match === null ? value : (match[2] ?? "").repeat(Number(match[1]));
}
