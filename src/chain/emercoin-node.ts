// The Emercoin node behind the ports of `core`.

import { type Clock, hasCode, type Millis } from "../base/index.ts";
import type { ChainNode, NameBlocks, NodeStatus, SentCoins, WalletLock, WalletStatus } from "../core/index.ts";
import { JsonRpc, type RpcTransport } from "./json-rpc.ts";
import { nameBlocks } from "./node-blocks.ts";
import { chainReader } from "./node-chain.ts";
import { multisigNode, randpayNode } from "./node-contracts.ts";
import { nameReader, nameWriter } from "./node-names.ts";
import { coinWallet } from "./node-wallet.ts";
import { blockchainInfo, nodeInfo, walletInfo } from "./rpc-schemas.ts";
import { RpcSession } from "./rpc-session.ts";

export interface EmercoinNodeOptions {
  readonly transport: RpcTransport;
  readonly clock: Clock;
  readonly wallet?: string | undefined;
  readonly timeout?: Millis;
}

export interface EmercoinNode extends ChainNode, NameBlocks, SentCoins {
  /** For the wallet's lock, which has no place among the ports. */
  readonly session: RpcSession;
  /** Ends every call with `base.stopped`. */
  stop(): void;
}

async function walletStatus(rpc: RpcSession, mintOnly: boolean): Promise<WalletStatus | null> {
  try {
    const info = await rpc.read("getwalletinfo", [], { reply: walletInfo });
    const { unlocked_until: until } = info;
    const open: WalletLock = mintOnly ? "minting" : "unlocked";
    const lock: WalletLock = until === undefined ? "unencrypted" : until === 0 ? "locked" : open;
    return {
      name: info.walletname,
      lock,
      confirmed: info.balance,
      unconfirmed: info.unconfirmed_balance,
      immature: info.immature_balance,
    };
  } catch (error) {
    if (hasCode(error, "emercoin.no_wallet")) return null;
    throw error;
  }
}

async function status(rpc: RpcSession): Promise<NodeStatus> {
  const [chain, node] = await Promise.all([
    rpc.read("getblockchaininfo", [], { reply: blockchainInfo }),
    rpc.read("getinfo", [], { reply: nodeInfo }),
  ]);
  return {
    network: chain.chain,
    version: node.fullversion,
    height: chain.blocks,
    headers: chain.headers,
    tip: chain.bestblockhash,
    synced: !chain.initialblockdownload,
    peers: node.connections,
    wallet: await walletStatus(rpc, node.mintonly ?? false),
  };
}

export function createEmercoinNode(options: EmercoinNodeOptions): EmercoinNode {
  const rpc = new JsonRpc(options);
  const session = new RpcSession(rpc, options.wallet);
  return {
    ...nameReader(session),
    ...nameWriter(session),
    ...chainReader(session),
    ...nameBlocks(session),
    ...coinWallet(session),
    ...randpayNode(session),
    ...multisigNode(session),
    status: () => status(session),
    session,
    stop: () => rpc.stop(),
  };
}
