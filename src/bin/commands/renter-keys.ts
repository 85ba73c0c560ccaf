// The renter's two public keys, from what a provider was given: `VERIFY:ENCRYPT`, or a file with public keys. A file that holds the
// renter's private key is refused: the provider must never have it.

import { readFile } from "node:fs/promises";
import { z } from "zod";
import { AppError, systemCodeOf, utf8, wrapError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { type PublicKeysText, parseKeyfile, publicKeysFromText, publicKeysToText } from "../../envelope/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import { parseUserWorm } from "../../registry/index.ts";

const PAIR = /^([A-Za-z0-9_+/-]{43}=?):([A-Za-z0-9_+/-]{43}=?)$/;
/** Also as the ecosystem's key files call them: `verify` and `public`. */
const publicFile = z.union([
  z.object({ verify: z.string(), encrypt: z.string() }),
  z.object({ verify: z.string(), public: z.string() }),
]);

function normal(keys: PublicKeysText): PublicKeysText {
  return publicKeysToText(publicKeysFromText(systemCrypto, keys));
}

function fromFile(text: string, file: string, force: boolean): PublicKeysText {
  if (text.trimStart().startsWith("<")) {
    const { verify, encrypt } = parseUserWorm(systemCrypto, utf8(text));
    return { verify, encrypt };
  }
  if (!text.includes('"private"')) {
    const keys = parseJsonWith(publicFile, text, "rental.bad_keys", file);
    return normal({ verify: keys.verify, encrypt: "encrypt" in keys ? keys.encrypt : keys.public });
  }
  const { verify, encrypt } = publicKeysToText(parseKeyfile({ suite: systemCrypto, text }).current);
  if (force) return { verify, encrypt };
  throw new AppError("rental.private_key", `${file} holds the renter's private key, which a provider must never have`, {
    hint: `Use the public keys: --renter ${verify}:${encrypt} (or --force, if this renter is you).`,
  });
}

/** Errors: `rental.bad_keys`, `rental.private_key`, `rental.no_key_file`, `identity.bad_key`, `worm.*`. */
export async function readRenterKeys(text: string, force: boolean): Promise<PublicKeysText> {
  const [, verify, encrypt] = PAIR.exec(text) ?? [];
  if (verify !== undefined && encrypt !== undefined) return normal({ verify, encrypt });
  let content: string;
  try {
    content = await readFile(text, "utf8");
  } catch (cause) {
    throw wrapError(
      cause,
      "rental.no_key_file",
      `--renter is neither VERIFY:ENCRYPT nor a readable file (${systemCodeOf(cause) ?? "?"})`,
      {
        hint: "Give the renter's two public keys joined by a colon, or a file with them.",
      },
    );
  }
  return fromFile(content, text, force);
}
