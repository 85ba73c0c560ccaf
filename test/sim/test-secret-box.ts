// A SecretBox for tests: not secret, but it tells purposes apart and refuses what it did not seal.

import type { SecretBox } from "../../src/web/index.ts";

export const testSecretBox: SecretBox = {
  seal: (purpose, secret) => Buffer.from(`${purpose}|${Buffer.from(secret).toString("hex")}`).toString("base64url"),
  open: (purpose, sealed) => {
    const [made = "", hex = ""] = Buffer.from(sealed, "base64url").toString().split("|");
    if (made !== purpose) throw new Error("sealed for another purpose");
    return new Uint8Array(Buffer.from(hex, "hex"));
  },
};
