// Key and certificate for update bundles: given, or a development pair made once in the cache. The pair is never in the repository.

import { access, mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";
import type { Signing } from "./settings.ts";

/** The development pair, made when it is not there. */
export async function developmentKeys(cache: string): Promise<Signing> {
  const folder = join(cache, "development-keys");
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const there = await access(certificate).then(
    () => true,
    () => false,
  );
  if (!there) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const subject = "/O=Numberbox/CN=development, not for boxes in use";
    const extensions = [
      "-addext",
      "keyUsage=critical,digitalSignature",
      "-addext",
      "extendedKeyUsage=emailProtection,codeSigning",
    ];
    const kind = [
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "3650",
      "-subj",
      subject,
    ];
    await command("openssl", ["req", ...kind, ...extensions, "-keyout", key, "-out", `${certificate}.new`]);
    await rename(`${certificate}.new`, certificate);
  }
  return { key, certificate, keyring: certificate };
}
