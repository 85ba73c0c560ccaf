// The box's verify key, read from its sealed keystore as the box itself does.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Secret, toBase64url } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { openKeystore } from "../../src/envelope/index.ts";

export async function providerKeyOf(boxData: string): Promise<string> {
  const key = new Secret(new Uint8Array(await readFile(join(boxData, "unlock.key"))));
  const text = await readFile(join(boxData, "keystore.json"), "utf8");
  const { identities, current } = await openKeystore({ suite: systemCrypto, unlock: { key }, text });
  const identity = identities.find((each) => each.name === current);
  if (identity === undefined) throw new Error("the keystore has no current identity");
  return toBase64url(identity.verify);
}
