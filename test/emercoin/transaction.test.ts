// Transactions: those of the transcript byte for byte, and every way in which one can be malformed.
import { describe, expect, it } from "vitest";
import { concatBytes, fromHex, microEmc, toHex } from "../../src/base/index.ts";
import {
  decodeTransaction,
  encodeTransaction,
  flatFee,
  idBytes,
  sizeOf,
  type Transaction,
  transactionHex,
  txid,
  unsignedInput,
  wtxid,
} from "../../src/emercoin/index.ts";
import { nobleCoin as crypto } from "../../src/envelope/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import { missing, objectsIn, stringsIn, transcript } from "./transcript.ts";

const HEX = /^(02000000|66060000)[0-9a-f]{100,}$/;

/** Transactions that the node decoded or told the id of, with what it said of them. */
function told(): { hex: string; txid: string; hash?: unknown; size?: unknown; vsize?: unknown; weight?: unknown }[] {
  const found = [];
  for (const { hex, txid, hash, size, vsize, weight } of objectsIn(transcript)) {
    if (typeof hex === "string" && HEX.test(hex) && typeof txid === "string") {
      found.push({ hex, txid, hash, size, vsize, weight });
    }
  }
  for (const { method, params, result } of transcript) {
    if (method !== "decoderawtransaction" || !Array.isArray(params)) continue;
    for (const { txid, hash, size, vsize, weight } of objectsIn([result])) {
      if (typeof txid === "string" && typeof size === "number")
        found.push({ hex: params[0], txid, hash, size, vsize, weight });
    }
  }
  return found;
}

const small: Transaction = {
  version: 2,
  time: 1_795_412_549,
  inputs: [unsignedInput({ txid: "ab".repeat(32), vout: 1 })],
  outputs: [{ amount: microEmc(1_500_000), script: Uint8Array.of(0x51) }],
  lockTime: 7,
};
const signed: Transaction = {
  ...small,
  inputs: small.inputs.map((input) => ({ ...input, witness: [Uint8Array.of(1, 2)] })),
};

describe.skipIf(missing)("transactions of the transcript", () => {
  it("decode and encode to the same bytes, all of them", () => {
    const all = [...stringsIn()].filter((text) => HEX.test(text));
    expect(all.length).toBeGreaterThan(15);
    for (const hex of all) expect(transactionHex(decodeTransaction(hex))).toBe(hex);
  });

  it("have the ids, hashes and sizes that the node told", () => {
    const all = told();
    expect(all.length).toBeGreaterThan(5);
    for (const expected of all) {
      const tx = decodeTransaction(expected.hex);
      expect(txid(crypto, tx)).toBe(expected.txid);
      if (expected.hash !== undefined) expect(wtxid(crypto, tx)).toBe(expected.hash);
      if (expected.size === undefined) continue;
      expect(sizeOf(tx)).toEqual({ bytes: expected.size, virtual: expected.vsize, weight: expected.weight });
    }
  });
});

describe("a transaction", () => {
  it("goes through bytes unchanged, with and without witness", () => {
    for (const tx of [small, signed]) expect(decodeTransaction(encodeTransaction(tx))).toEqual(tx);
    expect(txid(crypto, signed)).toBe(txid(crypto, small));
    expect(wtxid(crypto, signed)).not.toBe(wtxid(crypto, small));
  });

  it("has its time behind the version, and the time is part of the id", () => {
    expect(toHex(encodeTransaction(small).subarray(0, 8))).toBe("0200000045d2036b");
    expect(txid(crypto, { ...small, time: small.time + 1 })).not.toBe(txid(crypto, small));
  });

  it("may lack inputs in the old format only", () => {
    const empty = { ...small, inputs: [] };
    expect(decodeTransaction(encodeTransaction(empty), { witness: false })).toEqual(empty);
    expect(codeOf(() => decodeTransaction(encodeTransaction(empty)))).not.toBe("nothing");
  });

  it("with many inputs and a long script has lengths of three and five bytes", () => {
    const long: Transaction = {
      ...small,
      inputs: Array.from({ length: 300 }, (_, vout) => unsignedInput({ txid: "cd".repeat(32), vout })),
      outputs: [{ amount: microEmc(0), script: new Uint8Array(70_000) }],
    };
    expect(decodeTransaction(encodeTransaction(long))).toEqual(long);
  });

  const bytes = encodeTransaction(signed);
  const hex = toHex(bytes);
  it.each<[string, Uint8Array | string]>([
    ["cut short", bytes.subarray(0, -1)],
    ["with a byte behind", concatBytes(bytes, Uint8Array.of(0))],
    ["that is no hex", "0g"],
    ["of odd hex", hex.slice(1)],
    ["of nothing", ""],
    ["with unknown flags", hex.replace("6b0001", "6b0003")],
    ["with a witness announced and absent", hex.replace("010201020700", "000700")],
    ["with a count in a longer form than needed", hex.replace("6b000101", "6b0001fd0100")],
    ["with a count of five bytes that three can hold", hex.replace("6b000101", "6b0001fe01000000")],
    ["with a count of nine bytes that one can hold", hex.replace("6b000101", "6b0001ff0100000000000000")],
    ["with more inputs than bytes", hex.replace("6b000101", "6b0001fdffff")],
    ["with an amount of 2^53", toHex(encodeTransaction(small)).replace("60e3160000000000", "0000000000002000")],
    ["with a negative amount", toHex(encodeTransaction(small)).replace("60e3160000000000", "ffffffffffffffff")],
    ["longer than a block", new Uint8Array(1_000_001)],
  ])("is refused %s", (_, data) => {
    expect(data).not.toBe(hex);
    expect(codeOf(() => decodeTransaction(data))).toBe("emercoin.bad_transaction");
  });

  it("does not encode with an id that is none", () => {
    for (const id of ["", "AB".repeat(32), "zz".repeat(32)]) {
      expect(codeOf(() => idBytes(id))).toBe("emercoin.bad_transaction");
    }
    expect(idBytes(`${"00".repeat(31)}01`)).toEqual(concatBytes(Uint8Array.of(1), new Uint8Array(31)));
  });

  it("costs 0.0001 EMC, and as much again for each full 10 KiB", () => {
    expect([0, 10_239, 10_240, 20_479, 20_480].map(flatFee)).toEqual([100, 100, 200, 200, 300]);
  });

  it("keeps a negative version apart", () => {
    const odd = decodeTransaction(concatBytes(fromHex("ffffffff"), encodeTransaction(small).subarray(4)));
    expect(odd.version).toBe(-1);
    expect(decodeTransaction(encodeTransaction(odd))).toEqual(odd);
  });
});
