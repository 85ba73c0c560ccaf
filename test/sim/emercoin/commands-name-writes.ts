// Writing names: name_new, name_update, name_delete, name_updatemany; one road for all, with its order of checks and its one unkown error.

import { concatBytes, type MicroEmc } from "../../../src/base/index.ts";
import {
  isAddress,
  MAX_NAME_BYTES,
  MAX_NAME_DAYS,
  MAX_VALUE_BYTES,
  type NameAction,
  nameScript,
  scriptOfAddress,
  type TxInput,
  type TxOutput,
  unsignedInput,
} from "../../../src/emercoin/index.ts";
import { type Call, type CommandTable, command, walletCommand } from "./commands.ts";
import { refuseWhileDownloading } from "./commands-names.ts";
import { fromLatin1, type Json, latin1Bytes, type Param } from "./json-values.ts";
import { isDeleted, lastOp } from "./name-index.ts";
import type { NodeState } from "./node-state.ts";
import { integerOf, objectOf } from "./rpc-args.ts";
import { RPC, RpcError } from "./rpc-error.ts";
import type { SimWallet } from "./sim-wallet.ts";
import { checkFunds, commit, createTransaction, feeText, MIN_OUTPUT, sendMoney } from "./wallet-spend.ts";

interface Wish {
  readonly operation: NameAction["operation"];
  /** Bytes as letters. */
  readonly name: string;
  readonly value: string;
  readonly days: number;
  readonly toAddress: string;
  readonly valueType: string;
}

const fail = (message: string, code: number = RPC.INTERNAL): RpcError => new RpcError(code, message);

function decodedValue({ value, valueType }: Wish): string {
  if (value === "") throw fail("value must not be empty");
  if (valueType === "") return value;
  if (valueType === "hex") {
    if (!/^([0-9a-fA-F]{2})+$/.test(value)) throw fail("failed to decode value as hex");
    return Buffer.from(value, "hex").toString("latin1");
  }
  if (valueType === "base64") {
    if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw fail("failed to decode value as base64");
    return Buffer.from(value, "base64").toString("latin1");
  }
  // The node would read this file of its host. The simulated one has none.
  throw fail("failed to open file");
}

function checkValues({ operation, name, days }: Wish, value: string): void {
  if (name.length > MAX_NAME_BYTES) throw fail("name is too long.\n");
  if (operation === "delete") return;
  if (value.length > MAX_VALUE_BYTES) throw fail("value is too long.\n");
  if (operation === "new" && days < 1) throw fail("rental days must be greater than 0.\n");
  if (operation === "update" && days < 0) throw fail("rental days must be greater or equal 0.\n");
  if (days > MAX_NAME_DAYS) throw fail("rental days value is too large.\n");
}

function ownerScript(node: NodeState, wallet: SimWallet, to: string): Uint8Array {
  if (to === "" || to === "legacy") {
    return scriptOfAddress(wallet.keys.addressOf(wallet.nextKey("external"), to === "" ? "bech32" : "legacy"));
  }
  if (!isAddress(node.crypto, to, node.network)) throw fail("emercoin address is invalid", RPC.ADDRESS_OR_KEY);
  return wallet.script(to);
}

interface Prepared {
  readonly output: TxOutput;
  readonly input: { readonly input: TxInput; readonly amount: number } | null;
  readonly fee: number;
}

function previous(node: NodeState, wallet: SimWallet, name: string): Prepared["input"] {
  const state = node.chain.names.get(name);
  const op = state === undefined || isDeleted(state) ? undefined : lastOp(state);
  const output = op === undefined ? undefined : node.chain.txs.get(op.txid)?.tx.outputs[op.vout];
  if (op === undefined || output === undefined) throw fail("could not find prev txIn with this name");
  if (wallet.keys.mine(op.script) !== "spendable") throw fail("prev name tx is not yours or is not spendable");
  return { input: unsignedInput(op), amount: output.amount };
}

function prepare(node: NodeState, wallet: SimWallet, wish: Wish): Prepared {
  const { name, operation, days } = wish;
  const marks = node.mempool.pendingNames.get(name);
  if (marks !== undefined && marks.size > 0) {
    const [first] = [...marks.values()].map(({ txid }) => txid).sort();
    throw fail(`there are ${marks.size} pending operations on that name, including ${first}`);
  }
  const active = node.chain.names.isActive(name, node.chain.height);
  if (operation === "new" && active) throw fail("name_new on an unexpired name");
  if (operation !== "new" && !active) throw fail(`name_${operation} on an inactive name`);
  const value = operation === "delete" ? "" : decodedValue(wish);
  const input = operation === "new" ? null : previous(node, wallet, name);
  checkValues(wish, value);
  const owner = ownerScript(node, wallet, wish.toAddress);
  const bytes = latin1Bytes(name);
  const action: NameAction =
    operation === "delete" ? { operation, name: bytes } : { operation, name: bytes, value: latin1Bytes(value), days };
  const script = concatBytes(nameScript({ action, script: owner }));
  const fee = node.chain.nameFee({ operation, days, name, value });
  return { output: { amount: MIN_OUTPUT as MicroEmc, script }, input, fee };
}

/** name_operation. Throws what the node answers. */
function write(node: NodeState, wallet: SimWallet, wishes: readonly Wish[]): Json {
  refuseWhileDownloading(node);
  const seen = new Set<string>();
  const parts = wishes.map((wish) => {
    if (seen.has(wish.name)) throw fail("Name duplicate is not allowed");
    seen.add(wish.name);
    return prepare(node, wallet, wish);
  });
  const inputs = parts.flatMap(({ input }) => input ?? []);
  const fee = parts.reduce((sum, part) => sum + part.fee, 0) - inputs.reduce((sum, { amount }) => sum + amount, 0);
  const value = parts.length * MIN_OUTPUT;
  const balance = checkFunds(node, wallet, value);
  const outputs = parts.map(({ output }) => output);
  const made = createTransaction(node, wallet, { outputs, inputs: inputs.map(({ input }) => input), fee });
  // Whatever else went wrong is not told: locked wallet, reserved coins, a fee above 0.1 EMC, a transaction too large.
  if (!made.ok) throw fail(value + made.fee > balance ? feeText(made.fee) : "unkown error");
  return commit(node, wallet, made.tx);
}

function single(operation: "new" | "update") {
  return ({ node, args, wallet }: Call): Json => {
    const [name, value] = [args.latin1(0), args.latin1(1)];
    const [days, toAddress, valueType] = [args.integer(2), fromLatin1(args.given(3)), args.given(4)];
    return write(node, wallet, [{ operation, name, value, days, toAddress, valueType }]);
  };
}

function manyWish(entry: Param): Wish {
  if (entry === null || typeof entry !== "object" || Array.isArray(entry)) {
    throw fail("Invalid array element: it has to be string or object", RPC.TYPE);
  }
  const fields = objectOf(entry);
  const found = (["NEW", "UPDATE", "DELETE"] as const).filter((key) => fields[key] !== undefined);
  const [key] = found;
  if (key === undefined) throw fail("Opcode [NEW/UPDATE/DELETE]  param must be specified", RPC.TYPE);
  if (found.length > 1) throw fail("Opcode [NEW/UPDATE/DELETE] must be specified just once", RPC.TYPE);
  const name = fields[key];
  if (typeof name !== "string") throw fail("JSON value is not a string as expected", RPC.MISC);
  if (key === "DELETE") return { operation: "delete", name, value: "", days: 0, toAddress: "", valueType: "" };
  const { value, days, toaddress = "", valuetype = "" } = fields;
  if (value === undefined) throw fail("You must specify value", RPC.TYPE);
  if (typeof value !== "string") throw fail("Value must be string", RPC.TYPE);
  if (days === undefined) throw fail("You must specify days", RPC.TYPE);
  if (typeof days !== "number") throw fail("Days must be an integer greater than 0", RPC.TYPE);
  if (typeof toaddress !== "string") throw fail("Address must be a string", RPC.TYPE);
  if (typeof valuetype !== "string") throw fail("Value type must be a string", RPC.TYPE);
  const operation = key === "NEW" ? "new" : "update";
  return { operation, name, value, days: integerOf(days), toAddress: fromLatin1(toaddress), valueType: valuetype };
}

function sendToName({ node, args, wallet }: Call): Json {
  refuseWhileDownloading(node);
  const [name, amount] = [args.latin1(0), args.amount(1)];
  if (amount < MIN_OUTPUT) throw new RpcError(RPC.TOO_SMALL, "Send amount too small");
  const state = node.chain.names.get(name);
  const op = state === undefined ? undefined : lastOp(state);
  if (state === undefined) throw fail("Name not found", RPC.ADDRESS_OR_KEY);
  if (op === undefined || isDeleted(state)) throw fail("Failed to read last name transaction", RPC.ADDRESS_OR_KEY);
  const address = node.chain.addressText(op.script) ?? "";
  if (!node.chain.names.isActive(name, node.chain.height)) {
    const text = `This name have expired. If you still wish to send money to it's last owner you can use this command:\nsendtoaddress ${address} <your_amount> `;
    throw fail(text, RPC.ADDRESS_OR_KEY);
  }
  wallet.ensureUnlocked();
  const transaction = sendMoney(node, wallet, { outputs: [{ amount, script: op.script }] });
  return { "sending to": address, transaction };
}

export const nameWriteCommands: CommandTable = {
  name_new: walletCommand('name_new "name" "value" days ( "toaddress" "valuetype" )', single("new")),
  name_update: walletCommand('name_update "name" "value" days ( "toaddress" "valuetype" )', single("update")),
  name_delete: walletCommand('name_delete "name"', ({ node, args, wallet }) =>
    write(node, wallet, [
      { operation: "delete", name: args.latin1(0), value: "", days: 0, toAddress: "", valueType: "" },
    ]),
  ),
  name_updatemany: command(
    'name_updatemany [{"NEW/UPDATE/DELETE":"str","value":"str","days":n,"toaddress":"str","valuetype":"str"},...]',
    ({ node, args, wallet }) => {
      args.check("array");
      return write(node, wallet, args.list(0).map(manyWish));
    },
    { names: "names", wallet: true },
  ),
  sendtoname: walletCommand('sendtoname "name" amount ( "comment" "comment_to" )', sendToName),
};
