// A reader in Python, written from the formats alone, checks what our box exported: signatures, leaves, paths, roots, and the chain's record.

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { checkReceipts } from "../../src/core/index.ts";
import { proofsName } from "../../src/registry/index.ts";
import { serveNames } from "../sim/names-http.ts";
import { DATE, ProofBox } from "../sim/proof-box.ts";
import { exported, faults, noPython as missing, python } from "./independent-proof.ts";

describe.skipIf(missing !== "")(`an independent reader of proofs in Python${missing}`, () => {
  it.each([1, 2, 3, 7, 64, 333])("agrees on a day of %i messages, offline and with the chain", async (messages) => {
    const box = await ProofBox.open();
    await box.forward(1, messages);
    await box.acknowledge(1);
    await box.anchorDay();
    const { file, bundle } = await exported(box);
    const receipts = messages + Math.floor(messages / 2) + 1;
    expect(checkReceipts(systemCrypto, bundle).filter(({ fault }) => fault === null)).toHaveLength(receipts);

    const offline = await python(file);
    expect(faults(offline)).toEqual([]);
    expect(offline.lines).toHaveLength(receipts);
    const online = await python(file, "--node", await serveNames(box.names), "--confirmations", "12");
    expect(faults(online)).toEqual([]);
    expect(online.lines.at(-1)).toEqual({
      type: "anchor",
      name: proofsName({ day: DATE, gateway: null }),
      ok: true,
      confirmations: 21,
    });
    expect(online.exit).toBe(0);
  });

  it("finds what was changed in the file", async () => {
    const box = await ProofBox.open();
    await box.forward(1, 5);
    await box.anchorDay();
    const { file } = await exported(box);
    const text = readFileSync(file, "utf8");
    const flip = (_all: string, head: string, digit: string) => `${head}${digit === "0" ? "1" : "0"}`;
    const changes: readonly [RegExp, string][] = [
      [/("path":\[")(.)/, "not in the tree"],
      [/("leaf_hash":")(.)/, "the leaf hash is another one"],
      [/("sig":"....)(.)/, "the signature does not verify"],
    ];
    for (const [where, fault] of changes) {
      writeFileSync(file, text.replace(where, flip));
      const run = await python(file);
      expect([run.exit, faults(run)]).toEqual([1, [fault]]);
    }
  });

  it("finds an anchor of somebody else, with another root, or too young", async () => {
    const box = await ProofBox.open();
    await box.forward(1, 5);
    await box.anchorDay();
    const { file, bundle } = await exported(box);
    const node = await serveNames(box.names);
    const check = async () => faults(await python(file, "--node", node, "--confirmations", "12"));
    const name = proofsName({ day: DATE, gateway: null });
    const record = await box.names.name(name);
    if (record === null) throw new Error("the anchor is not in the chain");
    box.names.put(name, record.value, "emrt1stranger");
    box.names.height += 20;
    expect(await check()).toEqual(["the anchor has another owner than the identity"]);
    box.names.put(name, record.value);
    expect(await check()).toEqual(["the anchor has 1 confirmations"]);
    const value = new TextDecoder().decode(record.value).replace(bundle.trees[0]?.root ?? "", "00".repeat(32));
    box.names.put(name, new TextEncoder().encode(value));
    expect(await check()).toEqual(["the chain has another root or count"]);
  });
});
