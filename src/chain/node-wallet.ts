// The node's wallet: addresses, coins, signatures. Coins are sent in two steps, see `CoinWallet`.

import { z } from "zod";
import { AppError, emcText, hasCode, type MicroEmc } from "../base/index.ts";
import type { CoinWallet, Outpoint, SentCoins } from "../core/index.ts";
import {
  addressInfo,
  amount,
  decodedTransaction,
  funded,
  history,
  outpoints,
  received,
  signed,
  txid,
  unspents,
  walletTransaction,
} from "./rpc-schemas.ts";
import type { RpcSession } from "./rpc-session.ts";

const done = z.unknown();
const ALL_CONFIRMATIONS = 9_999_999;
const HISTORY_ROWS = 1000;

const plain = (coins: readonly Outpoint[]): readonly Outpoint[] =>
  coins.map(({ txid: id, vout }) => ({ txid: id, vout }));

async function addressOf(rpc: RpcSession, address: string): Promise<z.infer<typeof addressInfo> | null> {
  try {
    return await rpc.read("getaddressinfo", [address], { reply: addressInfo });
  } catch (error) {
    if (hasCode(error, "emercoin.bad_address")) return null;
    throw error;
  }
}

function coins(rpc: RpcSession): Pick<CoinWallet, "coins" | "reserved" | "reserve" | "release" | "receivedAt"> {
  return {
    coins: async (minConfirmations) => {
      const rows = await rpc.read("listunspent", [minConfirmations, ALL_CONFIRMATIONS], { reply: unspents });
      return rows
        .filter(({ spendable }) => spendable)
        .map(({ txid: id, vout, amount, address = null, scriptPubKey: script, confirmations }) => ({
          ...{ txid: id, vout, amount, address, script, confirmations },
        }));
    },
    reserved: () => rpc.read("listlockunspent", [], { reply: outpoints }),
    reserve: async (list) => {
      await rpc.write("lockunspent", [false, plain(list)], { reply: done });
    },
    release: async (list) => {
      // One by one: the node refuses the whole list for one coin that is spent or not reserved any more.
      for (const coin of plain(list)) {
        await rpc.write("lockunspent", [true, [coin]], { reply: done }).catch((error) => {
          if (!hasCode(error, "emercoin.not_reserved")) throw error;
        });
      }
    },
    receivedAt: async (address) => {
      const rows = await rpc.read("listreceivedbyaddress", [0, true, true, address], { reply: received });
      const ids = rows.find((row) => row.address === address)?.txids ?? [];
      const found = await Promise.all(
        [...new Set(ids)].map(async (id) => {
          const tx = await rpc.read("gettransaction", [id, true], { reply: walletTransaction });
          return tx.details
            .filter((detail) => detail.address === address && detail.category !== "send")
            .map(({ vout, amount }) => ({ txid: id, vout, amount, confirmations: tx.confirmations }));
        }),
      );
      return found.flat();
    },
  };
}

/** The node says the same of coins that are reserved and of coins that are not there. */
async function shortage(rpc: RpcSession, outputs: readonly { readonly amount: MicroEmc }[], cause: AppError) {
  const wanted = outputs.reduce((sum, output) => sum + output.amount, 0);
  if ((await rpc.read("getbalance", [], { reply: amount })) > wanted) return cause;
  return new AppError("emercoin.no_funds", "the wallet has too few coins", {
    hint: "Send EMC to the wallet; `numberbox chain status` shows what it has.",
    cause,
  });
}

function sending(rpc: RpcSession): Pick<CoinWallet, "fund" | "signTransaction" | "broadcast"> {
  const sign: CoinWallet["signTransaction"] = async (hex, prevOutputs = []) => {
    const spent = prevOutputs.map(({ amount, script, ...rest }) => ({
      ...rest,
      scriptPubKey: script,
      amount: emcText(amount),
    }));
    return await rpc.write("signrawtransactionwithwallet", [hex, spent], { reply: signed });
  };
  return {
    signTransaction: sign,
    fund: async (outputs) => {
      const targets = outputs.map(({ address, amount }) => ({ [address]: emcText(amount) }));
      const bare = await rpc.read("createrawtransaction", [[], targets], { reply: z.string() });
      const { hex, fee } = await rpc
        .write("fundrawtransaction", [bare, { lockUnspents: true }], { reply: funded })
        .catch(async (error) => {
          throw hasCode(error, "emercoin.coins_reserved") ? await shortage(rpc, outputs, error) : error;
        });
      const decode = async (text: string) =>
        await rpc.read("decoderawtransaction", [text], { reply: decodedTransaction });
      const inputs = (await decode(hex)).vin.map(({ txid: id = "", vout = 0 }) => ({ txid: id, vout }));
      try {
        const whole = await sign(hex);
        if (!whole.complete) {
          throw new AppError("emercoin.locked", "the wallet did not sign all of its coins", {
            hint: "Unlock the wallet (`numberbox chain unlock`) and try again.",
          });
        }
        return { hex: whole.hex, txid: (await decode(whole.hex)).txid, fee, inputs };
      } catch (error) {
        await rpc.write("lockunspent", [true, inputs], { reply: done });
        throw error;
      }
    },
    broadcast: async (hex) => {
      try {
        return await rpc.write("sendrawtransaction", [hex], { reply: txid });
      } catch (error) {
        if (!hasCode(error, "emercoin.in_chain")) throw error;
        return (await rpc.read("decoderawtransaction", [hex], { reply: decodedTransaction })).txid;
      }
    },
  };
}

async function paidTo(rpc: RpcSession, address: string): Promise<readonly string[]> {
  const rows = await rpc.read("listtransactions", ["*", HISTORY_ROWS], { reply: history });
  const sent = rows.filter((row) => row.address === address && row.category === "send");
  // Below 0: displaced by another transaction.
  return [...new Set(sent.filter(({ confirmations }) => confirmations >= 0).map(({ txid: id }) => id))];
}

export function coinWallet(rpc: RpcSession): CoinWallet & SentCoins {
  return {
    paidTo: (address) => paidTo(rpc, address),
    ...coins(rpc),
    ...sending(rpc),
    newAddress: (label, type = "bech32") => rpc.write("getnewaddress", [label, type], { reply: z.string() }),
    owns: async (address) => (await addressOf(rpc, address))?.ismine ?? false,
    publicKeyOf: async (address) => {
      const key = (await addressOf(rpc, address))?.pubkey;
      if (key !== undefined) return key;
      throw new AppError("emercoin.bad_address", "the wallet has no key for this address", {
        hint: "Use one of its own.",
      });
    },
    signMessage: (address, message) => rpc.write("signmessage", [address, message], { reply: z.string() }),
    verifyMessage: async (address, signature, message) => {
      try {
        return await rpc.read("verifymessage", [address, signature, message], { reply: z.boolean() });
      } catch (error) {
        // Malformed base64, or an address that no key belongs to.
        if (hasCode(error, "emercoin.bad_address")) return false;
        throw error;
      }
    },
  };
}
