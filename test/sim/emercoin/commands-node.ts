// The node itself: what it is, its peers, help, stop, and which wallets it has loaded.

import { type Call, type CommandTable, command, helpText } from "./commands.ts";
import { totals } from "./commands-chain.ts";
import { emc, type Json } from "./json-values.ts";
import type { NodeState } from "./node-state.ts";
import { RPC, RpcError } from "./rpc-error.ts";

export const VERSION_TEXT = "v0.8.6.0-c8c9d3fca";

function info(call: Call): Json {
  const { node, wallet } = call;
  const { trusted, immature } = wallet.balances();
  return {
    fullversion: VERSION_TEXT,
    version: 80_600,
    protocolversion: 70_015,
    walletversion: 169_900,
    balance: emc(trusted),
    newmint: emc(immature),
    stake: emc(0),
    blocks: node.chain.height,
    moneysupply: emc(totals(node)),
    timeoffset: 0,
    connections: node.peers,
    proxy: "",
    "pow-difficulty": 7.320995568174572e-8,
    "pos-difficulty": 0.06249910592947572,
    testnet: node.network === "test",
    keypoololdest: wallet.born,
    keypoolsize: wallet.pool.external + wallet.pool.internal,
    ...unlocked(call),
    paytxfee: emc(wallet.payFee),
    relayfee: emc(100),
    encrypted: wallet.encryption !== null,
    mintonly: node.mintOnly,
    errors: "",
  };
}

export function unlocked({ node, wallet }: Pick<Call, "node" | "wallet">): { [key: string]: Json } {
  const { encryption } = wallet;
  if (encryption === null) return {};
  const open = encryption.unlockedUntil > node.nowMs();
  return { unlocked_until: open ? Math.floor(encryption.unlockedUntil / 1000) : 0 };
}

function networkInfo({ node }: Call): Json {
  const network = (name: string, reachable: boolean): Json => ({
    name,
    limited: !reachable,
    reachable,
    proxy: "",
    proxy_randomize_credentials: false,
  });
  return {
    version: 190_200,
    subversion: "/Satoshi:0.19.2/",
    protocolversion: 70_015,
    localservices: "0000000000000409",
    localservicesnames: ["NETWORK", "WITNESS", "NETWORK_LIMITED"],
    localrelay: true,
    timeoffset: 0,
    networkactive: true,
    connections: node.peers,
    networks: [network("ipv4", true), network("ipv6", true), network("onion", false)],
    relayfee: emc(100),
    incrementalfee: emc(100),
    localaddresses: [],
    warnings: "",
  };
}

function peerInfo({ node }: Call): Json {
  return Array.from({ length: node.peers }, (_, id) => ({
    id,
    addr: `127.0.0.1:${50_000 + id}`,
    addrbind: "127.0.0.1:6664",
    services: "0000000000000409",
    servicesnames: ["NETWORK", "WITNESS", "NETWORK_LIMITED"],
    relaytxes: true,
    lastsend: node.now(),
    lastrecv: node.now(),
    bytessent: 0,
    bytesrecv: 0,
    conntime: node.startedAt,
    timeoffset: 0,
    pingtime: 0.001181,
    minping: 0.001181,
    version: 70_015,
    subver: "/Satoshi:0.19.2/",
    inbound: true,
    addnode: false,
    startingheight: 0,
    banscore: 0,
    synced_headers: node.chain.height,
    synced_blocks: node.chain.height,
    inflight: [],
    whitelisted: false,
    permissions: [],
    minfeefilter: emc(0),
    bytessent_per_msg: {},
    bytesrecv_per_msg: {},
  }));
}

function createWallet({ node, args }: Call): Json {
  const name = args.text(0);
  if (node.walletFiles.has(name)) throw new RpcError(RPC.WALLET, `Wallet ${name} already exists.`);
  const wallet = node.createWallet(name);
  node.loaded.push(name);
  if (args.text(3, "") !== "") wallet.encrypt(args.text(3));
  return { name, warning: "" };
}

function loadWallet({ node, args }: Call): Json {
  const name = args.text(0);
  if (node.loaded.includes(name)) {
    const text = `Wallet file verification failed: Error loading wallet ${name}. Duplicate -wallet filename specified.`;
    throw new RpcError(RPC.WALLET, text);
  }
  const wallet = node.walletFiles.get(name);
  if (wallet === undefined) throw new RpcError(RPC.NO_SUCH_WALLET, `Wallet ${name} not found.`);
  node.loaded.push(name);
  wallet.rescan();
  return { name, warning: "" };
}

function unloadWallet(node: NodeState, name: string, path: string | null): Json {
  if (path !== null && path !== name) throw new RpcError(RPC.PARAMETER, "Cannot unload the requested wallet");
  if (!node.loaded.includes(name)) {
    throw new RpcError(RPC.NO_SUCH_WALLET, "Requested wallet does not exist or is not loaded");
  }
  node.loaded = node.loaded.filter((one) => one !== name);
  return null;
}

const notConnected = (name: string) => (): Json => {
  throw new RpcError(RPC.NOT_CONNECTED, `${name} is not connected!`);
};

/** `all` gives every command, for the list that `help` prints. */
export function nodeCommands(all: () => CommandTable): CommandTable {
  return {
    getinfo: command("getinfo", info, { wallet: true }),
    getnetworkinfo: command("getnetworkinfo", networkInfo),
    getpeerinfo: command("getpeerinfo", peerInfo),
    getconnectioncount: command("getconnectioncount", ({ node }) => node.peers),
    getrpcinfo: command("getrpcinfo", ({ method }) => ({
      active_commands: [{ method, duration: 6 }],
      logpath: "<datadir>/regtest/debug.log",
    })),
    uptime: command("uptime", ({ node }) => node.now() - node.startedAt),
    stop: command("stop", ({ node }) => {
      node.onStop();
      return "Emercoin Core stopping";
    }),
    help: command('help ( "command" )', ({ args }) => {
      const table = all();
      if (!args.has(0))
        return Object.values(table)
          .map(({ usage }) => usage)
          .sort()
          .join("\n");
      const found = table[args.text(0)];
      return found === undefined ? `help: unknown command: ${args.text(0)}\n` : helpText(found);
    }),
    listwallets: command("listwallets", ({ node }) => node.loaded),
    createwallet: command(
      'createwallet "wallet_name" ( disable_private_keys blank "passphrase" avoid_reuse )',
      createWallet,
    ),
    loadwallet: command('loadwallet "filename"', loadWallet),
    unloadwallet: command('unloadwallet ( "wallet_name" )', (call) =>
      unloadWallet(call.node, call.args.has(0) ? call.args.text(0) : call.wallet.name, call.path),
    ),
    estimatesmartfee: command('estimatesmartfee conf_target ( "estimate_mode" )', () => ({
      errors: ["Insufficient data or no feerate found"],
      blocks: 0,
    })),
    // These never find a block on the real node either.
    generate: command("generate nblocks ( maxtries )", () => []),
    generatetoaddress: command('generatetoaddress nblocks "address" ( maxtries )', () => []),
    getblocktemplate: command('getblocktemplate ( "template_request" )', notConnected("Emercoin Core")),
    getauxblock: command('getauxblock ( "hash" "auxpow" )', notConnected("Emercoin")),
  };
}
