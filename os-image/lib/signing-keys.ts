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

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
/** Of the certificates that boxes know. A bundle that is signed after their end is none to a box, and no update can bring it another one. */
const LEAST_YEARS = 2;

/** The end of the one that lasts longest. */
async function endOf(keyring: string): Promise<Date> {
  const ends = await readWith(keyring, (text) =>
    (text.toString().match(CERTIFICATES) ?? []).map((pem) => new Date(new X509Certificate(pem).validTo).getTime()),
  );
  return new Date(Math.max(0, ...ends));
}

/**
 * Looks at the pair before an hour of work. Errors: `image.sign_key` for a key that RAUC cannot sign with or that has a passphrase, a
 * certificate of another key, one that is not valid now, and certificates for the boxes that end within two years.
 */
export async function checkSigning({ key, certificate, keyring }: Signing, now: Date): Promise<void> {
  const secret: KeyObject = await readWith(key, (text) => createPrivateKey(text));
  const signer = await readWith(certificate, (text) => new X509Certificate(text));
  if (!SIGNS.has(secret.asymmetricKeyType))
    throw badKey(`${key} is a key of the kind ${secret.asymmetricKeyType}: bundles are signed with RSA or EC`);
  if (!signer.checkPrivateKey(secret)) throw badKey(`${certificate} is not the certificate of ${key}`);
  if (now < new Date(signer.validFrom) || now > new Date(signer.validTo))
    throw badKey(`${certificate} is valid from ${signer.validFrom} to ${signer.validTo} only`);
  const end = await endOf(keyring);
  if (end.getTime() < now.getTime() + LEAST_YEARS * 365 * 86_400_000)
    throw badKey(
      `what boxes know of it (${keyring}) ends on ${end.toISOString().slice(0, 10)}, and their updates with it`,
    );
}
