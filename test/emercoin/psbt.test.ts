// Partially signed transactions: the node's own, byte for byte, through every role; and what must be refused before signing.
import { describe, expect, it } from "vitest";
import { concatBytes, fromBase64url, microEmc, type Secret, toBase64, toHex } from "../../src/base/index.ts";
import {
  checkPsbtOf,
  combinePsbts,
  createPsbt,
  decodePsbt,
  decodeTransaction,
  encodePsbt,
  finalisePsbt,
  hash160,
  keyAddress,
  multisigDescriptor,
  multisigOutput,
  type Psbt,
  psbtBytes,
  psbtFee,
  psbtSigners,
  psbtSpent,
  scriptOfAddress,
  signPsbtInput,
  type Transaction,
  transactionHex,
  txid,
  unsignedInput,
  verifyInput,
  withPsbtInput,
} from "../../src/emercoin/index.ts";
import { nobleCoin as crypto } from "../../src/envelope/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import { publicOf, secretOf } from "./keys.ts";
import { missing, stringsIn, transcript } from "./transcript.ts";

const [a, b, c] = ["a", "b", "c"].map(secretOf);
if (a === undefined || b === undefined || c === undefined) expect.unreachable();
const escrow = multisigOutput(
  crypto,
  multisigDescriptor(crypto, { required: 2, keys: ["a", "b", "c"].map(publicOf) }),
  "regtest",
);
const output = { amount: microEmc(5_000_000), script: scriptOfAddress(escrow.address) };
const tx: Transaction = {
  version: 2,
  time: 1_795_412_549,
  inputs: [unsignedInput({ txid: "ab".repeat(32), vout: 0 })],
  outputs: [{ amount: microEmc(4_999_900), script: scriptOfAddress(keyAddress(crypto, publicOf("a"), "p2wpkh")) }],
  lockTime: 0,
};
const open = withPsbtInput(createPsbt(tx), 0, { output, witnessScript: escrow.witnessScript });

function signedBy(psbt: Psbt, ...secrets: readonly Secret<Uint8Array>[]): Psbt {
  return secrets.reduce((sum, secret) => signPsbtInput(crypto, sum, 0, secret) ?? sum, psbt);
}

describe.skipIf(missing)("the node's", () => {
  const calls = (method: string) =>
    transcript.flatMap(({ method: called, params, result }) =>
      called === method && Array.isArray(params) && result !== undefined ? [{ params, result }] : [],
    );
  const field = (result: unknown, name: string): unknown =>
    typeof result === "object" && result !== null
      ? Object.entries(result).find(([key]) => key === name)?.[1]
      : undefined;

  it("decode and encode to the same text, all of them", () => {
    const all = [...stringsIn()].filter((text) => text.startsWith("cHNidP"));
    expect(all.length).toBeGreaterThan(9);
    for (const text of all) expect(encodePsbt(decodePsbt(text))).toBe(text);
  });

  it("are made as createpsbt makes them", () => {
    for (const { result } of calls("createpsbt")) {
      expect(encodePsbt(createPsbt(decodePsbt(String(result)).tx))).toBe(result);
    }
  });

  it("hold the transaction that decodepsbt tells", () => {
    for (const { params, result } of calls("decodepsbt")) {
      const told = field(result, "tx");
      expect(txid(crypto, decodePsbt(String(params[0])).tx)).toBe(field(told, "txid"));
    }
  });

  it("combine to what combinepsbt gives", () => {
    const all = calls("combinepsbt").filter(({ result }) => typeof result === "string");
    expect(all.length).toBeGreaterThan(0);
    for (const { params, result } of all) {
      const [texts] = params;
      const parts = Array.isArray(texts) ? texts.map((text) => decodePsbt(String(text))) : [];
      expect(encodePsbt(combinePsbts(crypto, parts))).toBe(result);
    }
  });

  it("finish to what finalizepsbt gives, transaction and all", () => {
    let whole = 0;
    for (const { params, result } of calls("finalizepsbt")) {
      const done = finalisePsbt(crypto, decodePsbt(String(params[0])));
      expect(done.tx !== null).toBe(field(result, "complete"));
      const hex = field(result, "hex");
      const text = field(result, "psbt");
      if (text !== undefined) expect(encodePsbt(done.psbt)).toBe(text);
      if (hex === undefined || done.tx === null) continue;
      expect(transactionHex(done.tx)).toBe(hex);
      for (const index of done.tx.inputs.keys()) {
        const spent = psbtSpent(crypto, done.psbt, index);
        expect(spent !== null && verifyInput(crypto, done.tx, index, spent)).toBe(true);
      }
      whole++;
    }
    expect(whole).toBeGreaterThan(1);
  });

  it("are signed by keys whose signatures hold", () => {
    let signatures = 0;
    for (const text of [...stringsIn()].filter((one) => one.startsWith("cHNidP"))) {
      const psbt = decodePsbt(text);
      for (const [index, input] of psbt.inputs.entries()) {
        if (input.signatures.length === 0) continue;
        expect(psbtSigners(crypto, psbt, index).map(toHex)).toEqual(input.signatures.map(({ key }) => toHex(key)));
        signatures += input.signatures.length;
      }
    }
    expect(signatures).toBeGreaterThan(3);
  });

  it("finished ones tell who signed", () => {
    let seen = 0;
    for (const text of [...stringsIn()].filter((one) => one.startsWith("cHNidP"))) {
      const psbt = decodePsbt(text);
      for (const [index, input] of psbt.inputs.entries()) {
        if (input.finalScript === null && input.finalWitness === null) continue;
        expect(psbtSigners(crypto, psbt, index).length).toBeGreaterThan(0);
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(1);
  });
});

describe("an escrow's", () => {
  it("is spent by two of three, who sign one after the other or apart", () => {
    const apart = combinePsbts(crypto, [signedBy(open, c), signedBy(open, a)]);
    const after = signedBy(open, a, c);
    expect(encodePsbt(apart)).toBe(encodePsbt(after));
    expect(psbtSigners(crypto, apart, 0).map(toHex).sort()).toEqual([publicOf("a"), publicOf("c")].map(toHex).sort());
    const done = finalisePsbt(crypto, apart);
    if (done.tx === null) return expect.unreachable();
    expect(verifyInput(crypto, done.tx, 0, output)).toBe(true);
    expect(txid(crypto, done.tx)).toBe(txid(crypto, tx));
    expect(psbtSigners(crypto, done.psbt, 0).map(toHex).sort()).toEqual(
      [publicOf("a"), publicOf("c")].map(toHex).sort(),
    );
    expect(encodePsbt(finalisePsbt(crypto, done.psbt).psbt)).toBe(encodePsbt(done.psbt));
    expect(encodePsbt(decodePsbt(encodePsbt(done.psbt)))).toBe(encodePsbt(done.psbt));
  });

  it("is not finished by one, twice by one, or by strangers", () => {
    const one = signedBy(open, a, a);
    expect(psbtSigners(crypto, one, 0)).toHaveLength(1);
    expect(finalisePsbt(crypto, one)).toEqual({ psbt: one, tx: null });
    expect(signPsbtInput(crypto, open, 0, secretOf("stranger"))).toBeNull();
    expect(finalisePsbt(crypto, createPsbt(tx)).tx).toBeNull();
    expect(psbtSigners(crypto, createPsbt(tx), 0)).toEqual([]);
  });

  it("does not count a signature of another transaction", () => {
    const other = signedBy(
      withPsbtInput(createPsbt({ ...tx, time: tx.time + 1 }), 0, { output, witnessScript: escrow.witnessScript }),
      b,
    );
    const mixed = withPsbtInput(signedBy(open, a), 0, {
      signatures: [...(signedBy(open, a).inputs[0]?.signatures ?? []), ...(other.inputs[0]?.signatures ?? [])],
    });
    expect(mixed.inputs[0]?.signatures).toHaveLength(2);
    expect(psbtSigners(crypto, mixed, 0)).toEqual([publicOf("a")]);
    expect(finalisePsbt(crypto, mixed).tx).toBeNull();
  });

  it("loses the signers' key paths once it is finished, and keeps unknown fields", () => {
    const others = [6, 0x77].map((type) => ({ key: Uint8Array.of(type, 1), value: Uint8Array.of(1) }));
    const done = finalisePsbt(crypto, withPsbtInput(signedBy(open, a, b), 0, { others }));
    expect(done.psbt.inputs[0]?.others).toEqual(others.slice(1));
    expect(done.psbt.inputs[0]?.signatures).toEqual([]);
  });

  it("of two deposits is finished once both are signed", () => {
    const two = createPsbt({ ...tx, inputs: [...tx.inputs, unsignedInput({ txid: "cd".repeat(32), vout: 1 })] });
    const filled = [0, 1].reduce(
      (psbt, index) => withPsbtInput(psbt, index, { output, witnessScript: escrow.witnessScript }),
      two,
    );
    const first = signedBy(filled, a, b);
    expect(finalisePsbt(crypto, first).tx).toBeNull();
    expect(finalisePsbt(crypto, first).psbt.inputs.map((input) => input.finalWitness !== null)).toEqual([true, false]);
    const both = [a, c].reduce((psbt, secret) => signPsbtInput(crypto, psbt, 1, secret) ?? psbt, first);
    const done = finalisePsbt(crypto, both).tx;
    expect([0, 1].map((index) => done !== null && verifyInput(crypto, done, index, output))).toEqual([true, true]);
    expect(psbtFee(crypto, both)).toBe(5_000_100);
  });

  it("tells the fee", () => {
    expect(psbtFee(crypto, open)).toBe(100);
    expect(psbtFee(crypto, createPsbt(tx))).toBeNull();
  });

  it("is not signed where it is not the one agreed on, says too little, or leaves parts open", () => {
    expect(codeOf(() => checkPsbtOf(open, tx))).toBe("nothing");
    expect(codeOf(() => checkPsbtOf(open, { ...tx, time: 1 }))).toBe("emercoin.psbt_mismatch");
    const sign = (psbt: Psbt, index = 0) => codeOf(() => signPsbtInput(crypto, psbt, index, a));
    expect(sign(createPsbt(tx))).toBe("emercoin.bad_psbt");
    expect(sign(open, 1)).toBe("emercoin.bad_psbt");
    expect(sign(withPsbtInput(open, 0, { sighashType: 0x83 }))).toBe("emercoin.bad_psbt");
    expect(sign(withPsbtInput(open, 0, { sighashType: 1 }))).toBe("nothing");
    expect(sign(withPsbtInput(open, 0, { witnessScript: null }))).toBe("emercoin.bad_script");
    const legacy = { ...output, script: scriptOfAddress(keyAddress(crypto, publicOf("a"), "p2pkh")) };
    expect(sign(withPsbtInput(createPsbt(tx), 0, { output: legacy }))).toBe("emercoin.bad_psbt");
  });
});

describe("the whole transaction that an input spends", () => {
  const script = escrow.witnessScript;
  const previous: Transaction = {
    ...tx,
    outputs: [{ amount: microEmc(9), script: scriptOfAddress({ kind: "p2sh", hash: hash160(crypto, script) }) }],
  };
  const spending = { ...tx, inputs: [unsignedInput({ txid: txid(crypto, previous), vout: 0 })] };
  const legacy = withPsbtInput(createPsbt(spending), 0, { previous, redeemScript: script });

  it("lets outputs before segwit be signed", () => {
    const done = finalisePsbt(crypto, signedBy(legacy, a, b));
    const [spent] = previous.outputs;
    if (done.tx === null || spent === undefined) return expect.unreachable();
    expect(verifyInput(crypto, done.tx, 0, spent)).toBe(true);
    expect(encodePsbt(decodePsbt(encodePsbt(done.psbt)))).toBe(encodePsbt(done.psbt));
    expect(psbtSigners(crypto, done.psbt, 0)).toHaveLength(2);
  });

  it("must be that one, and say what the output says", () => {
    const spent = (psbt: Psbt) => codeOf(() => psbtSpent(crypto, psbt, 0));
    expect(spent(legacy)).toBe("nothing");
    expect(spent(withPsbtInput(legacy, 0, { previous: { ...previous, time: 1 } }))).toBe("emercoin.bad_psbt");
    expect(spent(withPsbtInput(legacy, 0, { previous: { ...previous, outputs: [] } }))).toBe("emercoin.bad_psbt");
    expect(spent(withPsbtInput(legacy, 0, { output }))).toBe("emercoin.bad_psbt");
    expect(spent(withPsbtInput(legacy, 0, { output: previous.outputs[0] ?? null }))).toBe("nothing");
  });
});

describe("combining", () => {
  it("keeps unknown fields of all, the first of each kind", () => {
    const unknown = (key: number, value: number) => ({ key: Uint8Array.of(key, 1), value: Uint8Array.of(value) });
    const first = {
      ...withPsbtInput(open, 0, { others: [unknown(0x77, 1)] }),
      others: [unknown(0x70, 1)],
      outputs: [[unknown(2, 1)]],
    };
    const second = {
      ...withPsbtInput(open, 0, { others: [unknown(0x77, 2), unknown(0x78, 3)] }),
      others: [unknown(0x70, 2)],
      outputs: [[unknown(2, 2), unknown(3, 3)]],
    };
    const both = combinePsbts(crypto, [first, second]);
    expect(both.others).toEqual([unknown(0x70, 1)]);
    expect(both.inputs[0]?.others).toEqual([unknown(0x77, 1), unknown(0x78, 3)]);
    expect(both.outputs).toEqual([[unknown(2, 1), unknown(3, 3)]]);
    expect(decodePsbt(encodePsbt(both))).toEqual(both);
  });

  it("is refused for none, and for two transactions", () => {
    expect(codeOf(() => combinePsbts(crypto, []))).toBe("emercoin.bad_psbt");
    expect(codeOf(() => combinePsbts(crypto, [open, createPsbt({ ...tx, lockTime: 1 })]))).toBe("emercoin.bad_psbt");
  });
});

describe("what is no psbt", () => {
  const bytes = psbtBytes(signedBy(open, a));
  const field = (...parts: readonly (readonly number[])[]): number[] => parts.flatMap((part) => [part.length, ...part]);
  const from = (input: readonly number[]): Uint8Array =>
    concatBytes(psbtBytes(createPsbt(tx)).subarray(0, -2), Uint8Array.from([...input, 0, 0]));
  const signed = { ...tx, inputs: tx.inputs.map((input) => ({ ...input, script: Uint8Array.of(1, 1) })) };

  it("is made of no signed transaction", () => {
    expect(codeOf(() => createPsbt(signed))).toBe("emercoin.bad_psbt");
  });

  it.each<[string, string | Uint8Array]>([
    ["nothing", ""],
    ["no base64", "?"],
    ["another beginning", toBase64(concatBytes(Uint8Array.of(0x71), bytes.subarray(1)))],
    ["one cut short", bytes.subarray(0, -1)],
    ["one with a byte behind", concatBytes(bytes, Uint8Array.of(0))],
    ["one without a transaction", concatBytes(bytes.subarray(0, 5), Uint8Array.of(0))],
    ["one of a broken transaction", concatBytes(bytes.subarray(0, 5), Uint8Array.of(1, 0, 2, 1, 1, 0))],
    ["one with a field twice", from(field([5], [1], [5], [2]))],
    ["one with a signature of half a key", from(field([2, 1, 2], [1]))],
    ["one with a field of too long a key", from(field([1, 0], [1]))],
    ["one with an output that goes on", from(field([1], [1, 0, 0, 0, 0, 0, 0, 0, 0, 9]))],
    ["one with a sighash type of three bytes", from(field([3], [1, 0, 0]))],
    ["one with a broken transaction before", from(field([0], [1, 0, 0]))],
    ["one that is too long", new Uint8Array(4_000_001)],
  ])("%s", (_, data) => {
    expect(codeOf(() => decodePsbt(data))).toBe("emercoin.bad_psbt");
  });

  it("but one with a sighash type, key paths and unknown fields is, and goes through unchanged", () => {
    const data = from(field([3], [1, 0, 0, 0], [6, 2, 3], [9], [0xfc, 1], [1]));
    const psbt = decodePsbt(data);
    expect(psbt.inputs[0]?.sighashType).toBe(1);
    expect(psbt.inputs[0]?.others).toHaveLength(2);
    expect(psbtBytes(psbt)).toEqual(data);
    expect(fromBase64url(encodePsbt(psbt))).toEqual(data);
  });

  it("is told from a transaction", () => {
    expect(codeOf(() => decodeTransaction(bytes))).toBe("emercoin.bad_transaction");
  });
});
