// Signing and checking inputs of every form, and what the network itself signed: the transcript's transactions verify.
import { describe, expect, it } from "vitest";
import { concatBytes, fromHex, microEmc, parseEmc, toHex } from "../../src/base/index.ts";
import {
  decodeTransaction,
  hash160,
  isSighashType,
  keyAddress,
  legacySighash,
  multisigScript,
  nameScript,
  publicKeyScript,
  SIGHASH,
  type SpentOutput,
  script,
  scriptOfAddress,
  signaturesOf,
  signInput,
  signTransaction,
  type Transaction,
  transactionHex,
  unlock,
  unsignedInput,
  verifyInput,
  verifySignature,
  withUnlocking,
  witnessSighash,
} from "../../src/emercoin/index.ts";
import { nobleCoin as crypto } from "../../src/envelope/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import { publicOf, secretOf } from "./keys.ts";
import { missing, objectsIn, stringsIn, transcript } from "./transcript.ts";

const amount = microEmc(5_000_000);
const names = ["a", "b", "c"] as const;
const [a, b, c] = names.map(secretOf);
if (a === undefined || b === undefined || c === undefined) expect.unreachable();
const own = publicOf("a");
const multisig = multisigScript({ required: 2, keys: names.map(publicOf) });
const p2wpkh = scriptOfAddress(keyAddress(crypto, own, "p2wpkh"));
const p2pkh = scriptOfAddress(keyAddress(crypto, own, "p2pkh"));
const p2sh = (inner: Uint8Array): Uint8Array => scriptOfAddress({ kind: "p2sh", hash: hash160(crypto, inner) });
const p2wsh = (inner: Uint8Array): Uint8Array => scriptOfAddress({ kind: "p2wsh", hash: crypto.sha256(inner) });
const name = { operation: "update", name: fromHex("aa"), value: fromHex("bb"), days: 0 } as const;

const tx: Transaction = {
  version: 2,
  time: 1_795_412_549,
  inputs: [0, 1, 2].map((vout) => unsignedInput({ txid: "ab".repeat(32), vout })),
  outputs: [
    { amount: microEmc(1_000_000), script: p2pkh },
    { amount: microEmc(2_000_000), script: p2wpkh },
  ],
  lockTime: 9,
};

/** Outputs by form, with the scripts behind hashes. */
const FORMS: readonly (readonly [string, SpentOutput])[] = [
  ["bare key", { amount, script: publicKeyScript(own) }],
  ["p2pkh", { amount, script: p2pkh }],
  ["p2wpkh", { amount, script: p2wpkh }],
  ["p2wsh of a key", { amount, script: p2wsh(publicKeyScript(own)), witnessScript: publicKeyScript(own) }],
  ["p2wsh of a key hash", { amount, script: p2wsh(p2pkh), witnessScript: p2pkh }],
  ["p2sh of a key hash", { amount, script: p2sh(p2pkh), redeemScript: p2pkh }],
  ["p2sh of p2wpkh", { amount, script: p2sh(p2wpkh), redeemScript: p2wpkh }],
  ["p2pkh with a name", { amount, script: nameScript({ action: name, script: p2pkh }) }],
  ["p2wpkh with a name", { amount, script: nameScript({ action: name, script: p2wpkh }) }],
];
const MULTISIG: readonly (readonly [string, SpentOutput])[] = [
  ["bare multisig", { amount, script: multisig }],
  ["p2sh multisig", { amount, script: p2sh(multisig), redeemScript: multisig }],
  ["p2wsh multisig", { amount, script: p2wsh(multisig), witnessScript: multisig }],
  [
    "p2sh of p2wsh multisig",
    { amount, script: p2sh(p2wsh(multisig)), redeemScript: p2wsh(multisig), witnessScript: multisig },
  ],
];

const sign = (spent: SpentOutput, secrets = [a]) => signTransaction(crypto, tx, [null, spent, null], secrets);

describe.each(FORMS)("an output of form %s", (_, spent) => {
  it("is spent with its key, and the input verifies from its own scripts", () => {
    const signed = sign(spent);
    expect(signed.complete).toEqual([false, true, false]);
    expect(verifyInput(crypto, signed.tx, 1, { script: spent.script, amount })).toBe(true);
    expect(verifyInput(crypto, signed.tx, 0, spent)).toBe(false);
  });

  it("is not spent with another key", () => {
    const tried = sign(spent, [b, c]);
    expect(tried.complete).toEqual([false, false, false]);
    expect(tried.tx).toEqual(tx);
    expect(signInput(crypto, tx, 1, spent, b)).toBeNull();
  });

  it("is not spent after the transaction changed: time, lock time, output, other input", () => {
    const signed = sign(spent).tx;
    const changes: readonly Transaction[] = [
      { ...signed, time: signed.time + 1 },
      { ...signed, lockTime: 0 },
      { ...signed, outputs: signed.outputs.slice(1) },
      { ...signed, inputs: signed.inputs.slice(0, 2) },
      { ...signed, version: 1 },
    ];
    for (const changed of changes) expect(verifyInput(crypto, changed, 1, spent)).toBe(false);
  });
});

describe.each(MULTISIG)("an output of form %s", (_, spent) => {
  it("is spent with two of three, signed together or one after the other, in any order", () => {
    const together = sign(spent, [c, a]);
    expect(together.complete[1]).toBe(true);
    const half = sign(spent, [c]);
    expect(half.complete[1]).toBe(false);
    expect(verifyInput(crypto, half.tx, 1, spent)).toBe(false);
    const whole = signTransaction(crypto, half.tx, [null, spent, null], [a]);
    expect(whole.tx).toEqual(together.tx);
    expect(verifyInput(crypto, whole.tx, 1, { script: spent.script, amount })).toBe(true);
    expect(signaturesOf(crypto, whole.tx, 1, spent).map(({ key }) => toHex(key))).toEqual(
      ["a", "c"].map((one) => toHex(publicOf(one))),
    );
  });

  it("stays as it is without any signature", () => {
    expect(unlock(crypto, tx, 1, spent)).toEqual({ tx, complete: false });
  });

  it("keeps two signatures where three were made", () => {
    const signed = sign(spent, [a, b, c]);
    expect(signed.complete[1]).toBe(true);
    expect(signaturesOf(crypto, signed.tx, 1, spent)).toHaveLength(2);
  });

  it("leaves out signatures of strangers and of another transaction", () => {
    const good = signInput(crypto, tx, 1, spent, a);
    const other = signInput(crypto, { ...tx, time: 1 }, 1, spent, b);
    if (good === null || other === null) return expect.unreachable();
    expect(verifySignature(crypto, tx, 1, spent, good)).toBe(true);
    expect(verifySignature(crypto, tx, 1, spent, other)).toBe(false);
    expect(verifySignature(crypto, tx, 1, spent, { ...good, key: publicOf("stranger") })).toBe(false);
    expect(unlock(crypto, tx, 1, spent, [good, other]).complete).toBe(false);
  });
});

describe("signatures", () => {
  it("of witnesses cover the amount, those before do not", () => {
    for (const [form, spent] of FORMS) {
      const signed = sign(spent).tx;
      const inWitness = (signed.inputs[1]?.witness.length ?? 0) > 0;
      expect([form, verifyInput(crypto, signed, 1, { ...spent, amount: microEmc(1) })]).toEqual([form, !inWitness]);
    }
  });

  it("with an unknown type, without one or of an uncompressed key in a witness do not hold", () => {
    const spent: SpentOutput = { amount, script: p2wpkh };
    const good = signInput(crypto, tx, 1, spent, a);
    if (good === null) return expect.unreachable();
    for (const type of [0, 4, 0x84, 0x41]) {
      const signature = concatBytes(good.signature.subarray(0, -1), Uint8Array.of(type));
      expect(verifySignature(crypto, tx, 1, spent, { ...good, signature })).toBe(false);
    }
    expect(verifySignature(crypto, tx, 1, spent, { ...good, signature: new Uint8Array(0) })).toBe(false);
    const long = fromHex(
      "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
    );
    const uncompressed = { amount, script: scriptOfAddress(keyAddress(crypto, long, "p2wpkh")) };
    expect(verifySignature(crypto, tx, 1, uncompressed, { key: long, signature: good.signature })).toBe(false);
    expect([1, 2, 3, 0x81, 0x82, 0x83].every(isSighashType)).toBe(true);
  });

  /** Each type with changes of the transaction that it allows (input 1 signs). */
  const only = (at: number): Transaction["outputs"] =>
    tx.outputs.map((output, index) => (index === at ? output : { ...output, amount: microEmc(7) }));
  const sequences = tx.inputs.map((input, at) => (at === 1 ? input : { ...input, sequence: 1 }));
  const alone = [tx.inputs[0], tx.inputs[1]].flatMap((input) => input ?? []);
  it.each<[number, readonly Transaction[], readonly Transaction[]]>([
    [
      SIGHASH.NONE,
      [
        { ...tx, outputs: [] },
        { ...tx, inputs: sequences },
      ],
      [{ ...tx, inputs: alone }],
    ],
    [
      SIGHASH.SINGLE,
      [
        { ...tx, outputs: only(1) },
        { ...tx, inputs: sequences },
      ],
      [{ ...tx, outputs: only(0) }],
    ],
    [SIGHASH.ALL | SIGHASH.ANYONE_CAN_PAY, [{ ...tx, inputs: alone }], [{ ...tx, outputs: only(1) }]],
    [
      SIGHASH.ALL,
      [],
      [
        { ...tx, inputs: alone },
        { ...tx, inputs: sequences },
        { ...tx, outputs: only(1) },
      ],
    ],
  ])("of type %d cover what they should, in both ways", (type, allowed, refused) => {
    const hashes = (one: Transaction): readonly string[] => [
      toHex(legacySighash(crypto, one, 1, p2pkh, type)),
      toHex(witnessSighash(crypto, one, 1, { scriptCode: p2pkh, amount }, type)),
    ];
    const before = hashes(tx);
    for (const one of allowed) expect(hashes(one)).toEqual(before);
    for (const one of refused) for (const [at, hash] of hashes(one).entries()) expect(hash).not.toBe(before[at]);
  });

  it("of one output without that output sign the number 1, and nothing in a witness", () => {
    expect(toHex(legacySighash(crypto, tx, 2, p2pkh, SIGHASH.SINGLE))).toBe(`01${"00".repeat(31)}`);
    const covered = witnessSighash(crypto, tx, 2, { scriptCode: p2pkh, amount }, SIGHASH.SINGLE);
    expect(covered).toEqual(
      witnessSighash(crypto, { ...tx, outputs: [] }, 2, { scriptCode: p2pkh, amount }, SIGHASH.SINGLE),
    );
  });

  it("are not made of an input that does not exist", () => {
    const spent = { amount, script: p2pkh };
    for (const index of [-1, 3]) {
      expect(codeOf(() => signInput(crypto, tx, index, spent, a))).toBe("emercoin.bad_transaction");
      expect(verifyInput(crypto, tx, index, spent)).toBe(false);
      expect(unlock(crypto, tx, index, spent)).toEqual({ tx, complete: false });
    }
  });
});

describe("outputs that cannot be spent here", () => {
  it.each<[string, SpentOutput]>([
    ["p2sh without its script", { amount, script: p2sh(multisig) }],
    ["p2sh with another script", { amount, script: p2sh(multisig), redeemScript: p2pkh }],
    ["p2wsh without its script", { amount, script: p2wsh(multisig) }],
    ["p2wsh with another script", { amount, script: p2wsh(multisig), witnessScript: p2pkh }],
    ["p2wsh of something else", { amount, script: p2wsh(Uint8Array.of(0x51)), witnessScript: Uint8Array.of(0x51) }],
    ["OP_RETURN", { amount, script: Uint8Array.of(0x6a) }],
  ])("say so: %s", (_, spent) => {
    expect(codeOf(() => signInput(crypto, tx, 1, spent, a))).toBe("emercoin.bad_script");
    expect(verifyInput(crypto, tx, 1, spent)).toBe(false);
  });
});

describe("an input that is not in its one form does not verify", () => {
  const spent: SpentOutput = { amount, script: p2pkh };
  const signed = sign(spent).tx;
  const good = signed.inputs[1]?.script ?? new Uint8Array(0);
  const witness = sign({ amount, script: p2wpkh }).tx.inputs[1]?.witness ?? [];

  it.each<[string, Uint8Array, readonly Uint8Array[]]>([
    ["a push too many", concatBytes(Uint8Array.of(0), good), []],
    ["a push of another form", concatBytes(Uint8Array.of(0x4c), good), []],
    ["an opcode", concatBytes(good, Uint8Array.of(0x51)), []],
    ["a push beyond its end", concatBytes(good, Uint8Array.of(5)), []],
    ["a witness", good, [new Uint8Array(1)]],
    ["nothing", new Uint8Array(0), []],
  ])("%s", (_, bytes, items) => {
    expect(verifyInput(crypto, withUnlocking(signed, 1, { script: bytes, witness: items }), 1, spent)).toBe(false);
  });

  it("a witness with a script, without its key, or with one item more", () => {
    const segwit = { amount, script: p2wpkh };
    const none = new Uint8Array(0);
    expect(verifyInput(crypto, withUnlocking(tx, 1, { script: none, witness }), 1, segwit)).toBe(true);
    expect(verifyInput(crypto, withUnlocking(tx, 1, { script: script(own), witness }), 1, segwit)).toBe(false);
    expect(verifyInput(crypto, withUnlocking(tx, 1, { script: none, witness: witness.slice(0, 1) }), 1, segwit)).toBe(
      false,
    );
    expect(verifyInput(crypto, withUnlocking(tx, 1, { script: none, witness: [none, ...witness] }), 1, segwit)).toBe(
      false,
    );
  });
});

describe.skipIf(missing)("what the real node signed", () => {
  const texts = [...stringsIn()].filter((text) => /^(02000000|66060000)[0-9a-f]{100,}$/.test(text));
  const all = texts.map((text) => decodeTransaction(text));
  const calls = transcript.filter(({ result }) => typeof result === "object" || typeof result === "string");

  /** Each escrow's output by its outpoint, from the calls that told it: p2sh, p2wsh and p2sh of p2wsh. */
  const escrows = new Map<string, SpentOutput>();
  for (const one of objectsIn(transcript.map(({ params }) => params))) {
    const { scriptPubKey, amount: told, redeemScript, witnessScript } = one;
    if (typeof scriptPubKey !== "string" || told === undefined) continue;
    escrows.set(`${one.txid}:${one.vout}`, {
      script: fromHex(scriptPubKey),
      amount: parseEmc(String(told)),
      ...(typeof redeemScript === "string" ? { redeemScript: fromHex(redeemScript) } : {}),
      ...(typeof witnessScript === "string" ? { witnessScript: fromHex(witnessScript) } : {}),
    });
  }
  const spentBy = (one: Transaction): SpentOutput | undefined =>
    escrows.get(`${one.inputs[0]?.txid}:${one.inputs[0]?.vout}`);

  it("with one key of two is half signed, with both it verifies, and reads as we would write it", () => {
    const seen = { half: 0, whole: 0 };
    for (const { method, result } of calls) {
      if (method !== "signrawtransactionwithkey") continue;
      const [reply] = objectsIn([result]);
      const signed = decodeTransaction(String(reply?.hex));
      const spent = spentBy(signed);
      if (spent === undefined) continue;
      expect(unlock(crypto, signed, 0, spent)).toEqual({ tx: signed, complete: reply?.complete });
      expect(verifyInput(crypto, signed, 0, { script: spent.script, amount: spent.amount })).toBe(reply?.complete);
      seen[reply?.complete === true ? "whole" : "half"]++;
    }
    expect(seen.half).toBeGreaterThan(2);
    expect(seen.whole).toBeGreaterThan(2);
  });

  it("apart is combined as combinerawtransaction does", () => {
    let seen = 0;
    for (const { method, params, result } of calls) {
      if (method !== "combinerawtransaction" || !Array.isArray(params)) continue;
      const [one, other] = (Array.isArray(params[0]) ? params[0] : []).map((hex) => decodeTransaction(String(hex)));
      const spent = one === undefined ? undefined : spentBy(one);
      if (one === undefined || other === undefined || spent === undefined) continue;
      const combined = unlock(crypto, one, 0, spent, signaturesOf(crypto, other, 0, spent));
      expect(transactionHex(combined.tx)).toBe(result);
      seen++;
    }
    expect(seen).toBe(3);
  });

  it("verifies for one-key witnesses: the amount is found in the signature's own cover", () => {
    // Ticket inputs tell key and signature; the amount spent is payment, change and, if it wins, the flat fee.
    const tickets = all.filter((one) => one.inputs[0]?.txid === "ec".repeat(32) && one.inputs.length === 2);
    const segwit = tickets.filter((one) => one.inputs[1]?.witness.length === 2);
    expect(segwit.length).toBeGreaterThan(3);
    for (const one of segwit) {
      const key = one.inputs[1]?.witness[1] ?? new Uint8Array(0);
      const total = one.outputs.reduce((sum, output) => sum + output.amount, 100);
      const spent = { amount: microEmc(total), script: scriptOfAddress(keyAddress(crypto, key, "p2wpkh")) };
      expect(verifyInput(crypto, one, 1, spent)).toBe(true);
    }
  });
});
