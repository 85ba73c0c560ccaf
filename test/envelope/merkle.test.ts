import { describe, expect, it } from "vitest";
import { fromHex, toHex, utf8 } from "../../src/base/index.ts";
import {
  inclusionProof,
  merkleLeafHash,
  merkleRoot,
  type Receipt,
  receiptBytes,
  sortedLeafHashes,
  verifyInclusion,
} from "../../src/envelope/index.ts";
import { codeOf } from "./error-code.ts";
import { flipBit, type NessVectors, suites } from "./fixtures.ts";
import { haveVectors, vectorJson, vectorsNote } from "./vectors.ts";

// The trees of the Certificate Transparency reference implementation (RFC 6962).
const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const roots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

describe.each(suites)("Merkle trees over $name", ({ suite }) => {
  const hashes = leaves.map((leaf) => merkleLeafHash(suite, fromHex(leaf)));

  it("have the roots of RFC 6962 for one to eight leaves", () => {
    for (const [i, root] of roots.entries()) expect(toHex(merkleRoot(suite, hashes.slice(0, i + 1)))).toBe(root);
  });

  it("without a leaf have the root SHA-256 of nothing", () => {
    expect(toHex(merkleRoot(suite, []))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  it("prove each leaf of each size, and no other leaf, place, size or root", () => {
    for (let count = 1; count <= hashes.length; count++) {
      const tree = hashes.slice(0, count);
      const root = merkleRoot(suite, tree);
      for (const [index, leafHash] of tree.entries()) {
        const proof = inclusionProof(suite, tree, index);
        const claim = { leafHash, index, count, proof, root };
        expect(verifyInclusion(suite, claim)).toBe(true);
        expect(verifyInclusion(suite, { ...claim, leafHash: flipBit(leafHash, 0) })).toBe(false);
        expect(verifyInclusion(suite, { ...claim, root: flipBit(root, 31) })).toBe(false);
        expect(verifyInclusion(suite, { ...claim, index: index + 1 })).toBe(false);
        expect(verifyInclusion(suite, { ...claim, proof: [...proof, leafHash] })).toBe(false);
        if (proof.length > 0) expect(verifyInclusion(suite, { ...claim, proof: proof.slice(1) })).toBe(false);
      }
    }
  });

  it("answer false to malformed claims", () => {
    const root = merkleRoot(suite, hashes);
    const proof = inclusionProof(suite, hashes, 2);
    const claim = { leafHash: merkleLeafHash(suite, fromHex("10")), index: 2, count: 8, proof, root };
    expect(verifyInclusion(suite, claim)).toBe(true);
    const changes = [
      { index: -1 },
      { index: 0.5 },
      { index: 8 },
      { count: 0 },
      { count: Number.MAX_VALUE },
      { count: Number.MAX_SAFE_INTEGER },
      { leafHash: new Uint8Array(31) },
      { root: root.subarray(1) },
      { proof: proof.map((hash) => hash.subarray(1)) },
      { proof: [] },
    ];
    for (const change of changes) expect(verifyInclusion(suite, { ...claim, ...change })).toBe(false);
  });

  it("have no proof for a leaf that they do not hold", () => {
    for (const index of [-1, 8, 0.5])
      expect(codeOf(() => inclusionProof(suite, hashes, index))).toBe("merkle.bad_index");
    expect(codeOf(() => inclusionProof(suite, [], 0))).toBe("merkle.bad_index");
  });

  it("do not depend on the order in which leaves come", () => {
    const items = ["a", "b", "c", "d", "e"].map(utf8);
    const root = merkleRoot(suite, sortedLeafHashes(suite, items));
    expect(merkleRoot(suite, sortedLeafHashes(suite, items.toReversed()))).toEqual(root);
  });

  it.skipIf(!haveVectors)(`have the reference roots over receipts${vectorsNote}`, () => {
    const expected = vectorJson<NessVectors>("ness/vectors.json").merkle_rfc6962;
    const files = ["receipt_fixed", "receipt", "receipt_listing"];
    const receipts = files.map((file) => receiptBytes(vectorJson<Receipt>(`ness/${file}.json`)));
    expect(toHex(merkleRoot(suite, sortedLeafHashes(suite, receipts.slice(0, 1))))).toBe(expected.root_1);
    // The vector's three leaves stand in the order of its list; the product sorts them.
    expect(
      toHex(
        merkleRoot(
          suite,
          receipts.map((leaf) => merkleLeafHash(suite, leaf)),
        ),
      ),
    ).toBe(expected.root_3);
    expect(toHex(merkleRoot(suite, sortedLeafHashes(suite, receipts)))).toBe(
      "2ea7986e974f7b5fd42a61b2899f4e6e2a93796bfe81127fb3a163db7679f530",
    );
  });
});
