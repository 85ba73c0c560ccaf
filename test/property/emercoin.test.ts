// The coin's formats under arbitrary input: what is written reads back, what is broken is refused with a coded error, and what was
// changed never passes for the original.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError, type MicroEmc, microEmc, Secret, toHex } from "../../src/base/index.ts";
import {
  type Address,
  type AddressKind,
  addressOfScript,
  addressText,
  type Chap,
  candidateHash,
  chapText,
  decodePsbt,
  decodeTransaction,
  encodePsbt,
  encodeTransaction,
  isInWindow,
  MAX_RISK,
  multisigDescriptor,
  multisigOfScript,
  multisigOutput,
  multisigScript,
  nameFee,
  nameOfScript,
  nameScript,
  parseAddress,
  parseChap,
  parseMultisigDescriptor,
  parseWif,
  psbtBytes,
  readScript,
  readTicket,
  scriptOfAddress,
  signMessage,
  signTransaction,
  type Transaction,
  ticketAmount,
  transactionHex,
  txid,
  verifyInput,
  verifyMessage,
  wifText,
  windowOf,
} from "../../src/emercoin/index.ts";
import { nobleCoin as crypto } from "../../src/envelope/index.ts";

const RUNS = { numRuns: 300 };
const FEW = { numRuns: 60 };

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const amount = fc.integer({ min: 0, max: 2 ** 52 }).map((value) => microEmc(value));
const network = fc.constantFrom("main" as const, "test" as const, "regtest" as const);
const address: fc.Arbitrary<Address> = fc
  .constantFrom<AddressKind>("p2pkh", "p2sh", "p2wpkh", "p2wsh")
  .chain((kind) => bytes(kind === "p2wsh" ? 32 : 20).map((hash) => ({ kind, hash })));
const input = fc.record({
  txid: bytes(32).map(toHex),
  vout: u32,
  script: fc.uint8Array({ maxLength: 80 }),
  sequence: u32,
  witness: fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 3 }),
});
const output = fc.record({ amount, script: fc.uint8Array({ maxLength: 80 }) });
const transaction: fc.Arbitrary<Transaction> = fc.record({
  version: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  time: u32,
  inputs: fc.array(input, { minLength: 1, maxLength: 4 }),
  outputs: fc.array(output, { maxLength: 4 }),
  lockTime: u32,
});
const secret = bytes(32)
  .filter((value) => value.some((byte) => byte !== 0) && value[0] !== 0xff)
  .map((value) => new Secret(value));

/** The result, or null for a refusal; anything but a coded error fails the test. */
function attempt<T>(task: () => T): T | null {
  try {
    return task();
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith("emercoin.")) return null;
    throw error;
  }
}

/** Bytes with one bit flipped, one byte cut or one byte more. */
function mutations(original: Uint8Array): fc.Arbitrary<Uint8Array> {
  const position = fc.nat({ max: original.length - 1 });
  return fc.oneof(
    fc
      .tuple(position, fc.nat({ max: 7 }))
      .map(([at, bit]) => original.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte))),
    position.map((at) => original.subarray(0, at)),
    fc.nat({ max: 255 }).map((byte) => Uint8Array.from([...original, byte])),
  );
}

describe("addresses and keys", () => {
  it("read back on their network, and on no other that writes them differently", () => {
    fc.assert(
      fc.property(address, network, (one, net) => {
        const text = addressText(crypto, one, net);
        expect(parseAddress(crypto, text, net)).toEqual(one);
        expect(addressOfScript(scriptOfAddress(one))).toEqual(one);
        if (net === "main") expect(attempt(() => parseAddress(crypto, text, "regtest"))).toBeNull();
      }),
      RUNS,
    );
  });

  it("with one letter changed are refused", () => {
    const letters = [..."123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0lOI "];
    fc.assert(
      fc.property(address, fc.nat(), fc.constantFrom(...letters), (one, at, letter) => {
        const text = addressText(crypto, one, "main");
        const changed = text.slice(0, at % text.length) + letter + text.slice((at % text.length) + 1);
        if (changed !== text) expect(attempt(() => parseAddress(crypto, changed, "main"))).toBeNull();
      }),
      RUNS,
    );
  });

  it("of arbitrary text are refused", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), network, (text, net) => {
        expect(attempt(() => parseAddress(crypto, text, net))).toBeNull();
      }),
      RUNS,
    );
  });

  it("of private keys read back", () => {
    fc.assert(
      fc.property(secret, network, (one, net) => {
        expect(parseWif(crypto, wifText(crypto, one, net), net).reveal()).toEqual(one.reveal());
      }),
      FEW,
    );
  });
});

describe("transactions", () => {
  it("read back, and their id covers all but witnesses", () => {
    fc.assert(
      fc.property(transaction, (tx) => {
        expect(decodeTransaction(encodeTransaction(tx))).toEqual(tx);
        expect(decodeTransaction(transactionHex(tx))).toEqual(tx);
        const bare = { ...tx, inputs: tx.inputs.map((one) => ({ ...one, witness: [] })) };
        expect(txid(crypto, bare)).toBe(txid(crypto, tx));
      }),
      RUNS,
    );
  });

  it("that were changed are refused or are others", () => {
    fc.assert(
      fc.property(
        transaction.chain((tx) => fc.tuple(fc.constant(tx), mutations(encodeTransaction(tx)))),
        ([tx, changed]) => {
          const read = attempt(() => decodeTransaction(changed));
          if (read !== null) expect(transactionHex(read)).not.toBe(transactionHex(tx));
          if (read !== null) expect(encodeTransaction(read)).toEqual(changed);
        },
      ),
      RUNS,
    );
  });

  it("of arbitrary bytes, scripts, names and tickets never do more than refuse", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        attempt(() => decodeTransaction(data));
        attempt(() => decodePsbt(data));
        attempt(() => readScript(data));
        nameOfScript(data);
        multisigOfScript(data);
        addressOfScript(data);
        for (const form of ["p2wsh", "p2sh"] as const) {
          verifyInput(
            crypto,
            {
              version: 2,
              time: 0,
              inputs: [{ txid: "00".repeat(32), vout: 0, script: data, sequence: 0, witness: [data] }],
              outputs: [],
              lockTime: 0,
            },
            0,
            {
              amount: microEmc(1),
              script: scriptOfAddress({ kind: form, hash: crypto.sha256(data).subarray(0, form === "p2sh" ? 20 : 32) }),
            },
          );
        }
      }),
      RUNS,
    );
  });

  it("that are signed verify, and no longer once any bit was changed", () => {
    const keyHash = (one: Secret<Uint8Array>): Uint8Array =>
      crypto.ripemd160(crypto.sha256(crypto.publicKey(one.reveal())));
    fc.assert(
      fc.property(
        secret.chain((one) =>
          fc.tuple(
            fc.constant(one),
            fc.constantFrom("p2pkh" as const, "p2wpkh" as const),
            transaction,
            fc.nat(),
            fc.nat({ max: 7 }),
          ),
        ),
        ([one, kind, tx, position, bit]) => {
          const spent = { amount: microEmc(1_000), script: scriptOfAddress({ kind, hash: keyHash(one) }) };
          const bare = {
            ...tx,
            inputs: tx.inputs.map((each) => ({ ...each, script: new Uint8Array(0), witness: [] })),
          };
          const signed = signTransaction(crypto, bare, [spent], [one]).tx;
          expect(verifyInput(crypto, signed, 0, spent)).toBe(true);
          const data = encodeTransaction(signed);
          const at = position % data.length;
          const changed = attempt(() =>
            decodeTransaction(data.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte))),
          );
          // What another input unlocks with is its own business.
          const own = (read: Transaction): string =>
            transactionHex({
              ...read,
              inputs: read.inputs.map((each, i) =>
                i === 0 ? each : { ...each, script: new Uint8Array(0), witness: [] },
              ),
            });
          if (changed !== null && own(changed) !== own(signed))
            expect(verifyInput(crypto, changed, 0, spent)).toBe(false);
        },
      ),
      FEW,
    );
  });
});

describe("names", () => {
  const action = fc.oneof(
    fc.record({ operation: fc.constant("delete" as const), name: fc.uint8Array({ maxLength: 512 }) }),
    fc.record({
      operation: fc.constantFrom("new" as const, "update" as const),
      name: fc.uint8Array({ maxLength: 512 }),
      value: fc.uint8Array({ minLength: 1, maxLength: 3_000 }),
      days: fc.integer({ min: 1, max: 366_000_000 }),
    }),
  );
  it("in scripts read back with their owner", () => {
    fc.assert(
      fc.property(action, address, (one, owner) => {
        const script = scriptOfAddress(owner);
        expect(nameOfScript(nameScript({ action: one, script }))).toEqual({ action: one, script });
      }),
      RUNS,
    );
  });

  it("cost whole steps of 0.0001 EMC, never less for more", () => {
    const size = fc.integer({ min: 1, max: 20_480 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 36_500 }),
        size,
        fc.integer({ min: 0, max: 5_020_000_000 }),
        (days, valueBytes, reward) => {
          const cost = (more: number, bytesMore: number): MicroEmc =>
            nameFee({
              operation: "new",
              days: days + more,
              nameBytes: 20,
              valueBytes: valueBytes + bytesMore,
              lastPowReward: microEmc(reward),
            });
          expect(cost(0, 0) % 100).toBe(0);
          expect(cost(0, 0)).toBeGreaterThanOrEqual(100);
          expect(cost(1, 0)).toBeGreaterThanOrEqual(cost(0, 0));
          expect(cost(0, 128)).toBeGreaterThanOrEqual(cost(0, 0));
        },
      ),
      RUNS,
    );
  });
});

describe("RANDPAY", () => {
  const chap: fc.Arbitrary<Chap> = fc
    .tuple(fc.integer({ min: 1, max: 9_000_000_000_000 }), fc.integer({ min: 1, max: MAX_RISK }), bytes(20))
    .map(([value, risk, hash]) => ({ amount: microEmc(value), risk, window: windowOf(hash, risk) }))
    .filter(({ risk, window }) => (window + 1n) * BigInt(risk) <= 1n << 160n);

  it("challenges read back", () => {
    fc.assert(
      fc.property(chap, (one) => {
        expect(parseChap(chapText(one))).toEqual(one);
      }),
      RUNS,
    );
  });

  it("candidates are in their window, each of them another, and neighbours are not", () => {
    fc.assert(
      fc.property(chap, fc.nat(), (one, drawn) => {
        const offset = drawn % one.risk;
        const hash = candidateHash(one, offset);
        expect(isInWindow(hash, one)).toBe(true);
        expect(windowOf(hash, 1) - one.window * BigInt(one.risk)).toBe(BigInt(offset));
        expect(isInWindow(hash, { ...one, window: one.window + 1n })).toBe(false);
      }),
      RUNS,
    );
  });

  it("every payee's own hash is one of the candidates of what he publishes", () => {
    fc.assert(
      fc.property(bytes(20), fc.integer({ min: 1, max: MAX_RISK }), (hash, risk) => {
        expect(isInWindow(hash, { amount: microEmc(1), risk, window: windowOf(hash, risk) })).toBe(true);
      }),
      RUNS,
    );
  });

  it("a ticket is worth exactly its price on average, with an amount near the target", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000_000 }), (price) => {
        const { amount: paid, risk } = ticketAmount(microEmc(price));
        expect(paid).toBe(price * risk);
        if (risk > 1) expect(Math.abs(paid - 1_000_000)).toBeLessThanOrEqual(price / 2);
      }),
      RUNS,
    );
  });

  it("arbitrary text is no challenge, arbitrary transactions are no tickets", () => {
    fc.assert(
      fc.property(fc.string(), transaction, (text, tx) => {
        expect(attempt(() => parseChap(text))).toBeNull();
        expect(attempt(() => readTicket(tx))).toBeNull();
      }),
      RUNS,
    );
  });
});

describe("escrow", () => {
  const secrets = fc.uniqueArray(secret, { minLength: 1, maxLength: 5, selector: (one) => toHex(one.reveal()) });
  it("descriptors are the same for every order of keys, and read back", () => {
    fc.assert(
      fc.property(secrets, fc.nat(), (list, number) => {
        const keys = list.map((one) => crypto.publicKey(one.reveal()));
        const required = 1 + (number % keys.length);
        const text = multisigDescriptor(crypto, { required, keys });
        expect(multisigDescriptor(crypto, { required, keys: keys.toReversed() })).toBe(text);
        const parsed = parseMultisigDescriptor(crypto, text);
        expect(multisigOfScript(multisigScript(parsed))).toEqual(parsed);
        const out = multisigOutput(crypto, text, "main");
        expect(parseAddress(crypto, out.addressText, "main")).toEqual(out.address);
        const changed = text.replace(/[0-9a-f]/, (digit) => (digit === "1" ? "2" : "1"));
        expect(attempt(() => parseMultisigDescriptor(crypto, changed))).toBeNull();
      }),
      FEW,
    );
  });

  it("psbts read back, and changed ones are refused or are others", () => {
    const psbt = transaction.map((tx) => ({
      tx: { ...tx, inputs: tx.inputs.map((one) => ({ ...one, script: new Uint8Array(0), witness: [] })) },
      others: [],
      inputs: tx.inputs.map((one) => ({
        previous: null,
        output: tx.outputs[0] ?? null,
        signatures: [{ key: new Uint8Array(33).fill(one.vout & 0xff), signature: one.script }],
        sighashType: one.sequence,
        redeemScript: one.script,
        witnessScript: null,
        finalScript: null,
        finalWitness: one.witness.length > 0 ? one.witness : null,
        others: [],
      })),
      outputs: tx.outputs.map(() => []),
    }));
    fc.assert(
      fc.property(
        psbt.chain((one) => fc.tuple(fc.constant(one), mutations(psbtBytes(one)))),
        ([one, changed]) => {
          expect(decodePsbt(psbtBytes(one))).toEqual(one);
          const read = attempt(() => decodePsbt(changed));
          if (read !== null) expect(encodePsbt(read)).not.toBe(encodePsbt(one));
        },
      ),
      RUNS,
    );
  });
});

describe("signed messages", () => {
  it("verify as they are, and not once text, address or signature changed", () => {
    fc.assert(
      fc.property(secret, fc.string(), fc.nat({ max: 63 }), (one, message, at) => {
        const hash = crypto.ripemd160(crypto.sha256(crypto.publicKey(one.reveal())));
        const signed = {
          address: addressText(crypto, { kind: "p2pkh", hash }, "main"),
          message,
          signature: signMessage(crypto, one, message),
        };
        expect(verifyMessage(crypto, signed, "main")).toBe(true);
        expect(verifyMessage(crypto, { ...signed, message: `${message}.` }, "main")).toBe(false);
        const letter = signed.signature[at] === "A" ? "B" : "A";
        const signature = signed.signature.slice(0, at) + letter + signed.signature.slice(at + 1);
        expect(verifyMessage(crypto, { ...signed, signature }, "main")).toBe(false);
      }),
      FEW,
    );
  });
});
