// The wallet's lock: encryption, unlocking for a time, the minting-only flag that belongs to the whole process.

import { type Call, type CommandTable, walletCommand } from "./commands.ts";
import type { Json } from "./json-values.ts";
import { RPC, RpcError } from "./rpc-error.ts";

/** The node cuts longer times. */
const MAX_SECONDS = 100_000_000;

function encryption({ wallet }: Call, what: string) {
  if (wallet.encryption === null) {
    throw new RpcError(RPC.ENCRYPTION_STATE, `Error: running with an unencrypted wallet, but ${what} was called.`);
  }
  return wallet.encryption;
}

const wrong = (): RpcError => new RpcError(RPC.PASSPHRASE, "Error: The wallet passphrase entered was incorrect.");

function encrypt({ wallet, args }: Call): Json {
  if (wallet.encryption !== null) {
    throw new RpcError(RPC.ENCRYPTION_STATE, "Error: running with an encrypted wallet, but encryptwallet was called.");
  }
  if (args.text(0) === "") throw new RpcError(RPC.PARAMETER, "passphrase can not be empty");
  wallet.encrypt(args.text(0));
  return "wallet encrypted; The keypool has been flushed and a new HD seed was generated (if you are using HD). You need to make a new backup.";
}

function unlock(call: Call): Json {
  const { node, wallet, args } = call;
  const [passphrase, seconds, mintOnly] = [args.text(0), args.integer(1), args.boolean(2, false)];
  const own = encryption(call, "walletpassphrase");
  if (seconds < 0) throw new RpcError(RPC.PARAMETER, "Timeout cannot be negative.");
  if (passphrase === "") throw new RpcError(RPC.PARAMETER, "passphrase can not be empty");
  if (passphrase !== own.passphrase) throw wrong();
  own.unlockedUntil = node.nowMs() + Math.min(seconds, MAX_SECONDS) * 1000;
  node.mintOnly = mintOnly;
  wallet.refill();
  return { "mint only": mintOnly };
}

export const lockCommands: CommandTable = {
  encryptwallet: walletCommand('encryptwallet "passphrase"', encrypt),
  walletpassphrase: walletCommand('walletpassphrase "passphrase" timeout ( mintonly )', unlock),
  walletlock: walletCommand("walletlock", (call) => {
    encryption(call, "walletlock").unlockedUntil = 0;
    return null;
  }),
  walletpassphrasechange: walletCommand('walletpassphrasechange "oldpassphrase" "newpassphrase"', (call) => {
    const own = encryption(call, "walletpassphrasechange");
    const [before, after] = [call.args.text(0), call.args.text(1)];
    if (before === "" || after === "") throw new RpcError(RPC.PARAMETER, "passphrase can not be empty");
    if (before !== own.passphrase) throw wrong();
    own.passphrase = after;
    return null;
  }),
};
