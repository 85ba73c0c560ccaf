// Message signatures: the node's vector and those of the transcript, ours against both kinds of addresses.
import { describe, expect, it } from "vitest";
import { fromHex, Secret, toHex } from "../../src/base/index.ts";
import { addressText, keyAddress, messageHash, signMessage, verifyMessage } from "../../src/emercoin/index.ts";
import { nobleCoin as crypto } from "../../src/envelope/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import { missing, transcript } from "./transcript.ts";

const secret = new Secret(fromHex("76a2dd2c720a740258e0f0a807101a6a94466903a6619c5b1d600a29bc3fb3f8"));
const NODE = "IELKmxUVE+NH7DLDwlxlkhek/z1yoX3UIK0vHYdsXoYjbDmRhWHjx2fF36UpoZUYqh11OG0inxi2pwGIY6k7rOM=";
const address = "EJguShSREjzGzFTTCgdm4h32XoK3w8Qdeb";
const bech32 = "em1qzr204gajklq4t6j6e77zzey03xhpr8hgq9pk6q";

describe("a signed message", () => {
  it("has the node's hash", () => {
    expect(toHex(messageHash(crypto, "hello"))).toBe(
      "679844e22e1ae5c55e4192fd38024e680e448273c08f7492fd2645173e67f7dd",
    );
  });

  it("of the node verifies for both addresses of the key, and for nothing else", () => {
    for (const one of [address, bech32]) {
      expect(verifyMessage(crypto, { address: one, message: "hello", signature: NODE }, "main")).toBe(true);
      expect(verifyMessage(crypto, { address: one, message: "hello!", signature: NODE }, "main")).toBe(false);
    }
    const p2sh = addressText(crypto, { kind: "p2sh", hash: new Uint8Array(20) }, "main");
    expect(verifyMessage(crypto, { address: p2sh, message: "hello", signature: NODE }, "main")).toBe(false);
    const other = addressText(
      crypto,
      keyAddress(crypto, crypto.publicKey(crypto.sha256(fromHex("01"))), "p2pkh"),
      "main",
    );
    expect(verifyMessage(crypto, { address: other, message: "hello", signature: NODE }, "main")).toBe(false);
  });

  it("of ours verifies, in any language and length", () => {
    for (const message of ["", "žluťoučký kůň 🐴", "x".repeat(70_000)]) {
      expect(verifyMessage(crypto, { address, message, signature: signMessage(crypto, secret, message) }, "main")).toBe(
        true,
      );
    }
  });

  it.each(["", "not base64", NODE.slice(4), `${NODE.slice(0, 40)}${NODE.slice(44)}`])(
    "is not verified by %s",
    (signature) => {
      expect(verifyMessage(crypto, { address, message: "hello", signature }, "main")).toBe(false);
    },
  );

  it("of no address is refused", () => {
    expect(codeOf(() => verifyMessage(crypto, { address: "x", message: "", signature: NODE }, "main"))).toBe(
      "emercoin.bad_address",
    );
  });

  it.skipIf(missing)("is judged as the node judged it, in every recorded exchange", () => {
    let seen = 0;
    for (const { method, params, result } of transcript) {
      if (method !== "verifymessage" || typeof result !== "boolean" || !Array.isArray(params)) continue;
      const [of, signature, message] = params.map(String);
      const signed = { address: of ?? "", signature: signature ?? "", message: message ?? "" };
      expect(verifyMessage(crypto, signed, "regtest")).toBe(result);
      seen++;
    }
    expect(seen).toBeGreaterThan(3);
  });
});
