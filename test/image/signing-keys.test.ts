// The pair that signs updates is looked at before anything is built.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command } from "../../os-image/lib/command.ts";
import { checkSigning, developmentKeys } from "../../os-image/lib/signing-keys.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

/** The pairs are made a moment later than this file is read. */
const now = new Date(Date.now() + 3_600_000);
const P256 = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

async function pair(folder: string, name: string, kind: readonly string[], extra: readonly string[] = ["-nodes"]) {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const subject = ["-days", "30", "-subj", `/CN=${name}`];
  await command("openssl", [
    "req",
    "-x509",
    "-newkey",
    ...kind,
    ...extra,
    ...subject,
    "-keyout",
    key,
    "-out",
    certificate,
  ]);
  return { key, certificate, keyring: certificate };
}

describe("the pair for signing updates", () => {
  it("is RSA or EC, as the development pair is", async () => {
    const folder = tempFolder();
    await checkSigning(await developmentKeys(folder), now);
    await checkSigning(await pair(folder, "rsa", ["rsa:2048"]), now);
    await checkSigning(await pair(folder, "ec", P256), now);
  });

  it("is no Ed25519, has no passphrase, belongs together and is valid", async () => {
    const folder = tempFolder();
    const [one, other] = [await pair(folder, "one", P256), await pair(folder, "other", P256)];
    const edwards = await pair(folder, "edwards", ["ed25519"]);
    const locked = await pair(folder, "locked", P256, ["-passout", "pass:secret"]);
    const late = new Date(now.getTime() + 31 * 86_400_000);
    const refused = async (bad: Parameters<typeof checkSigning>[0], says: string, at = now): Promise<void> => {
      await expect(checkSigning(bad, at)).rejects.toMatchObject({ code: "image.sign_key" });
      await expect(checkSigning(bad, at)).rejects.toThrow(says);
    };
    await refused(edwards, "ed25519");
    await refused(locked, "cannot be read");
    await refused({ ...one, certificate: other.certificate }, "is not the certificate of");
    await refused(one, "is valid from", late);
    await refused({ ...one, key: join(folder, "none") }, "cannot be read");
  });
});
