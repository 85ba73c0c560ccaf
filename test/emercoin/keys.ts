// Fixed keys for the tests of this folder: never any with money.
import { Secret, utf8 } from "../../src/base/index.ts";
import { nobleCoin } from "../../src/envelope/index.ts";

export function secretOf(name: string): Secret<Uint8Array> {
  return new Secret(nobleCoin.sha256(utf8(`numberbox test key ${name}`)));
}

export function publicOf(name: string): Uint8Array {
  return nobleCoin.publicKey(secretOf(name).reveal());
}
