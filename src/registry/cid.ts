// The content id of a record in IPFS: CIDv1, raw bytes, SHA-256, base32. The block is the canonical bytes (C1), so commitment and content
// id say the same.

import { AppError, concatBytes, fromHex, toHex } from "../base/index.ts";
import { fromBase32, toBase32 } from "./base32.ts";
import { attempt } from "./verdict.ts";

/** Version 1, codec raw (0x55), multihash SHA-256 (0x12) of 32 bytes. */
const PREFIX = Uint8Array.of(1, 0x55, 0x12, 32);

/** The CID of the bytes whose SHA-256 is `commitment` (64 hex digits). Throws `base.bad_hex` or `registry.bad_cid`. */
export function cidOfCommitment(commitment: string): string {
  const digest = fromHex(commitment);
  if (digest.length !== 32) throw badCid("its digest is not 32 bytes");
  return `b${toBase32(concatBytes(PREFIX, digest))}`;
}

/** The SHA-256 that a CID of this one form names, hex. Throws `registry.bad_cid`. */
export function commitmentOfCid(cid: string): string {
  const read = attempt(() => fromBase32(cid.slice(1)));
  if (!cid.startsWith("b") || "fault" in read) throw badCid("it is not base32 in lower case");
  const sound = read.value.length === 36 && PREFIX.every((byte, at) => read.value[at] === byte);
  if (!sound) throw badCid("it is not version 1, raw, SHA-256");
  return toHex(read.value.subarray(PREFIX.length));
}

function badCid(what: string): AppError {
  return new AppError("registry.bad_cid", `a content id cannot be used: ${what}`, {
    hint: "Use the CID of the record's canonical bytes, such as `ipfs add --cid-version 1 --raw-leaves` prints it.",
  });
}
