// Content identifiers of IPFS: version 1, raw block, SHA-256. That of a record's C1 bytes holds the commitment itself, so that the
// chain's value is all that is needed to find the record.

import { AppError, fromHex, toHex } from "../base/index.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
/** Version 1, codec raw, hash SHA-256 of 32 bytes. */
const PREFIX = "01551220";

/** The text form, base32 (`b…`). `digest` is hex. */
export function cidOf(digest: string): string {
  if (!/^[0-9a-f]{64}$/.test(digest)) throw badCid();
  let bits = "";
  for (const byte of fromHex(PREFIX + digest)) bits += byte.toString(2).padStart(8, "0");
  const groups = bits.padEnd(Math.ceil(bits.length / 5) * 5, "0").match(/.{5}/g) ?? [];
  return `b${groups.map((group) => ALPHABET[Number.parseInt(group, 2)]).join("")}`;
}

/** The digest (hex) in a CID of that form. Throws `listing.bad_cid`. */
export function digestOfCid(cid: string): string {
  if (!/^b[a-z2-7]{58}$/.test(cid)) throw badCid();
  const bits = [...cid.slice(1)].map((char) => ALPHABET.indexOf(char).toString(2).padStart(5, "0")).join("");
  const bytes = Uint8Array.from({ length: 36 }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8), 2));
  const digest = toHex(bytes).slice(PREFIX.length);
  if (!toHex(bytes).startsWith(PREFIX) || cidOf(digest) !== cid) throw badCid();
  return digest;
}

function badCid(): AppError {
  return new AppError("listing.bad_cid", "this is not the identifier of a raw SHA-256 block", {
    hint: "Give a CIDv1 that begins with bafkrei.",
  });
}
