// Held against what the real node said.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { emcText, fromBase64url, fromHex, toHex } from "../../src/base/index.ts";
import {
  addressScript,
  addressText,
  chapText,
  decodeTransaction,
  descriptorChecksum,
  parseAddress,
  parseChap,
  readAddress,
  scriptAddress,
  sizeOf,
  transactionFromHex,
  transactionHex,
  txidOf,
  verifyCoinMessage,
  wtxidOf,
} from "../../src/emercoin/index.ts";
import { nobleCoin } from "../../src/envelope/index.ts";
import { hasTranscript, readTranscript, textsIn } from "./transcript.ts";

const decoded = z.object({
  txid: z.string(),
  hash: z.string(),
  version: z.number(),
  time: z.number(),
  size: z.number(),
  vsize: z.number(),
  weight: z.number(),
  locktime: z.number(),
  blocktime: z.number().optional(),
  hex: z.string().optional(),
  vin: z.array(z.object({ txid: z.string().optional(), vout: z.number().optional(), sequence: z.number() })),
  vout: z.array(z.object({ value: z.number(), scriptPubKey: z.object({ hex: z.string() }) })),
});

describe.skipIf(!hasTranscript)("the recorded node", () => {
  it("has its transactions read and written byte for byte", () => {
    const texts = textsIn(/^(?:01|02|66)(?:00|06)0000[0-9a-f]{100,}$/);
    let read = 0;
    for (const hex of texts) {
      expect(transactionHex(decodeTransaction(fromHex(hex)))).toBe(hex);
      read++;
    }
    expect(read).toBeGreaterThan(30);
  });

  it("agrees on ids, sizes, inputs and outputs of what it decoded", () => {
    let compared = 0;
    for (const { method, params, result } of readTranscript()) {
      if (method !== "decoderawtransaction" && method !== "getrawtransaction") continue;
      const parsed = decoded.safeParse(result);
      if (!parsed.success) continue;
      const hex = parsed.data.hex ?? (Array.isArray(params) ? String(params[0]) : "");
      const tx = transactionFromHex(hex);
      expect(txidOf(nobleCoin, tx)).toBe(parsed.data.txid);
      expect(wtxidOf(nobleCoin, tx)).toBe(parsed.data.hash);
      expect(sizeOf(tx)).toEqual({ bytes: parsed.data.size, weight: parsed.data.weight, vsize: parsed.data.vsize });
      expect({ ...tx, inputs: tx.inputs.length, outputs: tx.outputs.map(({ script }) => toHex(script)) }).toEqual({
        version: parsed.data.version,
        // Of a confirmed transaction the node tells the block's time instead.
        time: parsed.data.blocktime === undefined ? parsed.data.time : tx.time,
        lockTime: parsed.data.locktime,
        inputs: parsed.data.vin.length,
        outputs: parsed.data.vout.map(({ scriptPubKey }) => scriptPubKey.hex),
      });
      expect(tx.outputs.map(({ amount }) => Number(emcText(amount)))).toEqual(
        parsed.data.vout.map(({ value }) => value),
      );
      compared++;
    }
    expect(compared).toBeGreaterThan(2);
  });

  it("agrees on the script of every address it told", () => {
    const info = z.object({ address: z.string(), scriptPubKey: z.union([z.string(), z.object({ hex: z.string() })]) });
    let compared = 0;
    for (const { result } of readTranscript()) {
      for (const each of Array.isArray(result) ? result : [result]) {
        const parsed = info.safeParse(each);
        if (!parsed.success) continue;
        const { address, scriptPubKey } = parsed.data;
        const script = typeof scriptPubKey === "string" ? scriptPubKey : scriptPubKey.hex;
        const known = parseAddress(nobleCoin, "regtest", address);
        expect(toHex(addressScript(known))).toBe(script);
        expect(addressText(nobleCoin, "regtest", scriptAddress(fromHex(script)) ?? known)).toBe(address);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(10);
  });

  it("has every challenge read and written alike", () => {
    // The node also made some for a risk of 0 or -5, which nobody can use.
    const chaps = textsIn(/^\d+\.\d+:[1-9]\d{0,8}:[0-9a-f]{40}$/);
    for (const text of chaps) expect(chapText(parseChap(text))).toBe(text);
    expect(chaps.length).toBeGreaterThan(5);
  });

  it("agrees on the check sum of every descriptor", () => {
    const descriptors = textsIn(/^[a-z]+\(.*\)#[a-z0-9]{8}$/);
    for (const text of descriptors) {
      const [body = "", check = ""] = text.split("#");
      expect(descriptorChecksum(body)).toBe(check);
    }
    expect(descriptors.length).toBeGreaterThan(3);
  });

  it("agrees on which signed messages are good", () => {
    let compared = 0;
    for (const { method, params, result } of readTranscript()) {
      if (method !== "verifymessage" || typeof result !== "boolean" || !Array.isArray(params)) continue;
      const [address, signature, message] = params.map(String);
      const known = readAddress(nobleCoin, "regtest", address ?? "");
      if (known === null) continue;
      const signed = { signature: fromBase64url(signature ?? ""), message: message ?? "" };
      expect(verifyCoinMessage(nobleCoin, known, signed)).toBe(result);
      compared++;
    }
    expect(compared).toBeGreaterThan(2);
  });
});
