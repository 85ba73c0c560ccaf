// RANDPAY: challenges, tickets, and what the payee's node makes of them (rawtransaction.cpp), faults included.

import { type MicroEmc, Secret, toHex } from "../../../src/base/index.ts";
import {
  addressOfScript,
  hash160,
  RANDPAY_TXID,
  scriptOfAddress,
  signInput,
  type Transaction,
  transactionHex,
  unlock,
  unsignedInput,
} from "../../../src/emercoin/index.ts";
import { isRandpay, outpointOf } from "./chain-state.ts";
import { type Call, type CommandTable, command, walletCommand } from "./commands.ts";
import { decodedTx, stateText } from "./commands-raw.ts";
import { emc, type Json, toLatin1 } from "./json-values.ts";
import type { NodeState } from "./node-state.ts";
import { amountOf, integerOf } from "./rpc-args.ts";
import { RPC, RpcError } from "./rpc-error.ts";
import { randpayCoin } from "./script-check.ts";
import { checkFunds, createTransaction, feeText, MAX_FEE, shortMoney } from "./wallet-spend.ts";

const SPACE = 1n << 160n;
/** Numbers of the node wrap at 256 bits. */
const WRAP = 1n << 256n;

const typeError = (text: string): RpcError => new RpcError(RPC.TYPE, text);

function numeric({ args }: Call, index: number, name: string): number {
  if (typeof args.at(index) !== "number") throw typeError(`Invalid type provided. ${name} parameter must be numeric.`);
  return integerOf(args.at(index));
}

/** 20 bytes as the number that the node reads them as: last byte first. */
const numberOf = (hash: Uint8Array): bigint => BigInt(`0x${toHex(hash.toReversed())}`);

function hashOf(value: bigint): Uint8Array {
  const hex = (value % SPACE).toString(16).padStart(40, "0");
  return Uint8Array.from(Buffer.from(hex, "hex").reverse());
}

function makeChap(call: Call): Json {
  const { node, args } = call;
  const amount = args.amount(0);
  if (amount <= 0) throw typeError("Invalid amount for challenge");
  const risk = numeric(call, 1, "risk") >>> 0;
  const timeout = numeric(call, 2, "timeout");
  if (risk === 0) throw new RpcError(RPC.MISC, "Division by zero");
  const barrier = (SPACE / BigInt(risk)) * BigInt(risk);
  let secret: Secret<Uint8Array>;
  let hash: bigint;
  do {
    secret = new Secret(node.random.bytes(32));
    hash = numberOf(hash160(node.crypto, node.crypto.publicKey(secret.reveal())));
  } while (hash >= barrier);
  const window = hash / BigInt(risk);
  if (node.below(512) === 0) node.chaps.purge(node.now());
  node.chaps.add((window + 1n) * BigInt(risk), { secret, hash, amount, risk, expires: node.now() + timeout });
  return `${shortMoney(amount)}:${risk}:${window.toString(16).padStart(40, "0")}`;
}

interface ChapText {
  readonly amount: MicroEmc;
  readonly risk: number;
  readonly window: bigint;
}

function readChap(text: string): ChapText {
  const cut = text.slice(0, 79);
  const first = cut.indexOf(":");
  if (first < 0) throw typeError("Invalid chap format, must be amount[:]dec:hex");
  const second = cut.indexOf(":", first + 1);
  if (second < 0) throw typeError("Invalid chap format, must be amount:dec[:]hex");
  const amount = amountOf(toLatin1(cut.slice(0, first)));
  if (amount <= 0) throw typeError("Invalid amount for send");
  const risk = Number(/^\s*-?\d+/.exec(cut.slice(first + 1, second))?.[0] ?? 0) >>> 0;
  if (risk === 0) throw typeError("Invalid chap, risk must not be zero");
  // The hex is not checked: as much of it as is hex counts.
  const hex = /^[0-9a-fA-F]*/.exec(cut.slice(second + 1))?.[0] ?? "";
  return { amount, risk, window: hex === "" ? 0n : BigInt(`0x${hex}`) };
}

function makeTicket(call: Call): Json {
  const { node, wallet, args } = call;
  const { amount, risk, window } = readChap(args.text(0));
  const timeout = numeric(call, 1, "timeout");
  const flags = args.has(2) ? numeric(call, 2, "flags") : 0;
  const target = (window * BigInt(risk) + BigInt(node.below(risk))) % WRAP;
  const balance = checkFunds(node, wallet, amount);
  const kind = (flags & 2) !== 0 ? "p2pkh" : "p2wpkh";
  const made = createTransaction(node, wallet, {
    outputs: [{ amount, script: scriptOfAddress({ kind, hash: hashOf(target) }) }],
    inputs: (flags & 1) === 0 ? [unsignedInput({ txid: RANDPAY_TXID, vout: 0 })] : [],
    changeAt: 1,
    sign: (flags & 4) === 0,
  });
  if (!made.ok) throw new RpcError(RPC.WALLET, amount + made.fee > balance ? feeText(made.fee) : made.reason);
  for (const input of made.tx.inputs) {
    if (!isRandpay(input)) node.reserved.set(outpointOf(input), node.now() + timeout);
  }
  return transactionHex(made.tx);
}

/** Index of the input that is still to be signed; -1 for a ticket that is complete as it is. Throws what stands in the way. */
function openInput(node: NodeState, tx: Transaction): number {
  const verdict = node.mempool.test(node.txid(tx), tx, { now: node.now() });
  if (verdict.kind === "accepted") return -1;
  if (verdict.kind === "missing") throw new RpcError(RPC.TRANSACTION, "Missing inputs");
  if (verdict.kind === "refused") throw new RpcError(RPC.TRANSACTION, "");
  if (verdict.code === 236) return tx.inputs.findLastIndex(isRandpay);
  throw new RpcError(RPC.REJECTED, `${verdict.code}: ${verdict.reason}`);
}

function paymentHash(tx: Transaction): Uint8Array {
  const address = addressOfScript(tx.outputs[0]?.script ?? new Uint8Array(0));
  if (address === null) throw new RpcError(RPC.ADDRESS_OR_KEY, "Failed to extract destination from vout[0]");
  if (address.kind !== "p2pkh" && address.kind !== "p2wpkh") {
    const kind = address.kind === "p2sh" ? "scripthash" : "witness_v0_scripthash";
    throw new RpcError(RPC.ADDRESS_OR_KEY, `Invalid type of vout[0]: ${kind}. Only p2[w]pkh allowed`);
  }
  return address.hash;
}

/** 0 any win, 1 enough, 2 exact, more: never. */
function sends(flags: number, paid: number, expected: number): boolean {
  if (flags === 0) return true;
  return flags === 1 ? paid >= expected : flags === 2 && paid === expected;
}

/** The winning key goes to the payee's wallet. */
function keepKey({ node, wallet }: Call, secret: Secret<Uint8Array>, script: Uint8Array): void {
  const publicKey = node.crypto.publicKey(secret.reveal());
  if (wallet.keys.hasPublicKey(publicKey)) return;
  wallet.labels.set(node.chain.addressText(script) ?? "", { label: "RandPay", purpose: "receive" });
  if (wallet.isLocked) throw new RpcError(RPC.WALLET, "Error adding key to wallet");
  wallet.keys.add(secret, null, node.now());
}

function signLuck(node: NodeState, tx: Transaction, index: number, secret: Secret<Uint8Array>): Transaction {
  const spent = randpayCoin(tx);
  const signature = signInput(node.crypto, tx, index, spent, secret);
  return signature === null ? tx : unlock(node.crypto, tx, index, spent, [signature]).tx;
}

interface Outcome {
  readonly tx: Transaction;
  readonly won: boolean;
  readonly sent: boolean;
  readonly risk: number;
  readonly expected: number;
}

function decide(call: Call, tx: Transaction, flags: number): Outcome {
  const { node } = call;
  const open = openInput(node, tx);
  const hash = numberOf(paymentHash(tx));
  const found = node.chaps.find(hash);
  if (found === null) {
    if (open >= 0) {
      const text = "Address in the vout[0] does not match any available challenge, unable to sign randpay-in";
      throw new RpcError(RPC.ADDRESS_OR_KEY, text);
    }
    // Complete already: it is taken for a win of another wallet, whoever it pays.
    return { tx, won: true, sent: flags < 3, risk: 0, expected: 0 };
  }
  const [limit, chap] = found;
  const { risk, amount: expected } = chap;
  const won = hash === chap.hash;
  const [payment] = tx.outputs;
  if (won && payment !== undefined) keepKey(call, chap.secret, payment.script);
  node.chaps.remove(limit);
  const signed = won && open >= 0 ? signLuck(node, tx, open, chap.secret) : tx;
  return { tx: signed, won, sent: won && sends(flags, payment?.amount ?? 0, expected), risk, expected };
}

function accept(call: Call): Json {
  const { node, args } = call;
  args.check("string", "number");
  const flags = args.integer(1, 0) >>> 0;
  const { tx, won, sent, risk, expected } = decide(call, decodedTx(args.text(0)), flags);
  if (sent) {
    const verdict = node.accept(tx, { maxFee: MAX_FEE });
    if (verdict.kind !== "accepted") {
      const why = verdict.kind === "missing" ? "" : stateText(verdict);
      throw new RpcError(RPC.WALLET, `Error: The transaction was rejected! Reason: ${why}`);
    }
  }
  return {
    txid: node.txid(tx),
    amount: emc(tx.outputs[0]?.amount ?? 0),
    expected: emc(expected),
    risk,
    won,
    sent,
  };
}

export const randpayCommands: CommandTable = {
  randpay_mkchap: command("randpay_mkchap amount risk timeout", makeChap),
  randpay_mktx: walletCommand('randpay_mktx "chap" timeout ( flags )', makeTicket),
  randpay_accept: walletCommand("randpay_accept hexstring ( flags )", accept),
};
