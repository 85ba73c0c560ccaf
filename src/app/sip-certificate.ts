// The certificate of SIP over TLS: the box's own, made anew before it ends, or files of the owner's, read anew when they change. The servers
// of SIP see a copy of those: they run as other users, and need not be let near the owner's keys.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { AppError, hasCode, type Logger, messageOf, type Random, type UnixMs } from "../base/index.ts";
import type { VoiceSection } from "../config/index.ts";
import { makeServerCertificate } from "../tls/index.ts";
import { readIfThere, replaceFile } from "./data-folder.ts";
import { inDataFolder } from "./in-data-folder.ts";
import type { SipCertificate } from "./sip-services.ts";

/** In PEM. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface SipCertificateDeps {
  readonly section: Pick<VoiceSection, "host" | "cert_file" | "key_file">;
  readonly dataFolder: string;
  /** Where the servers find it. */
  readonly folder: string;
  /** Of its files; `sip` unless given. */
  readonly name?: string;
  readonly random: Random;
  readonly log: Logger;
  readonly now: () => UnixMs;
}

/** Days before its end when the box's certificate is made anew: the renters' pins change with it. */
const RENEW_DAYS = 30;

export class SipCertificateKeeper {
  readonly #deps: SipCertificateDeps;
  /** The owner's; null where the box makes its own. */
  readonly #owners: CertificateFiles | null;
  /** What the servers read. */
  readonly files: CertificateFiles;
  #fingerprint: string | null = null;

  constructor(deps: SipCertificateDeps) {
    this.#deps = deps;
    const { dataFolder, folder, name = "sip" } = deps;
    const { cert_file: cert, key_file: key } = deps.section;
    const absolute = (file: string): string => inDataFolder(dataFolder, file);
    this.#owners = cert !== undefined && key !== undefined ? { cert: absolute(cert), key: absolute(key) } : null;
    this.files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  }

  /** Sha-256 in hex; null before the first `look`. */
  get fingerprint(): string | null {
    return this.#fingerprint;
  }

  /** What phones pin: the certificate, unless its owner brought one that others vouch for. Null before the first `look`. */
  current(): SipCertificate | null {
    if (this.#fingerprint === null) return null;
    return { sha256: this.#owners === null ? this.#fingerprint : null };
  }

  /** True when it is another than at the last look; at the first, never. Errors: `voice.no_certificate`, `app.cannot_write`. */
  async look(): Promise<boolean> {
    const parsed = this.#owners === null ? await this.#renew() : await this.#ofOwner(this.#owners);
    const before = this.#fingerprint;
    this.#fingerprint = parsed.fingerprint256.replaceAll(":", "").toLowerCase();
    return before !== null && before !== this.#fingerprint;
  }

  async #renew(): Promise<X509Certificate> {
    const { section, random, now, log } = this.#deps;
    if (!(await isGood(this.files, section.host, now()))) {
      const made = await makeServerCertificate({ random, now: now(), hosts: [section.host] });
      await this.#write(made.certificate, made.key);
      log.info("sip_certificate_made", { host: section.host });
    }
    const parsed = certificateIn((await readIfThere(this.files.cert)) ?? "");
    if (parsed === null) throw unusable(this.files.cert, "holds no certificate in PEM");
    return parsed;
  }

  /** A box that starts while its owner's files are broken goes on with the pair that it took over last. */
  async #ofOwner(owners: CertificateFiles): Promise<X509Certificate> {
    try {
      return await this.#takeOver(owners);
    } catch (error) {
      const kept = certificateIn((await readIfThere(this.files.cert)) ?? "");
      const isWhole = kept !== null && belongs(kept, (await readIfThere(this.files.key)) ?? "");
      if (!isWhole || this.#fingerprint !== null || !hasCode(error, "voice.no_certificate")) throw error;
      this.#deps.log.error("sip_certificate_kept", { reason: messageOf(error) });
      return kept;
    }
  }

  /** A pair that does not belong together is refused whole: the servers go on with what they have. */
  async #takeOver({ cert, key }: CertificateFiles): Promise<X509Certificate> {
    const [text, secret] = [(await readIfThere(cert)) ?? "", (await readIfThere(key)) ?? ""];
    const parsed = certificateIn(text);
    if (parsed === null) throw unusable(cert, "holds no certificate in PEM");
    if (!belongs(parsed, secret)) throw unusable(key, "holds no private key in PEM that belongs to the certificate");
    const isNew = text !== (await readIfThere(this.files.cert)) || secret !== (await readIfThere(this.files.key));
    if (isNew) await this.#write(text, secret);
    return parsed;
  }

  async #write(certificate: string, key: string): Promise<void> {
    await replaceFile(this.files.key, key);
    await replaceFile(this.files.cert, certificate);
    await chmod(this.files.cert, 0o640);
  }
}

function unusable(file: string, why: string): AppError {
  return new AppError("voice.no_certificate", `${file} ${why}`, {
    hint: "Name PEM files in voice.cert_file and voice.key_file, or leave both out: then the box makes them.",
  });
}

function belongs(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

async function isGood({ cert, key }: CertificateFiles, host: string, now: UnixMs): Promise<boolean> {
  const [text, secret] = [await readIfThere(cert), await readIfThere(key)];
  if (text === null || secret === null) return false;
  const parsed = certificateIn(text);
  if (parsed === null) return false;
  const left = parsed.validToDate.getTime() - now;
  const named = parsed.checkHost(host) ?? parsed.checkIP(host);
  return left > RENEW_DAYS * 86_400_000 && named !== undefined;
}

function certificateIn(text: string): X509Certificate | null {
  try {
    return new X509Certificate(text);
  } catch {
    return null;
  }
}
