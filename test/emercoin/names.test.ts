// Names in scripts and what they cost: as the node wrote and paid them, at every boundary.
import { describe, expect, it } from "vitest";
import { concatBytes, fromHex, microEmc, parseEmc, toHex, utf8 } from "../../src/base/index.ts";
import {
  addressOfScript,
  addressText,
  checkNameAction,
  decodeTransaction,
  MAX_NAME_DAYS,
  NAME_VERSION,
  type NameAction,
  nameFee,
  nameOfScript,
  nameScript,
  scriptOfAddress,
  withoutNamePrefix,
} from "../../src/emercoin/index.ts";
import { nobleCoin as crypto } from "../../src/envelope/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import { missing, stringsIn } from "./transcript.ts";

const owner = scriptOfAddress({ kind: "p2wpkh", hash: new Uint8Array(20).fill(7) });
const write = (action: NameAction): Uint8Array => nameScript({ action, script: owner });
const name = utf8("ness:x");

describe("a name script", () => {
  it("is what the node wrote for name_new (transcript)", () => {
    const written =
      "5175216e6573733a736d733a6c697374696e673a30313233343536373839616263646566011e6d227b2276223a312c227072696365223a22302e3031222c22707562223a22616263227d7500143f8d525bf42f3a3bff7a31e6dc35718d7394e252";
    const found = nameOfScript(fromHex(written));
    if (found?.action.operation !== "new") return expect.unreachable();
    expect(found.action.name).toEqual(utf8("ness:sms:listing:0123456789abcdef"));
    expect(found.action.value).toEqual(utf8('{"v":1,"price":"0.01","pub":"abc"}'));
    expect(found.action.days).toBe(30);
    const address = addressOfScript(found.script);
    expect(address === null ? "" : addressText(crypto, address, "regtest")).toBe(
      "emrt1q87x4ykl59uarhlm6x8ndcdt334eefcjjytuju9",
    );
    expect(toHex(nameScript(found))).toBe(written);
  });

  it.skipIf(missing)("of every recorded name transaction reads and writes back", () => {
    const all = [...stringsIn()]
      .filter((text) => /^66060000[0-9a-f]{100,}$/.test(text))
      .map((text) => decodeTransaction(text));
    expect(all.length).toBeGreaterThan(1);
    for (const tx of all) {
      expect(tx.version).toBe(NAME_VERSION);
      const found = tx.outputs.flatMap(({ script }) => nameOfScript(script) ?? []);
      expect(found).toHaveLength(1);
      for (const one of found)
        expect(tx.outputs.some(({ script }) => toHex(script) === toHex(nameScript(one)))).toBe(true);
    }
  });

  const longest = "n".repeat(512);
  it.each<[string, NameAction]>([
    ["a short update that adds no days", { operation: "update", name, value: utf8("v"), days: 0 }],
    ["a delete", { operation: "delete", name }],
    ["a delete of the longest name", { operation: "delete", name: utf8(longest) }],
    ["an empty name", { operation: "new", name: utf8(""), value: utf8("v"), days: 1 }],
    ["one full chunk", { operation: "new", name, value: new Uint8Array(520), days: 127 }],
    ["one byte more", { operation: "new", name, value: new Uint8Array(521), days: 128 }],
    ["three chunks", { operation: "new", name, value: new Uint8Array(1041), days: 255 }],
    [
      "the longest of all",
      { operation: "new", name: utf8(longest), value: new Uint8Array(20_480), days: MAX_NAME_DAYS },
    ],
    ["days of two bytes", { operation: "new", name, value: utf8("v"), days: 32_768 }],
  ])("reads back: %s", (_, action) => {
    const bytes = write(action);
    expect(nameOfScript(bytes)).toEqual({ action, script: owner });
    expect(withoutNamePrefix(bytes)).toEqual(owner);
  });

  it.each<[string, NameAction]>([
    ["too long a name", { operation: "delete", name: new Uint8Array(513) }],
    ["an empty value", { operation: "new", name, value: utf8(""), days: 1 }],
    ["too long a value", { operation: "update", name, value: new Uint8Array(20_481), days: 1 }],
    ["a new name for no day", { operation: "new", name, value: utf8("v"), days: 0 }],
    ["an update by less than nothing", { operation: "update", name, value: utf8("v"), days: -1 }],
    ["half a day", { operation: "update", name, value: utf8("v"), days: 0.5 }],
    ["too many days", { operation: "update", name, value: utf8("v"), days: MAX_NAME_DAYS + 1 }],
  ])("is not written with %s", (_, action) => {
    expect(codeOf(() => write(action))).toBe("emercoin.bad_name");
    expect(codeOf(() => checkNameAction(action))).toBe("emercoin.bad_name");
  });

  const good = toHex(write({ operation: "new", name, value: utf8("vv"), days: 3 }));
  const prefix = good.slice(0, -toHex(owner).length);
  it.each([
    ["an ordinary script", toHex(owner)],
    ["nothing", ""],
    ["an operation that does not exist", good.replace(/^51/, "54")],
    ["no drop behind the operation", good.replace(/^5175/, "5176")],
    ["no name", "517576"],
    ["nothing behind the name", good.slice(0, 18)],
    ["one drop where two belong", good.replace("6d", "75")],
    ["days of five bytes", good.replace("01036d", "0501020304056d")],
    ["negative days", good.replace("01036d", "01836d")],
    ["no value", good.replace("0276767500", "7500")],
    ["more drops than values", good.replace("0276767500", "0276766d00")],
    ["fewer drops than values", good.replace("02767675", "0276760276767500")],
    ["an opcode among the values", good.replace("02767675", "0276767675")],
    ["values and no drop", prefix.slice(0, -2)],
    ["a delete without a drop", "53750161"],
    ["a push beyond its end", `${prefix}05`],
  ])("is not seen in %s", (_, hex) => {
    expect(hex).not.toBe(good);
    expect(nameOfScript(fromHex(hex))).toBeNull();
    expect(withoutNamePrefix(fromHex(hex))).toEqual(fromHex(hex));
  });

  it("may end with its last drop, owned by nobody", () => {
    expect(nameOfScript(fromHex(prefix))?.script).toEqual(new Uint8Array(0));
    expect(nameOfScript(concatBytes(fromHex(prefix), owner))?.script).toEqual(owner);
  });
});

describe("a name's fee", () => {
  // Measured on a real regtest node whose last proof-of-work block minted about 1890 EMC (reference/emercoin.md §3).
  const lastPowReward = parseEmc("1890");
  const fee = (operation: "new" | "update" | "delete", days: number, nameBytes: number, valueBytes: number): number =>
    nameFee({ operation, days, nameBytes, valueBytes, lastPowReward });

  it.each([
    ["new", 1, 10, 10, "0.0044"],
    ["new", 30, 33, 34, "0.0046"],
    ["new", 1, 12, 20_480, "0.0204"],
    ["update", 0, 10, 10, "0.0001"],
    ["update", 0, 100, 27, "0.0001"],
    ["update", 0, 100, 28, "0.0001"],
    ["update", 0, 100, 156, "0.0002"],
    ["delete", 0, 512, 0, "0.0001"],
  ] as const)("of %s for %d days with %d + %d bytes is as the node took it", (operation, days, n, v, expected) => {
    expect(fee(operation, days, n, v)).toBe(parseEmc(expected));
  });

  it("rises with days, bytes and the block's reward, in steps of 0.0001 EMC", () => {
    expect(fee("new", 365, 0, 1)).toBeGreaterThan(fee("new", 1, 0, 1));
    expect(fee("update", 365, 0, 1)).toBeLessThan(fee("new", 365, 0, 1));
    for (const days of [1, 99, 3650, MAX_NAME_DAYS]) expect(fee("new", days, 7, 999) % 100).toBe(0);
    expect(nameFee({ operation: "new", days: 1, nameBytes: 1, valueBytes: 1, lastPowReward: microEmc(0) })).toBe(100);
  });
});
