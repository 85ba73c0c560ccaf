// A running simulated Emercoin network: one node or two, each with its HTTP, funded wallets, and the controls of the world outside.

import { type Clock, type CoinCrypto, type Disposer, millis, type Random } from "../../../src/base/index.ts";
import type { ChainNetwork } from "../../../src/emercoin/index.ts";
import { nobleCoin } from "../../../src/envelope/index.ts";
import { JsonServer } from "../android/json-server.ts";
import { commandTable } from "./command-table.ts";
import { controlEmercoin } from "./control-api.ts";
import { Faults } from "./faults.ts";
import { fundWallets, type PlantedName, plantNames } from "./funding.ts";
import { readJson, renderJson } from "./json-values.ts";
import { NodeState } from "./node-state.ts";
import { RpcDispatcher } from "./rpc-dispatch.ts";
import { RpcServer } from "./rpc-server.ts";
import { SimNetwork } from "./sim-network.ts";

export interface StartEmercoinOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly crypto?: CoinCrypto;
  readonly network?: ChainNetwork;
  readonly user?: string;
  readonly password?: string;
  /** Ports of the first node's RPC, of the second's and of the control; 0 or none: free ones. */
  readonly port?: number;
  readonly peerPort?: number;
  readonly controlPort?: number;
  /** Nodes in the network, 1 or 2. */
  readonly peers?: 1 | 2;
  /** Wallets of the first node besides the default one. They get coins too. */
  readonly wallets?: readonly string[];
  /** A block comes every so many seconds; 0 or none: on demand only. */
  readonly blockTime?: number;
  /** False leaves the wallets empty and the chain at its genesis. */
  readonly funded?: boolean;
  /** False leaves the ports alone: only `call` works. */
  readonly http?: boolean;
}

const WARM_UP_TEXTS = [
  "Verifying wallet(s)...",
  "Loading block index...",
  "Verifying blocks...",
  "Loading wallet...",
] as const;

/** One node with its transport. */
export class SimNode {
  readonly state: NodeState;
  readonly faults = new Faults();
  readonly #dispatcher: RpcDispatcher;
  readonly server: RpcServer;
  readonly #clock: Clock;
  #url = "";
  #running = false;
  #restart: Promise<void> = Promise.resolve();

  constructor(state: NodeState, access: { readonly user: string; readonly password: string }) {
    this.state = state;
    this.#clock = state.clock;
    this.#dispatcher = new RpcDispatcher(state, commandTable());
    const { faults } = this;
    this.server = new RpcServer({ ...access, dispatcher: this.#dispatcher, faults, clock: state.clock });
    state.onStop = () => void this.#clock.after(millis(0), "Emercoin stops", () => void this.down());
  }

  get url(): string {
    return this.#url;
  }

  /** False while the process is down. */
  get running(): boolean {
    return this.#running;
  }

  async start(port: number): Promise<void> {
    this.#url = await this.server.start(port);
    this.#running = true;
  }

  /** A call without transport. Resolves with the result as a client would parse it. Rejects with `RpcError`. */
  async call(method: string, params: readonly unknown[] | object = [], wallet: string | null = null): Promise<unknown> {
    const input = readJson(Buffer.from(JSON.stringify(params), "utf8"));
    return JSON.parse(renderJson(await this.#dispatcher.call(method, input, wallet)).toString("utf8"));
  }

  /** The process ends: connections are cut, new ones refused, what it had in RAM is gone. */
  async down(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.faults.clear();
    this.state.wakeAll();
    await this.server.stop();
    this.state.restart();
  }

  /** The process starts again and answers -28 with changing texts for `warmUpMs` in all. */
  async up(warmUpMs = 0): Promise<void> {
    if (this.#running || this.#url === "") return;
    this.#running = true;
    await this.server.start();
    this.warmUp(warmUpMs);
  }

  warmUp(ms: number): void {
    const step = (index: number): void => {
      this.state.warmUp = WARM_UP_TEXTS[index] ?? null;
      if (this.state.warmUp === null) return;
      this.#clock.after(millis(ms / WARM_UP_TEXTS.length), "Emercoin warm-up", () => step(index + 1));
    };
    if (ms > 0) step(0);
    else this.state.warmUp = null;
  }

  /** Crash (or `stop`) and restart after a while. Resolves when it is down. */
  async crash(
    options: { readonly downMs?: number; readonly warmUpMs?: number; readonly keepMempool?: boolean } = {},
  ): Promise<void> {
    const { downMs = 0, warmUpMs = 0 } = options;
    await this.down();
    if (downMs === 0) {
      await this.up(warmUpMs);
      return;
    }
    this.#clock.after(millis(downMs), "Emercoin restart", () => {
      this.#restart = this.up(warmUpMs);
    });
  }

  async stop(): Promise<void> {
    this.faults.clear();
    this.state.wakeAll();
    await this.#restart;
    if (this.#running) await this.server.stop();
    this.#running = false;
  }
}

export interface SimEmercoin {
  /** Of the first node, without credentials. */
  readonly url: string;
  readonly controlUrl: string;
  readonly user: string;
  readonly password: string;
  readonly nodes: readonly SimNode[];
  readonly network: SimNetwork;
  /** Of the first node. */
  readonly faults: Faults;
  call(method: string, params?: readonly unknown[] | object, wallet?: string | null): Promise<unknown>;
  /** Blocks on a node's tip (the first one's). Returns the height. */
  mine(count: number, options?: { readonly node?: number; readonly empty?: boolean }): number;
  /**
   * Takes blocks off a node's tip; their transactions wait again, or are lost with `drop`. `replace` puts so many empty blocks in their
   * place.
   */
  reorg(depth: number, options?: ReorgOptions): number;
  /** Puts names into the chain without RPC, a thousand in a block. */
  plant(names: readonly PlantedName[]): void;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface ReorgOptions {
  readonly node?: number;
  readonly drop?: boolean;
  readonly replace?: number;
}

export function nodeAt(nodes: readonly SimNode[], index = 0): SimNode {
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`there is no node ${index}`);
  return node;
}

export function mineBlocks(network: SimNetwork, node: NodeState, count: number, empty = false): number {
  for (let i = 0; i < count; i++) network.mine(node, { empty });
  return node.chain.height;
}

export function reorganise(network: SimNetwork, node: NodeState, depth: number, options: ReorgOptions = {}): number {
  if (depth > node.chain.height) throw new RangeError("a reorganisation cannot reach beyond the genesis");
  const drop = options.drop ?? false;
  const taken = Array.from({ length: depth }, () => node.disconnect({ drop: true })).toReversed();
  mineBlocks(network, node, options.replace ?? 0, true);
  for (const { tx } of drop ? [] : taken.flatMap((block) => block.transactions.slice(1))) {
    node.accept(tx, { fromBlock: true }, { quiet: true });
  }
  return node.chain.height;
}

/** Throws `sim.listen_failed`. */
export async function startSimEmercoin(options: StartEmercoinOptions): Promise<SimEmercoin> {
  const { clock, random, crypto = nobleCoin, user = "emc", password = "emc", peers = 1 } = options;
  const network = new SimNetwork(clock);
  const chain: ChainNetwork = options.network ?? "regtest";
  const nodes = Array.from({ length: peers }, () => {
    const state = new NodeState({ crypto, network: chain, clock, random });
    network.add(state);
    return new SimNode(state, { user, password });
  });
  const first = nodeAt(nodes);
  if (options.funded !== false) fundWallets(network, options.wallets ?? []);
  const timer = blockTimer(clock, network, options.blockTime ?? 0);
  const control = new JsonServer((request) => controlEmercoin({ network, nodes }, request));
  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    timer();
    network.stop();
    await Promise.all([...nodes.map((node) => node.stop()), ...(options.http === false ? [] : [control.stop()])]);
  };
  let controlUrl = "";
  if (options.http !== false) {
    try {
      await first.start(options.port ?? 0);
      for (const node of nodes.slice(1)) await node.start(options.peerPort ?? 0);
      controlUrl = await control.start(options.controlPort ?? 0);
    } catch (error) {
      await stop();
      throw error;
    }
  }
  return {
    ...{ url: first.url, controlUrl, user, password, nodes, network, faults: first.faults },
    call: (method, params, wallet) => first.call(method, params, wallet),
    mine: (count, { node, empty } = {}) => mineBlocks(network, nodeAt(nodes, node).state, count, empty),
    reorg: (depth, more = {}) => reorganise(network, nodeAt(nodes, more.node).state, depth, more),
    plant: (names) => plantNames(network, names),
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function blockTimer(clock: Clock, network: SimNetwork, seconds: number): Disposer {
  if (seconds <= 0) return () => {};
  let cancel: Disposer = () => {};
  const arm = (): void => {
    cancel = clock.after(millis(seconds * 1000), "Emercoin block", () => {
      const [node] = network.nodes;
      if (node !== undefined) network.mine(node);
      arm();
    });
  };
  arm();
  return () => cancel();
}
