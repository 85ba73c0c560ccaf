// What the node's refusals mean and what to do about them. The texts are those of 0.8.6; the pairs of code and text were recorded
// from a real node (reference/emercoin.md). Nothing but this table reads message texts.

import { AppError, type ErrorCode } from "../base/index.ts";

interface Meaning {
  readonly rpc: number;
  /** Matches the node's message; absent for any message of that code. */
  readonly text?: RegExp;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

const UNLOCK = "Unlock the wallet (`numberbox chain unlock`) and try again.";
const PENDING: Omit<Meaning, "rpc" | "text"> = {
  code: "emercoin.name_pending",
  message: "another operation on this name waits for a block",
  hint: "Wait for the next block. If nothing of it is in the mempool, restart the Emercoin node: it forgets a lost race only then.",
  retryable: true,
};
const INACTIVE: Omit<Meaning, "rpc" | "text"> = {
  code: "emercoin.name_inactive",
  message: "the name does not exist, has expired, or was deleted",
  hint: "Publish it anew.",
};

const MEANINGS: readonly Meaning[] = [
  {
    rpc: -28,
    code: "emercoin.warming_up",
    message: "the Emercoin node is starting",
    hint: "Wait a minute; it loads its blocks.",
    retryable: true,
  },
  // name_show, where the node's index of transactions lags behind its index of names.
  {
    rpc: -4,
    text: /^failed to read from from disk/,
    code: "emercoin.busy",
    message: "the Emercoin node's index of transactions does not know this name's transaction yet",
    hint: "Try again after the next block; if it stays, restart the node with -reindex.",
    retryable: true,
  },
  {
    rpc: -10,
    code: "emercoin.syncing",
    message: "the Emercoin node is still downloading blocks",
    hint: "Wait until it has caught up; `numberbox chain status` shows how far it is.",
    retryable: true,
  },
  {
    rpc: -13,
    text: /minting only/,
    code: "emercoin.minting_only",
    message: "the wallet is unlocked for minting only",
    hint: UNLOCK,
  },
  {
    rpc: -4,
    text: /minting only/,
    code: "emercoin.minting_only",
    message: "the wallet is unlocked for minting only",
    hint: UNLOCK,
  },
  { rpc: -13, code: "emercoin.locked", message: "the wallet is locked", hint: UNLOCK },
  // randpay_mktx and randpay_accept of a locked wallet.
  {
    rpc: -4,
    text: /^(Unable to sign transaction|Error adding key to wallet)/,
    code: "emercoin.locked",
    message: "the wallet is locked",
    hint: UNLOCK,
  },
  {
    rpc: -14,
    code: "emercoin.bad_passphrase",
    message: "the wallet does not open with this passphrase",
    hint: "Type the passphrase of the Emercoin wallet again.",
  },
  {
    rpc: -15,
    code: "emercoin.not_encrypted",
    message: "the wallet has no passphrase",
    hint: "Nothing to unlock. Encrypt the wallet in Emercoin if others can reach its file.",
  },
  {
    rpc: -4,
    text: /^Insufficient funds/,
    code: "emercoin.coins_reserved",
    message: "the wallet's coins are reserved for other payments",
    hint: "Wait until those are through, or send the wallet more coins in several pieces.",
    retryable: true,
  },
  {
    rpc: -6,
    code: "emercoin.no_funds",
    message: "the wallet has too few coins",
    hint: "Send EMC to the wallet; `numberbox chain status` shows what it has.",
  },
  {
    rpc: -32603,
    text: /^Error: This transaction requires a transaction fee/,
    code: "emercoin.no_funds",
    message: "the wallet cannot pay the fee",
    hint: "Send EMC to the wallet; `numberbox chain status` shows what it has.",
  },
  {
    rpc: -101,
    code: "emercoin.amount_too_small",
    message: "the amount is below the least that the network carries, 0.0001 EMC",
    hint: "Send more.",
  },
  {
    rpc: -4,
    text: /Duplicate -wallet filename/,
    code: "emercoin.wallet_loaded",
    message: "the wallet is loaded already",
    hint: "Nothing is left to do.",
  },
  {
    rpc: -18,
    code: "emercoin.no_wallet",
    message: "the node has no such wallet loaded",
    hint: "Check `emercoin.wallet` in the configuration.",
  },
  {
    rpc: -19,
    code: "emercoin.no_wallet",
    message: "the node has several wallets and was not told which",
    hint: "Set `emercoin.wallet` in the configuration.",
  },
  {
    rpc: -32603,
    text: /^name_new on an unexpired name/,
    code: "emercoin.name_exists",
    message: "the name is taken",
    hint: "Choose another name, or update it if it is yours.",
  },
  { rpc: -32603, text: /^there are \d+ pending operations/, ...PENDING },
  { rpc: -32603, text: /on an inactive name/, ...INACTIVE },
  { rpc: -1, text: /this name is not active/, ...INACTIVE },
  {
    rpc: -32603,
    text: /^prev name tx is not yours/,
    code: "emercoin.name_foreign",
    message: "the name belongs to another wallet",
    hint: "Use the wallet that published it.",
  },
  {
    rpc: -32603,
    text: /^(name|value|rental days|failed to decode|failed to open|Name duplicate)/,
    code: "emercoin.bad_name",
    message: "the node does not take this name, value or term",
    hint: "A name has up to 512 bytes, a value 1 to 20480, and a new name is paid for a day at least.",
  },
  {
    rpc: -20,
    text: /^failed to read from name DB/,
    code: "emercoin.unknown_name",
    message: "there never was such a name",
    hint: "Check its spelling.",
  },
  {
    rpc: -4,
    text: /^(failed to read from name DB|no result returned|found nothing)/,
    code: "emercoin.unknown_name",
    message: "there is no such name",
    hint: "Check its spelling.",
  },
  {
    rpc: -5,
    text: /^Name not found|^This name have expired/,
    code: "emercoin.unknown_name",
    message: "there is no such name",
    hint: "Check its spelling.",
  },
  // A locked wallet, a fee above the wallet's limit, a transaction that is too large, reserved coins: the node does not say which.
  {
    rpc: -32603,
    text: /^unkown error/,
    code: "emercoin.locked",
    message: "the wallet did not sign: it is most likely locked",
    hint: `${UNLOCK} If it is open, its coins are reserved or the value is too large for its fee limit.`,
  },
  {
    rpc: -5,
    text: /does not match any available challenge/,
    code: "emercoin.unknown_chap",
    message: "the node knows no challenge that this ticket answers",
    hint: "It was used already, or the node was restarted since: ask for a new challenge.",
  },
  {
    rpc: -25,
    code: "emercoin.inputs_spent",
    message: "the transaction spends coins that are gone or not yet known",
    hint: "Make a new payment with confirmed coins.",
  },
  {
    rpc: -26,
    text: /txn-mempool-conflict/,
    code: "emercoin.inputs_spent",
    message: "its coins are spent by another transaction already",
    hint: "Make a new payment with other coins.",
  },
  {
    rpc: -26,
    text: /non-final/,
    code: "emercoin.not_yet",
    message: "the transaction may not be sent yet",
    hint: "Wait for the block that it names.",
    retryable: true,
  },
  {
    rpc: -27,
    code: "emercoin.in_chain",
    message: "the transaction is in the chain already",
    hint: "Nothing is left to do.",
  },
  {
    rpc: -26,
    code: "emercoin.rejected",
    message: "the network does not take this transaction",
    hint: "Build it anew.",
  },
  {
    rpc: -4,
    text: /The transaction was rejected/,
    code: "emercoin.rejected",
    message: "the network does not take this transaction",
    hint: "Build it anew.",
  },
  {
    rpc: -22,
    code: "emercoin.bad_transaction",
    message: "the node cannot read this transaction",
    hint: "Pass the whole text.",
  },
  {
    rpc: -5,
    text: /address|^Malformed base64/i,
    code: "emercoin.bad_address",
    message: "the node does not know such an address, or has no key for it",
    hint: "Copy the whole address; each network has its own.",
  },
  {
    rpc: -3,
    text: /address/i,
    code: "emercoin.bad_address",
    message: "the node does not take this address here",
    hint: "Use an address that begins with E or em1.",
  },
  {
    rpc: -4,
    text: /^Private key not available/,
    code: "emercoin.bad_address",
    message: "the wallet has no key for this address",
    hint: "Use one of its own addresses.",
  },
  {
    rpc: -3,
    text: /chap/,
    code: "emercoin.bad_chap",
    message: "this is not a RANDPAY challenge",
    hint: "Pass the whole text: amount:risk:40 hex digits.",
  },
  {
    rpc: -3,
    text: /amount/i,
    code: "emercoin.bad_amount",
    message: "the node does not take this amount",
    hint: "Write EMC with at most six digits behind the point.",
  },
  {
    rpc: -5,
    text: /^(No such mempool|Invalid or non-wallet)/,
    code: "emercoin.unknown_transaction",
    message: "the node knows no such transaction",
    hint: "Check the id; a new one takes seconds to arrive.",
  },
  {
    rpc: -5,
    text: /[Pp]ublic key/,
    code: "emercoin.bad_key",
    message: "this is not a public key",
    hint: "Pass the 66 hex digits of a compressed key.",
  },
  {
    rpc: -9,
    code: "emercoin.no_peers",
    message: "the Emercoin node has no connection to others",
    hint: "Check its network.",
    retryable: true,
  },
  {
    rpc: -2,
    code: "emercoin.safe_mode",
    message: "the Emercoin node refuses payments for its own safety",
    hint: "Read its log; `getinfo` shows why.",
  },
  {
    rpc: -8,
    text: /^Invalid parameter, (expected (locked|unspent) output|unknown transaction)/,
    code: "emercoin.not_reserved",
    message: "the coin is not reserved, or spent",
    hint: "Nothing is left to release.",
  },
  {
    rpc: -8,
    text: /^Block height out of range/,
    code: "emercoin.unknown_block",
    message: "the chain has no block of this height",
    hint: "Wait for it.",
  },
  {
    rpc: -32601,
    code: "emercoin.old_node",
    message: "the Emercoin node does not know what it is asked",
    hint: "Update it to 0.8.6 or newer.",
  },
];

/** The coded error for a refusal. What no row names becomes `emercoin.rpc_error`. The node's text is kept as cause only. */
export function rpcError(method: string, error: { readonly code: number; readonly message: string }): AppError {
  const meaning = MEANINGS.find(({ rpc, text }) => rpc === error.code && (text?.test(error.message) ?? true));
  const context = { method, rpc: error.code };
  // The text is the node's own; it may quote what was sent and is never shown.
  const cause = { rpcMessage: error.message };
  if (meaning === undefined) {
    return new AppError("emercoin.rpc_error", `the Emercoin node refuses ${method} with code ${error.code}`, {
      hint: "Look into the node's log.",
      context,
      cause,
    });
  }
  const { code, message, hint, retryable = false } = meaning;
  return new AppError(code, message, { hint, retryable, context, cause });
}
