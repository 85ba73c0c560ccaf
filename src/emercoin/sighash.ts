// What a signature of an input covers: the old way and that of BIP 143, both with Emercoin's time behind the version (interpreter.cpp).

import { type CoinCrypto, concatBytes, type MicroEmc } from "../base/index.ts";
import { counted, sized, u32, u64 } from "./byte-stream.ts";
import { hash256 } from "./hashes.ts";
import { badTransaction, outpointBytes, outputBytes, type Transaction, type TxInput } from "./transaction.ts";

/** Which parts of a transaction a signature covers; the last byte of each signature. */
export const SIGHASH = { ALL: 1, NONE: 2, SINGLE: 3, ANYONE_CAN_PAY: 0x80 } as const;

const NOTHING = new Uint8Array(32);
/** An output as it stands for one that is not covered: amount -1, no script. */
const BLANK_OUTPUT = concatBytes(u64(0xffff_ffff_ffff_ffffn), Uint8Array.of(0));

interface Coverage {
  readonly single: boolean;
  readonly none: boolean;
  readonly anyone: boolean;
}

function coverageOf(type: number): Coverage {
  const base = type & 0x1f;
  return {
    single: base === SIGHASH.SINGLE,
    none: base === SIGHASH.NONE,
    anyone: (type & SIGHASH.ANYONE_CAN_PAY) !== 0,
  };
}

/** Whether the type is one of the six that exist; the network relays no others. */
export function isSighashType(type: number): boolean {
  const base = type & ~SIGHASH.ANYONE_CAN_PAY;
  return base >= SIGHASH.ALL && base <= SIGHASH.SINGLE;
}

function inputAt(tx: Transaction, index: number): TxInput {
  const input = tx.inputs[index];
  if (input === undefined) throw badTransaction("it has no input of that number");
  return input;
}

/**
 * The hash that a signature in an input's script signs. `scriptCode` is the spent script, or the script behind a p2sh address (without
 * OP_CODESEPARATOR, which no template here has). Throws `emercoin.bad_transaction` for an input that does not exist.
 */
export function legacySighash(
  crypto: CoinCrypto,
  tx: Transaction,
  index: number,
  scriptCode: Uint8Array,
  type: number,
): Uint8Array {
  const { single, none, anyone } = coverageOf(type);
  const own = inputAt(tx, index);
  // Bitcoin's oldest oddity: without an output of its own number the number 1 is signed.
  if (single && index >= tx.outputs.length) return concatBytes(Uint8Array.of(1), new Uint8Array(31));
  const inputs = (anyone ? [own] : tx.inputs).map((input) =>
    concatBytes(
      outpointBytes(input),
      sized(input === own ? scriptCode : new Uint8Array(0)),
      u32(input !== own && (single || none) ? 0 : input.sequence),
    ),
  );
  const outputs = none ? [] : single ? tx.outputs.slice(0, index + 1) : tx.outputs;
  const covered = outputs.map((output, at) => (single && at !== index ? BLANK_OUTPUT : outputBytes(output)));
  return hash256(
    crypto,
    concatBytes(u32(tx.version), u32(tx.time), counted(inputs), counted(covered), u32(tx.lockTime), u32(type)),
  );
}

function outputsHash(crypto: CoinCrypto, tx: Transaction, index: number, { single, none }: Coverage): Uint8Array {
  if (!single && !none) return hash256(crypto, concatBytes(...tx.outputs.map(outputBytes)));
  const own = tx.outputs[index];
  return single && own !== undefined ? hash256(crypto, outputBytes(own)) : NOTHING;
}

/**
 * The hash that a signature in an input's witness signs (BIP 143 and the time). It covers the amount of the spent output, so that a
 * wrong one makes the signature worthless. Throws `emercoin.bad_transaction` for an input that does not exist.
 */
export function witnessSighash(
  crypto: CoinCrypto,
  tx: Transaction,
  index: number,
  spent: { readonly scriptCode: Uint8Array; readonly amount: MicroEmc },
  type: number,
): Uint8Array {
  const coverage = coverageOf(type);
  const own = inputAt(tx, index);
  const all = (bytesOf: (input: TxInput) => Uint8Array): Uint8Array =>
    hash256(crypto, concatBytes(...tx.inputs.map(bytesOf)));
  const others = !coverage.anyone && !coverage.single && !coverage.none;
  return hash256(
    crypto,
    concatBytes(
      u32(tx.version),
      u32(tx.time),
      coverage.anyone ? NOTHING : all(outpointBytes),
      others ? all((input) => u32(input.sequence)) : NOTHING,
      outpointBytes(own),
      sized(spent.scriptCode),
      u64(spent.amount),
      u32(own.sequence),
      outputsHash(crypto, tx, index, coverage),
      u32(tx.lockTime),
      u32(type),
    ),
  );
}
