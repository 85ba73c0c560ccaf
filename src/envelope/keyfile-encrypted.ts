// The ecosystem's `encrypted-keys` files, import only: no salt, no iterations, and for Salsa20 no authentication but a hash of the
// plaintext. Our own backups are sealed keystores.

import { gcm } from "@noble/ciphers/aes.js";
import { salsa20 } from "@noble/ciphers/salsa.js";
import { AppError, type CryptoSuite, fromUtf8, type Secret, toBase64, utf8 } from "../base/index.ts";
import { base64In, type KeyfileObject, keyfileError, listIn, objectIn, textIn } from "./keyfile-fields.ts";

const SALSA_NONCE = 8;
const AES_KEY = 16;
const AES_HEADER = 16;
const AES_NONCE = 16;
const AES_TAG = 16;

function wrongPassword(): AppError {
  return new AppError("keyfile.wrong_password", "the password does not open the key file", {
    hint: "Type the password that the file was packed with; for a node backup, its key text.",
  });
}

/** nonce[8] ‖ Salsa20(plaintext), key = SHA-256(password). `crc` is SHA-256(plaintext), or empty where the tool left it out. */
function openSalsa(suite: CryptoSuite, password: string, blob: Uint8Array, crc: string): Uint8Array {
  const key = suite.sha256(utf8(password));
  const plaintext = salsa20(key, blob.subarray(0, SALSA_NONCE), blob.subarray(SALSA_NONCE));
  if (crc !== "" && toBase64(suite.sha256(plaintext)) !== crc) throw wrongPassword();
  return plaintext;
}

/** header[16] ‖ nonce[16] ‖ tag[16] ‖ AES-128-GCM(plaintext, AAD = header), key = the first 16 bytes of the backup's key text. */
function openAes(password: string, blob: Uint8Array): Uint8Array {
  const header = blob.subarray(0, AES_HEADER);
  const nonce = blob.subarray(AES_HEADER, AES_HEADER + AES_NONCE);
  const tag = blob.subarray(AES_HEADER + AES_NONCE, AES_HEADER + AES_NONCE + AES_TAG);
  const sealed = new Uint8Array(blob.length - AES_HEADER - AES_NONCE);
  sealed.set(blob.subarray(AES_HEADER + AES_NONCE + AES_TAG));
  sealed.set(tag, sealed.length - AES_TAG);
  try {
    return gcm(utf8(password).subarray(0, AES_KEY), nonce, header).decrypt(sealed);
  } catch {
    throw wrongPassword();
  }
}

function textOf(plaintext: Uint8Array): string {
  try {
    return fromUtf8(plaintext);
  } catch {
    // Without a stored hash, a wrong Salsa20 key shows as noise.
    throw wrongPassword();
  }
}

/**
 * The key files packed in an `encrypted-keys` file, as texts. Throws `keyfile.needs_password`, `keyfile.wrong_password`,
 * `keyfile.bad_cipher`, `keyfile.bad_shape` or `keyfile.bad_key`.
 */
export function decryptKeyfiles(
  suite: CryptoSuite,
  file: KeyfileObject,
  password: Secret<string> | undefined,
): readonly string[] {
  if (password === undefined) {
    throw new AppError("keyfile.needs_password", "the key file is encrypted", { hint: "Give its password." });
  }
  const cipher = textIn(objectIn(file.filedata, "filedata").cipher, "filedata.cipher");
  if (cipher !== "salsa20" && cipher !== "aes")
    throw keyfileError("keyfile.bad_cipher", "filedata.cipher", "is unknown");
  const crc = listIn(file.crc, "crc");
  return listIn(file.keys, "keys").map((item, i) => {
    const blob = base64In(item, `keys.${i}`);
    if (blob.length <= AES_HEADER + AES_NONCE + AES_TAG)
      throw keyfileError("keyfile.bad_key", `keys.${i}`, "is too short");
    const plaintext =
      cipher === "aes"
        ? openAes(password.reveal(), blob)
        : openSalsa(suite, password.reveal(), blob, textIn(crc[i], `crc.${i}`));
    return textOf(plaintext);
  });
}
