// Descriptors: checksums as the node computes them, and the one form that escrows use.
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../src/base/index.ts";
import {
  addressText,
  descriptorChecksum,
  hasChecksum,
  multisigDescriptor,
  multisigOfScript,
  multisigOutput,
  multisigScript,
  OP,
  parseMultisigDescriptor,
  pushesOf,
  readScript,
  script,
  withChecksum,
} from "../../src/emercoin/index.ts";
import { nobleCoin as crypto } from "../../src/envelope/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import { publicOf } from "./keys.ts";
import { missing, objectsIn, stringsIn, transcript } from "./transcript.ts";

const keys = ["a", "b", "c"].map(publicOf);
const text = multisigDescriptor(crypto, { required: 2, keys });

describe("the checksum", () => {
  it("is that of BIP 380's example", () => {
    expect(hasChecksum("raw(deadbeef)#89f8spxm")).toBe(true);
    for (const wrong of [
      "raw(deadbeef)",
      "raw(deadbeef)#",
      "raw(deadbeef)#89f8spxmx",
      "raw(deadbeef)#89f8spx",
      "raw(deedbeef)#89f8spxm",
      "raw(Ü)#00000000",
    ]) {
      expect(hasChecksum(wrong)).toBe(false);
    }
  });

  it.skipIf(missing)("is the node's in every recorded descriptor", () => {
    const all = [...stringsIn()].filter((one) => /^[a-z]+\(.*\)#[a-z0-9]{8}$/.test(one));
    expect(all.length).toBeGreaterThan(5);
    for (const one of all) expect(withChecksum(one.slice(0, -9))).toBe(one);
  });

  it("does not exist for other characters", () => {
    expect(codeOf(() => descriptorChecksum("ž"))).toBe("emercoin.bad_descriptor");
  });
});

describe("the descriptor of an escrow", () => {
  it("is the same in whatever order the keys come", () => {
    expect(multisigDescriptor(crypto, { required: 2, keys: keys.toReversed() })).toBe(text);
    const parsed = parseMultisigDescriptor(crypto, text);
    expect(parsed.required).toBe(2);
    expect(parsed.keys.map(toHex)).toEqual(keys.map(toHex).sort());
  });

  it("stands for a script and a p2wsh address", () => {
    const output = multisigOutput(crypto, text, "regtest");
    expect(multisigOfScript(output.witnessScript)).toEqual({ required: 2, keys: output.keys });
    expect(output.address.hash).toEqual(crypto.sha256(output.witnessScript));
    expect(output.addressText).toMatch(/^emrt1q[a-z0-9]{58}$/);
  });

  it.skipIf(missing)("is of a script whose p2wsh address is the node's (createmultisig, addmultisigaddress)", () => {
    let seen = 0;
    for (const { address, redeemScript } of objectsIn(transcript)) {
      if (typeof redeemScript !== "string" || typeof address !== "string" || address.length < 60) continue;
      const inner = fromHex(redeemScript);
      expect(multisigOfScript(inner)?.required).toBe(2);
      expect(addressText(crypto, { kind: "p2wsh", hash: crypto.sha256(inner) }, "regtest")).toBe(address);
      seen++;
    }
    expect(seen).toBeGreaterThan(1);
  });

  const hexes = keys.map(toHex).sort();
  const form = (inside: string): string => withChecksum(`wsh(multi(${inside}))`);
  it.each([
    ["without a checksum", text.slice(0, -9)],
    ["with a wrong checksum", `${text.slice(0, -1)}${text.endsWith("q") ? "p" : "q"}`],
    ["of keys in another order", form([2, ...hexes.toReversed()].join(","))],
    ["of a key twice", form([2, hexes[0], hexes[0]].join(","))],
    ["of a key that is no point", form(`1,02${"ff".repeat(32)}`)],
    ["of an uncompressed key", form(`1,04${"11".repeat(64)}`)],
    ["that asks for more than there are", form([4, ...hexes].join(","))],
    ["that asks for none", form([0, ...hexes].join(","))],
    ["of another kind", withChecksum(`sh(multi(${[2, ...hexes].join(",")}))`)],
    ["with something behind", `${text} `],
    ["of capitals", text.toUpperCase()],
  ])("is refused %s", (_, wrong) => {
    expect(codeOf(() => parseMultisigDescriptor(crypto, wrong))).toBe("emercoin.bad_descriptor");
  });

  it("is not made of numbers or keys that cannot be", () => {
    const many = Array.from({ length: 17 }, (_, at) => publicOf(String(at)));
    const tries = [
      { required: 0, keys },
      { required: 4, keys },
      { required: 1.5, keys },
      { required: 1, keys: [] },
      { required: 1, keys: many },
      { required: 1, keys: [new Uint8Array(33)] },
      { required: 1, keys: [keys[0] ?? new Uint8Array(0), keys[0] ?? new Uint8Array(0)] },
    ];
    for (const wrong of tries) expect(codeOf(() => multisigDescriptor(crypto, wrong))).toBe("emercoin.bad_descriptor");
    expect(
      multisigOutput(crypto, multisigDescriptor(crypto, { required: 16, keys: many.slice(1) }), "main").keys,
    ).toHaveLength(16);
  });
});

describe("a multisig script", () => {
  it("is not made of impossible numbers", () => {
    for (const required of [0, 4, 1.5])
      expect(codeOf(() => multisigScript({ required, keys }))).toBe("emercoin.bad_script");
  });

  const good = toHex(multisigScript({ required: 2, keys }));
  it.each([
    ["nothing", ""],
    ["an ordinary script", "51"],
    ["more signatures than keys", good.replace(/^52/, "54")],
    ["no signature", good.replace(/^52/, "50")],
    ["another count of keys", good.replace(/53ae$/, "54ae")],
    ["another end", good.replace(/ae$/, "ac")],
    ["keys of another length", "51013351ae"],
    ["a push of another form", good.replace(/^5221/, "524c21")],
    ["a push beyond its end", "5121ff51ae"],
  ])("is not seen in %s", (_, hex) => {
    expect(multisigOfScript(fromHex(hex))).toBeNull();
  });
});

describe("pushes", () => {
  it.each([0, 1, 75, 76, 255, 256, 65_535, 65_536])("of %d bytes read back", (length) => {
    const data = new Uint8Array(length).fill(1);
    expect(pushesOf(script(data, data))).toEqual([data, data]);
    expect(pushesOf(script(data).subarray(0, -1))).toEqual(length === 0 ? [] : null);
  });

  it("are not what an opcode is", () => {
    expect(pushesOf(script(new Uint8Array(1), OP.CHECKSIG))).toBeNull();
    expect(readScript(script(OP.DUP, new Uint8Array(2)))).toEqual([
      { opcode: OP.DUP, data: null, end: 1 },
      { opcode: 2, data: new Uint8Array(2), end: 4 },
    ]);
  });
});
