// Key and certificate for update bundles: given, or a development pair made once in the cache. The pair is never in the repository.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { access, mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "../../src/base/index.ts";
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

/** RAUC signs by CMS, for which OpenSSL wants a digest: an Ed25519 key has none. */
const SIGNS: ReadonlySet<string | undefined> = new Set(["rsa", "ec"]);

const HINT =
  "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=me -keyout key.pem -out cert.pem";

const badKey = (message: string): AppError => new AppError("image.sign_key", message, { hint: HINT });

async function readWith<T>(file: string, read: (text: Buffer) => T): Promise<T> {
  try {
    return read(await readFile(file));
  } catch (cause) {
    throw badKey(`${file} cannot be read: ${messageOf(cause)}`);
  }
}

/**
 * Looks at the pair before an hour of work. Errors: `image.sign_key` for a key that RAUC cannot sign with or that has a passphrase, a
 * certificate of another key, and one that is not valid now.
 */
export async function checkSigning({ key, certificate }: Signing, now: Date): Promise<void> {
  const secret: KeyObject = await readWith(key, (text) => createPrivateKey(text));
  const signer = await readWith(certificate, (text) => new X509Certificate(text));
  if (!SIGNS.has(secret.asymmetricKeyType))
    throw badKey(`${key} is a key of the kind ${secret.asymmetricKeyType}: bundles are signed with RSA or EC`);
  if (!signer.checkPrivateKey(secret)) throw badKey(`${certificate} is not the certificate of ${key}`);
  if (now < new Date(signer.validFrom) || now > new Date(signer.validTo))
    throw badKey(`${certificate} is valid from ${signer.validFrom} to ${signer.validTo} only`);
}
