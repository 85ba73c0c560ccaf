// Signatures of several copies of one transaction, put into one.

import {
  multisigOfScript,
  pushesOf,
  type SpentOutput,
  signaturesOf,
  type Transaction,
  type TxInput,
  unlock,
} from "../../../src/emercoin/index.ts";
import type { NodeState } from "./node-state.ts";

/** The scripts behind hashes as a signed input shows them. */
function shown(input: TxInput, spent: SpentOutput): SpentOutput {
  const redeem = pushesOf(input.script)?.at(-1);
  const witness = input.witness.at(-1);
  const isScript = witness !== undefined && multisigOfScript(witness) !== null;
  return {
    ...spent,
    ...(redeem === undefined ? {} : { redeemScript: redeem }),
    ...(isScript ? { witnessScript: witness } : {}),
  };
}

/** The first with the good signatures of all. */
export function mergeSignatures(
  node: NodeState,
  txs: readonly Transaction[],
  spent: readonly (SpentOutput | null)[],
): Transaction {
  const [first] = txs;
  if (first === undefined) throw new Error("nothing to merge");
  return first.inputs.reduce((merged, _, index) => {
    const output = spent[index];
    const signed = txs.filter(
      ({ inputs }) => (inputs[index]?.script.length ?? 0) + (inputs[index]?.witness.length ?? 0) > 0,
    );
    const [sample] = signed;
    const input = sample?.inputs[index];
    if (output === undefined || output === null || input === undefined) return merged;
    const known = shown(input, output);
    const signatures = signed.flatMap((tx) => signaturesOf(node.crypto, tx, index, known));
    return unlock(node.crypto, merged, index, known, signatures).tx;
  }, first);
}
